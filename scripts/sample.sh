#!/usr/bin/env bash
# Runs a pipeline once for each state of its inputs: sample.sh TUOWEI PIPELINE AS_OF
# The stamp holds the digests of the program, the pipeline and its data, and of the report; contents count, not times.
set -euo pipefail
tuowei=$1 pipeline=$2 as_of=$3
name=$(basename "$pipeline" .yaml)
stamp=build/$name/stamp-$as_of
report=build/$name/reports/$as_of
digest() {
    {
        sha256sum "$tuowei" "$pipeline"
        find sample-data -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
        find "$report" -type f -print0 2>/dev/null | LC_ALL=C sort -z | xargs -0 -r sha256sum
        cat "build/$name/store/log/checkpoint" 2>/dev/null || true
    } | sha256sum
}
if [ -d "$report" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$(digest)" ]; then
    echo "Nothing to do: program, data and report are as they were. The report is in $report"
    exit 0
fi
"$tuowei" run --pipeline "$pipeline" --as-of "$as_of"
digest >"$stamp"
