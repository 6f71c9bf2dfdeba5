import Projections

/// Residents and children by age.
let populationFigures = [
    Figure(
        "population", .count(.population), .residents, "常住人口", "Residents",
        "Residents by the known row of the greatest year up to the day's year, else of the smallest later year; a town's or the "
            + "district's own row goes before the sum of its communities; empty where unknown."),
    Figure(
        "under3", .count(.under3), .children, "3岁以下婴幼儿", "Children under 3",
        "Children living in the area who have completed fewer than 36 months."),
    Figure(
        "m0_5", .count(.counter(.m0To5)), .children, "0—5月龄", "0–5 months",
        "Children living in the area with 0 to 5 completed months."),
    Figure(
        "m6_11", .count(.counter(.m6To11)), .children, "6—11月龄", "6–11 months",
        "Children living in the area with 6 to 11 completed months."),
    Figure(
        "m12_23", .count(.counter(.m12To23)), .children, "12—23月龄", "12–23 months",
        "Children living in the area with 12 to 23 completed months."),
    Figure(
        "m24_35", .count(.counter(.m24To35)), .children, "24—35月龄", "24–35 months",
        "Children living in the area with 24 to 35 completed months."),
]

/// Newborn visits (新生儿访视).
let newbornFigures = [
    Figure(
        "newborns", .count(.detail(.newborns)), .children, "应访视新生儿", "Newborns to visit",
        "Children living in the area, under 12 months and at least 29 days old, who first became resident in the district at most "
            + "28 days after birth.", tables: .coverage),
    Figure(
        "newborns_visited", .count(.detail(.newbornsVisited)), .children, "已访视新生儿", "Newborns visited",
        "Those of the newborns to visit who were visited within 28 days.", tables: .coverage),
]
