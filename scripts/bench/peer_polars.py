"""coverage.csv and timeline.csv from the same archives, as a competent analyst would make them with Polars.

The same plan as the DuckDB peer's: each event taken once, voids applied, states found by sorting and filling within subjects,
intervals counted as +1 and -1 over month ends. Nothing is validated or kept. Prints how long reading and counting took.
"""

import argparse
import os
import shutil
import tempfile
import time

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--pipeline", required=True)
parser.add_argument("--as-of", required=True)
parser.add_argument("--out", required=True, help="an existing folder")
parser.add_argument("--threads", type=int, default=2)
arguments = parser.parse_args()
os.environ["POLARS_MAX_THREADS"] = str(arguments.threads)

import polars as pl  # noqa: E402  (reads the number of threads when it is loaded)
from polars import col, lit, when  # noqa: E402

from district import District, UNASSIGNED_NAME, unpack  # noqa: E402

district = District(arguments.pipeline, arguments.as_of)
cuts = len(district.cuts)
D = lit(district.as_of)
started = time.monotonic()

TYPES = {
    "births": ["birth_registered", "child_moved_in", "newborn_visited", "child_relocated", "child_moved_out", "child_died"],
    "enrollments": ["waitlist_joined", "waitlist_left", "child_enrolled", "class_changed", "child_withdrew"],
    "filings": ["facility_registered", "facility_relocated", "capacity_set", "filing_submitted", "filing_returned", "filing_accepted",
                "filing_cancelled", "inclusive_recognized", "inclusive_withdrawn", "demonstration_awarded", "demonstration_withdrawn",
                "credential_issued", "inspection_completed", "staffing_reported", "site_reported", "facility_closed"],
    "subsidies": ["subsidy_granted", "subsidy_paid", "subsidy_recovered"],
}
FIELDS = {
    "births": {"child": pl.String, "community": pl.String, "born_on": pl.String},
    "enrollments": {"child": pl.String, "facility": pl.String, "class": pl.String},
    "filings": {"facility": pl.String, "community": pl.String, "infant": pl.Int32, "toddler": pl.Int32, "preschool": pl.Int32,
                "mixed": pl.Int32, "level": pl.String, "kind": pl.String, "valid_until": pl.String, "result": pl.String,
                "caregivers": pl.Int32},
    "subsidies": {"grant": pl.String, "scheme": pl.String, "facility": pl.String, "child": pl.String, "amount": pl.Float64},
}


def read():
    """The archives' events, each once, voided ones left out; a type is its row in the contract's table, from 0."""
    folder = tempfile.mkdtemp(prefix="peer-", dir=arguments.out)
    try:
        files = unpack(district.archives, folder)
        logs = {}
        for log, fields in FIELDS.items():
            schema = {"event_id": pl.String, "type": pl.String, "occurred_on": pl.String, "recorded_at": pl.String, **fields,
                      "target": pl.String}
            numbers = {name: place for place, name in enumerate(TYPES[log])}
            rows = pl.scan_ndjson(files[log], schema=schema).with_columns(
                col("type").replace_strict(numbers, default=None, return_dtype=pl.UInt8),
                col("occurred_on").str.to_date("%Y-%m-%d"), col("recorded_at").str.to_datetime("%Y-%m-%dT%H:%M:%S%z", time_unit="us"),
                *(col(name).str.to_date("%Y-%m-%d") for name in ("born_on", "valid_until") if name in fields),
                *((col(name) * 100).round().cast(pl.Int64) for name in ("amount",) if name in fields))
            rows = rows.unique("event_id", keep="any").collect(engine="streaming")
            voided = rows.filter(col("type").is_null())["target"]
            logs[log] = rows.filter(col("type").is_not_null() & ~col("event_id").is_in(voided.implode())).drop("target")
        return logs
    finally:
        shutil.rmtree(folder)


