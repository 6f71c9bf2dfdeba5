#!/usr/bin/env bash
# Runs the tests under a sanitizer: sanitize.sh address|thread|undefined [FILTER]
set -euo pipefail
cd "$(dirname "$0")/.."
kind=$1
mkdir -p build
log=build/sanitize-$kind.log
# The tests of whole runs start the program as its users do; it is built with the sanitizer too.
options=(--scratch-path ".build-$kind" --sanitize="$kind")
# Swift itself traps on what UndefinedBehaviorSanitizer finds in C; it is there for the C that is compiled here.
swift build --build-tests "${options[@]}" >"$log" 2>&1 || { grep -E 'error:' "$log" | head -n 20 >&2; exit 2; }
# libarchive, zlib and the like are Debian's builds, without instrumentation: they are called, not looked into. Memory that is never
# freed (tables made once) is no leak.
export ASAN_OPTIONS=detect_leaks=0:detect_stack_use_after_return=1:halt_on_error=1
export TSAN_OPTIONS=halt_on_error=1
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
swift test --skip-build --disable-xctest "${options[@]}" ${2:+--filter "$2"} 2>&1 | tee -a "$log" | grep -E '^✘|Sanitizer|recorded an issue|Test run' || true
if grep -q 'Sanitizer:' "$log"; then echo "$kind: something was found; see $log" >&2; exit 1; fi
grep -q 'Test run with .* passed' "$log" || { echo "$kind: tests failed; see $log" >&2; exit 1; }
