"""Runs Tuowei, DuckDB and Polars on the same archives, checks that their tables are the same, and prints what each took.

Each round runs everything once, one after another, so that a machine that grows slower slows all alike; medians are of rounds.
With --write, the table also replaces the one of the same size in docs/performance.md.
"""

import argparse
import datetime
import filecmp
import json
import pathlib
import re
import shutil
import statistics
import subprocess
import sys

from measure import GENERATOR, HERE, ROOT, TUOWEI, machine, measured as measured_in, put

TABLES = "coverage,timeline,facilities,supply,flows,subsidies,targets,findings,access"
# What 1 % more takes without the writing of the tables: with the smallest table, and with another small one, for which facilities are listed
# and what communities reach of them is computed: then all is that any table says, but for the lists of flows and findings.
SMALLEST = {"targets.csv alone": "targets", "targets.csv and access.csv alone": "targets,access"}
AS_OF = "2025-12-31"
OTHER_DAY = "2024-06-30"
KNOWN_AT = "2025-06-30"

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--events", type=int, default=10_000_000)
parser.add_argument("--runs", type=int, default=5)
parser.add_argument("--without-peers", action="store_true", help="do not run DuckDB and Polars")
parser.add_argument("--write", metavar="FILE", help="put the table into this page")
arguments = parser.parse_args()

work = ROOT / "build/bench" / f"events-{arguments.events}"
data, scratch = work / "data", work / "scratch"


def measured(command):
    return measured_in(command, scratch)


def clean(*folders):
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def pipeline(name, archives):
    """A pipeline of the generated district with a store of its own."""
    text = (data / "pipeline.yaml").read_text(encoding="utf-8")
    text = re.sub(r"(?m)^archives:\n(  - .*\n)+", "archives:\n" + "".join(f"  - {glob}\n" for glob in archives), text)
    text = re.sub(r"(?m)^store: .*$", f"store: {scratch}/{name}/store", text)
    text = re.sub(r"(?m)^reports: .*$", f"reports: {scratch}/{name}/reports", text)
    path = data / f"bench-{name}.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def two_at_a_time(command):
    """Decompresses every archive with a shell command that is given its path as $1, two at a time."""
    return ["bash", "-c", f"ls '{data}'/archives/* | xargs -P 2 -I ARCHIVE bash -c '{command}' bash ARCHIVE"]


if not (data / "manifest.json").exists():
    clean(data)
    work.mkdir(parents=True, exist_ok=True)
    print(f"Generating {arguments.events:,} events", flush=True)
    subprocess.run([str(GENERATOR), "--events", str(arguments.events), "--out", str(data)], check=True, stdout=subprocess.DEVNULL)
manifest = json.loads((data / "manifest.json").read_text())["base"]
events, size = manifest["events"], manifest["bytes"]
clean(scratch)
scratch.mkdir(parents=True)
for archive in (data / "archives").iterdir():
    archive.read_bytes()  # a warm file cache

base, whole = pipeline("base", ["archives/*"]), pipeline("whole", ["archives/*", "delta/*"])
program = [TUOWEI]
results = {}


def note(name, run):
    results.setdefault(name, []).append(run)
    print(f"  {name}: {run['wall']:.2f} s", flush=True)


def report(out, *options, day=AS_OF):
    return [*program, "report", "--pipeline", base, "--as-of", day, "--out", scratch / out, "--tables", TABLES, *options]


def peer(name, *options):
    folder = scratch / name
    folder.mkdir(exist_ok=True)
    return [sys.executable, HERE / f"peer_{name}.py", "--pipeline", base, "--as-of", AS_OF, "--out", folder, *options]


def in_two_tables():
    """Makes a store of all archives but the delta's, with the sums of the day; what that took with two tables."""
    clean(scratch / "base")
    return measured([*program, "run", "--pipeline", base, "--as-of", AS_OF, "--out", scratch / "two", "--tables", "coverage,timeline"])


