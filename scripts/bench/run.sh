#!/usr/bin/env bash
# Makes the virtual environment of the peers, builds the generator, and runs the benchmark with the arguments given.
set -euo pipefail
cd "$(dirname "$0")/../.."
scripts/release.sh tuowei-bench-data >/dev/null
if ! cmp -s scripts/bench/requirements.txt .venv-bench/requirements.txt; then
    rm -rf .venv-bench
    python3 -m venv .venv-bench
    .venv-bench/bin/pip install --quiet --disable-pip-version-check --requirement scripts/bench/requirements.txt
    cp scripts/bench/requirements.txt .venv-bench/requirements.txt
fi
exec .venv-bench/bin/python "scripts/bench/${BENCH:-bench}.py" "$@"
