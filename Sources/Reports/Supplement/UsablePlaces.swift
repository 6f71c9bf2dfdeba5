import Figures
import Projections

/// The places that the reported caregivers suffice for.
///
/// At the ratios of the classes, oldest class first: 托大班 7 children a caregiver, 混合编班 5, 托小班 5, 乳儿班 3. A class that runs
/// out of caregivers keeps what they can still look after. A facility that never reported has no usable place.
enum UsablePlaces {
    /// The usable ones of a capacity, by class.
    static func usable(_ capacity: ByClass, caregivers: Int) -> ByClass {
        var left = max(0, caregivers)
        func take(_ places: Int, _ ratio: Int) -> Int {
            let usable = min(places, left > Int.max / ratio ? Int.max : left * ratio)
            left -= (usable + ratio - 1) / ratio
            return usable
        }
        let preschool = take(capacity.preschool, 7)
        let mixed = take(capacity.mixed, 5)
        let toddler = take(capacity.toddler, 5)
        return ByClass(infant: take(capacity.infant, 3), toddler: toddler, preschool: preschool, mixed: mixed)
    }

    /// The usable places of a facility at a time: none where it was not filed.
    static func usable(_ span: FacilitySpan) -> Int {
        span.isFiled ? usable(span.capacity, caregivers: span.caregivers ?? 0).total : 0
    }

    /// The usable places of every area's filed facilities at D, by the area's number.
    static func byArea(_ figures: ReportFigures) -> [Int64] { byArea(figures, cut: figures.plan.asOfCut) }

    /// The same at a cut, by the places and the caregivers as they were then.
    static func byArea(_ figures: ReportFigures, cut: Int) -> [Int64] {
        var sums = [Int64](repeating: 0, count: figures.areas.all.count)
        for facility in figures.projected.facilities {
            guard let span = facility.course.span(at: cut) else { continue }
            let places = Int64(usable(span))
            for area in figures.areas.chain(ofSlot: span.column) { sums[area] += places }
        }
        return sums
    }
}

extension Areas {
    /// The areas that a slot's counts go into: the district, its town, itself.
    func chain(ofSlot slot: Int) -> [Int] { [0, townOfSlot[slot], communitiesRange.lowerBound + slot] }
}
