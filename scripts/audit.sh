#!/usr/bin/env bash
# What an auditor does with a store and a report, in one page: audit.sh TUOWEI PIPELINE AS_OF ARCHIVES
# Exit status 1 where any step leaves a doubt.
set -uo pipefail
tuowei=$1 pipeline=$2 as_of=$3 archives=$4
name=$(basename "$pipeline" .yaml)
log=build/$name/store/log
report=build/$name/reports/$as_of
district=$(sed -n 's/^district: *{ *code: *"\([0-9]*\)".*/\1/p' "$pipeline")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
doubts=0
step() {
    printf '\n%s\n' "$1"
    shift
    "$@" 2>&1 | sed 's/^/  /' || { doubts=$((doubts + 1)) && echo "  DOUBT: this step failed"; }
}
key=()
[ -f "$log/vkey" ] && key=(-vkey "$(cat "$log/vkey")")
event=$(sed -n 2p "$report/findings.csv")

explained() {
    for figure in places_filed enrolled under3; do
        "$tuowei" explain --pipeline "$pipeline" --as-of "$as_of" --figure "$figure" --code "$district" >"$scratch/$figure" || return 1
        echo "$figure: $(($(wc -l <"$scratch/$figure") - 1)) events; $(tail -n 1 "$scratch/$figure" | cut -c -400)"
    done
}
proved() {
    local id log_name
    IFS=, read -r _ log_name id _ <<<"$event"
    "$tuowei" prove "$id" --log "$log_name" --pipeline "$pipeline" --seen "$report/manifest.json" --out "$scratch/proof" || return 1
    # The event itself may name a child; that it is proved is what is shown.
    "$tuowei" prove --check "$scratch/proof" --seen "$report/manifest.json" | tail -n 1
}
with_go() {
    scripts/tlogcheck.sh || return 1
    build/tlogcheck log "$log" "${key[@]}" && build/tlogcheck proof "$scratch/proof" "${key[@]}"
}
# The same archives once more, a few at a time and under a key made for the purpose: signatures, and many states to compare.
in_lots() {
    local here lot=() file verifier
    here=$(cd "$(dirname "$pipeline")" && pwd)
    sed -e "s#\.\./build/$name/##" -e "s#\.\./sample-data#$here/../sample-data#g" -e "s#^holidays: #&$here/#" "$pipeline" >"$scratch/pipeline.yaml"
    verifier=$("$tuowei" key new --pipeline "$scratch/pipeline.yaml" --out "$scratch/key") || return 1
    ingest() { "$tuowei" ingest --pipeline "$scratch/pipeline.yaml" --key "$scratch/key" "$@" >/dev/null 2>&1 || [ $? -eq 3 ]; }
    for file in "$archives"/archives/*; do
        lot+=("$file")
        if [ ${#lot[@]} -eq 6 ]; then ingest "${lot[@]}" || return 1; lot=(); fi
    done
    [ ${#lot[@]} -eq 0 ] || ingest "${lot[@]}" || return 1
    "$tuowei" verify --pipeline "$scratch/pipeline.yaml" --vkey "$verifier" | tail -n 1 || return 1
    build/tlogcheck log "$scratch/store/log" -vkey "$verifier"
}
with_python() {
    .venv/bin/python Tests/Foreign/python/check_log.py "$log" || return 1
    .venv/bin/python Tests/Foreign/python/check_proof.py "$scratch/proof" "${key[@]:1}" | cut -d: -f1-2
}

echo "Audit of $report and of the log that it was made from"
step "1. Every file of the store from the log's raw bytes; the log rebuilt from the archives; the report replayed" \
    "$tuowei" verify --pipeline "$pipeline" --archives "$archives" --report "$report" --seen "$report/manifest.json"
step "2. Three figures, each added up from its events" explained
step "3. One event, proved and then checked without the store" proved
step "4. Go's golang.org/x/mod/sumdb: signatures, root, inclusion of every entry, consistency of every two checkpoints; the proof" with_go
step "5. The same with the archives brought in lots of six, under a key" in_lots
step "6. Python: pymerkle's root; the proof, down to the event's bytes" with_python
echo
if [ "$doubts" -gt 0 ]; then
    echo "$doubts of 6 steps leave a doubt"
    exit 1
fi
echo "6 of 6 steps hold"
