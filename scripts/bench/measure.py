"""What the benchmarks share: where things are, how a command is measured, where a table goes."""

import json
import os
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TUOWEI = ROOT / ".build/release/tuowei"
GENERATOR = ROOT / ".build/release/tuowei-bench-data"


def measured(command, scratch):
    """Runs a command under a process of its own, so that the operating system accounts for it and its children alone: wall and
    CPU seconds, and the peak memory of the largest process in MiB. What ran before it is written to the disk first, so that nobody pays for
    another's writing."""
    report = scratch / "rusage"
    script = ("import resource, subprocess, sys, time, json\n"
              "t = time.monotonic(); p = subprocess.run(sys.argv[2:], stdout=subprocess.PIPE, stderr=subprocess.PIPE)\n"
              "w = time.monotonic() - t; r = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
              "json.dump([w, r.ru_utime + r.ru_stime, r.ru_maxrss / 1024, p.returncode, p.stdout.decode(), p.stderr.decode()],"
              " open(sys.argv[1], 'w'))\n")
    os.sync()
    subprocess.run([sys.executable, "-c", script, str(report), *map(str, command)], check=True)
    wall, cpu, peak, status, out, error = json.loads(report.read_text())
    if status != 0:
        sys.exit(f"bench: {' '.join(map(str, command))} ended with {status}: {error.strip()[-2000:]}")
    return {"wall": wall, "cpu": cpu, "peak": peak, "out": out}


def machine():
    """The machine in a few words."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    model = re.search(r"model name\s*:\s*(.*)", pathlib.Path("/proc/cpuinfo").read_text())
    return f"{os.cpu_count()} cores ({model.group(1) if model else 'unknown'}), {memory:.0f} GiB"


def put(table, path, name):
    """Prints a table, and puts it into the page's place of that name where a page is given."""
    print("\n" + table)
    if not path:
        return
    page = pathlib.Path(path)
    begin, end = f"<!-- {name} -->", f"<!-- end {name} -->"
    text = page.read_text(encoding="utf-8")
    if begin not in text:
        sys.exit(f"bench: {page} has no place for this table ({begin})")
    before, rest = text.split(begin, 1)
    page.write_text(before + begin + "\n" + table + "\n" + end + rest.split(end, 1)[1], encoding="utf-8")
