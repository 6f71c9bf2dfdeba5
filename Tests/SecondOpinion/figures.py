"""The tables of `figures.md`, each made from the state of its own day; exact numbers throughout, but for spatial access."""

import csv
import datetime
import io
import math
import pathlib
from decimal import Decimal
from fractions import Fraction

from lines import CLASSES, FORMS, SCHEMES
from states import World

BANDS = (("m0_5", 0, 6), ("m6_11", 6, 12), ("m12_23", 12, 24), ("m24_35", 24, 36))
COVERAGE = """as_of level code name population under3 m0_5 m6_11 m12_23 m24_35 newborns newborns_visited facilities facilities_filed
facilities_inclusive facilities_demonstration facilities_compliant places places_filed places_inclusive places_infant places_toddler
places_preschool places_mixed enrolled enrolled_over_age vacant overfull enrolled_residents waitlisted_residents caregivers
caregivers_required caregivers_short staffing_unreported demand demand_planned demand_expressed gap coverage_rate places_per_1000
utilisation enrolment_rate filing_rate inclusive_share visit_rate communities communities_served served_share granted paid recovered
net_paid_per_place""".split()
NOT_IN_TIMELINE = {"newborns", "newborns_visited", "visit_rate", "facilities_compliant", "caregivers", "caregivers_required",
                   "caregivers_short", "staffing_unreported", "granted", "paid", "recovered", "net_paid_per_place"}
TIMELINE = [name for name in COVERAGE if name not in NOT_IN_TIMELINE]
COUNTED = [name for name in COVERAGE[5:COVERAGE.index("demand")]]
UNASSIGNED = "unassigned"


def rounded(value, places):
    """A fraction rounded half away from zero."""
    scaled = abs(value) * 10 ** places
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    digits = str(whole).rjust(places + 1, "0")
    return ("-" if value < 0 and whole else "") + digits[:-places] + "." + digits[-places:]


def rate(numerator, denominator, scale=1, places=4):
    return "" if not denominator else rounded(Fraction(numerator) * scale / denominator, places)


def yuan(fen):
    return rounded(Fraction(fen, 100), 2)


