/// What became of the facilities since sums were made.
struct FacilityChange {
    /// By number: what the folds asked of it then, at the place it has now.
    let before: Table<FacilityLookup>
    /// By number: whether that is something else now.
    let changed: Table<Bool>
    /// By number, as far as the sums know it: its place now, -1: not registered.
    let places: [Int]

    /// Nil where a facility that the sums know is not registered any more: its enrolments have no place.
    init?(_ old: [FacilityLookup], _ new: Table<FacilityLookup>) {
        guard old.count <= new.count else { return nil }
        before = Table(repeating: FacilityLookup(), count: new.count)
        changed = Table(repeating: false, count: new.count)
        for number in 0..<new.count {
            let (was, now) = (number < old.count ? old[number] : FacilityLookup(), new[number])
            guard was.index >= 0 else {
                changed[number] = now.index >= 0
                continue
            }
            guard now.index >= 0 else { return nil }
            before[number] = FacilityLookup(index: now.index, openFrom: was.openFrom, openTo: was.openTo, column: was.column)
            changed[number] = was.openFrom != now.openFrom || was.openTo != now.openTo || was.column != now.column
        }
        places = old.indices.map { Int(new[$0].index) }
    }
}