def cut(day):
    """The first cut at which something that begins on `day` shows; the number of cuts where it is after D."""
    month = day.dt.year() * 12 + day.dt.month().cast(pl.Int32) - district.base_month
    return when(day > D).then(lit(cuts)).otherwise(month.clip(0, cuts - 1)).cast(pl.Int16)


def completing(months):
    """The day on which a child born on `born` completes so many months."""
    later = col("born").dt.offset_by(f"{months}mo")
    return when(later.dt.day() < col("born").dt.day()).then(later.dt.offset_by("1d")).otherwise(later)


def ordered(log, subject, creating):
    """The events of a log by D in the contract's order within their subject, with their place there."""
    return (log.lazy().filter(col("occurred_on") <= D)
            .sort(*subject, "occurred_on", col("type") != creating, "recorded_at", "type", "event_id")
            .with_columns(place=pl.int_range(pl.len(), dtype=pl.Int32).over(subject)))


def last(value, subject):
    """The last known value up to each row."""
    return value.forward_fill().over(subject)


def ranges(rows, subject):
    """From each row to before the next one of its subject, in cuts."""
    until = col("occurred_on").shift(-1).over(subject)
    return rows.with_columns(
        last=until.is_null(), since=cut(col("occurred_on")), till=when(until.is_null()).then(lit(cuts, pl.Int16)).otherwise(cut(until)))


def summed(deltas, key, grid, names):
    """Running sums over the cuts of each key of `grid`."""
    total = deltas.filter(col("cut") < cuts).group_by(key, "cut").agg(pl.sum(*names))
    return (grid.join(total, on=[key, "cut"], how="left").sort(key, "cut")
            .with_columns(pl.col(names).fill_null(0).cum_sum().over(key)))


logs = read()
print(f"read {time.monotonic() - started:.2f} s", flush=True)

communities = pl.read_csv(district.communities, infer_schema=False).sort("code").with_row_index("area")
unassigned = communities.height
areas = communities.select("code", col("area").cast(pl.Int32)).lazy()
days = pl.LazyFrame({"day": district.cuts, "cut": list(range(cuts))}, schema={"day": pl.Date, "cut": pl.Int16})

# Children.
births = ordered(logs.pop("births"), ["child"], 0)
births = (births.with_columns(first=col("place").filter(col("type") <= 1).min().over("child"))
          .filter(col("place") >= col("first"))
          .with_columns(death=col("place").filter((col("type") == 5) & (col("place") > col("first"))).min().over("child"))
          .filter((col("place") <= col("death").fill_null(2**31 - 1)) & ((col("type") != 0) | (col("place") == col("first"))))
          .with_columns(
              resident=last(when(col("type") <= 1).then(True).when(col("type") >= 4).then(False), "child"),
              born=when(col("type") == 0).then("occurred_on").otherwise("born_on").first().over("child"),
              arrived=col("occurred_on").first().over("child"))
          .with_columns(
              community=last(when((col("type") <= 1) | ((col("type") == 3) & col("resident"))).then("community"), "child"),
              visited=((col("type") == 2) & col("resident")
                       & (col("occurred_on") - col("born")).dt.total_days().is_between(0, 28)).any().over("child")))
children = (ranges(births, "child").join(areas, left_on="community", right_on="code", how="left")
            .with_columns(col("area").fill_null(unassigned))
            .select("child", "born", "arrived", "resident", "visited", "area", "last", "since", "till").collect())
by_birth = (children.lazy().select(col("born").unique())
            .with_columns(cut(completing(months)).alias(f"m{months}") for months in (6, 12, 24, 36)).collect())
children = children.join(by_birth, on="born")

