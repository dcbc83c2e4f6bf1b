#!/usr/bin/env bash
# What a person does by hand today, with wsspec under the name wstest.
set -euo pipefail
cd "$(dirname "$0")"

node server.js 9001 &
trap 'kill %1' EXIT
until (: </dev/tcp/127.0.0.1/9001) 2>/dev/null; do kill -0 %1; sleep 0.1; done

wstest -m fuzzingclient # takes fuzzingclient.json, which it would write itself if it were not there
echo "now somebody looks at $PWD/reports/servers/index.html"
