import Projections

/// Facilities and their places.
let facilityFigures = [
    Figure(
        "facilities", .count(.counter(.facilities)), .facilities, "在营机构", "Open facilities",
        "Facilities in the area registered and not closed."),
    Figure(
        "facilities_filed", .count(.counter(.facilitiesFiled)), .facilities, "备案机构", "Filed facilities",
        "Open facilities whose filing is accepted and not cancelled."),
    Figure(
        "facilities_inclusive", .count(.counter(.facilitiesInclusive)), .facilities, "普惠机构", "Inclusive facilities",
        "Filed facilities recognized as inclusive."),
    Figure(
        "facilities_demonstration", .count(.counter(.facilitiesDemonstration)), .facilities, "省级示范机构",
        "Provincial demonstration facilities",
        "Open facilities with the award of the province."),
    Figure(
        "facilities_compliant", .count(.detail(.facilitiesCompliant)), .facilities, "合规机构", "Compliant facilities",
        "Filed facilities whose fire and hygiene credentials are valid at the day and whose last inspection, if any, was not failed.",
        tables: .coverage),
    Figure(
        "places", .count(.counter(.places)), .places, "托位", "Places",
        "Capacity of all classes of the open facilities."),
    Figure(
        "places_filed", .count(.counter(.placesFiled)), .places, "备案托位", "Filed places",
        "Capacity of all classes of the filed facilities."),
    Figure(
        "places_inclusive", .count(.counter(.placesInclusive)), .places, "普惠托位", "Inclusive places",
        "Capacity of all classes of the filed and inclusive facilities."),
    Figure(
        "places_infant", .count(.counter(.placesInfant)), .places, "乳儿班托位", "Infant places",
        "Filed places in infant classes."),
    Figure(
        "places_toddler", .count(.counter(.placesToddler)), .places, "托小班托位", "Toddler places",
        "Filed places in toddler classes."),
    Figure(
        "places_preschool", .count(.counter(.placesPreschool)), .places, "托大班托位", "Preschool places",
        "Filed places in preschool classes."),
    Figure(
        "places_mixed", .count(.counter(.placesMixed)), .places, "混合编班托位", "Mixed places",
        "Filed places in mixed classes."),
]

/// Who is enrolled, who waits, what stands empty.
let enrolmentFigures = [
    Figure(
        "enrolled", .count(.counter(.enrolled)), .enrolments, "在托人次", "Enrolments",
        "Active enrolments in the open facilities of the area, wherever the children live; a child in two facilities counts twice."),
    Figure(
        "enrolled_over_age", .count(.counter(.enrolledOverAge)), .enrolments, "超龄在托", "Enrolments over age",
        "Those enrolments whose child is known to have been born 36 months ago or more."),
    Figure(
        "vacant", .count(.counter(.vacant)), .places, "空余托位", "Vacant places",
        "Places less enrolments, summed over the open facilities that have more places than enrolments."),
    Figure(
        "overfull", .count(.counter(.overfull)), .enrolments, "超额在托", "Enrolments over capacity",
        "Enrolments less places, summed over the open facilities that have more enrolments than places."),
    Figure(
        "enrolled_residents", .count(.counter(.enrolledResidents)), .children, "入托儿童", "Resident children enrolled",
        "Children under 3 living in the area with an active enrolment in an open facility, wherever that is."),
    Figure(
        "waitlisted_residents", .count(.counter(.waitlistedResidents)), .children, "轮候儿童", "Resident children waiting",
        "Children under 3 living in the area who wait at an open facility and are enrolled in none."),
]

/// Caregivers.
let staffingFigures = [
    Figure(
        "caregivers", .count(.detail(.caregivers)), .caregivers, "保育人员", "Caregivers",
        "Caregivers last reported by the open facilities; 0 for one that never reported.", tables: .coverage),
    Figure(
        "caregivers_required", .count(.detail(.caregiversRequired)), .caregivers, "应配保育人员", "Caregivers required",
        "What the enrolled children require, facility by facility: ⌈infant/3⌉ + ⌈toddler/5⌉ + ⌈preschool/7⌉ + ⌈mixed/5⌉.",
        tables: .coverage),
    Figure(
        "caregivers_short", .count(.detail(.caregiversShort)), .caregivers, "保育人员缺口", "Caregivers short",
        "Required less reported, summed over the open facilities that report fewer than required.", tables: .coverage),
    Figure(
        "staffing_unreported", .count(.detail(.staffingUnreported)), .facilities, "未报人员机构", "Facilities without a staffing report",
        "Open facilities that never reported their caregivers.", tables: .coverage),
]
