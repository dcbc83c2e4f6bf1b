#!/usr/bin/env bash
# The gate of today, with wsspec under the name wstest.
set -euo pipefail
cd "$(dirname "$0")"

go build -o bin/ ./server ./reporter
bin/server -addr 127.0.0.1:9001 &
trap 'kill %1' EXIT
until (: </dev/tcp/127.0.0.1/9001) 2>/dev/null; do kill -0 %1; sleep 0.1; done

wstest -m fuzzingclient -s config/fuzzingclient.json
bin/reporter report/index.json
