"""Hostile names go through the whole program: `names.py PROGRAM`.

A district whose names are those of an attacker gives pages, pictures, tables, a workbook and a database. Each page must have the very
elements and attributes that plain names give, links to no other place, and the names as text; each table and sheet a cell for each
cell; no sheet a formula; nothing shown on a terminal a control or direction mark.
"""
import csv
import html.parser
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unicodedata
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import district

HOSTILE = [
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "'><svg onload=alert(1)>", "</td></table></svg><h1>", "<!--", "--><b>",
    "=cmd|' /C calc'!A0", "@SUM(1+1)*cmd|' /C calc'!A0", "+1+1", "-2+3+cmd|' /C calc'!A0", "=HYPERLINK(\"http://x.invalid\",\"y\")", "\u202Egnp.exe",
    "\u2066\u2067\u200F\u200E\u061C", "a" + "\u0301" * 99, "\"\u0301onmouseover=alert(1) ", "<\u0301script>", "&lt;b&gt;&#x3c;&amp;", "]]>", "<![CDATA[x",
    "{{name}}{{{name}}}{{>x}}{{#a}}", "${7*7}%s%n%x%@{0}", "../../../etc/passwd", "/etc/passwd", "javascript:alert(1)", "'; DROP TABLE facilities; --",
    "a,b\"c", "x\u2028y\u2029z", "\uFEFFbom", "\U0001F469\u200D\U0001F467", "\U00020000\U0010FFFD", "\u0085\u009B31m", "CON", "nul\\x", "%2e%2e%2f", "日本\u3099",
]
HOSTILE_FILES = ["<script>", "=cmd", "\u202Egnp", "\"quote\"", "'", "a\u0301\u0301", "%s%n", "{{x}}", "\x1b[31m", "&amp;", ";rm -rf x", "$(id)", "`id`", "-rf"]
AS_OF = "2024-06-30"


class Structure(html.parser.HTMLParser):
    """The elements and attributes of a page in order, where it points to, and its text."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.elements, self.places, self.text = [], set(), []

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, tuple(name for name, _ in attributes)))
        for name, value in attributes:
            if name in ("href", "src", "action", "xlink:href", "style", "class", "id"): self.places.add((name, value))

    def handle_endtag(self, tag):
        self.elements.append(("/" + tag, ()))

    def handle_comment(self, data):
        self.elements.append(("comment", ()))

    def handle_data(self, data):
        self.text.append(data)


def structure(path):
    page = Structure()
    page.feed(path.read_text("utf-8"))
    page.close()
    return page


def make(program, folder, names, files):
    """Writes the case and runs the whole program over it; what it said."""
    district.write(folder, names, files)
    said = []
    pipeline = ["--pipeline", "pipeline.yaml"]
    for command in (["ingest", *pipeline], ["fold", *pipeline], ["report", *pipeline, "--as-of", AS_OF], ["rejects", *pipeline],
                    ["verify", *pipeline, "--report", f"out/reports/{AS_OF}"], ["run", *pipeline, "--as-of", AS_OF, "--out", "out/again", "--lang", "en"]):
        done = subprocess.run([program, *command], cwd=folder, capture_output=True, timeout=300)
        assert done.returncode in (0, 3), f"{command}: {done.returncode}: {done.stderr.decode()}"
        said.append((command[0], done.stdout.decode("utf-8"), done.stderr.decode("utf-8")))
    return said


def sheets(path):
    """Each part of a workbook that is XML, parsed."""
    with zipfile.ZipFile(path) as book:
        assert not [name for name in book.namelist() if "externalLink" in name or "vba" in name.lower()]
        return {name: ElementTree.fromstring(book.read(name)) for name in book.namelist() if name.endswith((".xml", ".rels"))}


def shape(element):
    """An XML tree without its text, and without the mark that blanks around a text count."""
    kept = sorted(name for name in element.attrib if name != "{http://www.w3.org/XML/1998/namespace}space")
    return (element.tag, tuple(kept), tuple(map(shape, element)))


def rows(path):
    with open(path, encoding="utf-8", newline="") as file: return list(csv.reader(file, strict=True))


def main(program):
    scratch = Path(tempfile.mkdtemp(prefix="tuowei-names-"))
    checked = 0
    try:
        plain = district.plain(len(HOSTILE))
        make(program, scratch / "plain", plain, [f"-f{number}" for number in range(len(HOSTILE_FILES))])
        said = make(program, scratch / "hostile", HOSTILE, HOSTILE_FILES)

        for verb, output, errors in said:
            # JSON may hold what a terminal must not be shown; lines for people may not.
            shown = errors if verb == "rejects" else output + errors
            for character in shown:
                if character != "\n": assert unicodedata.category(character) not in ("Cc", "Cf", "Zl", "Zp"), f"{verb} shows {character!r}"
                checked += 1

        for report in (f"out/reports/{AS_OF}", "out/again"):
            good, bad = scratch / "plain" / report, scratch / "hostile" / report
            names = sorted(str(path.relative_to(bad)) for path in bad.rglob("*") if path.is_file())
            assert names == sorted(str(path.relative_to(good)) for path in good.rglob("*") if path.is_file()), "a name chose a file's path"
            seen = ""
            for name in names:
                if name.endswith(".html"):
                    left, right = structure(good / name), structure(bad / name)
                    # Pictures leave out labels that have no room, so it is the kinds of elements that count, not their number.
                    foreign = set(right.elements) - set(left.elements)
                    assert not foreign, f"{name}: elements that plain names do not give: {foreign}"
                    strange = {place for place in right.places - left.places if place[0] != "style"}
                    assert not strange, f"{name}: points elsewhere: {strange}"
                    checked += len(right.elements)
                    seen += "".join(right.text)
                elif name.endswith(".csv"):
                    left, right = rows(good / name), rows(bad / name)
                    assert [len(row) for row in left] == [len(row) for row in right], f"{name}: other rows or cells"
                    checked += sum(map(len, right))
                elif name.endswith(".xlsx"):
                    left, right = sheets(good / name), sheets(bad / name)
                    assert left.keys() == right.keys()
                    for part in right:
                        if part.startswith("xl/worksheets/sheet"):
                            assert not list(right[part].iter("{http://schemas.openxmlformats.org/spreadsheetml/2006/main}f")), f"{part}: a formula"
                            assert shape(left[part]) == shape(right[part]), f"{part}: other cells"
                            checked += sum(1 for _ in right[part].iter())
                elif name.endswith(".sqlite"):
                    found = []
                    for base in (good, bad):
                        with sqlite3.connect(f"file:{base / name}?mode=ro", uri=True) as database:
                            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
                            schema = database.execute("SELECT type, name, sql FROM sqlite_master ORDER BY name").fetchall()
                            counts = [database.execute(f'SELECT count(*) FROM "{table}"').fetchone() for kind, table, _ in schema if kind == "table"]
                            found.append((schema, counts))
                    assert found[0] == found[1], f"{name}: another schema or other counts"
                    checked += sum(count for count, in found[1][1])
            # The names must have come through, or nothing was shown.
            for name in HOSTILE[:12]:
                clean = re.sub("[\u202a-\u202e\u2066-\u2069]", "", name)
                assert name in seen or clean in seen, f"{name!r} stands on no page"
            table = {cell for row in rows(bad / "coverage.csv") for cell in row}
            for name in HOSTILE: assert name in table, f"{name!r} is not in coverage.csv as it is"
        print(f"{len(HOSTILE)} hostile names, {checked} elements, cells and characters compared, all harmless")
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1])
