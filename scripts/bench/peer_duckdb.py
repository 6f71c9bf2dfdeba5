"""coverage.csv and timeline.csv from the same archives, as a competent analyst would make them with DuckDB.

Nothing is validated or kept: entries are unpacked, read as NDJSON, each event taken once, voids applied, states found with
window functions, intervals counted as +1 and -1 over month ends. Prints how long reading and counting took.
"""

import argparse
import shutil
import tempfile
import time

import duckdb

from district import District, UNASSIGNED_NAME, unpack

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--pipeline", required=True)
parser.add_argument("--as-of", required=True)
parser.add_argument("--out", required=True, help="an existing folder")
parser.add_argument("--database", help="keep the events as read in this file, and only count where it exists")
parser.add_argument("--count-only", action="store_true")
parser.add_argument("--threads", type=int, default=2)
arguments = parser.parse_args()

district = District(arguments.pipeline, arguments.as_of)
cuts = len(district.cuts)
started = time.monotonic()
db = duckdb.connect(arguments.database or ":memory:")
db.execute(f"SET threads = {arguments.threads}")
db.execute("SET preserve_insertion_order = false")
db.execute("SET TimeZone = 'UTC'")

TYPES = {
    "births": ["birth_registered", "child_moved_in", "newborn_visited", "child_relocated", "child_moved_out", "child_died"],
    "enrollments": ["waitlist_joined", "waitlist_left", "child_enrolled", "class_changed", "child_withdrew"],
    "filings": ["facility_registered", "facility_relocated", "capacity_set", "filing_submitted", "filing_returned", "filing_accepted",
                "filing_cancelled", "inclusive_recognized", "inclusive_withdrawn", "demonstration_awarded", "demonstration_withdrawn",
                "credential_issued", "inspection_completed", "staffing_reported", "site_reported", "facility_closed"],
    "subsidies": ["subsidy_granted", "subsidy_paid", "subsidy_recovered"],
}
FIELDS = {
    "births": {"child": "VARCHAR", "community": "VARCHAR", "born_on": "DATE"},
    "enrollments": {"child": "VARCHAR", "facility": "VARCHAR", "class": "VARCHAR"},
    "filings": {"facility": "VARCHAR", "community": "VARCHAR", "infant": "INTEGER", "toddler": "INTEGER", "preschool": "INTEGER",
                "mixed": "INTEGER", "level": "VARCHAR", "kind": "VARCHAR", "valid_until": "DATE", "result": "VARCHAR",
                "caregivers": "INTEGER"},
    "subsidies": {"grant": "VARCHAR", "scheme": "VARCHAR", "facility": "VARCHAR", "child": "VARCHAR", "amount": "DECIMAL(12,2)"},
}


def read():
    """Reads the archives' events into tables, each event once, voided ones left out."""
    folder = tempfile.mkdtemp(prefix="peer-", dir=arguments.out)
    try:
        files = unpack(district.archives, folder)
        for log, fields in FIELDS.items():
            columns = {"event_id": "VARCHAR", "type": "VARCHAR", "occurred_on": "DATE", "recorded_at": "TIMESTAMPTZ", **fields,
                       "target": "VARCHAR"}
            wanted = ", ".join(f"'{name}': '{kind}'" for name, kind in columns.items())
            types = ", ".join(f"'{name}'" for name in TYPES[log])
            names = ", ".join(f'any_value("{name}") AS "{name}"' for name in fields)
            if not files[log]:
                continue
            # A type is its row in the contract's table, which breaks ties.
            db.execute(f"""
                CREATE TABLE {log} AS
                SELECT event_id, any_value(list_position([{types}], type)::UTINYINT) AS type, any_value(occurred_on) AS occurred_on,
                    any_value(recorded_at) AS recorded_at, {names}, any_value(target) AS target
                FROM read_json({files[log]}, format = 'newline_delimited', columns = {{{wanted}}})
                GROUP BY event_id""")
            db.execute(f"""
                DELETE FROM {log} WHERE type IS NULL OR event_id IN (SELECT target FROM {log} WHERE type IS NULL)""")
    finally:
        shutil.rmtree(folder)


if not arguments.count_only:
    read()
    print(f"read {time.monotonic() - started:.2f} s", flush=True)

D = f"DATE '{district.as_of}'"


