#!/usr/bin/env bash
# Runs the tests under sanitizers: sanitize.sh address|undefined|thread[,…] [FILTER]
set -euo pipefail
cd "$(dirname "$0")/.."
kind=$1
name=${kind//,/-}
mkdir -p build
log=build/sanitize-$name.log
# The tests of whole runs start the program as its users do; it is built with the sanitizer too.
options=(--scratch-path ".build-$name")
for one in ${kind//,/ }; do
    case $one in
        # Swift has no such sanitizer on Linux and needs none for its own: overflows, bounds and casts trap in every build. It is for the C
        # that is compiled here, which traps too.
        undefined) options+=(-Xcc -fsanitize=undefined -Xcc -fsanitize-trap=undefined) ;;
        address | thread) options+=(--sanitize="$one") ;;
        *) echo "sanitize.sh: $one is no sanitizer of ours: address, undefined, thread" >&2; exit 2 ;;
    esac
done
swift build --build-tests "${options[@]}" >"$log" 2>&1 || { grep -E 'error:' "$log" | head -n 20 >&2; exit 2; }
# libarchive, zlib and the like are Debian's builds, without instrumentation: they are called, not looked into. Memory that is never
# freed (tables made once) is no leak. What is found in a program that a test starts lands in files of its own, and gives it a status that
# no test expects.
found=$PWD/build/sanitize-$name.found
rm -f "$found".*
common=halt_on_error=1:exitcode=99:log_path=$found
export ASAN_OPTIONS=$common:detect_leaks=0:detect_stack_use_after_return=1 TSAN_OPTIONS=$common:suppressions=$PWD/scripts/thread-sanitizer.txt
# Left out: what measures memory, of which a sanitizer takes a multiple, and what stops the program at its system calls, which are others then.
# Few open files leave the thread sanitizer none to name a function with, and its list of what to leave out goes by names.
measured=(--skip FewFilesTests --skip staysWithinItsMemory --skip keepsNoM --skip nothingIsLostInASample --skip CorporaTests)
# The thread sanitizer itself cannot live under a limit to the size of files, by which two messages are provoked.
if [ "$kind" = thread ]; then export TUOWEI_WITHOUT=disk-full; fi
# One after the other, so that limits of time measure each by itself.
swift test --skip-build --disable-xctest --no-parallel "${options[@]}" "${measured[@]}" ${2:+--filter "$2"} 2>&1 | tee -a "$log" | grep -E '^✘|Sanitizer|recorded an issue|Test run' || true
if compgen -G "$found.*" >/dev/null; then echo "$kind: something was found; see $found.*" >&2; exit 1; fi
grep -q 'Test run with .* passed' "$log" || { echo "$kind: tests failed; see $log" >&2; exit 1; }
