#!/usr/bin/env bash
# The gate of today, with wsspec under the name wstest.
cd "$(dirname "$0")"
exec python3 -m unittest test_autobahn