def cut(day):
    """The first cut at which something that begins on `day` shows; the number of cuts where it is after D."""
    return (f"(CASE WHEN {day} > {D} THEN {cuts} ELSE "
            f"least({cuts - 1}, greatest(0, year({day}) * 12 + month({day}) - {district.base_month})) END)::SMALLINT")


def completing(born, months):
    """The day on which a child born on `born` completes so many months."""
    later = f"({born} + INTERVAL {months} MONTH)"
    return f"(CASE WHEN day({later}) < day({born}) THEN {later} + INTERVAL 1 DAY ELSE {later} END)::DATE"


def ordered(log, subject, fields, creating):
    """The events of a log by D, numbered in the contract's order within their subject."""
    return f"""
        SELECT {subject}, type, occurred_on, {fields}, row_number() OVER w AS place
        FROM {log} WHERE occurred_on <= {D}
        WINDOW w AS (PARTITION BY {subject} ORDER BY occurred_on, type <> {creating}, recorded_at, type, event_id)"""


db.execute(f"""
    CREATE TEMP TABLE days AS SELECT unnest({[str(day) for day in district.cuts]})::DATE AS day, unnest(range({cuts}))::SMALLINT AS cut;
    CREATE TEMP TABLE areas AS
    SELECT code, name, town_code, town_name, (row_number() OVER (ORDER BY code) - 1)::INTEGER AS area
    FROM read_csv('{district.communities}', header = true, all_varchar = true);
    SET VARIABLE unassigned = (SELECT count(*) FROM areas);
""")

# Children: their stays as ranges of cuts, their birth dates, whether newborns were visited.
db.execute(f"""
    CREATE TEMP TABLE children AS
    WITH numbered AS ({ordered('births', 'child', 'community, born_on', 1)}),
    known AS (SELECT *, min(place) FILTER (type <= 2) OVER (PARTITION BY child) AS first FROM numbered),
    living AS (SELECT *, min(place) FILTER (type = 6 AND place > first) OVER (PARTITION BY child) AS death FROM known WHERE place >= first),
    applied AS (SELECT * FROM living WHERE place <= coalesce(death, place) AND (type <> 1 OR place = first)),
    housed AS (
        SELECT *, last_value(CASE WHEN type <= 2 THEN true WHEN type >= 5 THEN false END IGNORE NULLS) OVER w AS resident,
            first_value(CASE WHEN type = 1 THEN occurred_on ELSE born_on END) OVER w AS born,
            first_value(occurred_on) OVER w AS arrived
        FROM applied WINDOW w AS (PARTITION BY child ORDER BY place ROWS UNBOUNDED PRECEDING)),
    placed AS (
        SELECT child, type, occurred_on, born, arrived, resident,
            last_value(CASE WHEN type <= 2 OR (type = 4 AND resident) THEN community END IGNORE NULLS) OVER w AS community,
            bool_or(type = 3 AND resident AND occurred_on - born BETWEEN 0 AND 28) OVER w AS visited,
            lead(occurred_on) OVER (PARTITION BY child ORDER BY place) AS until
        FROM housed WINDOW w AS (PARTITION BY child ORDER BY place ROWS UNBOUNDED PRECEDING))
    SELECT child, born, arrived, resident, visited, coalesce(area, getvariable('unassigned'))::INTEGER AS area, until IS NULL AS last,
        {cut('occurred_on')} AS since, CASE WHEN until IS NULL THEN {cuts} ELSE {cut('until')} END::SMALLINT AS till
    FROM placed LEFT JOIN areas ON areas.code = placed.community;

    CREATE TEMP TABLE births_by_day AS
    SELECT born, {', '.join(f"{cut(completing('born', months))} AS m{months}" for months in (6, 12, 24, 36))}
    FROM (SELECT DISTINCT born FROM children);
""")

