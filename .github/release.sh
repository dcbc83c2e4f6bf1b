#!/usr/bin/env bash
# Builds a release: static binaries for six platforms in archives, with checksums and a list of what is inside (SBOM).
#
#	.github/release.sh v0.1.0 DIR
#
# Needs Go, GNU tar and zip, and the network for the modules. The same commit gives the same archives.
set -euo pipefail
umask 022

fail() { echo "release: $*" >&2; exit 2; }

[ $# -eq 2 ] || fail "usage: .github/release.sh VERSION DIR"
version=$1
[[ $version =~ ^v[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.]+)?$ ]] || fail "the version is \"$version\", want one such as v0.1.0"
mkdir -p "$2"
dir=$(cd "$2" && pwd)
[ -z "$(ls -A "$dir")" ] || fail "$dir is not empty"
for program in go git tar zip sha256sum; do
	command -v "$program" >/dev/null || fail "needs $program"
done

cd "$(dirname "$0")/.."
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# pack puts the directory $1 of $work into an archive.
pack() {
	find "$work/$1" -exec touch --date="@$SOURCE_DATE_EPOCH" {} +
	case $1 in
	*windows*) (cd "$work" && find "$1" -type f | LC_ALL=C sort | TZ=UTC zip -q -X "$dir/$1.zip" -@) ;;
	*) tar -C "$work" --sort=name --owner=0 --group=0 --numeric-owner --format=ustar -c "$1" | gzip -9n >"$dir/$1.tar.gz" ;;
	esac
}

for os in linux darwin windows; do
	for arch in amd64 arm64; do
		name=wsspec_${version#v}_${os}_${arch}
		program=wsspec
		[ $os != windows ] || program=wsspec.exe
		mkdir "$work/$name"
		CGO_ENABLED=0 GOOS=$os GOARCH=$arch GOFLAGS='' go build -trimpath -buildvcs=auto \
			-ldflags "-s -w -X main.version=$version" -o "$work/$name/$program" ./cmd/wsspec
		cp LICENSE README.md CHANGELOG.md "$work/$name/"
		pack "$name"
	done
done

# What is linked differs a little from one platform to another; each list is read from the binary itself.
inventory=$work/cyclonedx-gomod
GOFLAGS=-mod=mod GOBIN=$work go install github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0
for name in "$work"/wsspec_*; do
	"$inventory" bin -json -noserial -version "$version" -output "$dir/$(basename "$name").cdx.json" "$name"/wsspec*
done

(cd "$dir" && sha256sum -- * >"$work/SHA256SUMS" && mv "$work/SHA256SUMS" .)
ls -l "$dir"
