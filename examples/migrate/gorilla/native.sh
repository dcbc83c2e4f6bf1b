#!/usr/bin/env bash
# What it becomes: one command that starts, tests, stops and judges.
cd "$(dirname "$0")"
exec wsspec fleet "$@"