# Facilities: what they are between two of their events.
db.execute(f"""
    CREATE TEMP TABLE facilities AS
    WITH numbered AS ({ordered('filings', 'facility', 'community, infant, toddler, preschool, mixed, level, kind, valid_until, result, caregivers', 1)}),
    known AS (SELECT *, min(place) FILTER (type = 1) OVER (PARTITION BY facility) AS first FROM numbered),
    open AS (SELECT *, min(place) FILTER (type = 16 AND place > first) OVER (PARTITION BY facility) AS closed FROM known WHERE place >= first),
    applied AS (SELECT * FROM open WHERE place <= coalesce(closed, place) AND (type <> 1 OR place = first)),
    states AS (
        SELECT facility, place, occurred_on, type <> 16 AS open,
            last_value(CASE WHEN type <= 2 THEN community END IGNORE NULLS) OVER w AS community,
            type <> 16 AND coalesce(last_value(CASE type WHEN 6 THEN true WHEN 7 THEN false END IGNORE NULLS) OVER w, false) AS filed,
            type <> 16 AND coalesce(last_value(CASE type WHEN 8 THEN true WHEN 9 THEN false END IGNORE NULLS) OVER w, false) AS inclusive,
            type <> 16 AND coalesce(last_value(CASE type WHEN 10 THEN level = 'province' WHEN 11 THEN false END IGNORE NULLS) OVER w, false) AS provincial,
            coalesce(last_value(CASE WHEN type = 3 THEN infant END IGNORE NULLS) OVER w, 0) AS infant,
            coalesce(last_value(CASE WHEN type = 3 THEN toddler END IGNORE NULLS) OVER w, 0) AS toddler,
            coalesce(last_value(CASE WHEN type = 3 THEN preschool END IGNORE NULLS) OVER w, 0) AS preschool,
            coalesce(last_value(CASE WHEN type = 3 THEN mixed END IGNORE NULLS) OVER w, 0) AS mixed,
            last_value(CASE WHEN type = 12 AND kind = 'fire' THEN valid_until END IGNORE NULLS) OVER w AS fire,
            last_value(CASE WHEN type = 12 AND kind = 'hygiene' THEN valid_until END IGNORE NULLS) OVER w AS hygiene,
            last_value(CASE WHEN type = 13 THEN result END IGNORE NULLS) OVER w AS result,
            last_value(CASE WHEN type = 14 THEN caregivers END IGNORE NULLS) OVER w AS caregivers,
            first_value(occurred_on) OVER w AS registered, lead(occurred_on) OVER (PARTITION BY facility ORDER BY place) AS until
        FROM applied WINDOW w AS (PARTITION BY facility ORDER BY place ROWS UNBOUNDED PRECEDING))
    SELECT *, infant + toddler + preschool + mixed AS places, until IS NULL AS last, coalesce(area, getvariable('unassigned'))::INTEGER AS area,
        {cut('occurred_on')} AS since, CASE WHEN until IS NULL THEN {cuts} ELSE {cut('until')} END::SMALLINT AS till
    FROM states LEFT JOIN areas ON areas.code = states.community;

    CREATE TEMP TABLE openings AS
    SELECT facility, min({cut('registered')}) AS opened, max(CASE WHEN last AND NOT open THEN since ELSE {cuts} END) AS closed
    FROM facilities GROUP BY facility;
    UPDATE openings SET closed = coalesce((SELECT min(since) FROM facilities f WHERE f.facility = openings.facility AND NOT open), {cuts});
""")

# Enrolments and waits in open facilities as ranges of cuts.
db.execute(f"""
    CREATE TEMP TABLE attendances AS
    WITH numbered AS ({ordered('enrollments', 'child, facility', 'class', 0)}),
    states AS (
        SELECT *, coalesce(last_value(CASE type WHEN 3 THEN true WHEN 5 THEN false END IGNORE NULLS) OVER w, false) AS enrolled
        FROM numbered WINDOW w AS (PARTITION BY child, facility ORDER BY place ROWS UNBOUNDED PRECEDING)),
    before AS (SELECT *, coalesce(lag(enrolled) OVER (PARTITION BY child, facility ORDER BY place), false) AS was FROM states),
    after AS (
        SELECT *, coalesce(last_value(CASE WHEN type = 1 AND NOT was THEN true WHEN type IN (2, 3) THEN false END IGNORE NULLS) OVER w, false)
                AND NOT enrolled AS waiting,
            last_value(CASE WHEN (type = 3 AND NOT was) OR (type = 4 AND was) THEN class END IGNORE NULLS) OVER w AS placed_in,
            lead(occurred_on) OVER (PARTITION BY child, facility ORDER BY place) AS until
        FROM before WINDOW w AS (PARTITION BY child, facility ORDER BY place ROWS UNBOUNDED PRECEDING)),
    ranges AS (
        SELECT child, facility, enrolled, waiting, placed_in, until IS NULL AS last, {cut('occurred_on')} AS since,
            CASE WHEN until IS NULL THEN {cuts} ELSE {cut('until')} END::SMALLINT AS till
        FROM after WHERE enrolled OR waiting)
    SELECT child, facility, enrolled, placed_in, last AND closed = {cuts} AS active, greatest(since, opened)::SMALLINT AS since,
        least(till, closed)::SMALLINT AS till
    FROM ranges JOIN openings USING (facility) WHERE greatest(since, opened) < least(till, closed);
""")

