"""Reads a report's workbook and database back and compares every cell with the CSV; runs the queries of docs/queries.md.

    python3 Tests/Pages/read_back.py REPORT_FOLDER [QUERIES_MD]

Needs `openpyxl` from PyPI.
"""

import csv
import datetime
import pathlib
import re
import sqlite3
import sys

import openpyxl


def same(cell, text: str) -> bool:
    if cell is None:
        return text == ""
    if isinstance(cell, datetime.datetime):
        return cell.date().isoformat() == text
    if isinstance(cell, (int, float)):
        places = len(text.partition(".")[2])
        if "e" in text or places > 4:
            # Access is printed with 9 significant digits; the workbook has the whole number.
            return f"{cell:.9g}" == text
        return f"{cell:.{places}f}" == text or (float(text) == 0 and cell == 0)
    return str(cell) == text


def main() -> int:
    report = pathlib.Path(sys.argv[1])
    tables = [path for folder in ("", "supplement") for path in sorted((report / folder).glob("*.csv"))]
    database = sqlite3.connect(f"file:{report / 'report.sqlite'}?mode=ro", uri=True)
    names = {name: chinese for name, chinese in database.execute('SELECT DISTINCT "table", "table" FROM columns')}
    sheets = openpyxl.load_workbook(report / "report.xlsx", read_only=False)
    cells, wrong = 0, 0
    for path in tables:
        with path.open(encoding="utf-8", newline="") as file:
            head, *rows = list(csv.reader(file))
        heading = tuple(row[0] for row in database.execute('SELECT chinese FROM columns WHERE "table"=? ORDER BY place', (path.stem,)))
        candidates = [sheet for sheet in sheets.worksheets[1:] if tuple(cell.value for cell in sheet[1]) == heading]
        found = [sheet for sheet in candidates if sheet.max_row == len(rows) + 1] or candidates
        assert found and path.stem in names, path
        best = None
        for sheet in found:
            differ = sum(
                not same(cell, text) for row, values in zip(rows, sheet.iter_rows(min_row=2, values_only=True)) for text, cell in zip(row, values)
            ) + abs(sheet.max_row - 1 - len(rows)) * len(head)
            best = differ if best is None else min(best, differ)
        cells += len(rows) * len(head)
        wrong += best or 0
        order = ", ".join(f'"{column}"' for column in head)
        stored = database.execute(f'SELECT {order} FROM "{path.stem}"').fetchall()
        want = sorted(tuple(row) for row in rows)
        have = sorted(tuple("" if value is None else value if isinstance(value, str) else f"{value:.9g}" if isinstance(value, float) else str(value) for value in row) for row in stored)
        cells += len(rows) * len(head)
        wrong += sum(left != right for left, right in zip(want, have)) + abs(len(want) - len(have))
    queries = 0
    if len(sys.argv) > 2:
        for text in re.findall(r"```sql\n(.*?)```", pathlib.Path(sys.argv[2]).read_text(encoding="utf-8"), re.S):
            rows = database.execute(text).fetchall()
            queries += 1
            print(f"query {queries}: {len(rows)} rows")
    print(f"{cells} cells read back, {wrong} differ, {queries} queries run")
    print(f"{len(tables) + queries} passed, {1 if wrong else 0} failed")
    return 1 if wrong or not cells else 0


if __name__ == "__main__":
    sys.exit(main())
