#!/usr/bin/env bash
# Builds the fuzz targets with libFuzzer and AddressSanitizer, and runs each for a share of DURATION seconds, as many at a time as there are
# cores; with BUILD=debug built in half the time, for a short run.
# fuzz.sh DURATION [TARGET…] — what is found lands in build/fuzz/found, new inputs that reach further in build/fuzz/corpus, and a line
# a target and run in build/fuzz/runs.tsv: when, target, seconds, seconds of CPU, inputs, edges reached,
# 1 where something stopped it.
set -euo pipefail
cd "$(dirname "$0")/.."
duration=$1
shift
mkdir -p build/fuzz/found
resources=$(swiftc -print-target-info | sed -n 's/.*"runtimeResourcePath": "\(.*\)".*/\1/p')
runtime=$(find -L "$resources" "$resources/../clang" -name 'libclang_rt.fuzzer_no_main-x86_64.a' 2>/dev/null | head -n 1)
[ -n "$runtime" ] || { echo "make fuzz: this Swift toolchain has no libFuzzer" >&2; exit 2; }
build=${BUILD:-release}
# The plan of an earlier build does not know of sources that were added beside this package since.
rm -f ".build-fuzz/$build.yaml"
# libFuzzer comes without its main: the targets have their own, which chooses among them.
if ! swift build -c "$build" --package-path Fuzz --scratch-path .build-fuzz --sanitize=address \
    -Xswiftc -Xfrontend -Xswiftc -sanitize=fuzzer -Xswiftc -enable-testing -Xlinker "$runtime" -Xlinker -lstdc++ --product Fuzz >build/fuzz/build.log 2>&1; then
    grep -E 'error:' build/fuzz/build.log | head -n 20 >&2 || tail -n 20 build/fuzz/build.log >&2
    echo "make fuzz: the build failed; the whole output is in build/fuzz/build.log" >&2
    exit 2
fi
fuzz=.build-fuzz/$build/Fuzz
targets=("$@")
[ ${#targets[@]} -gt 0 ] || mapfile -t targets < <("$fuzz")
each=$((duration / ${#targets[@]}))
[ "$each" -gt 0 ] || each=1
TIMEFORMAT='%3R %3U %3S'

# one TARGET: runs it, adds its line to the runs, and leaves the number of its inputs in build/fuzz/TARGET.runs, 0 where it failed.
one() {
    local target=$1 log=build/fuzz/$1.log status=0 dictionary=() spent lasted runs edges
    mkdir -p "build/fuzz/corpus/$target"
    [ -f "Fuzz/Dictionaries/$target" ] && dictionary=("-dict=Fuzz/Dictionaries/$target")
    spent=$({ time "$fuzz" "$target" -max_total_time="$each" -timeout=10 -rss_limit_mb=2500 -print_final_stats=1 -artifact_prefix="build/fuzz/found/$target-" \
        "${dictionary[@]}" "build/fuzz/corpus/$target" "Fuzz/Corpus/$target" >"$log" 2>&1; } 2>&1) || status=$?
    read -r lasted spent < <(awk '{ printf "%d %d\n", $1 + 0.5, $2 + $3 + 0.5 }' <<<"$spent")
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    edges=$(sed -nE 's/^#[0-9]+.* cov: ([0-9]+) .*/\1/p' "$log" | tail -n 1)
    printf '%s\t%s\t%d\t%d\t%d\t%d\t%d\n' "$(date -u +%FT%TZ)" "$target" "$lasted" "$spent" "${runs:-0}" "${edges:-0}" $((status != 0)) >>build/fuzz/runs.tsv
    echo "$target: ${runs:-0} inputs in $lasted s$([ "$status" -eq 0 ] || echo ", STOPPED: see $log")"
    # A target that reads nothing, or reaches nothing, has found nothing either.
    [ "$status" -eq 0 ] && [ "${edges:-0}" -gt 0 ] || runs=0
    echo "${runs:-0}" >"build/fuzz/$target.runs"
}

rm -f build/fuzz/*.runs
for target in "${targets[@]}"; do
    while [ "$(jobs -rp | wc -l)" -ge "$(nproc)" ]; do wait -n || true; done
    one "$target" &
done
wait
total=0 failed=()
for target in "${targets[@]}"; do
    runs=$(cat "build/fuzz/$target.runs" 2>/dev/null || echo 0)
    total=$((total + runs))
    [ "$runs" -gt 0 ] || failed+=("$target")
done
echo "$total inputs, ${#failed[@]} of ${#targets[@]} targets found something${failed[*]:+: ${failed[*]}}"
echo "$((${#targets[@]} - ${#failed[@]})) passed, ${#failed[@]} failed"
[ ${#failed[@]} -eq 0 ]