# Counters of facilities at every cut: enrolled by deltas, the rest by joining the cuts.
db.execute(f"""
    CREATE TEMP TABLE over_age AS
    SELECT child, greatest(min({cut('arrived')}), min(m36)) AS since FROM children JOIN births_by_day USING (born) GROUP BY child;

    CREATE TEMP TABLE facility_enrolled AS
    WITH deltas AS (
        SELECT facility, since AS cut, 1 AS enrolled, 0 AS over_age FROM attendances WHERE enrolled
        UNION ALL SELECT facility, till, -1, 0 FROM attendances WHERE enrolled
        UNION ALL SELECT facility, greatest(a.since, o.since), 0, 1 FROM attendances a JOIN over_age o USING (child)
            WHERE enrolled AND o.since < a.till
        UNION ALL SELECT facility, a.till, 0, -1 FROM attendances a JOIN over_age o USING (child) WHERE enrolled AND o.since < a.till),
    summed AS (SELECT facility, cut, sum(enrolled) AS enrolled, sum(over_age) AS over_age FROM deltas WHERE cut < {cuts} GROUP BY ALL)
    SELECT facility, cut, coalesce(sum(enrolled) OVER w, 0)::INTEGER AS enrolled, coalesce(sum(over_age) OVER w, 0)::INTEGER AS over_age
    FROM (SELECT DISTINCT facility FROM facilities) CROSS JOIN days LEFT JOIN summed USING (facility, cut)
    WINDOW w AS (PARTITION BY facility ORDER BY cut ROWS UNBOUNDED PRECEDING);

    CREATE TEMP TABLE supply AS
    SELECT area, d.cut, count(*) AS facilities, count(*) FILTER (filed) AS facilities_filed,
        count(*) FILTER (filed AND inclusive) AS facilities_inclusive, count(*) FILTER (provincial) AS facilities_demonstration,
        sum(places) AS places, sum(places) FILTER (filed) AS places_filed, sum(places) FILTER (filed AND inclusive) AS places_inclusive,
        sum(infant) FILTER (filed) AS places_infant, sum(toddler) FILTER (filed) AS places_toddler,
        sum(preschool) FILTER (filed) AS places_preschool, sum(mixed) FILTER (filed) AS places_mixed,
        sum(e.enrolled) AS enrolled, sum(e.over_age) AS enrolled_over_age,
        sum(greatest(0, places - e.enrolled)) AS vacant, sum(greatest(0, e.enrolled - places)) AS overfull,
        max(CASE WHEN filed AND places > 0 THEN 1 ELSE 0 END) AS served
    FROM facilities f JOIN days d ON d.cut >= f.since AND d.cut < f.till JOIN facility_enrolled e ON e.facility = f.facility AND e.cut = d.cut
    WHERE open GROUP BY ALL;
""")

