#!/usr/bin/env bash
# What a person does by hand today, with wsspec under the name wstest.
set -euo pipefail
cd "$(dirname "$0")"

go build -o bin/ ./server
bin/server -addr 127.0.0.1:9000 &
trap 'kill %1' EXIT
until (: </dev/tcp/127.0.0.1/9000) 2>/dev/null; do kill -0 %1; sleep 0.1; done

wstest -m fuzzingclient -s config/fuzzingclient.json
echo "now somebody looks at $PWD/reports/index.html"
