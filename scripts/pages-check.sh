#!/usr/bin/env bash
# Reads reports as their readers do, and counts: pages-check.sh [OPTION of Tests/Pages/check.py …]
# Read are the sample's report in both languages and, where the Swift tests have left it, that of an invented district whose names try
# to break every format. The sample's is also written again under other conditions: it must have the same bytes.
set -euo pipefail
scripts/build.sh
scripts/venv.sh
out=build/pages
report=(.build/release/tuowei report --pipeline pipelines/tongzhou.yaml --as-of 2025-12-31)
mkdir -p "$out"
.build/release/tuowei ingest --pipeline pipelines/tongzhou.yaml >"$out/ingest.log" || { cat "$out/ingest.log" >&2; exit 1; }
# Two cores have three seconds for it, and the quickest of a few runs counts: what else the machine does, or its host, only adds to them.
TIMEFORMAT='%U %S %R'
runs="" quick=no
for ((run = 0; run < 8; run++)); do
    seconds=$({ time "${report[@]}" --lang zh --threads 2 --out "$out/zh" >/dev/null; } 2>&1)
    seconds=$(awk '{ printf "%.2f s of processor time in %.2f s", $1 + $2, $3; exit !($1 + $2 < 3 || $3 < 3) }' <<<"$seconds") && quick=yes
    runs+="${runs:+, }$seconds"
    [ "$quick" = no ] || break
done
"${report[@]}" --lang en --out "$out/en" >/dev/null
passed=0 failed=0
tell() { if [ "$1" = yes ]; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAILED $2"; fi; }

TZ=America/St_Johns LC_ALL=POSIX "${report[@]}" --lang zh --threads 1 --out "$out/again" >/dev/null
tell "$(diff -rq "$out/zh" "$out/again" >"$out/again.log" && echo yes)" "the report has other bytes when written again: $(head -n 3 "$out/again.log")"
rm -rf "$out/again"
tell "$quick" "the sample's report took $runs; 3 s are allowed"
echo "The sample's report: $runs"

reports=("$out/zh" "$out/en")
for language in zh en; do [ ! -e "$out/invented/$language/report.xlsx" ] || reports+=("$out/invented/$language"); done
.venv/bin/python Tests/Pages/check.py "$@" "${reports[@]}" | tee "$out/check.log" || true
last=$(tail -n 1 "$out/check.log")
[[ $last =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]] || { echo "FAILED the checks broke off"; exit 1; }
echo "$((passed + BASH_REMATCH[1])) passed, $((failed + BASH_REMATCH[2])) failed"
[ $((failed + BASH_REMATCH[2])) -eq 0 ] && [ "${BASH_REMATCH[1]}" -gt 0 ]
