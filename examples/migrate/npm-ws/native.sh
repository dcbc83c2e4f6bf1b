#!/usr/bin/env bash
# What it becomes: one command that starts, tests, stops and judges.
cd "$(dirname "$0")"
exec wsspec test "ws=ws://127.0.0.1:{port}/" --baseline wsspec-baseline.yaml --strict "$@" -- node server.js "{port}"
