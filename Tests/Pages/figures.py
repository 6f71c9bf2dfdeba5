"""Every number on every page equals its cell in the CSV files, as its value and as it is read."""

import re

# What tells the rows of a table apart: the columns behind `data-code` and `data-key`.
KEYS = {
    "timeline": ("code", "as_of"), "facilities": ("facility", None), "subsidies": ("code", "scheme"), "supply": ("code", "form"),
    "flows": ("place", "home"), "supplement/town_flows": ("place", "home"), "supplement/plan": ("task", "measure"),
    "targets": ("code", "target"), "supplement/filings": ("facility", "submission"), "supplement/nearest": ("code", "rank"),
    "supplement/subsidies_by_year": ("year", "scheme"), "supplement/archives": ("number", None),
    "supplement/facility_years": ("facility", "as_of"), "supplement/facility_classes": ("facility", "class"),
    "supplement/target_summary": ("number", None), "supplement/late": ("measure", None),
}


class Cells:
    """The cells of a report's tables by what pages say of them."""

    def __init__(self, report):
        self.cells = {}
        # Pages name a target by its place in the pipeline.
        self.targets = []
        for name, table in report.tables.items():
            counts = {}
            code, key = KEYS.get(name, ("code", None))
            for row in table.named():
                at = (row.get(code, ""), row.get(key, "") if key else "")
                counts[at[0]] = counts.get(at[0], 0) + 1
                if name == "targets" and row["target"] not in self.targets:
                    self.targets.append(row["target"])
                for column, cell in row.items():
                    self.cells[name, column, *at] = cell
            if name == "findings":
                for finding, count in counts.items():
                    self.cells[name, "rows", finding, ""] = str(count)

    def cell(self, number):
        key = number.key
        if number.table == "targets" and key.isdigit() and int(key) < len(self.targets):
            key = self.targets[int(key)]
        return self.cells.get((number.table, number.figure, number.code, key))


def read(shown):
    """What is shown, as a number again: groups joined, a share of a hundred as a ratio, a dash as unknown."""
    if shown == "—":
        return ""
    digits = shown.replace(",", "").replace("−", "-")
    if not digits.endswith("%"):
        return digits
    sign, digits = ("-", digits[1:-1]) if digits.startswith("-") else ("", digits[:-1])
    whole, _, fraction = digits.partition(".")
    whole = whole.rjust(3, "0")
    return f"{sign}{whole[:-2]}.{whole[-2:]}{fraction}"


def check(report, tally):
    cells = Cells(report)
    count = 0
    for page in report.pages:
        faults = []
        for number in report.page(page).numbers:
            count += 1
            cell = cells.cell(number)
            if cell is None:
                faults.append(f"{number}: no such cell")
            elif cell != number.value:
                faults.append(f"{number}: the cell has {cell!r}")
            elif read(number.shown) != cell:
                faults.append(f"{number}: reads as {read(number.shown)!r}")
        tally.check(faults, f"numbers of {page}")
    children = report.children()
    named = [page for page in report.pages if not children.isdisjoint(re.split(r"[^\w-]+", report.text(page)))]
    tally.check([f"{page} names a child" for page in named], "pages that name children")
    bare = [page for page in ("index.html", "towns.html", "facilities.html", "plan.html") if not report.page(page).numbers]
    tally.check([f"{page} has none" for page in bare], "pages with numbers")
    print(f"  {count} numbers on {len(report.pages)} pages compared with their cells; none of {len(children)} children is named")
