"""A second opinion: the whole contract once more, written apart from the program, slow and plain.

    second_opinion.py CASE …             each a folder of the conformance kind (pipeline.yaml, runs.csv)
    second_opinion.py --seeds 1-200      worlds made from seeds (see worlds.py)

For each case the program's answers, rejects and tables, made by a run of --tuowei, are held against the ones made here. Prints
what differs, then `compared N cells, K differ`; the last line counts the cases. Ends with 1 where anything differs or nothing was compared.
"""

import argparse
import csv
import datetime
import io
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from figures import Figures  # noqa: E402
from lines import Pipeline, instant, read  # noqa: E402
from worlds import write_world  # noqa: E402

UTC_PLUS_8 = "+08:00"


def known_instant(text):
    if not text:
        return None
    return instant(text + "T23:59:59.999999" + UTC_PLUS_8) if len(text) == 10 else instant(text)


def rows_of(path):
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))


class Comparison:
    def __init__(self):
        self.cells, self.differences = 0, 0

    def differ(self, words):
        self.differences += 1
        if self.differences <= 60:
            print(words)

    def tables(self, where, expected, actual):
        for place in range(max(len(expected), len(actual))):
            if place >= len(expected) or place >= len(actual):
                self.differ(f"{where} row {place + 1}: expected {[str(c) for c in expected[place]] if place < len(expected) else 'none'}, "
                            f"got {actual[place] if place < len(actual) else 'none'}")
                if abs(len(expected) - len(actual)) > 3:
                    return
                continue
            one, other = [str(cell) for cell in expected[place]], actual[place]
            self.cells += max(len(one), len(other))
            if one != other and not (where.endswith("access") and len(one) == len(other) == 5 and self.near(one, other)):
                bad = [f"{expected[0][i]}: expected {a!r}, got {b!r}" for i, (a, b) in enumerate(zip(one, other)) if a != b]
                self.differ(f"{where} row {place + 1} ({','.join(one[:4])}): {'; '.join(bad) or 'length'}")

    @staticmethod
    def near(one, other):
        if one[:3] != other[:3]:
            return False
        return all((a == b == "") or (a and b and abs(float(a) - float(b)) <= 1e-7 * max(abs(float(a)), abs(float(b))))
                   for a, b in zip(one[3:], other[3:]))


def answers(lines):
    """What the contract fixes of the answers."""
    result = []
    for each in lines:
        kept = {"archive": each["archive"], "sha256": each["sha256"], "status": each["status"], "why": each.get("why")}
        counts = {"events": {k: v for k, v in each["events"].items() if v}, "duplicates": each["duplicates"],
                  "rejects": {k: v for k, v in each["rejects"].items() if v}, "skipped": sorted(each["skipped"])}
        if each["status"] == "appended" or each.get("why") in ("rejects", "no_event_entry"):
            kept.update(counts)
        if each["status"] == "refused":
            kept.pop("events", None)
        if each["status"] in ("skipped", "unchanged"):
            kept["status"] = "skipped" if each["skipped"] else "unchanged"
        result.append(kept)
    return result


def check(case, tuowei, comparison):
    pipeline = Pipeline(case / "pipeline.yaml")
    record = read(pipeline)
    with tempfile.TemporaryDirectory() as out:
        out = pathlib.Path(out)
        text = (case / "pipeline.yaml").read_text(encoding="utf-8")
        lines = []
        for line in text.splitlines():
            if line.startswith("store:"):
                line = f"store: {out}/store"
            elif line.startswith("reports:"):
                line = f"reports: {out}/reports"
            lines.append(line)
        moved = case / "second-opinion.yaml"
        moved.write_text("\n".join(lines) + "\n", encoding="utf-8")
        try:
            run = subprocess.run([tuowei, "ingest", "--pipeline", moved, "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            if run.returncode not in (0, 3):
                comparison.differ(f"{case.name}: ingest ended with {run.returncode}: {run.stderr.strip()}")
                return
            expected = answers([json.loads(a.json()) for a in record.answers])
            actual = answers(map(json.loads, run.stdout.splitlines()))
            for one, other in zip(expected, actual):
                comparison.cells += len(one)
                if one != other:
                    comparison.differ(f"{case.name} ingest {one['archive']}:\n  expected {one}\n  got      {other}")
            if len(expected) != len(actual):
                comparison.differ(f"{case.name}: {len(expected)} archives, {len(actual)} answers")
            run = subprocess.run([tuowei, "rejects", "--pipeline", moved], stdout=subprocess.PIPE, text=True)
            key = lambda r: (r["archive"], r["entry"], r["line"], r["reason"], r["field"])  # noqa: E731
            expected = sorted(record.rejects, key=key)
            actual = sorted(map(json.loads, run.stdout.splitlines()), key=key)
            comparison.cells += 5 * len(expected)
            for one in expected:
                if one not in actual:
                    comparison.differ(f"{case.name} rejects: {one} is missing")
            for one in actual:
                if one not in expected:
                    comparison.differ(f"{case.name} rejects: {one} is too much")
            for row in csv.DictReader(io.StringIO((case / "runs.csv").read_text(encoding="utf-8"), newline="")):
                folder = out / row["folder"]
                options = ["--known-at", row["known_at"]] if row["known_at"] else []
                names = "coverage,timeline,facilities,supply,flows,subsidies,targets,findings,access"
                run = subprocess.run([tuowei, "report", "--pipeline", moved, "--as-of", row["as_of"], *options, "--out", folder, "--tables", names],
                                     stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
                if run.returncode:
                    comparison.differ(f"{case.name} {row['folder']}: report ended with {run.returncode}: {run.stderr.strip()}")
                    continue
                figures = Figures(pipeline, record, datetime.date.fromisoformat(row["as_of"]), known_instant(row["known_at"]))
                for name, table in figures.tables().items():
                    comparison.tables(f"{case.name} {row['folder']} {name}", table, rows_of(folder / f"{name}.csv"))
        finally:
            moved.unlink()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="*", type=pathlib.Path)
    parser.add_argument("--seeds", default="", help="FIRST-LAST")
    parser.add_argument("--keep", type=pathlib.Path, help="keep the worlds that differ in this folder")
    parser.add_argument("--tuowei", default=".build/release/tuowei")
    arguments = parser.parse_args()
    comparison = Comparison()
    passed = failed = 0
    for case in arguments.cases:
        before = comparison.differences
        check(case, str(pathlib.Path(arguments.tuowei).resolve()), comparison)
        passed, failed = (passed, failed + 1) if comparison.differences > before else (passed + 1, failed)
    first, _, last = arguments.seeds.partition("-")
    for seed in range(int(first), int(last or first) + 1) if first else ():
        with tempfile.TemporaryDirectory() as folder:
            case = pathlib.Path(folder) / f"seed-{seed}"
            write_world(seed, case)
            before = comparison.differences
            check(case, str(pathlib.Path(arguments.tuowei).resolve()), comparison)
            passed, failed = (passed, failed + 1) if comparison.differences > before else (passed + 1, failed)
            if comparison.differences > before and arguments.keep:
                shutil.copytree(case, arguments.keep / case.name, dirs_exist_ok=True)
    print(f"compared {comparison.cells} cells, {comparison.differences} differ")
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if comparison.differences or not comparison.cells else 0)


if __name__ == "__main__":
    main()
