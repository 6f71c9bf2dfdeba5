#!/usr/bin/env bash
# Builds and runs every test: those in Swift, a second opinion, some fuzzing, then the reports read as their readers do. The closing line counts all of them.
# With arguments, which go to `swift test`, the Swift tests alone; with BUILD=release built for speed, as long sweeps need it.
set -euo pipefail
mkdir -p build
options=(-c "${BUILD:-debug}")
[ "${BUILD:-debug}" = debug ] || options+=(--scratch-path .build-sweeps -Xswiftc -enable-testing)
swift build --build-tests "${options[@]}" 2>&1 | tee build/test-build.log | grep -E 'error:|warning:' || true
grep -q 'Build complete!' build/test-build.log || { tail -n 30 build/test-build.log >&2; exit 1; }
if [ $# -gt 0 ]; then exec env TUOWEI_FOREIGN=required swift test "${options[@]}" --skip-build --disable-xctest "$@"; fi

passed=0 failed=0
# add NAME LOG: adds the closing line "N passed, N failed" of a log; a log without one counts as a failure.
add() {
    if [[ $(tail -n 1 "$2") =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
        passed=$((passed + BASH_REMATCH[1])) failed=$((failed + BASH_REMATCH[2]))
    else
        echo "FAILED $1 broke off"
        failed=$((failed + 1))
    fi
}

# The tests call the program that users run, built for speed; the second opinion below calls the other one, and so does what was filtered.
scripts/build.sh
log=build/test.log
TUOWEI_PROGRAM=$PWD/.build/release/tuowei TUOWEI_FOREIGN=required TUOWEI_PAGES_OUT=$PWD/build/pages/invented swift test --skip-build --disable-xctest 2>&1 | tee "$log" && good=yes || good=no
# Swift Testing closes with the number of tests run, and has a line for each that failed.
ran=$(sed -nE 's/^.* Test run with ([0-9]+) tests? .*(passed|failed) after .*$/\1/p' "$log" | tail -n 1)
bad=$(grep -cE '^✘ Test .* failed after ' "$log" || true)
[ "$good" = yes ] || [ "$bad" -gt 0 ] || bad=1
[ "${ran:-0}" -gt 0 ] && echo "$((ran > bad ? ran - bad : 0)) passed, $bad failed" >>"$log"
add "the Swift tests" "$log"

# The contract, written a second time in Python, over a few worlds; `make second-opinion` takes more.
.venv/bin/python -W ignore Tests/SecondOpinion/second_opinion.py --tuowei .build/debug/tuowei --seeds 1-6 2>&1 |
    tee build/second-opinion.log || true
add "the second opinion" build/second-opinion.log

# Each reader of untrusted bytes, fuzzed for six seconds; `make fuzz` takes as long as it is told, and tries more inputs a second.
BUILD=debug scripts/fuzz.sh 102 2>&1 | tee build/fuzz.log || true
add "the fuzzing" build/fuzz.log

scripts/pages-check.sh 2>&1 | tee build/pages-check.log || true
add "the check of pages" build/pages-check.log

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
