#!/usr/bin/env bash
# Adds a record to the site that a branch of this repository holds, and pushes the branch.
#
#	.github/publish.sh RECORD BRANCH DIR
#
# DIR becomes the site. The branch has one commit without a parent, since history.json is the history; it is made if it is not
# there. WSSPEC is the program; WSSPEC_COMMIT, WSSPEC_LINK, WSSPEC_LABEL, WSSPEC_KEEP and WSSPEC_BASELINE are flags of wsspec publish.
set -euo pipefail

fail() { echo "::error title=wsspec::$1" >&2; exit 2; }

[ $# -eq 3 ] || fail "usage: .github/publish.sh RECORD BRANCH DIR"
record=$1 ref=refs/heads/$2 site=$3
git check-ref-format "$ref" || fail "$2 is no name of a branch"

flags=()
[ -z "${WSSPEC_COMMIT:-}" ] || flags+=(--commit "$WSSPEC_COMMIT")
[ -z "${WSSPEC_LINK:-}" ] || flags+=(--link "$WSSPEC_LINK")
[ -z "${WSSPEC_LABEL:-}" ] || flags+=(--label "$WSSPEC_LABEL")
[ -z "${WSSPEC_KEEP:-}" ] || flags+=(--keep "$WSSPEC_KEEP")
[ -z "${WSSPEC_BASELINE:-}" ] || flags+=(--baseline "$WSSPEC_BASELINE")

export GIT_AUTHOR_NAME=wsspec GIT_AUTHOR_EMAIL=wsspec@users.noreply.github.com
export GIT_COMMITTER_NAME=$GIT_AUTHOR_NAME GIT_COMMITTER_EMAIL=$GIT_AUTHOR_EMAIL
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export GIT_INDEX_FILE=$work/index

# restore puts what the branch holds into the site, and its commit into old; "" if there is no such branch. That it cannot be
# asked for is another matter: a history would be lost.
restore() {
	rm -rf "$site"
	mkdir -p "$site"
	old='' code=0
	git ls-remote --exit-code origin "$ref" >"$work/remote" || code=$?
	case $code in
	0) ;;
	2) return ;;
	*) fail "cannot read the branch $ref" ;;
	esac
	git fetch --quiet --depth 1 origin "$ref"
	old=$(git rev-parse FETCH_HEAD)
	git archive "$old" | tar -C "$site" -x
}

# make makes a commit of the site: "" if the branch holds just that already. Nothing is pushed unless all of this succeeds.
make() {
	rm -f "$GIT_INDEX_FILE"
	git --work-tree="$site" add --all --force .
	tree=$(git write-tree)
	commit=''
	if [ -z "$old" ] || [ "$tree" != "$(git rev-parse "$old^{tree}")" ]; then
		commit=$(git commit-tree "$tree" -m "wsspec: the report of ${WSSPEC_COMMIT:-a run}")
	fi
}

# A push fails because another run was faster, and then the branch has moved, or because it may not be done.
tries=20 idle=0 before=-
for ((try = 1; try <= tries && idle < 3; try++)); do
	restore
	if [ "$old" = "$before" ]; then idle=$((idle + 1)); else idle=0; fi
	before=$old
	"$WSSPEC" publish ${flags[@]+"${flags[@]}"} "$site" "$record"
	: >"$site/.nojekyll" # Pages would take it for a source
	make
	if [ -z "$commit" ]; then
		echo "$ref holds this run already"
		exit 0
	fi
	if git push --quiet --force-with-lease="$ref:$old" origin "$commit:$ref"; then exit 0; fi
	echo "try $try: $ref was not pushed" >&2
	sleep "$((RANDOM % 2))"
done
fail "cannot push to $ref: may this job write contents (permissions: contents: write)?"
