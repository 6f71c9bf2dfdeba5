"""Reads reports as their readers do, each with the tools that readers of that format use, and counts what holds.

    .venv/bin/python Tests/Pages/check.py [--only NAME,…] [--shots FOLDER] REPORT…

The checks: markup (valid HTML), links, figures (every number equals its cell), browser (Chromium and axe), workbook (openpyxl and
LibreOffice), database (SQLite, and docs/queries.md), package (frictionless). The last line counts; the exit status is 1 where
anything failed or nothing was checked.
"""

import argparse
import concurrent.futures
import contextlib
import io
import pathlib
import sys
import time

import browser
import database
import figures
import links
import markup
import package
import workbook
from reading import Report, Tally

ROOT = pathlib.Path(__file__).resolve().parents[2]


# By name, those that take longest first.
CHECKS = {
    "browser": browser.check, "workbook": workbook.check, "markup": markup.check, "package": package.check,
    "figures": figures.check, "links": links.check, "database": database.check,
}


def perform(name, folder, shots):
    """One check of one report: what passed, what failed, and what is to be said of it."""
    tally, words, began = Tally(), io.StringIO(), time.monotonic()
    with contextlib.redirect_stdout(words):
        try:
            report = Report(folder)
            more = {"browser": [shots], "database": [ROOT / "docs" / "queries.md"]}.get(name, [])
            CHECKS[name](report, tally, *more)
            size = f"{len(report.pages)} pages, {len(report.tables)} tables"
        except Exception as error:  # a check that breaks off has failed, and the others go on
            tally.check([f"{type(error).__name__}: {error}"], f"the check {name}")
            size = "broken off"
    head = f"{name} of {folder} ({size}, {time.monotonic() - began:.1f} s)\n"
    return tally.passed, tally.failed, head + words.getvalue()


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("reports", nargs="+", metavar="REPORT")
    arguments.add_argument("--only", help="the names of the checks to make, with commas between")
    arguments.add_argument("--shots", type=pathlib.Path, help="a folder for screenshots and PDFs of some pages")
    chosen = arguments.parse_args()
    names = chosen.only.split(",") if chosen.only else list(CHECKS)
    unknown = [name for name in names if name not in CHECKS]
    if unknown:
        arguments.error(f"no check is called {', '.join(unknown)}; there are {', '.join(CHECKS)}")
    # Checks wait for other programs most of the time: two at once, the longest first.
    tasks = [(name, folder, chosen.shots) for name in sorted(names, key=list(CHECKS).index) for folder in chosen.reports]
    passed, failed = 0, 0
    with concurrent.futures.ProcessPoolExecutor(max_workers=2) as pool:
        for good, bad, words in pool.map(perform, *zip(*tasks)):
            print(words, end="", flush=True)
            passed += good
            failed += bad
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
