#!/usr/bin/env bash
# Builds and runs every test. The closing line counts them.
set -euo pipefail
mkdir -p build
swift build --build-tests 2>&1 | tee build/test-build.log | grep -E 'error:|warning:' || true
grep -q 'Build complete!' build/test-build.log || { tail -n 30 build/test-build.log >&2; exit 1; }
TUOWEI_FOREIGN=required swift test --skip-build --disable-xctest "$@"
