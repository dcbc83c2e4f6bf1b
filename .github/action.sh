#!/usr/bin/env bash
# The steps of the action: chooses, installs and runs wsspec. What they need is in the environment, see action.yml.
#
#	.github/action.sh choose|install|test
#
# On a machine of your own, GITHUB_OUTPUT may be /dev/stdout, RUNNER_TEMP any directory, and RUNNER_OS and RUNNER_ARCH are found
# out. Bash 3.2 of macOS has to understand it.
set -euo pipefail

# fail ends the step as wsspec does when the command line is wrong.
fail() {
	echo "::error title=wsspec::$(escape "$1")" >&2
	output exit-code 2
	exit 2
}

# escape makes a text one line of a workflow command.
escape() {
	local text=${1//'%'/%25}
	text=${text//$'\r'/%0D}
	printf '%s' "${text//$'\n'/%0A}"
}

# output sets an output of the step. No value that is given here has several lines.
output() { printf '%s=%s\n' "$1" "$2" >>"$GITHUB_OUTPUT"; }

# native is a path in the form that the programs of the runner take.
native() { if command -v cygpath >/dev/null; then cygpath -m "$1"; else printf '%s' "$1"; fi; }

release='^v[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.]+)?$'

# choose decides between a release and a build, and tells whether Go has to be there.
choose() {
	local version=${WSSPEC_VERSION:-}
	if [ -z "$version" ]; then
		version=source
		[[ ! ${ACTION_REF:-} =~ $release ]] || version=$ACTION_REF
	fi
	[ "$version" = source ] || [[ $version =~ $release ]] || fail "version: \"$version\" is no release such as v0.1.0, and not \"source\""
	output version "$version"
	if [ "$version" = source ]; then output go true; else output go false; fi
}

# install puts the program into a directory of its own and tells where it is.
install() {
	local os dir=${RUNNER_TEMP:?}/wsspec-bin program=wsspec
	os=$(system)
	[ "$os" != windows ] || program=wsspec.exe
	mkdir -p "$dir"
	dir=$(cd "$dir" && pwd)
	case $WSSPEC_VERSION in
	source) build "$dir/$program" ;;
	*) download "$dir" "$program" "$os" ;;
	esac
	"$dir/$program" --version
	output wsspec "$(native "$dir/$program")"
}

build() {
	command -v go >/dev/null || fail "wsspec is built from source, and there is no Go: name a release as version, or install Go"
	# In a container the checkout belongs to somebody else, and git would not tell Go of the commit.
	(
		export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0='*'
		cd "$ACTION" && CGO_ENABLED=0 GOFLAGS='' go build -trimpath -o "$(native "$1")" ./cmd/wsspec
	)
}

# download fetches the archive of a release for the system $3, holds it against its checksum, and puts the program $2 into the
# directory $1.
download() {
	local arch name archive base
	arch=$(machine)
	name=wsspec_${WSSPEC_VERSION#v}_$3_$arch
	archive=$name.tar.gz
	[ "$3" != windows ] || archive=$name.zip
	base=${WSSPEC_RELEASES:-https://github.com/wsspec/wsspec/releases/download}/$WSSPEC_VERSION
	(
		cd "$1"
		fetch "$base/$archive"
		fetch "$base/SHA256SUMS"
		# The sum is that of the archive under just this name.
		awk -v name="$archive" '{ sub(/^\*/, "", $2) } $2 == name { print $1 "  " name }' SHA256SUMS >sum
		[ -s sum ] || fail "SHA256SUMS of $WSSPEC_VERSION does not name $archive"
		if command -v sha256sum >/dev/null; then sha256sum -c sum; else shasum -a 256 -c sum; fi >/dev/null ||
			fail "$archive of $WSSPEC_VERSION is not what SHA256SUMS says: the download is damaged, or somebody changed it"
		case $archive in
		*.zip) unzip -q -o "$archive" ;;
		*) tar -xzf "$archive" ;;
		esac
		mv -f "$name/$2" "$2"
		rm -rf "$name" "$archive" SHA256SUMS sum
	)
}

fetch() {
	command -v curl >/dev/null || fail "there is no curl to download wsspec with: install it, which slim images of containers lack"
	curl --fail --silent --show-error --location --retry 5 --retry-connrefused --connect-timeout 20 --max-time 300 --remote-name "$1" ||
		fail "cannot download $1: is there such a release?"
}

