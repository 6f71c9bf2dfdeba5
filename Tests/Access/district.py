"""A small district whose names are chosen by whoever calls: a case for the program, made of nothing else."""
import json

CODE, TOWN = "320612000000", "320612101"
# Children's pseudonyms that stand in no word of the program.
CHILDREN = [f"QZXKIND{number:03}ZQ" for number in range(6)]


def plain(count):
    """Names as a district has them."""
    return [f"村社{number:02}" for number in range(count)]


def write(folder, names, file_names):
    """Writes the case: a community, a facility, a reason, an archive's name for each name."""
    archives = folder / "archives"
    archives.mkdir(parents=True)
    communities = [f"{TOWN}{number + 1:03}" for number in range(len(names))]

    def cell(text):
        return '"' + text.replace('"', '""') + '"'

    (folder / "communities.csv").write_text(
        "code,name,town_code,town_name,longitude,latitude\n"
        + "".join(f"{code},{cell(name)},{TOWN},{cell(names[0])},121.0{number:02},32.1\n"
                  for number, (code, name) in enumerate(zip(communities, names))), "utf-8", newline="")
    (folder / "population.csv").write_text("code,year,residents\n" + "".join(f"{code},2023,1000\n" for code in communities), "utf-8", newline="")
    (folder / "pipeline.yaml").write_text(
        f'name: access\ndistrict: {{ code: "{CODE}", name: {json.dumps(names[0])} }}\ncommunities: communities.csv\npopulation: population.csv\n'
        'archives: [ "archives/*" ]\nstore: out/store\nreports: out/reports\nreject_limit: 100\nfrom: 2024-01-31\n'
        'intent: { m0_5: 0, m6_11: 0.1, m12_23: 0.3, m24_35: 0.6 }\nplanning_norm: 4.5\ncatchment_m: 1500\n'
        "targets:\n" + "".join(f"  - {{ name: {json.dumps(name)}, figure: gap, level: community, by: 2024-12-31, at_most: 0 }}\n" for name in names[:8]),
        "utf-8", newline="")

    number = iter(range(1, 1_000_000))

    def event(kind, day, **more):
        return json.dumps({"event_id": f"E{next(number)}", "type": kind, "occurred_on": day, "recorded_at": day + "T09:00:00+08:00", **more})

    births = [event("birth_registered", "2023-05-10", child=child, community=communities[0]) for child in CHILDREN]
    births.append(event("birth_registered", "2023-06-10", child=CHILDREN[0], community=communities[0]))  # a finding that names a child
    filings, enrollments, subsidies = [], [], []
    for place, (name, community) in enumerate(zip(names, communities)):
        facility = f"F{place}"
        filings += [
            event("facility_registered", "2023-01-10", facility=facility, name=name[:100] or "x", registrar="market", form="center", community=community,
                  longitude="121.001", latitude="32.1"),
            event("capacity_set", "2023-01-11", facility=facility, infant=5, toddler=5, preschool=5, mixed=0),
            event("filing_submitted", "2023-01-12", facility=facility),
            event("filing_returned", "2023-01-13", facility=facility, reason=name),
            event("filing_submitted", "2023-01-14", facility=facility),
            event("filing_accepted", "2023-01-15", facility=facility, receipt=f"R{place}"),
        ]
        if place % 3 == 0: filings.append(event("facility_closed", "2024-02-01", facility=facility, reason=name))
        enrollments.append(event("child_withdrew", "2023-07-01", child=CHILDREN[place % 6], facility=facility, reason=name))  # a finding
        subsidies.append(event("subsidy_granted", "2023-08-01", grant=f"G{place}", scheme="childrearing", child=CHILDREN[place % 6], amount="100"))
    enrollments += [event("child_enrolled", "2023-09-01", child=child, facility="F1", **{"class": "toddler", "mode": "full_day"}) for child in CHILDREN]
    rejected = [
        '{"event_id":"X1","type":"birth_registered","occurred_on":"2023-13-10","recorded_at":"2023-05-11T09:00:00+08:00","child":"%s","community":"%s"}'
        % (CHILDREN[1], communities[0]),
        '{"event_id":"X2","type":"birth_registered","child":"%s"' % CHILDREN[2],
    ]
    for log, lines in (("births", births + rejected), ("filings", filings), ("enrollments", enrollments), ("subsidies", subsidies)):
        (archives / f"{log}.ndjson").write_text("\n".join(lines) + "\n", "utf-8", newline="")
    for place, name in enumerate(file_names):
        line = event("subsidy_granted", "2023-08-02", grant=f"H{place}", scheme="operating", facility="F1", amount="100")
        (archives / f"subsidies-{place:02}{name}.ndjson").write_text(line + "\n", "utf-8")
