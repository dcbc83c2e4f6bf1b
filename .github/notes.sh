#!/usr/bin/env bash
# Prints what CHANGELOG.md says of a version.
#
#	.github/notes.sh v0.1.0
set -euo pipefail
[ $# -eq 1 ] || { echo "usage: .github/notes.sh VERSION" >&2; exit 2; }
version=${1#v}
notes=$(awk -v head="## [$version]" 'index($0, head) == 1 { on = 1; next } /^## \[/ { on = 0 } on' "$(dirname "$0")/../CHANGELOG.md")
[ -n "$notes" ] || { echo "CHANGELOG.md has no section \"## [$version]\"" >&2; exit 2; }
printf '%s\n' "$notes" | sed '/./,$!d'
