"""No child is named but in findings.csv: `children.py PROGRAM CASE...`.

Runs every verb over a made district and over the cases in the folders given, and looks for every child's pseudonym in every byte that
comes out: messages, answers, pages, tables, workbook, database, manifest. `findings.csv` must hold some, or the search proves nothing.
"""
import csv
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import district

CHILD, EVENT = {"child", "儿童"}, {"event_id", "事件编号"}


def entries(archive):
    """The bytes of each entry of an archive that can be read, and of the file itself."""
    yield archive.read_bytes()
    listed = subprocess.run(["bsdtar", "-xOf", str(archive)], capture_output=True)
    yield listed.stdout
    for tool in (["gzip", "-dc"], ["xz", "-dc"], ["bzip2", "-dc"], ["zstd", "-dcq"]):
        yield subprocess.run([*tool, str(archive)], capture_output=True).stdout


def children(folder):
    """Every child's identifier that stands in the case's archives."""
    found, events = set(), set()
    for archive in [*(folder / "archives").glob("*"), *(folder / "gbk").glob("*")]:
        for content in entries(archive):
            for encoding in ("utf-8", "gb18030"):
                text = content.decode(encoding, "replace")
                found.update(re.findall(r'"child"\s*:\s*"([A-Za-z0-9_.:-]{1,64})"', text))
                # An identifier may be a child's and, in its own namespace, a facility's; pages name the facility.
                events.update(re.findall(r'"facility"\s*:\s*"([A-Za-z0-9_.:-]{1,64})"', text))
                events.update(re.findall(r'"event_id"\s*:\s*"([A-Za-z0-9_.:-]{1,64})"', text))
                head = []
                for line in text.splitlines():
                    cells = next(csv.reader([line]), []) if "," in line and not line.startswith("{") else []
                    if EVENT & set(cells): head = cells
                    elif len(cells) == len(head):
                        for name, cell in zip(head, cells):
                            if name in CHILD: found.add(cell)
                            if name in EVENT: events.add(cell)
    # Short words such as `c1` stand in pages for other reasons; a line with a missing cell has an event or a day in a child's place.
    return {child for child in found - events
            if re.fullmatch(r"[A-Za-z0-9_.:-]{5,64}", child) and re.search(r"\d", child) and not re.fullmatch(r"[\d-]+|row\w+", child)}


def outputs(program, folder):
    """Everything that comes out of the program, by where it came out."""
    pipeline = ["--pipeline", "pipeline.yaml"]
    runs = folder / "runs.csv"
    moments = [row[:2] for row in csv.reader(runs.open())][1:2] if runs.exists() else [["2024-06-30", ""]]
    commands = [["ingest", *pipeline], ["ingest", *pipeline, "--json"], ["rejects", *pipeline], ["fold", *pipeline], ["verify", *pipeline]]
    for day, known in moments:
        moment = ["--as-of", day] + (["--known-at", known] if known else [])
        commands += [["report", *pipeline, *moment, "--out", "out/report"], ["report", *pipeline, *moment, "--out", "out/english", "--lang", "en"],
                     ["verify", *pipeline, "--report", "out/report"], ["run", *pipeline, *moment, "--out", "out/report"],
                     ["explain", *pipeline, *moment, "--figure", "under3", "--code", "320612000000"],
                     ["explain", *pipeline, *moment, "--figure", "enrolled", "--code", "320612000000"],
                     ["verify", *pipeline, "--json", "--report", "out/report"]]
    for command in commands:
        if command[0] == "explain" and "explain" not in subprocess.run([program, "--help"], capture_output=True).stdout.decode(): continue
        done = subprocess.run([program, *command], cwd=folder, capture_output=True, timeout=300)
        yield " ".join(command), done.stdout + b"\n" + done.stderr
    for path in sorted((folder / "out").rglob("*")):
        if not path.is_file() or "store" in path.relative_to(folder / "out").parts: continue
        name = str(path.relative_to(folder))
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as book:
                for part in book.namelist(): yield f"{name}: {part}", book.read(part)
        elif path.suffix == ".sqlite":
            # In the file, cells stand side by side without a mark between them.
            with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
                for table, in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                    cells = "\n".join(str(cell) for row in database.execute(f'SELECT * FROM "{table}"') for cell in row)
                    yield f"{name}: {table}", cells.encode()
        else:
            yield name, path.read_bytes()


def main(program, cases):
    scratch = Path(tempfile.mkdtemp(prefix="tuowei-children-"))
    named, searched, bad = 0, 0, []
    try:
        district.write(scratch / "made", district.plain(12), [])
        folders = [scratch / "made"]
        for case in cases:
            copy = scratch / Path(case).name
            shutil.copytree(case, copy, ignore=shutil.ignore_patterns("expected", "*.md"))
            folders.append(copy)
        for folder in folders:
            wanted = children(folder)
            for place, content in outputs(program, folder):
                words = set(re.findall(rb"[A-Za-z0-9_.:-]{5,}", content))
                hits = {child for child in wanted if child.encode() in words}
                searched += len(content)
                if place.endswith("findings.csv"): named += len(hits)
                elif hits: bad.append(f"{folder.name}: {place} names {len(hits)} children")
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    for line in bad: print(line)
    print(f"{searched} bytes searched, {named} children named in findings.csv, {len(bad)} other places name one")
    sys.exit(1 if bad or named == 0 else 0)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
