"""A report folder as its readers find it: tables, pages, and the numbers on them."""

import copy
import csv
import dataclasses
import html.parser
import pathlib
import urllib.parse


class Tally:
    """Counts what passed; prints and remembers what did not."""

    def __init__(self):
        self.passed, self.failed = 0, 0

    def check(self, faults, what):
        """One check with the list of its faults; none: it passed."""
        faults = list(faults)
        for fault in faults[:10]:
            print(f"FAILED {what}: {fault}")
        if len(faults) > 10:
            print(f"FAILED {what}: and {len(faults) - 10} more")
        if faults:
            self.failed += 1
        else:
            self.passed += 1


@dataclasses.dataclass
class Number:
    """A `data` element: the cell that it names, and what the reader sees."""

    value: str
    table: str
    figure: str
    code: str
    key: str
    shown: str


class PageReader(html.parser.HTMLParser):
    """The links, anchors and numbers of a page."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.links, self.anchors, self.numbers, self.outside = [], set(), [], []
        self.open = None
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        names = dict(attributes)
        if names.get("id"):
            self.anchors.add(names["id"])
        for name in ("href", "src", "srcset", "action", "poster", "xlink:href"):
            if names.get(name) is not None:
                self.links.append((tag, name, names[name]))
        if tag == "data":
            self.open = Number(
                names.get("value", ""), names.get("data-table", "coverage"), names.get("data-figure", ""),
                names.get("data-code", ""), names.get("data-key", ""), "")

    def handle_data(self, text):
        if self.open is not None:
            self.open.shown += text

    def handle_endtag(self, tag):
        if tag == "data" and self.open is not None:
            self.numbers.append(self.open)
            self.open = None


class Table:
    """A CSV file: its header and rows as they are written."""

    def __init__(self, path):
        with path.open(encoding="utf-8", newline="") as file:
            self.head, *self.rows = list(csv.reader(file))

    def named(self):
        return [dict(zip(self.head, row)) for row in self.rows]


def without_child(subject, log):
    if log == "births":
        return ""
    return "@" + subject.split("@")[1] if log == "enrollments" and "@" in subject else "" if log == "enrollments" else subject


class Report:
    """The files of a report."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder).resolve()
        self.tables = {
            (f"supplement/{path.stem}" if path.parent != self.folder else path.stem): Table(path)
            for place in (self.folder, self.folder / "supplement")
            for path in sorted(place.glob("*.csv"))
        }
        self.pages = sorted(path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*.html"))
        self._read = {}

    def tables_elsewhere(self):
        """The tables as the workbook and the database hold them, by name: children are named in findings.csv alone."""
        tables = {name.removeprefix("supplement/"): table for name, table in self.tables.items()}
        findings = tables["findings"] = copy.copy(tables["findings"])
        log, subject = findings.head.index("log"), findings.head.index("subject")
        findings.rows = [
            [without_child(cell, row[log]) if place == subject else cell for place, cell in enumerate(row)] for row in findings.rows
        ]
        return tables

    def children(self):
        """The pseudonyms of children that findings.csv names."""
        rows = self.tables["findings"].named()
        return {row["subject"].split("@")[0] for row in rows if row["log"] in ("births", "enrollments")} - {""}

    @property
    def language(self):
        return "zh" if 'lang="zh' in self.text("index.html")[:200] else "en"

    def text(self, page):
        return (self.folder / page).read_text(encoding="utf-8")

    def page(self, page):
        if page not in self._read:
            self._read[page] = PageReader(self.text(page))
        return self._read[page]

    def target(self, page, link):
        """The file that a relative link leads to, and its anchor."""
        parts = urllib.parse.urlsplit(link)
        path = urllib.parse.unquote(parts.path)
        file = (self.folder / page).parent / path if path else self.folder / page
        return file.resolve(), urllib.parse.unquote(parts.fragment)

    def some_pages(self, of_each_kind=3):
        """Every page of the first level and a few of each folder, in which pages are alike: the largest, a middling and the smallest."""
        chosen = [page for page in self.pages if "/" not in page]
        folders = {}
        for page in self.pages:
            if "/" in page:
                folders.setdefault(page.split("/")[0], []).append(page)
        for pages in folders.values():
            pages.sort(key=lambda page: ((self.folder / page).stat().st_size, page))
            steps = max(1, min(of_each_kind, len(pages)) - 1)
            chosen += sorted({pages[(len(pages) - 1) * step // steps] for step in range(steps + 1)})
        return chosen