def more_in_one(out, tables):
    """The archives of the delta ingested, folded and reported by one call, over a store that holds all the others and the sums of the day."""
    return [*program, "run", "--pipeline", base, "--as-of", AS_OF, "--out", scratch / out, "--tables", tables, *delta]


delta = sorted((data / "delta").iterdir())
for round in range(arguments.runs):
    print(f"Round {round + 1} of {arguments.runs}", flush=True)
    note("bsdtar, two at a time", measured(two_at_a_time('bsdtar -xOf "$1" >/dev/null')))
    note("igzip, two at a time", measured(two_at_a_time('igzip -dc "$1" >/dev/null')))

    for threads in (1, 2):
        clean(scratch / "base", scratch / "report")
        note(f"whole job, every table{', 1 thread' if threads == 1 else ''}", measured(
            [*program, "run", "--pipeline", base, "--as-of", AS_OF, "--out", scratch / "report", "--tables", TABLES, "--threads", threads]))
    note("1 % more, in one run", measured(more_in_one("in-one", TABLES)))
    note("whole job, coverage and timeline", in_two_tables())
    for number, (what, tables) in enumerate(SMALLEST.items()):
        if number > 0:
            in_two_tables()
        note(f"1 % more, in one run, {what}", measured(more_in_one("in-one-small", tables)))

    clean(scratch / "base")
    note("ingest", measured([*program, "ingest", "--pipeline", base]))
    # Nothing is folded yet: these two read the log.
    note("replay: report from the log", measured(report("replay")))
    note("replay as known at", measured(report("known", "--known-at", KNOWN_AT)))
    note("fold", measured([*program, "fold", "--pipeline", base]))
    note("sums of the day", measured([*program, "fold", "--pipeline", base, "--as-of", AS_OF]))
    note("report from projections, another day", measured(report("other", day=OTHER_DAY)))
    note("report from projections, another day and known at", measured(report("other", "--known-at", KNOWN_AT, day=OTHER_DAY)))

    # One archive with 1 % of new events, late ones and voids among them, behind everything above.
    note("1 % more: ingest", measured([*program, "ingest", "--pipeline", base, *delta]))
    note("1 % more: fold", measured([*program, "fold", "--pipeline", base, "--as-of", AS_OF]))
    note("1 % more: report, every table", measured(report("more")))
    if round == 0:
        print("  the same from nothing", flush=True)
        measured([*program, "run", "--pipeline", whole, "--as-of", AS_OF, "--out", scratch / "nothing", "--tables", TABLES])

    if not arguments.without_peers:
        note("DuckDB", measured(peer("duckdb")))
        database = scratch / "events.duckdb"
        if not database.exists():
            measured(peer("duckdb", "--database", database))
        note("DuckDB, counting only, from its own file", measured(peer("duckdb", "--database", database, "--count-only")))
        note("Polars", measured(peer("polars")))

same = []
for name in TABLES.split(","):
    if not filecmp.cmp(scratch / "report" / f"{name}.csv", scratch / "replay" / f"{name}.csv", shallow=False):
        sys.exit(f"bench: {name}.csv differs between the whole job and the replay")
    for folder in ("more", "in-one"):
        if not filecmp.cmp(scratch / folder / f"{name}.csv", scratch / "nothing" / f"{name}.csv", shallow=False):
            sys.exit(f"bench: {name}.csv after 1 % more differs from the one made from nothing ({folder})")
if not arguments.without_peers:
    for other in ("duckdb", "polars"):
        for name in ("coverage", "timeline"):
            if not filecmp.cmp(scratch / "report" / f"{name}.csv", scratch / other / f"{name}.csv", shallow=False):
                sys.exit(f"bench: {name}.csv of {other} differs from Tuowei's")
    same.append("DuckDB, Polars and Tuowei print the same `coverage.csv` and `timeline.csv`, byte for byte.")
