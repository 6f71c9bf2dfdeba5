/// What became of the facilities since sums were made.
///
/// One that is registered no more, since its registration was voided, has no place among those that are. What children and grants added
/// for it is folded again to be taken back, all of it at one spare place behind the last facility, and nobody reads that place.
struct FacilityChange {
    /// By number: what the folds asked of it then, at the place it has now.
    let before: Table<FacilityLookup>
    /// By number: whether that is something else now.
    let changed: Table<Bool>
    /// By number, as far as the sums know it: its place now, -1: not registered.
    let places: [Int]

    /// From what the sums asked of facilities, of which there are no fewer now, and what they are now.
    init(_ old: [FacilityLookup], _ folded: FoldedFacilities) {
        let new = folded.lookups
        before = Table(repeating: FacilityLookup(), count: new.count)
        changed = Table(repeating: false, count: new.count)
        for number in 0..<new.count {
            let (was, now) = (number < old.count ? old[number] : FacilityLookup(), new[number])
            guard was.index >= 0 else {
                changed[number] = now.index >= 0
                continue
            }
            let place = now.index >= 0 ? now.index : folded.sparePlace
            before[number] = FacilityLookup(index: place, openFrom: was.openFrom, openTo: was.openTo, column: was.column)
            changed[number] =
                now.index < 0 || was.openFrom != now.openFrom || was.openTo != now.openTo || was.column != now.column
        }
        places = old.indices.map { Int(new[$0].index) }
    }
}