def ceiling(value):
    return -((-value.numerator) // value.denominator)


def read_csv(path):
    return list(csv.DictReader(io.StringIO(pathlib.Path(path).read_text(encoding="utf-8-sig"), newline="")))


class Figures:
    """What a pipeline says of its district, and the tables of its record."""

    def __init__(self, pipeline, record, as_of, known_at):
        document = pipeline.document
        self.record, self.as_of, self.known_at = record, as_of, known_at
        self.district, self.district_name = document["district"]["code"], document["district"]["name"]
        self.communities = sorted(read_csv(pipeline.folder / document["communities"]), key=lambda row: row["code"])
        self.town_of = {row["code"]: row["town_code"] for row in self.communities}
        self.town_names = {row["town_code"]: row["town_name"] for row in self.communities}
        self.residents = {}
        for row in read_csv(pipeline.folder / document["population"]):
            if row["residents"] != "":
                self.residents.setdefault(row["code"], {})[int(row["year"])] = int(row["residents"])
        self.intent = {band: Fraction(document["intent"][band]) for band, _, _ in BANDS}
        self.norm = Fraction(document.get("planning_norm", "4.5"))
        self.catchment = float(document["catchment_m"])
        self.start = datetime.date.fromisoformat(document["from"])
        self.targets = document.get("targets", [])
        self.areas = ([("district", self.district, self.district_name)]
                      + [("town", code, self.town_names[code]) for code in sorted(self.town_names)] + [("town", UNASSIGNED, "未归属")]
                      + [("community", row["code"], row["name"]) for row in self.communities] + [("community", UNASSIGNED, "未归属")])
        self.rows, self.worlds = {}, {}

    # Areas

    def place(self, code):
        return code if code in self.town_of else UNASSIGNED

    def keys(self, community):
        """The areas that a community, listed or unassigned, counts in."""
        return (("district", self.district), ("town", self.town_of.get(community, UNASSIGNED)), ("community", community))

    def population(self, level, code, year):
        if code == UNASSIGNED:
            return None
        known = self.residents.get(code, {})
        if known:
            earlier = [each for each in known if each <= year]
            return known[max(earlier)] if earlier else known[min(known)]
        if level == "community":
            return None
        parts = [self.population("community", row["code"], year) for row in self.communities
                 if level == "district" or row["town_code"] == code]
        return None if None in parts else sum(parts)

    # Coverage at a day

    def world(self, day):
        if day not in self.worlds:
            self.worlds[day] = World(self.record, day, self.known_at)
        return self.worlds[day]

    def at(self, day):
        """The rows of every area at a day: dictionaries of numbers and printed cells, by level and code."""
        if day in self.rows:
            return self.rows[day]
        world = self.world(day)
        totals = {(level, code): dict.fromkeys([*COUNTED, "granted", "paid", "recovered", "net", "communities_served", "communities"], 0)
                  for level, code, _ in self.areas}

        def add(community, **numbers):
            for key in self.keys(community):
                for name, number in numbers.items():
                    totals[key][name] += number

        for row in self.communities:
            add(row["code"], communities=1)
        enrolled_at, waiting = {}, set()
        for (child, facility), s in world.enrolments.items():
            if facility in world.facilities and world.facilities[facility].open:
                if s.state == "enrolled":
                    enrolled_at.setdefault(child, []).append(facility)
                elif s.state == "waiting":
                    waiting.add(child)
        for name, child in world.children.items():
            if child.state != "resident":
                continue
            home, months = self.place(child.community), world.months(child.born)
            age = (day - child.born).days
            if 0 <= months < 36:
                add(home, under3=1, **{band: 1 for band, low, high in BANDS if low <= months < high})
                if name in enrolled_at:
                    add(home, enrolled_residents=1)
                elif name in waiting:
                    add(home, waitlisted_residents=1)
            if months < 12 and age >= 29 and (child.since - child.born).days <= 28:
                add(home, newborns=1, newborns_visited=int(child.visited))
        served = set()
        for facility in world.facilities.values():
            if not facility.open:
                continue
            place = self.place(facility.community)
            capacity = facility.capacity or [0] * 4
            places, there = sum(capacity), world.enrolled_at(facility.id)
            required = self.required(there)
            reported = facility.staff or 0
            filed = int(facility.filed)
            inclusive = int(facility.filed and facility.inclusive)
            over = sum(1 for child, _ in there if child in world.children and world.months(world.children[child].born) >= 36)
            fire, hygiene = facility.credentials.get("fire"), facility.credentials.get("hygiene")
            compliant = filed and fire and hygiene and fire >= day and hygiene >= day and facility.inspection != "fail"
            add(place, facilities=1, facilities_filed=filed, facilities_inclusive=inclusive,
                facilities_demonstration=int(facility.level == "province"), facilities_compliant=int(bool(compliant)), places=places,
                places_filed=places * filed, places_inclusive=places * inclusive,
                **{f"places_{name}": number * filed for name, number in zip(CLASSES, capacity)}, enrolled=len(there),
                enrolled_over_age=over, vacant=max(0, places - len(there)), overfull=max(0, len(there) - places), caregivers=reported,
                caregivers_required=required, caregivers_short=max(0, required - reported), staffing_unreported=int(facility.staff is None))
            if filed and places > 0 and place != UNASSIGNED:
                served.add(place)
        for community in served:
            add(community, communities_served=1)
        for grant in world.grants.values():
            net = grant.paid - grant.recovered if grant.scheme in ("construction", "operating", "demonstration") else 0
            add(self.place(self.lies(world, grant)), granted=grant.granted, paid=grant.paid, recovered=grant.recovered, net=net)
        rows = {}
        for level, code, name in self.areas:
            t = totals[level, code]
            population = self.population(level, code, day.year)
            demand = ceiling(sum((self.intent[band] * t[band] for band, _, _ in BANDS), Fraction(0)))
            row = dict(t, as_of=day.isoformat(), level=level, code=code, name=name, population="" if population is None else population,
                       demand=demand, demand_planned="" if population is None else ceiling(self.norm * population / 1000),
                       demand_expressed=t["enrolled_residents"] + t["waitlisted_residents"], gap=demand - t["places_filed"],
                       coverage_rate=rate(t["places_filed"], t["under3"]), places_per_1000=rate(t["places"], population, 1000),
                       utilisation=rate(t["enrolled"], t["places"]), enrolment_rate=rate(t["enrolled_residents"], t["under3"]),
                       filing_rate=rate(t["facilities_filed"], t["facilities"]), inclusive_share=rate(t["places_inclusive"], t["places_filed"]),
                       visit_rate=rate(t["newborns_visited"], t["newborns"]), served_share=rate(t["communities_served"], t["communities"]),
                       granted=yuan(t["granted"]), paid=yuan(t["paid"]), recovered=yuan(t["recovered"]),
                       net_paid_per_place=rate(Fraction(t["net"], 100), t["places_filed"], 1, 2), counts=t)
            rows[level, code] = row
        self.rows[day] = rows
        return rows

    @staticmethod
    def required(there):
        by_class = [sum(1 for _, s in there if s.placed_in == name) for name in CLASSES]
        return sum(-(-number // ratio) for number, ratio in zip(by_class, (3, 5, 7, 5)))

    @staticmethod
    def lies(world, grant):
        if grant.facility is not None:
            return world.facilities[grant.facility].community if grant.facility in world.facilities else None
        return world.children[grant.child].community if grant.child in world.children else None

    def shown(self, row, columns):
        """Whether a row is printed: always, unless it is an unassigned one all of whose counts and amounts are 0."""
        if row["code"] != UNASSIGNED:
            return True
        counted = [name for name in columns if name in row["counts"]] + (["demand", "demand_expressed", "gap"])
        return any(row["counts"].get(name, row[name]) for name in counted)

    # Tables

    def month_ends(self):
        day, days = self.start.replace(day=1), []
        while True:
            following = (day + datetime.timedelta(days=32)).replace(day=1)
            end = following - datetime.timedelta(days=1)
            if end > self.as_of:
                break
            if end >= self.start:
                days.append(end)
            if following.year > 2300:
                break
            day = following
        return days

    def tables(self):
        """Every table as lists of rows of cells, headers first."""
        day = self.as_of
        now, world = self.at(day), self.world(day)
        tables = {"coverage": [COVERAGE] + [[row[name] for name in COVERAGE] for row in now.values() if self.shown(row, COVERAGE)]}
        timeline = [TIMELINE]
        for cut in self.month_ends() + ([day] if day not in self.month_ends() else []):
            timeline += [[row[name] for name in TIMELINE] for row in self.at(cut).values() if self.shown(row, TIMELINE)]
        tables["timeline"] = timeline
        tables["facilities"] = [self.FACILITIES] + self.facilities(world)
        tables["supply"] = [self.SUPPLY] + self.supply(world)
        tables["flows"] = [["home", "place", "enrolments"]] + self.flows(world)
        tables["subsidies"] = [["level", "code", "scheme", "grants", "granted", "paid", "recovered"]] + self.subsidies(world)
        tables["targets"] = [self.TARGETS] + self.target_rows()
        tables["findings"] = [["code", "log", "event_id", "subject", "occurred_on"]] + sorted(
            map(list, world.findings), key=lambda row: [cell.encode() for cell in row])
        tables["access"] = [["level", "code", "under3", "access_2sfca", "access_gaussian"]] + self.access(world, now)
        return tables

    FACILITIES = """facility name form registrar community town_code status inclusive demonstration infant toddler preschool mixed places
    enrolled utilisation caregivers caregivers_required indoor_m2 m2_per_place fire_until hygiene_until food_until last_inspection granted
    paid recovered""".split()

    def facilities(self, world):
        rows = []
        for f in sorted(world.facilities.values(), key=lambda f: f.id.encode()):
            capacity = f.capacity or [0] * 4
            places, there = sum(capacity), world.enrolled_at(f.id)
            grants = [g for g in world.grants.values() if g.facility == f.id]
            area = Fraction(f.area) if f.area is not None else None
            rows.append([
                f.id, f.name, f.form, f.registrar, f.community, self.town_of.get(f.community, ""),
                "closed" if not f.open else "filed" if f.filed else "pending" if f.pending else "unfiled", int(f.inclusive), f.level or "",
                *capacity, places, len(there), rate(len(there), places), f.staff or 0, self.required(there),
                "" if area is None else rounded(area, 2), "" if area is None else rate(area, places, 1, self.M2_PLACES),
                *(f.credentials[kind].isoformat() if kind in f.credentials else "" for kind in ("fire", "hygiene", "food")),
                f.inspection or "", *(yuan(sum(getattr(g, name) for g in grants)) for name in ("granted", "paid", "recovered"))])
        return rows

    M2_PLACES = 4
    SUPPLY = "level code form facilities facilities_filed places places_filed places_inclusive enrolled".split()

    def supply(self, world):
        rows = []
        for level, code, _ in self.areas:
            for form in FORMS:
                sums = [0] * 6
                for f in world.facilities.values():
                    if f.open and f.form == form and (level, code) in self.keys(self.place(f.community)):
                        places = sum(f.capacity or [0])
                        for place, number in enumerate((1, int(f.filed), places, places * f.filed, places * (f.filed and f.inclusive),
                                                        len(world.enrolled_at(f.id)))):
                            sums[place] += number
                if sums[0]:
                    rows.append([level, code, form, *sums])
        return rows

    def flows(self, world):
        flows = {}
        for (child, facility), s in world.enrolments.items():
            f = world.facilities.get(facility)
            if s.state == "enrolled" and f and f.open:
                c = world.children.get(child)
                home = self.place(c.community) if c and c.state == "resident" else "elsewhere"
                key = (home, self.place(f.community))
                flows[key] = flows.get(key, 0) + 1
        return [[*key, count] for key, count in sorted(flows.items())]

    def subsidies(self, world):
        rows = []
        for level, code, _ in self.areas:
            for scheme in SCHEMES:
                grants = [g for g in world.grants.values()
                          if g.scheme == scheme and (level, code) in self.keys(self.place(self.lies(world, g)))]
                if grants:
                    rows.append([level, code, scheme, len(grants),
                                 *(yuan(sum(getattr(g, name) for g in grants)) for name in ("granted", "paid", "recovered"))])
        return rows

    TARGETS = "target figure level code by at_least at_most value met met_on".split()

    def target_rows(self):
        rows = []
        for target in self.targets:
            level, by = target["level"], datetime.date.fromisoformat(target["by"])
            codes = [target["code"]] if "code" in target else [
                code for kind, code, _ in self.areas if kind == level and code != UNASSIGNED]
            for code in codes:
                def holds(day):
                    value = str(self.at(day)[level, code][target["figure"]])
                    if value == "":
                        return False
                    if "at_least" in target:
                        return Decimal(value) >= Decimal(target["at_least"])
                    return Decimal(value) <= Decimal(target["at_most"])

                day = min(self.as_of, by)
                met = holds(day)
                days = sorted({*self.month_ends(), self.as_of, *([by] if by <= self.as_of else [])})
                met_on = next((each.isoformat() for each in days if holds(each)), "")
                rows.append([target["name"], target["figure"], level, code, target["by"], target.get("at_least", ""),
                             target.get("at_most", ""), self.at(day)[level, code][target["figure"]],
                             "yes" if met else "pending" if self.as_of < by else "no", met_on])
        return rows

    def access(self, world, now):
        sites = {row["code"]: (float(row["longitude"]), float(row["latitude"])) for row in self.communities if row["longitude"] != ""}
        demand = {code: now["community", code]["under3"] for code in sites}
        supply = []
        for f in sorted(world.facilities.values(), key=lambda f: f.id.encode()):
            places = sum(f.capacity or [0])
            if f.filed and places > 0:
                at = tuple(map(float, f.site)) if f.site[0] is not None else sites.get(f.community)
                if at:
                    supply.append((places, at))

        def distance(a, b):
            lon1, lat1, lon2, lat2 = map(math.radians, (*a, *b))
            h = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
            return 2 * 6_371_008.8 * math.asin(min(1, math.sqrt(h)))

        def gaussian(d):
            return (math.exp(-0.5 * (d / self.catchment) ** 2) - math.exp(-0.5)) / (1 - math.exp(-0.5))

        results = {code: [0.0, 0.0] for code in sites}
        for places, at in supply:
            near = [(code, d) for code in sorted(sites) if (d := distance(sites[code], at)) <= self.catchment]
            for kind, weight in enumerate((lambda d: 1.0, gaussian)):
                divisor = sum(demand[code] * weight(d) for code, d in near)
                if divisor >= 1e-9:
                    for code, d in near:
                        results[code][kind] += places / divisor * weight(d)
        return [["community", row["code"], now["community", row["code"]]["under3"],
                 *(["%.9g" % value for value in results[row["code"]]] if row["code"] in sites else ["", ""])] for row in self.communities]