# Facilities.
filings = ordered(logs.pop("filings"), ["facility"], 0)
flag = lambda on, off: last(when(col("type") == on).then(True).when(col("type") == off).then(False), "facility").fill_null(False)  # noqa: E731
filings = (filings.with_columns(first=col("place").filter(col("type") == 0).min().over("facility"))
           .filter(col("place") >= col("first"))
           .with_columns(closed=col("place").filter((col("type") == 15) & (col("place") > col("first"))).min().over("facility"))
           .filter((col("place") <= col("closed").fill_null(2**31 - 1)) & ((col("type") != 0) | (col("place") == col("first"))))
           .with_columns(
               open=col("type") != 15, community=last(when(col("type") <= 1).then("community"), "facility"),
               filed=(col("type") != 15) & flag(5, 6), inclusive=(col("type") != 15) & flag(7, 8),
               provincial=(col("type") != 15) & last(
                   when(col("type") == 9).then(col("level") == "province").when(col("type") == 10).then(False), "facility").fill_null(False),
               **{name: last(when(col("type") == 2).then(name), "facility").fill_null(0) for name in ("infant", "toddler", "preschool", "mixed")},
               fire=last(when((col("type") == 11) & (col("kind") == "fire")).then("valid_until"), "facility"),
               hygiene=last(when((col("type") == 11) & (col("kind") == "hygiene")).then("valid_until"), "facility"),
               result=last(when(col("type") == 12).then("result"), "facility"),
               caregivers=last(when(col("type") == 13).then("caregivers"), "facility"))
           .with_columns(places=col("infant") + col("toddler") + col("preschool") + col("mixed")))
facilities = (ranges(filings, "facility").join(areas, left_on="community", right_on="code", how="left")
              .with_columns(col("area").fill_null(unassigned)).collect())
openings = facilities.group_by("facility").agg(
    opened=col("since").min(), closed=col("since").filter(~col("open")).min().fill_null(cuts))

# Enrolments and waits in open facilities.
pair = ["child", "facility"]
attendances = (ordered(logs.pop("enrollments"), pair, 255)
               .with_columns(enrolled=last(when(col("type") == 2).then(True).when(col("type") == 4).then(False), pair).fill_null(False))
               .with_columns(was=col("enrolled").shift(1).over(pair).fill_null(False))
               .with_columns(
                   waiting=last(when((col("type") == 0) & ~col("was")).then(True).when(col("type").is_in([1, 2])).then(False), pair)
                   .fill_null(False) & ~col("enrolled"),
                   placed_in=last(when(((col("type") == 2) & ~col("was")) | ((col("type") == 3) & col("was"))).then("class"), pair)))
attendances = (ranges(attendances, pair).filter(col("enrolled") | col("waiting")).join(openings.lazy(), on="facility")
               .with_columns(
                   active=col("last") & (col("closed") == cuts), since=pl.max_horizontal("since", "opened"),
                   till=pl.min_horizontal("till", "closed"))
               .filter(col("since") < col("till")).select("child", "facility", "enrolled", "placed_in", "active", "since", "till").collect())

# Counters of facilities at every cut.
over_age = children.lazy().group_by("child").agg(over=pl.max_horizontal(cut(col("arrived")).min(), col("m36").min()))
enrolled = attendances.lazy().filter(col("enrolled"))
older = enrolled.join(over_age, on="child").filter(col("over") < col("till"))
deltas = pl.concat([
    enrolled.select("facility", cut="since", enrolled=lit(1), over_age=lit(0)),
    enrolled.select("facility", cut="till", enrolled=lit(-1), over_age=lit(0)),
    older.select("facility", cut=pl.max_horizontal("since", "over"), enrolled=lit(0), over_age=lit(1)),
    older.select("facility", cut="till", enrolled=lit(0), over_age=lit(-1))])
grid = openings.lazy().select("facility").join(days.select("cut"), how="cross")
held = summed(deltas, "facility", grid, ["enrolled", "over_age"])
at_cuts = (facilities.lazy().filter(col("open") & (col("since") < col("till")))
           .with_columns(cut=pl.int_ranges("since", "till", dtype=pl.Int16)).explode("cut").join(held, on=["facility", "cut"]))
