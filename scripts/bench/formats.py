"""Ingests the same events packed and written in other ways, beside bsdtar that only decompresses, and prints what each took.

Each round runs everything once, one after another; medians are of rounds. With --write, the table also replaces the one of the
same size in docs/performance.md.
"""

import argparse
import datetime
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys

from measure import GENERATOR, ROOT, TUOWEI, machine, measured, put

# As the generator names them, with what they are in words.
FORMATS = {
    "tar.gz": "NDJSON in tar.gz",
    "tar.zst": "NDJSON in tar.zst",
    "zip": "NDJSON in zip",
    "tar.xz": "NDJSON in tar.xz",
    "7z": "NDJSON in 7z",
    "gb18030-csv": "CSV in GB18030 in tar.gz",
}

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--events", type=int, default=1_000_000)
parser.add_argument("--runs", type=int, default=5)
parser.add_argument("--write", metavar="FILE", help="put the table into this page")
arguments = parser.parse_args()

work = ROOT / "build/bench" / f"formats-{arguments.events}"
scratch = work / "scratch"
shutil.rmtree(scratch, ignore_errors=True)
scratch.mkdir(parents=True)
results = {}


def pipeline(name, archives):
    """A pipeline of a format's data with a store of its own."""
    text = (work / name / "pipeline.yaml").read_text(encoding="utf-8")
    text = re.sub(r"(?m)^archives:\n(  - .*\n)+", f"archives:\n  - {archives}\n", text)
    text = re.sub(r"(?m)^store: .*$", f"store: {scratch}/store", text)
    text = re.sub(r"(?m)^reports: .*$", f"reports: {scratch}/reports", text)
    path = work / name / "bench-formats.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def note(key, command):
    shutil.rmtree(scratch / "store", ignore_errors=True)
    run = measured(command, scratch)
    results.setdefault(key, []).append(run)
    print(f"  {key[1]}, {key[0]}: {run['wall']:.2f} s", flush=True)


def decompress(files, at_a_time):
    script = f"printf '%s\\n' \"$@\" | xargs -P {at_a_time} -I ARCHIVE bsdtar -xOf ARCHIVE >/dev/null"
    return ["bash", "-c", script, "bash", *files]


manifests = {}
for name in FORMATS:
    if not (work / name / "manifest.json").exists():
        shutil.rmtree(work / name, ignore_errors=True)
        print(f"Generating {arguments.events:,} events as {FORMATS[name]}", flush=True)
        subprocess.run([str(GENERATOR), "--events", str(arguments.events), "--format", name, "--out", str(work / name)], check=True,
                       stdout=subprocess.DEVNULL)
    manifests[name] = json.loads((work / name / "manifest.json").read_text())["base"]

for round in range(arguments.runs):
    print(f"Round {round + 1} of {arguments.runs}", flush=True)
    for name in FORMATS:
        archives = sorted((work / name / "archives").iterdir())
        for archive in archives:
            archive.read_bytes()  # a warm file cache
        note((name, "bsdtar"), decompress(archives, 2))
        note((name, "ingest"), [TUOWEI, "ingest", "--pipeline", pipeline(name, "archives/*")])
        largest = max(archives, key=lambda path: path.stat().st_size)
        note((name, "bsdtar, one archive"), decompress([largest], 1))
        note((name, "ingest, one archive"), [TUOWEI, "ingest", "--pipeline", pipeline(name, f"archives/{largest.name}")])
shutil.rmtree(scratch)


def median(key, what):
    return statistics.median(run[what] for run in results[key])


def ratio(name, suffix=""):
    """The median of the rounds' ratios of wall time."""
    pairs = zip(results[name, "bsdtar" + suffix], results[name, "ingest" + suffix])
    return statistics.median(bsdtar["wall"] / ingest["wall"] for bsdtar, ingest in pairs)


lines = [
    "| archives | MB packed | two bsdtar, s | ingest, s | CPU s | M events/s | two bsdtar : ingest | one archive, bsdtar : ingest |",
    "|---|--:|--:|--:|--:|--:|--:|--:|",
]
for name, words in FORMATS.items():
    wall = median((name, "ingest"), "wall")
    packed = sum(path.stat().st_size for path in (work / name / "archives").iterdir()) / 1e6
    lines.append(
        f"| {words} | {packed:,.1f} | {median((name, 'bsdtar'), 'wall'):.2f} | {wall:.2f} | {median((name, 'ingest'), 'cpu'):.2f} "
        f"| {manifests[name]['events'] / wall / 1e6:.2f} | {ratio(name):.2f} | {ratio(name, ', one archive'):.2f} |")
head = (f"{datetime.date.today()}; {machine()}; {arguments.events:,} events in {manifests['tar.gz']['archives']} archives of each kind; "
        f"medians of {arguments.runs} rounds; warm file cache.")
put("\n".join([head, "", *lines]), arguments.write, f"formats {arguments.events}")
