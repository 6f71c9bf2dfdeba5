"""The database reads back equal to the CSV files, describes itself, and answers docs/queries.md as the CSV files do."""

import re
import sqlite3

from answers import Answers


def shown(value):
    if value is None:
        return ""
    return f"{value:.9g}" if isinstance(value, float) else str(value)


def check(report, tally, questions):
    database = sqlite3.connect(f"file:{report.folder / 'report.sqlite'}?mode=ro", uri=True)
    tally.check((row[0] for row in database.execute("PRAGMA integrity_check") if row[0] != "ok"), "integrity of the database")
    tally.check((f"{row}" for row in database.execute("PRAGMA foreign_key_check")), "foreign keys of the database")
    cells = 0
    for name, table in report.tables_elsewhere().items():
        order = ", ".join(f'"{column}"' for column in table.head)
        have = sorted(tuple(map(shown, row)) for row in database.execute(f'SELECT {order} FROM "{name}"'))
        want = sorted(map(tuple, table.rows))
        faults = [f"{left}, the CSV file has {right}" for left, right in zip(have, want) if left != right]
        if len(have) != len(want):
            faults.append(f"{len(have)} rows, the CSV file has {len(want)}")
        told = [row[0] for row in database.execute('SELECT "column" FROM columns WHERE "table"=? ORDER BY place', (name,))]
        if told != table.head:
            faults.append(f"its columns are told as {told}")
        cells += len(table.rows) * len(table.head)
        tally.check(faults, f"table {name} of the database")
    print(f"  {cells} cells of {len(report.tables)} tables of the database compared")
    ask(database, report, tally, questions)


def ask(database, report, tally, questions):
    """Each query's answer, cell by cell, against the one from the CSV files."""
    queries = re.findall(r"```sql\n(.*?)```", questions.read_text(encoding="utf-8"), re.S)
    answers = Answers(report).all()
    tally.check([] if len(queries) == len(answers) == 10 else [f"{len(queries)} queries, {len(answers)} answers"], "questions with answers")
    rows = 0
    for place, (query, want) in enumerate(zip(queries, answers), 1):
        have = database.execute(query).fetchall()
        faults = [f"answers {left}, the CSV files {right}" for left, right in zip(have, want) if not all(map(equal, left, right))]
        if len(have) != len(want):
            faults.append(f"{len(have)} rows, the CSV files give {len(want)}")
        rows += len(have)
        tally.check(faults, f"question {place} of {questions.name}")
    print(f"  {len(queries)} questions of {questions.name} answered with {rows} rows, as the CSV files answer them")


def equal(value, text):
    return float(text) == value if isinstance(value, float) else shown(value) == text