filed = col("filed")
supply = at_cuts.group_by("area", "cut").agg(
    facilities=pl.len(), facilities_filed=filed.sum(), facilities_inclusive=(filed & col("inclusive")).sum(),
    facilities_demonstration=col("provincial").sum(), places=col("places").sum(), places_filed=(col("places") * filed).sum(),
    places_inclusive=(col("places") * (filed & col("inclusive"))).sum(), places_infant=(col("infant") * filed).sum(),
    places_toddler=(col("toddler") * filed).sum(), places_preschool=(col("preschool") * filed).sum(),
    places_mixed=(col("mixed") * filed).sum(), enrolled=col("enrolled").sum(), enrolled_over_age=col("over_age").sum(),
    vacant=(col("places") - col("enrolled")).clip(0).sum(), overfull=(col("enrolled") - col("places")).clip(0).sum(),
    communities_served=(filed & (col("places") > 0)).max().cast(pl.Int64))

# Counters of children at every cut.
sign = when(col("enrolled")).then(1).otherwise(0)
points = pl.concat([
    attendances.lazy().select("child", cut="since", enrolled=sign, waiting=1 - sign),
    attendances.lazy().select("child", cut="till", enrolled=-sign, waiting=sign - 1)])
attending = (points.group_by("child", "cut").agg(pl.sum("enrolled", "waiting")).sort("child", "cut")
             .select("child", since="cut", till=col("cut").shift(-1).over("child").fill_null(cuts),
                     enrolled=col("enrolled").cum_sum().over("child") > 0, waiting=col("waiting").cum_sum().over("child") > 0)
             .filter(col("enrolled") | col("waiting")))
stays = children.lazy().filter(col("resident") & (col("since") < col("till")))
names = ["m0_5", "m6_11", "m12_23", "m24_35", "enrolled_residents", "waitlisted_residents"]
start, end = col("since"), col("till")
together = stays.join(attending, on="child")
bands = pl.concat([
    stays.select("area", a=start, b=pl.min_horizontal("till", "m6"), band=lit(0, pl.Int8)),
    stays.select("area", a=pl.max_horizontal("since", "m6"), b=pl.min_horizontal("till", "m12"), band=lit(1, pl.Int8)),
    stays.select("area", a=pl.max_horizontal("since", "m12"), b=pl.min_horizontal("till", "m24"), band=lit(2, pl.Int8)),
    stays.select("area", a=pl.max_horizontal("since", "m24"), b=pl.min_horizontal("till", "m36"), band=lit(3, pl.Int8)),
    together.select("area", a=pl.max_horizontal("since", "since_right"), b=pl.min_horizontal("till", "till_right", "m36"),
                    band=when(col("enrolled")).then(4).otherwise(5).cast(pl.Int8))]).filter(col("a") < col("b"))
deltas = pl.concat([bands.group_by("area", "band", cut="a").agg(delta=pl.len().cast(pl.Int64)),
                    bands.group_by("area", "band", cut="b").agg(delta=-pl.len().cast(pl.Int64))])
deltas = deltas.select("area", "cut", *(when(col("band") == band).then("delta").otherwise(0).alias(name) for band, name in enumerate(names)))
grid = pl.LazyFrame({"area": range(unassigned + 1)}, schema={"area": pl.Int32}).join(days.select("cut"), how="cross")
need = summed(deltas, "area", grid, names)

# What is counted at D only.
newborns = (children.lazy().filter(
    col("last") & col("resident") & (col("m12") == cuts) & ((D - col("born")).dt.total_days() >= 29)
    & ((col("arrived") - col("born")).dt.total_days() <= 28)).group_by("area").agg(newborns=pl.len(), newborns_visited=col("visited").sum()))