# Counters of children at every cut.
db.execute(f"""
    CREATE TEMP TABLE attending AS
    WITH deltas AS (
        SELECT child, since AS cut, enrolled::INTEGER AS enrolled, (NOT enrolled)::INTEGER AS waiting FROM attendances
        UNION ALL SELECT child, till, -enrolled::INTEGER, -(NOT enrolled)::INTEGER FROM attendances),
    summed AS (SELECT child, cut, sum(enrolled) AS enrolled, sum(waiting) AS waiting FROM deltas GROUP BY ALL)
    SELECT child, cut AS since, lead(cut, 1, {cuts}) OVER w AS till, sum(enrolled) OVER w > 0 AS enrolled, sum(waiting) OVER w > 0 AS waiting
    FROM summed WINDOW w AS (PARTITION BY child ORDER BY cut);

    CREATE TEMP TABLE need AS
    WITH stays AS (SELECT child, area, since, till, b.* FROM children JOIN births_by_day b USING (born) WHERE resident AND since < till),
    bands AS (
        SELECT area, since AS a, least(till, m6) AS b, 0 AS band FROM stays
        UNION ALL SELECT area, greatest(since, m6), least(till, m12), 1 FROM stays
        UNION ALL SELECT area, greatest(since, m12), least(till, m24), 2 FROM stays
        UNION ALL SELECT area, greatest(since, m24), least(till, m36), 3 FROM stays
        UNION ALL SELECT area, greatest(s.since, t.since), least(s.till, t.till, m36), CASE WHEN enrolled THEN 4 ELSE 5 END
        FROM stays s JOIN attending t USING (child) WHERE t.enrolled OR t.waiting),
    deltas AS (
        SELECT area, a AS cut, band, count(*) AS delta FROM bands WHERE a < b GROUP BY ALL
        UNION ALL SELECT area, b, band, -count(*) FROM bands WHERE a < b AND b < {cuts} GROUP BY ALL),
    summed AS (
        SELECT area, cut, {', '.join(f'sum(delta) FILTER (band = {band}) AS n{band}' for band in range(6))} FROM deltas GROUP BY ALL)
    SELECT area, cut, {', '.join(f'coalesce(sum(n{band}) OVER w, 0) AS n{band}' for band in range(6))}
    FROM (SELECT unnest(range(getvariable('unassigned') + 1))::INTEGER AS area) CROSS JOIN days LEFT JOIN summed USING (area, cut)
    WINDOW w AS (PARTITION BY area ORDER BY cut ROWS UNBOUNDED PRECEDING);
""")

# What is counted at D only: newborns, staff, money.
db.execute(f"""
    CREATE TEMP TABLE newborns AS
    SELECT area, count(*) AS newborns, count(*) FILTER (visited) AS newborns_visited
    FROM children JOIN births_by_day USING (born)
    WHERE last AND resident AND m12 = {cuts} AND {D} - born >= 29 AND arrived - born <= 28 GROUP BY area;

    CREATE TEMP TABLE staff AS
    WITH classes AS (
        SELECT facility, count(*) FILTER (placed_in = 'infant') AS i, count(*) FILTER (placed_in = 'toddler') AS t,
            count(*) FILTER (placed_in = 'preschool') AS p, count(*) FILTER (placed_in = 'mixed') AS m
        FROM attendances WHERE enrolled AND active AND till = {cuts} GROUP BY facility),
    required AS (
        SELECT f.area, filed AND fire >= {D} AND hygiene >= {D} AND coalesce(result <> 'fail', true) AS compliant, caregivers,
            coalesce((i + 2) // 3 + (t + 4) // 5 + (p + 6) // 7 + (m + 4) // 5, 0) AS required
        FROM facilities f LEFT JOIN classes USING (facility) WHERE last AND open)
    SELECT area, count(*) FILTER (compliant) AS facilities_compliant, coalesce(sum(caregivers), 0) AS caregivers,
        sum(required) AS caregivers_required, sum(greatest(0, required - coalesce(caregivers, 0))) AS caregivers_short,
        count(*) FILTER (caregivers IS NULL) AS staffing_unreported
    FROM required GROUP BY area;

    CREATE TEMP TABLE money AS
    WITH numbered AS ({ordered('subsidies', '"grant"', 'scheme, facility, child, amount', 1)}),
    known AS (SELECT *, min(place) FILTER (type = 1) OVER (PARTITION BY "grant") AS first FROM numbered),
    grants AS (
        SELECT "grant", any_value(scheme) FILTER (place = first) AS scheme, any_value(facility) FILTER (place = first) AS facility,
            any_value(child) FILTER (place = first) AS child, sum(amount) FILTER (place = first) AS granted,
            coalesce(sum(amount) FILTER (type = 2), 0) AS paid, coalesce(sum(amount) FILTER (type = 3), 0) AS recovered
        FROM known WHERE place >= first GROUP BY "grant"),
    homes AS (SELECT child, area FROM children WHERE last), sites AS (SELECT facility, area FROM facilities WHERE last)
    SELECT coalesce(homes.area, sites.area, getvariable('unassigned'))::INTEGER AS area, sum(granted) AS granted, sum(paid) AS paid,
        sum(recovered) AS recovered, coalesce(sum(paid - recovered) FILTER (scheme IN ('construction', 'operating', 'demonstration')), 0) AS net
    FROM grants LEFT JOIN homes USING (child) LEFT JOIN sites ON sites.facility = grants.facility GROUP BY ALL;
""")

