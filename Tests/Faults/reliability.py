"""Writes a table of docs/reliability.md: `reliability.py faults|fuzz RESULTS DOCUMENT`.

RESULTS is what `make faults` found (JSON), or the runs of `make fuzz` (a line a target and run: when, target, seconds, seconds of CPU, inputs,
edges, whether it was stopped). What stands between the marks of that part is replaced; everything else of the document stays.
"""
import datetime
import json
import os
import re
import sys
from pathlib import Path

WORDS = {
    "EIO": "the call fails: input/output error", "EIO from then on": "… and every later change fails too",
    "ENOSPC": "the call fails: no space left", "ENOSPC from then on": "… and everything that needs space fails too",
    "killed just before": "the program is killed just before the call", "done, reported as failed": "the call is done, and reported as failed",
    "short write": "a write takes half of its bytes", "EINTR": "the call is interrupted",
    "a second fault in the mending run": "a fault, and another one in the run that mends the first",
    "power cut": "the power is cut: only what was made durable is left, or names without data",
    "RLIMIT_FSIZE": "files may not grow beyond 0 to 60,000 bytes", "RLIMIT_NOFILE": "4 to 16 open files are allowed",
    "read-only": "a read-only file system; a folder without the right to write", "clock": "the clock says 1999 or 2120, or goes back at every look",
    "SIGTERM, SIGINT, SIGHUP": "a signal at a random moment", "killed at random": "one of many at work on one store is killed",
}


def machine():
    memory = int(re.search(r"MemTotal: +(\d+)", Path("/proc/meminfo").read_text()).group(1)) / (1 << 20)
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    return f"{os.cpu_count()} cores" + (f" ({model.group(1).strip()})" if model else "") + f", {memory:.0f} GiB, Linux {os.uname().release.split('-')[0]}"


def size(count):
    return f"{count / (1 << 20):.1f} MiB" if count >= 1 << 20 else f"{count / 1024:.0f} KiB"


def faults(text):
    found = json.loads(text)
    lines = [f"{datetime.date.today()}, {machine()}; {found['seconds']} s."
             + (f" One in {found['stride']} of the faults that the whole sweep tries." if found["stride"] > 1 else ""), "",
             "| what was done | times | refused with a message | went on without it | killed, mended by the next run |",
             "| --- | ---: | ---: | ---: | ---: |"]
    for fault, count in found["faults"].items():
        outcomes = found["outcomes"].get(fault, {})
        refused = sum(number for outcome, number in outcomes.items() if outcome.startswith("refused"))
        mended = outcomes.get("killed", 0) + outcomes.get("mended by the next run", 0)
        went = outcomes.get("went on without it", 0)
        lines.append(f"| {WORDS.get(fault, fault)} | {count:,} | {refused or ''} | {went or ''} | {mended or ''} |")
    lines += ["", f"**{found['injected']:,} injected, {found['lost']} lost, {found['diverged']} diverged.**", ""]
    if found["crowd"]:
        lines += ["A crowd on one store: " + ", ".join(f"{count} {what}" for what, count in sorted(found["crowd"].items())) + ".", ""]
    if found["ceilings"]:
        lines += ["| events | open files | store | for a while, beside it | report | for a while, beside it |", "| ---: | ---: | ---: | ---: | ---: | ---: |"]
        for row in found["ceilings"]:
            lines.append(f"| {row['events']:,} | {row['descriptors']} | {size(row['store'])} | {size(row['ingest_space'])} | {size(row['report'])} | {size(row['report_space'])} |")
        lines.append("")
    return lines


def fuzz(text):
    rows = {}
    days = set()
    for line in text.splitlines():
        moment, target, seconds, worked, inputs, edges, is_stopped = line.split("\t")
        days.add(moment[:10])
        row = rows.setdefault(target, {"seconds": 0, "worked": 0, "inputs": 0, "edges": 0, "stopped": 0})
        row["seconds"] += int(seconds)
        row["worked"] += int(worked)
        row["inputs"] += int(inputs)
        row["edges"] = max(row["edges"], int(edges))
        row["stopped"] += int(is_stopped)
    inputs, seconds, worked, stopped = (sum(row[key] for row in rows.values()) for key in ("inputs", "seconds", "worked", "stopped"))
    lines = [f"{' to '.join(sorted({min(days), max(days)}))}, {machine()}, as many targets at a time as cores: {seconds / 60:.0f} minutes, "
             f"{worked / 60:.0f} of them of CPU.", "",
             "| target | minutes of CPU | inputs | edges of the program reached | stopped by |", "| --- | ---: | ---: | ---: | ---: |"]
    for target, row in sorted(rows.items(), key=lambda item: (-item[1]["inputs"], item[0])):
        lines.append(f"| `{target}` | {row['worked'] / 60:.1f} | {row['inputs']:,} | {row['edges']:,} | {row['stopped'] or 'nothing'} |")
    return [*lines, "", f"**{inputs:,} inputs to {len(rows)} targets, {stopped} of them stopped a target.**", ""]


def main(part, results, document):
    begin, end = (f"<!-- made by make {part}: {edge} -->" for edge in ("begin", "end"))
    lines = {"faults": faults, "fuzz": fuzz}[part](Path(results).read_text("utf-8"))
    path = Path(document)
    before, rest = path.read_text("utf-8").split(begin)
    path.write_text(before + "\n".join([begin, "", *lines, end]) + rest.split(end)[1], "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
