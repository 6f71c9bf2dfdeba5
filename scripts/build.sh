#!/usr/bin/env bash
# Builds the program in release mode; shows the compiler's output only where the build fails.
set -euo pipefail
mkdir -p build
sources() { cat Package.swift scripts/release.sh; find Sources -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum; swift --version 2>/dev/null; }
now=$(sources | sha256sum)
if [ -x .build/release/tuowei ] && [ "$(cat build/built 2>/dev/null)" = "$now" ]; then exit 0; fi
echo "Building tuowei (release); the first time takes a few minutes"
if ! scripts/release.sh tuowei >build/build.log 2>&1; then
    grep -E 'error:|warning:' build/build.log | head -n 20 >&2 || tail -n 20 build/build.log >&2
    echo "make: the build failed; the whole output is in build/build.log" >&2
    exit 2
fi
printf '%s\n' "$now" >build/built
