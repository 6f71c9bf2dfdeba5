/// A count kept for every cut and community, named as its column of `coverage.csv` (`figures.md`, section 3).
public enum Counter: Int, CaseIterable, Sendable {
    /// Residents of 0–5 completed months (`m0_5`).
    case m0To5 = 0
    /// Residents of 6–11 months (`m6_11`).
    case m6To11
    /// Residents of 12–23 months (`m12_23`).
    case m12To23
    /// Residents of 24–35 months (`m24_35`).
    case m24To35
    /// Children under 3 living there with an active enrolment in any open facility.
    case enrolledResidents
    /// Children under 3 living there, waiting at any open facility, not among ``enrolledResidents``.
    case waitlistedResidents
    /// Open facilities.
    case facilities
    /// Open and filed (备案) facilities.
    case facilitiesFiled
    /// Filed and inclusive (普惠) facilities.
    case facilitiesInclusive
    /// Open facilities with the level `province`.
    case facilitiesDemonstration
    /// Places (托位) of open facilities.
    case places
    /// Places of filed facilities.
    case placesFiled
    /// Places of filed and inclusive facilities.
    case placesInclusive
    /// ``placesFiled`` of the class `infant`.
    case placesInfant
    /// ``placesFiled`` of the class `toddler`.
    case placesToddler
    /// ``placesFiled`` of the class `preschool`.
    case placesPreschool
    /// ``placesFiled`` of the class `mixed`.
    case placesMixed
    /// Active enrolments in open facilities that lie there.
    case enrolled
    /// Those of ``enrolled`` whose child's birth date is known and 36 months or more ago.
    case enrolledOverAge
    /// Σ max(0, places − enrolled) over open facilities.
    case vacant
    /// Σ max(0, enrolled − places) over open facilities.
    case overfull
    /// 1 where a filed facility with places > 0 lies there, else 0.
    case served
}

/// A count kept for every community at D only.
public enum DetailCounter: Int, CaseIterable, Sendable {
    /// `newborns`: residents of under 12 months, at least 29 days old, resident here within 28 days of birth.
    case newborns = 0
    /// Those of ``newborns`` who were visited (新生儿访视).
    case newbornsVisited
    /// Filed facilities with valid fire and hygiene credentials whose last inspection, if any, is not `fail`.
    case facilitiesCompliant
    /// Caregivers last reported by open facilities.
    case caregivers
    /// Caregivers that the children enrolled there by class call for.
    case caregiversRequired
    /// Σ max(0, required − reported) over open facilities.
    case caregiversShort
    /// Open facilities that never reported staff.
    case staffingUnreported
}
