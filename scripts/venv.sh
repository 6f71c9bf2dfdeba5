#!/usr/bin/env bash
# Makes .venv with the Python packages of Tests/requirements.txt; does nothing where it holds them already.
set -euo pipefail
wanted=Tests/requirements.txt
stamp=.venv/installed
if [ -x .venv/bin/python ] && cmp -s "$wanted" "$stamp"; then exit 0; fi
echo "Installing Python packages for tests into .venv"
rm -rf .venv
log=$(mktemp)
if ! { python3 -m venv .venv && .venv/bin/pip install --quiet --disable-pip-version-check --requirement "$wanted"; } >"$log" 2>&1; then
    tail -n 5 "$log" >&2
    echo "make: the packages of $wanted could not be installed; check the network and call make again." >&2
    exit 2
fi
rm -f "$log"
cp "$wanted" "$stamp"
