"""What a run takes of the machine beside memory, at 1, 10 and 100 times the input: open files, and space beyond what it leaves."""
import gzip
import json
import os
import resource
import shutil
import subprocess
import time

from lab import AS_OF

# What the documentation states.
DESCRIPTORS = 128
INGEST_SPACE = 80 << 20
REPORT_SPACE = 3
BASE_EVENTS = 1000


def write(folder, times):
    """Births in so many archives, a district of two villages."""
    archives = folder / "archives"
    shutil.rmtree(archives)
    archives.mkdir()
    for archive in range(times):
        lines = []
        for number in range(BASE_EVENTS):
            child = archive * BASE_EVENTS + number
            day = f"20{21 + child % 3}-{1 + child % 12:02}-{1 + child % 28:02}"
            lines.append(json.dumps({"event_id": f"b{child}", "type": "birth_registered", "occurred_on": day, "recorded_at": day + "T09:00:00+08:00",
                                     "child": f"kid{child}", "community": f"32061210100{1 + child % 2}"}))
        (archives / f"births-{archive:03}.ndjson.gz").write_bytes(gzip.compress("\n".join(lines).encode() + b"\n", 1, mtime=0))


def held(folder):
    """The bytes of all files below a folder, as they are now."""
    total = 0
    for base, _, files in os.walk(folder):
        for name in files:
            try: total += os.lstat(os.path.join(base, name)).st_size
            except FileNotFoundError: pass
    return total


def watch(lab, folder, command):
    """Runs a command; its open files at most, the space beyond what stood before and what it leaves, and what it leaves."""
    limit = lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (DESCRIPTORS, DESCRIPTORS))
    before = held(folder)
    process = subprocess.Popen([lab.program, *command], cwd=folder, env=lab.environment(folder), preexec_fn=limit, stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    most_open, most_held = 0, before
    while process.poll() is None:
        try:
            descriptors = os.listdir(f"/proc/{process.pid}/fd")
            most_open = max(most_open, len(descriptors))
            nameless = sum(os.stat(f"/proc/{process.pid}/fd/{one}").st_size for one in descriptors
                           if os.readlink(f"/proc/{process.pid}/fd/{one}").endswith("(deleted)"))
            most_held = max(most_held, held(folder) + nameless)
        except (FileNotFoundError, PermissionError, ProcessLookupError): pass
        time.sleep(0.001)
    if process.returncode != 0: raise RuntimeError(f"{command}: {process.returncode}: {process.stderr.read().decode()}")
    left = held(folder) - before
    return most_open, max(0, most_held - before - max(0, left)), left


def measure(lab, sizes=(1, 10, 100)):
    """A row for each size, and what is over the ceilings."""
    rows, wrong = [], []
    for times in sizes:
        folder = lab.case()
        write(folder, times)
        pipeline = ["--pipeline", "pipeline.yaml"]
        ingest = watch(lab, folder, ["ingest", *pipeline])
        fold = watch(lab, folder, ["fold", *pipeline])
        report = watch(lab, folder, ["report", *pipeline, "--as-of", AS_OF])
        # A second one needs room beside the first until it takes its place.
        again = watch(lab, folder, ["report", *pipeline, "--as-of", AS_OF])
        row = {"times": times, "events": times * BASE_EVENTS, "descriptors": max(ingest[0], fold[0], report[0], again[0]), "store": ingest[2],
               "ingest_space": ingest[1], "fold_space": fold[1], "report": report[2], "report_space": max(report[1], again[1])}
        rows.append(row)
        if row["descriptors"] > DESCRIPTORS: wrong.append(f"{row['descriptors']} open files at {times} times the input")
        if row["ingest_space"] > INGEST_SPACE: wrong.append(f"ingest takes {row['ingest_space']} bytes for a while at {times} times the input")
        if row["report_space"] > REPORT_SPACE * row["report"]: wrong.append(f"a report takes {row['report_space']} bytes for a while at {times} times the input")
        shutil.rmtree(folder)
    return rows, wrong
