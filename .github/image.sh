#!/usr/bin/env bash
# Builds the image of the Dockerfile with the static binaries of this tree.
#
#	.github/image.sh TAG                    the image TAG, for the architecture of this machine
#	.github/image.sh TAG amd64 arm64        the images TAG-amd64 and TAG-arm64
#	.github/image.sh --context DIR ARCH...  no image, only what one is built from, in a directory that is made for it
#
# The variable VERSION, such as v0.1.0, is what the program says of itself. Needs Go, and an engine unless only the context is
# made; for another architecture than that of this machine, docker buildx. It pulls nothing. The image has the certificates of
# this machine's authorities, if they are in Debian's place.
set -euo pipefail
umask 022

fail() { echo "image: $*" >&2; exit 2; }

[ $# -ge 1 ] && [ -n "$1" ] || fail "usage: .github/image.sh TAG|--context DIR [ARCH...]"
tag=$1
shift
if [ "$tag" = --context ]; then
	[ $# -ge 1 ] || fail "--context: which directory?"
	mkdir -p "$1"
	dir=$(cd "$1" && pwd)
	shift
	[ -z "$(ls -A "$dir")" ] || fail "$dir is not empty"
else
	dir=$(mktemp -d)
	trap 'rm -rf "$dir"' EXIT
fi
cd "$(dirname "$0")/.."
[ $# -gt 0 ] || set -- "$(go env GOHOSTARCH)"
if [ "$tag" != --context ] && [ "$*" != "$(go env GOHOSTARCH)" ] && ! docker buildx version >/dev/null 2>&1; then
	fail "without docker buildx there can only be an image for $(go env GOHOSTARCH); --context DIR makes what others are built from"
fi

for arch; do
	root=$dir/linux-$arch
	mkdir -p "$root/usr/local/bin" "$root/config" "$root/etc/ssl/certs"
	mkdir -m 1777 "$root/tmp" "$root/reports" # for whoever it is run as
	CGO_ENABLED=0 GOOS=linux GOARCH=$arch GOFLAGS='' go build -trimpath -buildvcs=auto \
		-ldflags "-s -w -X main.version=${VERSION:-}" -o "$root/usr/local/bin/wsspec" ./cmd/wsspec
	ln -s wsspec "$root/usr/local/bin/wstest"
	mkdir -p "$root/opt/pypy/bin" # where some scripts find it in the testsuite's image
	ln -s /usr/local/bin/wstest "$root/opt/pypy/bin/wstest"
	[ ! -e /etc/ssl/certs/ca-certificates.crt ] || cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
done
[ "$tag" != --context ] || exit 0

docker buildx version >/dev/null 2>&1 || export DOCKER_BUILDKIT=0
for arch; do
	name=$tag
	[ $# -eq 1 ] || name=$tag-$arch
	docker build --quiet --network none --platform "linux/$arch" --build-arg "TARGETARCH=$arch" --file Dockerfile --tag "$name" "$dir"
done