same.append("After 1 % more events every table is the one that a store made from nothing gives, byte for byte.")

median = {name: {key: statistics.median(run[key] for run in runs) for key in ("wall", "cpu", "peak")} for name, runs in results.items()}
spread = {name: (min(run["wall"] for run in runs), max(run["wall"] for run in runs)) for name, runs in results.items()}


def ratio(name, other):
    """The median of the rounds' ratios of wall time, each of runs in one round."""
    return statistics.median(a["wall"] / b["wall"] for a, b in zip(results[name], results[other]))


lines = ["| stage | wall s | min–max | CPU s | peak MiB | M events/s | MB/s of NDJSON |", "|---|--:|--:|--:|--:|--:|--:|"]
for name, figures in median.items():
    share = 0.01 if name.startswith("1 % more") else 1
    low, high = spread[name]
    rates = f"{events * share / figures['wall'] / 1e6:.2f} | {size * share / figures['wall'] / 1e6:,.0f}"
    if share < 1:
        rates = " | "
    lines.append(f"| {name} | {figures['wall']:.2f} | {low:.2f}–{high:.2f} | {figures['cpu']:.2f} | {figures['peak']:,.0f} | {rates} |")
job, two = "whole job, every table", "whole job, coverage and timeline"
tar = "bsdtar, two at a time"
lines += ["", "| ratio of wall times, round by round | median |", "|---|--:|"]
if not arguments.without_peers:
    lines.append(f"| DuckDB (two tables) : Tuowei (every table) | {ratio('DuckDB', job):.1f} |")
    lines.append(f"| Polars (two tables) : Tuowei (every table) | {ratio('Polars', job):.1f} |")
    lines.append(f"| DuckDB : Tuowei, two tables each | {ratio('DuckDB', two):.1f} |")
    lines.append(f"| Polars : Tuowei, two tables each | {ratio('Polars', two):.1f} |")
lines.append(f"| whole job : two bsdtar that only decompress | {ratio(job, tar):.2f} |")
lines.append(f"| two bsdtar : ingest (the share of their MB/s) | {ratio(tar, 'ingest'):.2f} |")
lines.append(f"| replay as known at K : replay | {ratio('replay as known at', 'replay: report from the log'):.2f} |")
lines.append(f"| one thread : two threads, whole job | {ratio(job + ', 1 thread', job):.2f} |")
more = statistics.median(
    (a["wall"] + b["wall"] + c["wall"]) / d["wall"]
    for a, b, c, d in zip(*(results[f"1 % more: {stage}"] for stage in ("ingest", "fold", "report, every table")), results[job]))
folded = statistics.median(
    (a["wall"] + b["wall"]) / d["wall"] for a, b, d in zip(*(results[f"1 % more: {stage}"] for stage in ("ingest", "fold")), results[job]))
lines.append(f"| 1 % more, ingest + fold + report : whole job | {more:.1%} |")
lines.append(f"| 1 % more, ingest + fold : whole job | {folded:.1%} |")
lines.append(f"| 1 % more, in one run : whole job | {ratio('1 % more, in one run', job):.1%} |")
for what in SMALLEST:
    lines.append(f"| the same without the writing of the tables ({what}) : whole job | "
                 f"{ratio(f'1 % more, in one run, {what}', job):.1%} |")
peak = max(figures["peak"] for name, figures in median.items() if "DuckDB" not in name and "Polars" not in name)
lines.append(f"| highest peak of a stage of Tuowei, MiB : 512 MiB + 40 bytes an event | {peak / (512 + 40 * events / 2**20):.2f} |")
head = (f"{datetime.date.today()}; {machine()}; {events:,} events, "
        f"{size / 1e6:,.0f} MB of NDJSON in {manifest['archives']} tar.gz; medians of {arguments.runs} rounds; warm file cache.")
put("\n".join([head, "", *lines, "", *same]), arguments.write, f"bench {arguments.events}")
clean(scratch)