CHILDREN = ["m0_5", "m6_11", "m12_23", "m24_35", "enrolled_residents", "waitlisted_residents"]
SUPPLY = ["facilities", "facilities_filed", "facilities_inclusive", "facilities_demonstration", "places", "places_filed",
          "places_inclusive", "places_infant", "places_toddler", "places_preschool", "places_mixed", "enrolled", "enrolled_over_age",
          "vacant", "overfull"]
DETAIL = ["newborns", "newborns_visited", "facilities_compliant", "caregivers", "caregivers_required", "caregivers_short",
          "staffing_unreported"]
MONEY = ["granted", "paid", "recovered", "net"]


def population(level, areas):
    """The population of each area of a level at each cut, NULL where unknown; an area's own rows before the sum of its communities."""
    return f"""
        SELECT {level}, cut, coalesce(any_value(own), CASE WHEN count(residents) = count(*) THEN sum(residents) END) AS population
        FROM (SELECT a.*, d.cut, r.residents, o.residents AS own
              FROM {areas} a CROSS JOIN days d LEFT JOIN residents r ON r.code = a.code AND r.cut = d.cut
              LEFT JOIN residents o ON o.code = a.{level} AND o.cut = d.cut) GROUP BY ALL"""


def rate(numerator, denominator, scale=10_000, digits=4):
    """A quotient rounded half away from zero, as text."""
    unit = 10 ** digits
    rounded = f"((2 * abs({numerator})::HUGEINT * {scale} + {denominator}) // (2 * {denominator}))"
    sign = f"CASE WHEN {numerator} < 0 AND {rounded} > 0 THEN '-' ELSE '' END"
    return (f"CASE WHEN {denominator} > 0 THEN {sign} || ({rounded} // {unit})::VARCHAR || '.' "
            f"|| lpad(({rounded} % {unit})::VARCHAR, {digits}, '0') END")


db.execute(f"""
    CREATE TEMP TABLE residents AS
    WITH known AS (
        SELECT code, year::INTEGER AS year, residents::BIGINT AS residents
        FROM read_csv('{district.population}', header = true, all_varchar = true) WHERE residents IS NOT NULL),
    chosen AS (
        SELECT code, cut, arg_max(residents, CASE WHEN k.year <= year(day) THEN k.year ELSE -k.year END) AS residents
        FROM known k CROSS JOIN days GROUP BY ALL)
    SELECT * FROM chosen;

    CREATE TEMP TABLE base AS
    SELECT n.area, n.cut, {', '.join(f'n{place}::BIGINT AS {name}' for place, name in enumerate(CHILDREN))},
        {', '.join(f'coalesce({name}, 0)::BIGINT AS {name}' for name in SUPPLY)},
        CASE WHEN n.area < getvariable('unassigned') THEN coalesce(served, 0) ELSE 0 END::BIGINT AS communities_served,
        CASE WHEN n.area < getvariable('unassigned') THEN 1 ELSE 0 END::BIGINT AS communities,
        {', '.join(f'coalesce({name}, 0)::BIGINT AS {name}' for name in DETAIL)},
        {', '.join(f'(100 * coalesce({name}, 0))::BIGINT AS {name}' for name in MONEY)}
    FROM need n LEFT JOIN supply s USING (area, cut)
    LEFT JOIN newborns ON newborns.area = n.area AND n.cut = {cuts - 1} LEFT JOIN staff ON staff.area = n.area AND n.cut = {cuts - 1}
    LEFT JOIN money ON money.area = n.area AND n.cut = {cuts - 1};
""")
SUMS = CHILDREN + SUPPLY + ["communities_served", "communities"] + DETAIL + MONEY
sums = ", ".join(f"sum({name})::BIGINT AS {name}" for name in SUMS)
intent = district.intent
db.execute(f"""
    CREATE TEMP TABLE listed AS SELECT *, '{district.code}' AS district FROM areas;
    CREATE TEMP TABLE figures AS
    WITH coded AS (
        SELECT b.*, coalesce(a.code, 'unassigned') AS code, coalesce(a.name, '{UNASSIGNED_NAME}') AS name,
            coalesce(a.town_code, 'unassigned') AS town_code, coalesce(a.town_name, '{UNASSIGNED_NAME}') AS town_name
        FROM base b LEFT JOIN areas a USING (area)),
    rolled AS (
        SELECT 0 AS level, '{district.code}' AS code, '{district.name}' AS name, c.cut, any_value(p.population) AS population, {sums}
        FROM coded c JOIN ({population('district', 'listed')}) p USING (cut) GROUP BY ALL
        UNION ALL
        SELECT 1, town_code, any_value(town_name), c.cut, any_value(p.population), {sums}
        FROM coded c LEFT JOIN ({population('town_code', 'listed')}) p USING (town_code, cut) GROUP BY town_code, c.cut
        UNION ALL
        SELECT 2, code, any_value(name), c.cut, any_value(p.residents), {sums}
        FROM coded c LEFT JOIN residents p USING (code, cut) GROUP BY code, c.cut)
    SELECT *, m0_5 + m6_11 + m12_23 + m24_35 AS under3,
        (m0_5 * {intent['m0_5']} + m6_11 * {intent['m6_11']} + m12_23 * {intent['m12_23']} + m24_35 * {intent['m24_35']} + 9999) // 10000 AS demand,
        (population * {district.planning_norm} + 9999999) // 10000000 AS demand_planned,
        enrolled_residents + waitlisted_residents AS demand_expressed
    FROM rolled;
""")