classes = (attendances.lazy().filter(col("enrolled") & col("active") & (col("till") == cuts)).group_by("facility").agg(
    required=sum((((col("placed_in") == name).sum() + ratio - 1) // ratio).cast(pl.Int64)
                 for name, ratio in (("infant", 3), ("toddler", 5), ("preschool", 7), ("mixed", 5)))))
staff = (facilities.lazy().filter(col("last") & col("open")).join(classes, on="facility", how="left")
         .with_columns(col("required").fill_null(0), compliant=(filed & (col("fire") >= D) & (col("hygiene") >= D)
                                                                & (col("result") != "fail").fill_null(True)).fill_null(False))
         .group_by("area").agg(
             facilities_compliant=col("compliant").sum(), caregivers=col("caregivers").sum(), caregivers_required=col("required").sum(),
             caregivers_short=(col("required") - col("caregivers").fill_null(0)).clip(0).sum(),
             staffing_unreported=col("caregivers").is_null().sum()))
grants = ordered(logs.pop("subsidies"), ["grant"], 0)
grants = (grants.with_columns(first=col("place").filter(col("type") == 0).min().over("grant")).filter(col("place") >= col("first"))
          .group_by("grant").agg(
              col("scheme", "facility", "child").filter(col("place") == col("first")).first(),
              granted=col("amount").filter(col("place") == col("first")).sum(), paid=col("amount").filter(col("type") == 1).sum(),
              recovered=col("amount").filter(col("type") == 2).sum())
          .join(children.lazy().filter(col("last")).select("child", home="area"), on="child", how="left")
          .join(facilities.lazy().filter(col("last")).select("facility", site="area"), on="facility", how="left")
          .group_by(area=pl.coalesce("home", "site", lit(unassigned, pl.Int32))).agg(
              pl.sum("granted", "paid", "recovered"),
              net=(col("paid") - col("recovered")).filter(col("scheme").is_in(["construction", "operating", "demonstration"])).sum()))

SUPPLY = ["facilities", "facilities_filed", "facilities_inclusive", "facilities_demonstration", "places", "places_filed",
          "places_inclusive", "places_infant", "places_toddler", "places_preschool", "places_mixed", "enrolled", "enrolled_over_age",
          "vacant", "overfull"]
DETAIL = ["newborns", "newborns_visited", "facilities_compliant", "caregivers", "caregivers_required", "caregivers_short",
          "staffing_unreported"]
MONEY = ["granted", "paid", "recovered", "net"]
SUMS = names + SUPPLY + ["communities_served", "communities"] + DETAIL + MONEY

known = pl.read_csv(district.population, infer_schema=False).filter(col("residents").is_not_null()).with_columns(
    col("year").cast(pl.Int32), col("residents").cast(pl.Int64))
residents = (known.lazy().join(days, how="cross").with_columns(rank=when(col("year") <= col("day").dt.year()).then("year").otherwise(-col("year")))
             .group_by("code", "cut").agg(residents=col("residents").sort_by("rank").last()))


def population(level):
    """The population of each area of a level at each cut: its own rows, else the sum of its communities, unknown where any is."""
    own = residents.select(**{level: col("code")}, cut="cut", own="residents")
    return (listed.lazy().join(days.select("cut"), how="cross").join(residents, on=["code", "cut"], how="left").group_by(level, "cut")
            .agg(all=when(col("residents").is_not_null().all()).then(col("residents").sum())).join(own, on=[level, "cut"], how="left")
            .select(level, "cut", population=pl.coalesce("own", "all")))


listed = communities.with_columns(district=lit(district.code))
base = need.join(supply, on=["area", "cut"], how="left")
for table in (newborns, staff, grants):
    base = base.join(table.with_columns(cut=lit(cuts - 1, pl.Int16)), on=["area", "cut"], how="left")
is_listed = col("area") < unassigned
base = (base.with_columns(communities=is_listed.cast(pl.Int64), communities_served=when(is_listed).then("communities_served").otherwise(0))
        .with_columns(col(SUMS).fill_null(0).cast(pl.Int64))
        .join(listed.lazy().select(col("area").cast(pl.Int32), "code", "name", "town_code", "town_name"), on="area", how="left")
        .with_columns(col("code", "town_code").fill_null("unassigned"), col("name", "town_name").fill_null(UNASSIGNED_NAME),
                      district=lit(district.code)).collect().lazy())
levels = []
for level, key, name in ((0, "district", lit(district.name)), (1, "town_code", col("town_name").first())):
    levels.append(base.group_by(key, "cut").agg(pl.sum(*SUMS), name=name).join(population(key), on=[key, "cut"], how="left")
                  .rename({key: "code"}).select(lit(level).alias("rank"), "code", "name", "cut", "population", *SUMS))
levels.append(base.join(residents.rename({"residents": "population"}), on=["code", "cut"], how="left")
              .select(lit(2).alias("rank"), "code", "name", "cut", "population", *SUMS))
share = district.intent
figures = (pl.concat(levels).join(days, on="cut").with_columns(under3=pl.sum_horizontal(names[:4]))
           .with_columns(
               demand=(sum(col(name) * share[name] for name in names[:4]) + 9999) // 10_000,
               demand_planned=(col("population") * district.planning_norm + 9_999_999) // 10_000_000,
               demand_expressed=col("enrolled_residents") + col("waitlisted_residents"))
           .with_columns(gap=col("demand") - col("places_filed"))
           .sort("day", "rank", col("code") == "unassigned", "code").collect())


def rate(numerator, denominator, scale=10_000, digits=4):
    """A quotient rounded half away from zero, as text."""
    unit = 10 ** digits
    numerator, denominator = col(numerator), col(denominator)
    rounded = (2 * numerator.abs() * scale + denominator) // (2 * denominator)
    text = (when((numerator < 0) & (rounded > 0)).then(lit("-")).otherwise(lit("")) + (rounded // unit).cast(pl.String) + lit(".")
            + (rounded % unit).cast(pl.String).str.zfill(digits))
    return when(denominator > 0).then(text)


def yuan(name):
    """Whole fen as yuan with two decimals."""
    return (when(col(name) < 0).then(lit("-")).otherwise(lit("")) + (col(name).abs() // 100).cast(pl.String) + lit(".")
            + (col(name).abs() % 100).cast(pl.String).str.zfill(2))


written = {"level": pl.Series(["district", "town", "community"]), "coverage_rate": rate("places_filed", "under3"),
           "places_per_1000": rate("places", "population", 10_000_000), "utilisation": rate("enrolled", "places"),
           "enrolment_rate": rate("enrolled_residents", "under3"), "filing_rate": rate("facilities_filed", "facilities"),
           "inclusive_share": rate("places_inclusive", "places_filed"), "visit_rate": rate("newborns_visited", "newborns"),
           "served_share": rate("communities_served", "communities"), "as_of": col("day"),
           "level": col("rank").replace_strict({0: "district", 1: "town", 2: "community"}, return_dtype=pl.String)}
COVERAGE = ("as_of level code name population under3 m0_5 m6_11 m12_23 m24_35 newborns newborns_visited facilities facilities_filed "
            "facilities_inclusive facilities_demonstration facilities_compliant places places_filed places_inclusive places_infant "
            "places_toddler places_preschool places_mixed enrolled enrolled_over_age vacant overfull enrolled_residents "
            "waitlisted_residents caregivers caregivers_required caregivers_short staffing_unreported demand demand_planned "
            "demand_expressed gap coverage_rate places_per_1000 utilisation enrolment_rate filing_rate inclusive_share visit_rate "
            "communities communities_served served_share").split()
at_d_only = {*DETAIL, "visit_rate"}
expressions = {name: written.get(name, col(name)).alias(name) for name in COVERAGE}
holds = lambda columns: (col("code") != "unassigned") | pl.any_horizontal(col(columns) != 0)  # noqa: E731
(figures.filter((col("cut") == cuts - 1) & holds(names + SUPPLY + DETAIL + MONEY[:3]))
 .select(*expressions.values(), *(yuan(name).alias(name) for name in MONEY[:3]),
         rate("net", "places_filed", 1, 2).alias("net_paid_per_place")).write_csv(f"{arguments.out}/coverage.csv"))
(figures.filter(holds(names + SUPPLY)).select(expression for name, expression in expressions.items() if name not in at_d_only)
 .write_csv(f"{arguments.out}/timeline.csv"))
print(f"all {time.monotonic() - started:.2f} s")
