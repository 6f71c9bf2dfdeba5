#!/usr/bin/env bash
# Counts the instructions that each kernel of the engine takes for an event, under valgrind's callgrind: clocks differ from run to run,
# instructions hardly. Compares them with scripts/micro-baseline.txt and fails where one has grown by more than TOLERANCE percent.
#   bench-micro.sh         compare
#   bench-micro.sh update  write the baseline anew
set -euo pipefail
tolerance=${TOLERANCE:-10}
events=${EVENTS:-20000}
baseline=scripts/micro-baseline.txt
scripts/release.sh tuowei-micro >build/micro.log 2>&1 || { tail -n 20 build/micro.log >&2; exit 2; }
# Without what it has for debuggers: not every valgrind can read that, and nothing here needs it.
program=build/tuowei-micro
strip --strip-debug -o "$program" .build/release/tuowei-micro

count() { # kernel, rounds: instructions and events
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$program" "$1" --rounds "$2" --events "$events" 2>&1 |
        awk '/Collected :/ { instructions = $NF } / events$/ { events = $1 } END { print instructions, events }'
}

status=0
measured=$(mktemp)
trap 'rm -f "$measured"' EXIT
for kernel in scan intern replay fold aggregate; do
    read -r one events_one <<<"$(count $kernel 1)"
    read -r three events_three <<<"$(count $kernel 3)"
    if [ -z "${events_three:-}" ] || [ "$events_three" -le "${events_one:-0}" ]; then
        echo "bench-micro: $kernel did not run under valgrind; see what this says: valgrind --tool=callgrind $program $kernel --rounds 1" >&2
        exit 2
    fi
    each=$(((three - one) / (events_three - events_one)))
    echo "$kernel $each" >>"$measured"
    before=$(awk -v kernel=$kernel '$1 == kernel { print $2 }' "$baseline" 2>/dev/null || true)
    if [ -z "$before" ]; then
        printf '%-10s %6d instructions an event\n' $kernel "$each"
    else
        printf '%-10s %6d instructions an event, %+d %% from %d\n' $kernel "$each" $(((each - before) * 100 / before)) "$before"
        if [ "${1:-}" != update ] && [ $((each * 100)) -gt $((before * (100 + tolerance))) ]; then
            echo "bench-micro: $kernel has become slower; if that is wanted, run scripts/bench-micro.sh update" >&2
            status=1
        fi
    fi
done
if [ "${1:-}" = update ]; then
    {
        echo "# Instructions an event of each kernel, by scripts/bench-micro.sh update; $(uname -m), $(swift --version 2>/dev/null | head -n 1)."
        cat "$measured"
    } >"$baseline"
fi
exit $status
