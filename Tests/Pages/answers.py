"""The ten questions of docs/queries.md, answered from the CSV files alone, in Python's exact numbers."""

import collections
from decimal import Decimal


def number(cell):
    """A cell as a number; None where it is empty."""
    return Decimal(cell) if cell != "" else None


def by(rows, *order):
    """Rows in order of these columns; a leading `-` turns a column of numbers round."""
    for name in reversed(order):
        rows = sorted(rows, key=(lambda row: -Decimal(row[name[1:]])) if name.startswith("-") else (lambda row: row[name]))
    return rows


def level(rows, name):
    return [row for row in rows if row["level"] == name]


def pick(rows, *columns):
    return [tuple(row[column] for column in columns) for row in rows]


class Answers:
    def __init__(self, report):
        self.table = {name.removeprefix("supplement/"): table.named() for name, table in report.tables.items()}
        self.name = {(row["level"], row["code"]): row["name"] for row in self.table["coverage"]}
        self.as_of = self.table["coverage"][0]["as_of"]

    def missing_places(self):
        rows = [row for row in level(self.table["coverage"], "community") if int(row["gap"]) > 0]
        return pick(by(rows, "-gap", "code")[:10], "code", "name", "under3", "places_filed", "demand", "gap", "vacant")

    def gap_beside_vacancy(self):
        rows = [row for row in level(self.table["coverage"], "town") if int(row["gap"]) > 0 and int(row["vacant"]) > 0]
        rows = [row | {"both": int(row["gap"]) + int(row["vacant"])} for row in rows]
        return pick(by(rows, "-both", "code"), "code", "name", "gap", "vacant", "utilisation")

    def supplies_and_demands(self):
        rows = [row | {"name": self.name["town", row["code"]]} for row in level(self.table["balance"], "town")]
        return pick(
            by(rows, "code"), "name", "places_filed", "places", "places_usable", "demand", "demand_planned", "demand_expressed")

    def a_year(self):
        before = {(row["level"], row["code"]): row for row in self.table["year_before"]}
        answer = []
        for row in by(self.table["coverage"], "level", "code"):
            old = before.get((row["level"], row["code"]))
            if row["level"] != "community" and old:
                change = [int(row[name]) - int(old[name]) for name in ("under3", "places_filed", "enrolled")]
                answer.append((row["code"], row["name"], *map(str, change)))
        return answer

    def month_ends(self):
        rows = level(self.table["timeline"], "district")
        return pick(by(rows, "as_of"), "as_of", "under3", "places_filed", "enrolled", "coverage_rate", "utilisation")

    def unstaffed(self):
        rows = []
        for row in level(self.table["balance"], "town"):
            lost = int(row["places_filed"]) - int(row["places_usable"])
            rows.append(row | {"name": self.name["town", row["code"]], "lost": str(lost)})
        return pick(by(rows, "-lost", "code"), "name", "places_filed", "places_usable", "lost")

    def expired(self):
        def is_over(row):
            return any(not row[name] or row[name] < self.as_of for name in ("fire_until", "hygiene_until"))

        rows = [row for row in self.table["facilities"] if row["status"] == "filed" and is_over(row)]
        return pick(by(rows, "facility"), "facility", "name", "fire_until", "hygiene_until")

    def stayers(self):
        stay, all_ = collections.Counter(), collections.Counter()
        for row in self.table["flows"]:
            all_[row["home"]] += int(row["enrolments"])
            stay[row["home"]] += int(row["enrolments"]) if row["home"] == row["place"] else 0
        order = sorted(all_, key=lambda home: (-all_[home], home.encode()))
        return [(home, str(stay[home]), str(all_[home])) for home in order]

    def schemes(self):
        sums = collections.defaultdict(lambda: [Decimal(0), Decimal(0)])
        for row in level(self.table["subsidies"], "district"):
            for place, name in enumerate(("paid", "recovered")):
                sums[row["scheme"]][place] += Decimal(row[name]) * 100
        return [(scheme, *(str(int(value)) for value in sums[scheme])) for scheme in sorted(sums)]

    def to_ask(self):
        groups = collections.defaultdict(list)
        for row in self.table["findings"]:
            groups[row["code"], row["log"]].append(row["occurred_on"])
        rows = [(code, log, str(len(days)), min(days), max(days)) for (code, log), days in groups.items()]
        return sorted(rows, key=lambda row: (-int(row[2]), row[0], row[1]))

    def all(self):
        return [
            self.missing_places(), self.gap_beside_vacancy(), self.supplies_and_demands(), self.a_year(), self.month_ends(),
            self.unstaffed(), self.expired(), self.stayers(), self.schemes(), self.to_ask(),
        ]