TIMELINE = [
    ("as_of", "day"), ("level", "['district', 'town', 'community'][level + 1]"), ("code", "code"), ("name", "name"), ("population", None),
    ("under3", None), ("m0_5", None), ("m6_11", None), ("m12_23", None), ("m24_35", None), ("newborns", "D"), ("newborns_visited", "D"),
    ("facilities", None), ("facilities_filed", None), ("facilities_inclusive", None), ("facilities_demonstration", None),
    ("facilities_compliant", "D"), ("places", None), ("places_filed", None), ("places_inclusive", None), ("places_infant", None),
    ("places_toddler", None), ("places_preschool", None), ("places_mixed", None), ("enrolled", None), ("enrolled_over_age", None),
    ("vacant", None), ("overfull", None), ("enrolled_residents", None), ("waitlisted_residents", None), ("caregivers", "D"),
    ("caregivers_required", "D"), ("caregivers_short", "D"), ("staffing_unreported", "D"), ("demand", None), ("demand_planned", None),
    ("demand_expressed", None), ("gap", "demand - places_filed"), ("coverage_rate", rate("places_filed", "under3")),
    ("places_per_1000", rate("places", "population", 10_000_000)), ("utilisation", rate("enrolled", "places")),
    ("enrolment_rate", rate("enrolled_residents", "under3")), ("filing_rate", rate("facilities_filed", "facilities")),
    ("inclusive_share", rate("places_inclusive", "places_filed")), ("visit_rate", "D" + rate("newborns_visited", "newborns")),
    ("communities", None), ("communities_served", None), ("served_share", rate("communities_served", "communities")),
]


def yuan(name):
    """Whole fen as yuan with two decimals."""
    return f"CASE WHEN {name} < 0 THEN '-' ELSE '' END || (abs({name}) // 100)::VARCHAR || '.' || lpad((abs({name}) % 100)::VARCHAR, 2, '0')"


coverage, timeline, counted = [], [], []
for name, text in TIMELINE:
    at_d = text is not None and text.startswith("D")
    text = (text[1:] if at_d else text) or name
    coverage.append(f'{text} AS "{name}"')
    if not at_d:
        timeline.append(f'{text} AS "{name}"')
for name in MONEY[:3]:
    coverage.append(f"{yuan(name)} AS {name}")
coverage.append(f"{rate('net', 'places_filed', 1, 2)} AS net_paid_per_place")
always = "code <> 'unassigned' OR " + " OR ".join(f"{name} <> 0" for name in CHILDREN + SUPPLY)
order = "day, figures.level, figures.code = 'unassigned', figures.code"
db.execute(f"""
    COPY (SELECT {', '.join(coverage)} FROM figures JOIN days USING (cut) WHERE cut = {cuts - 1}
          AND ({always} OR {' OR '.join(f'{name} <> 0' for name in DETAIL + MONEY[:3])}) ORDER BY {order.replace('day, ', '')})
    TO '{arguments.out}/coverage.csv' (HEADER, DELIMITER ',');
    COPY (SELECT {', '.join(timeline)} FROM figures JOIN days USING (cut) WHERE {always} ORDER BY {order})
    TO '{arguments.out}/timeline.csv' (HEADER, DELIMITER ',');
""")
print(f"all {time.monotonic() - started:.2f} s")
