"""The workbook reads back equal to the CSV files, through openpyxl and through LibreOffice, and looks as a workbook should."""

import csv
import datetime
import decimal
import pathlib
import sqlite3
import subprocess
import tempfile
import unicodedata

import openpyxl
from openpyxl.utils.escape import unescape


def same(cell, text):
    """Whether a cell as openpyxl gives it is what the CSV file says."""
    if cell is None:
        return text == ""
    if isinstance(cell, datetime.datetime):
        return cell.date().isoformat() == text
    if isinstance(cell, (int, float)):
        places = len(text.partition(".")[2])
        if "e" in text or places > 4:
            # Access is printed with 9 significant digits; the workbook has the whole number.
            return f"{cell:.9g}" == text
        return f"{cell:.{places}f}" == text or (cell == 0 and text.strip("0.") == "")
    # A workbook may write a character as _x0041_, which openpyxl leaves as it stands.
    return unescape(str(cell)) == text


def same_text(cell, text):
    """Whether a cell as LibreOffice writes it is what the CSV file says; shares of a hundred stand with their sign."""
    if cell == text:
        return True
    try:
        if cell.endswith("%"):
            return decimal.Decimal(cell[:-1]) / 100 == decimal.Decimal(text)
        return decimal.Decimal(cell) == decimal.Decimal(text) or same(float(cell), text)
    except decimal.InvalidOperation:
        return False


def headings(report, language):
    """The name of each table by the sheet it stands in, from the database's own description."""
    with sqlite3.connect(f"file:{report.folder / 'report.sqlite'}?mode=ro", uri=True) as database:
        titles = {}
        for table, title in database.execute(f"SELECT name, {language} FROM tables"):
            titles[title if language == "chinese" else table] = table
        columns = {}
        for table, heading in database.execute(f'SELECT "table", {language} FROM columns ORDER BY "table", place'):
            columns.setdefault(table, []).append(heading)
    return titles, columns


def compare(rows, table, equal):
    faults = []
    if len(rows) != len(table.rows):
        faults.append(f"{len(rows)} rows, the CSV file has {len(table.rows)}")
    for place, (row, want) in enumerate(zip(rows, table.rows)):
        row = list(row) + [None] * (len(want) - len(row))
        for column, cell, text in zip(table.head, row, want):
            if not equal(cell, text):
                faults.append(f"row {place + 1}, {column}: {cell!r}, the CSV file has {text!r}")
    return faults


def check(report, tally):
    path = report.folder / "report.xlsx"
    titles, columns = headings(report, "chinese" if report.language == "zh" else "english")
    tables = report.tables_elsewhere()
    book = openpyxl.load_workbook(path)
    first, *sheets = book.worksheets
    tally.check([] if len(first._charts) >= 2 else [f"{len(first._charts)} charts"], "charts of the workbook's first sheet")
    cells, order = 0, []
    for sheet in sheets:
        name = titles.get(sheet.title)
        table = tables.pop(name, None)
        if table is None:
            tally.check(["no table has this title"], f"sheet {sheet.title}")
            continue
        order.append(name)
        rows = list(sheet.iter_rows(min_row=2))
        faults = compare([[cell.value for cell in row] for row in rows], table, same)
        head = [cell.value for cell in sheet[1]]
        if head != columns[name]:
            faults.append(f"headed {head}")
        if not sheet.freeze_panes or sheet.freeze_panes in ("A1", "B1"):
            faults.append(f"panes frozen at {sheet.freeze_panes}")
        if sheet.auto_filter.ref is None or not sheet.auto_filter.ref.startswith("A1:"):
            faults.append(f"filter over {sheet.auto_filter.ref}")
        if not sheet.column_dimensions["A"].width or sheet.column_dimensions["A"].width < 8:
            faults.append("columns have no width")
        for row in rows:
            for cell in row:
                if cell.data_type == "f":
                    faults.append(f"{cell.coordinate} is a formula")
                elif isinstance(cell.value, (int, float)) and cell.number_format == "General":
                    faults.append(f"{cell.coordinate} has no number format")
        cells += len(table.rows) * len(table.head)
        tally.check(faults, f"sheet {sheet.title} read by openpyxl")
    tally.check([f"{name} has no sheet" for name in tables], "tables in the workbook")
    print(f"  {cells} cells of {len(order)} sheets compared through openpyxl")
    libreoffice(path, order, report, tally)


def libreoffice(path, order, report, tally):
    tables = report.tables_elsewhere()
    with tempfile.TemporaryDirectory() as folder:
        # Comma, double quotes, UTF-8, from the first line, cells as they are stored and not as they are shown, every sheet.
        form = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1"
        call = ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", form, "--outdir", folder, str(path)]
        run = subprocess.run(call, capture_output=True, text=True, timeout=600)
        files = {unicodedata.normalize("NFC", file.stem): file for file in pathlib.Path(folder).glob("*.csv")}
        if not files:
            tally.check([f"no sheet was converted: {run.stderr[-300:]}"], "workbook in LibreOffice")
            return
        book = openpyxl.load_workbook(path, read_only=True)
        cells = 0
        for name, sheet in zip(order, book.sheetnames[1:]):
            file = files.get(unicodedata.normalize("NFC", f"{path.stem}-{sheet}"))
            if file is None:
                tally.check(["was not converted"], f"sheet {sheet} read by LibreOffice")
                continue
            with file.open(encoding="utf-8", newline="") as text:
                rows = list(csv.reader(text))[1:]
            tally.check(compare(rows, tables[name], same_text), f"sheet {sheet} read by LibreOffice")
            cells += len(tables[name].rows) * len(tables[name].head)
    print(f"  {cells} cells of {len(order)} sheets compared through LibreOffice")
