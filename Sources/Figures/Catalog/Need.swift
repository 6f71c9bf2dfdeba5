import Projections

/// Three bases of demand, never mixed, and the gap.
let demandFigures = [
    Figure(
        "demand", .count(.demand), .places, "潜在需求", "Potential need",
        "⌈Σ over age bands of children × the intent of the pipeline⌉; each area from its own bands, so rows do not add up."),
    Figure(
        "demand_planned", .count(.demandPlanned), .places, "规划需求", "Planning norm",
        "⌈population × planning norm / 1000⌉; empty where the population is unknown."),
    Figure(
        "demand_expressed", .count(.demandExpressed), .children, "表达需求", "Expressed need",
        "Resident children under 3 enrolled or waiting."),
    Figure(
        "gap", .count(.gap), .places, "缺口", "Gap",
        "Potential need less filed places; positive where places are missing."),
]

/// Quotients of the counts above.
let rateFigures = [
    Figure(
        "coverage_rate", .rate(of: .counter(.placesFiled), by: .under3, times: 1), .ratio, "托位覆盖率", "Coverage",
        "Filed places for a child under 3 living in the area."),
    Figure(
        "places_per_1000", .rate(of: .counter(.places), by: .population, times: 1000), .placesPer1000, "每千人口托位数",
        "Places per 1000 residents", "Places of the open facilities for 1000 residents."),
    Figure(
        "utilisation", .rate(of: .counter(.enrolled), by: .counter(.places), times: 1), .ratio, "托位使用率", "Utilisation",
        "Enrolments for a place of the open facilities."),
    Figure(
        "enrolment_rate", .rate(of: .counter(.enrolledResidents), by: .under3, times: 1), .ratio, "入托率", "Enrolment rate",
        "Share of the children under 3 living in the area who are enrolled."),
    Figure(
        "filing_rate", .rate(of: .counter(.facilitiesFiled), by: .counter(.facilities), times: 1), .ratio, "备案率", "Filing rate",
        "Share of the open facilities that are filed."),
    Figure(
        "inclusive_share", .rate(of: .counter(.placesInclusive), by: .counter(.placesFiled), times: 1), .ratio, "普惠托位占比",
        "Inclusive share", "Share of the filed places that are inclusive."),
    Figure(
        "visit_rate", .rate(of: .detail(.newbornsVisited), by: .detail(.newborns), times: 1), .ratio, "新生儿访视率", "Visit rate",
        "Share of the newborns to visit who were visited.", tables: .coverage),
]

/// How far the network reaches.
let communityFigures = [
    Figure(
        "communities", .count(.communities), .communities, "社区数", "Communities",
        "Communities of the area in the register."),
    Figure(
        "communities_served", .count(.communitiesServed), .communities, "有备案托位社区", "Communities served",
        "Those of them in which a filed facility has places."),
    Figure(
        "served_share", .rate(of: .communitiesServed, by: .communities, times: 1), .ratio, "社区覆盖占比", "Share served",
        "Share of the communities that are served."),
]

/// Grants.
let moneyFigures = [
    Figure(
        "granted", .yuan(.granted), .yuan, "核定补助", "Granted",
        "Sum of all grants to the day; a grant lies where its facility or child is or was last known to be.", tables: .coverage),
    Figure(
        "paid", .yuan(.paid), .yuan, "已拨付", "Paid", "Sum of all payments to the day on those grants.", tables: .coverage),
    Figure(
        "recovered", .yuan(.recovered), .yuan, "已追回", "Recovered", "Sum of all recoveries to the day on those grants.", tables: .coverage),
    Figure(
        "net_paid_per_place", .netPaidPerPlace, .yuanPerPlace, "每托位净拨付", "Net paid per place",
        "Paid less recovered of the schemes construction, operating and demonstration for a filed place.", tables: .coverage),
]