system() {
	case ${RUNNER_OS:-$(uname -s)} in
	Linux) echo linux ;;
	macOS | Darwin) echo darwin ;;
	Windows | MINGW* | MSYS*) echo windows ;;
	*) fail "there is no release for ${RUNNER_OS:-$(uname -s)}: set version to source" ;;
	esac
}

machine() {
	case ${RUNNER_ARCH:-$(uname -m)} in
	X64 | x86_64) echo amd64 ;;
	ARM64 | aarch64 | arm64) echo arm64 ;;
	*) fail "there is no release for ${RUNNER_ARCH:-$(uname -m)}: set version to source" ;;
	esac
}

# test_ runs wsspec and ends with its exit code. What it writes into the summary and the annotations of the job is its own.
test_() {
	check
	cd "${WSSPEC_DIRECTORY:-.}" || fail "working-directory: cannot go to ${WSSPEC_DIRECTORY:-}"
	local report=${WSSPEC_REPORT:-wsspec-report} formats=html,json,junit,badge code=0
	[ "${WSSPEC_SARIF:-false}" != true ] || formats+=,sarif
	local flags=(--out "$report" --format "$formats")
	[ -z "${WSSPEC_CASES:-}" ] || flags+=(--cases "$(joined "$WSSPEC_CASES")")
	[ -z "${WSSPEC_EXCLUDE:-}" ] || flags+=(--exclude "$(joined "$WSSPEC_EXCLUDE")")
	[ -z "${WSSPEC_PROFILE:-}" ] || flags+=(--profile "$WSSPEC_PROFILE")
	[ -z "${WSSPEC_BASELINE:-}" ] || flags+=(--baseline "$WSSPEC_BASELINE")
	local words word
	words=$(split "${WSSPEC_ARGS:-}")
	while IFS= read -r word; do
		[ -z "$word" ] || flags+=("$word")
	done <<<"$words"
	if [ -n "${WSSPEC_FLEET:-}" ]; then
		"$WSSPEC" fleet "${flags[@]}" -- "$WSSPEC_FLEET" || code=$?
	elif [ -n "${WSSPEC_COMMAND:-}" ]; then
		# Both stay in the environment: bash on Windows changes arguments with slashes. wsspec puts the port for $0.
		local port=server
		[[ $WSSPEC_URL$WSSPEC_COMMAND != *'{port}'* ]] || port='{port}'
		# shellcheck disable=SC2016
		export WSSPEC_COMMAND WSSPEC_START='p="{port}"; eval "${WSSPEC_COMMAND//$p/$0}"'
		# shellcheck disable=SC2016
		"$WSSPEC" test "${flags[@]}" --name "${WSSPEC_NAME:-server}" "$WSSPEC_URL" -- \
			"$(native "$BASH")" -c 'eval "$WSSPEC_START"' "$port" || code=$?
	else
		"$WSSPEC" test "${flags[@]}" --name "${WSSPEC_NAME:-server}" "$WSSPEC_URL" || code=$?
	fi
	output exit-code "$code"
	[ ! -d "$report" ] || output report "$(native "$(cd "$report" && pwd)")"
	exit "$code"
}

# check looks for what is wrong with the inputs together.
check() {
	if [ -n "${WSSPEC_FLEET:-}" ]; then
		[ -z "${WSSPEC_URL:-}${WSSPEC_COMMAND:-}" ] || fail "give fleet, or url with or without command, but not both"
		return
	fi
	[ -n "${WSSPEC_URL:-}" ] || fail "what is to be tested? give url, url and command, or fleet"
}

# joined makes the lines of an input one, with commas between.
joined() {
	local line
	line=$(printf '%s' "$1" | tr -d '\r' | tr '\n' ',')
	printf '%s' "${line%,}"
}

# split prints the words of a text on a line each, with quotation marks as a shell takes them, but expanding nothing.
split() {
	printf '%s\n' "$1" | xargs -n 1 printf '%s\n' || fail "args: a quotation mark has no partner in $1"
}

case ${1:-} in
choose | install) "$1" ;;
test) test_ ;;
*) fail "usage: .github/action.sh choose|install|test" ;;
esac
