#!/usr/bin/env bash
# Runs a pipeline of `pipelines/` once for each state of what it reads: sample.sh TUOWEI PIPELINE OPTION…
# The stamp holds the digests of the program, the pipelines, the data, the store's checkpoint and the report; contents count, not times.
# A pipeline outside the project is run each time: `run` itself changes nothing where nothing is new.
set -euo pipefail
tuowei=$1 pipeline=$2
shift 2
name=$(basename "$pipeline" .yaml)
place=build/$name
stamp=$place/stamp
if [ "$(dirname "$pipeline")" != pipelines ]; then exec "$tuowei" run --pipeline "$pipeline" "$@"; fi
digest() {
    {
        printf '%s\n' "$*"
        sha256sum "$tuowei" "$pipeline"
        find sample-data "$place/reports" -type f -print0 2>/dev/null | LC_ALL=C sort -z | xargs -0 sha256sum
        cat "$place/store/log/checkpoint" 2>/dev/null || true
    } | sha256sum
}
if [ -f "$stamp" ] && [ "$(head -n 1 "$stamp")" = "$(digest "$@")" ]; then
    echo "Nothing to do: the program, the data and the report are as they were."
    tail -n +2 "$stamp"
    exit 0
fi
status=0
said=$("$tuowei" run --pipeline "$pipeline" "$@") || status=$?
printf '%s\n' "$said"
[ "$status" -eq 0 ] || exit "$status"
{ digest "$@"; printf '%s\n' "$said"; } >"$stamp.new"
mv "$stamp.new" "$stamp"
