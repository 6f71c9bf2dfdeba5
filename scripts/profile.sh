#!/usr/bin/env bash
# Shows where the time of a command goes: profile.sh COMMAND ARGUMENT…
# By perf where the machine allows it; else by valgrind's callgrind, some fifty times slower.
set -euo pipefail
mkdir -p build
if command -v perf >/dev/null 2>&1 && perf record -o build/perf.data -F 1000 -g -- "$@" >build/profile.log 2>&1; then
    perf report -i build/perf.data --no-children -g none --sort symbol --percent-limit 0.5 --stdio 2>/dev/null |
        grep -v '^#' | grep -v '^$' | swift demangle --simplified | cut -c1-150 | head -n 40
    echo "The whole: perf report -i build/perf.data"
else
    valgrind --tool=callgrind --callgrind-out-file=build/callgrind.out "$@" >build/profile.log 2>&1 || { tail -n 5 build/profile.log >&2; exit 1; }
    callgrind_annotate build/callgrind.out 2>/dev/null | grep -E '^ *[0-9,]+ \(' | swift demangle --simplified | cut -c1-150 | head -n 40
    echo "The whole: callgrind_annotate build/callgrind.out"
fi
