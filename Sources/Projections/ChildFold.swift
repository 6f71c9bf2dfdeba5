import Events

/// Folds children one by one, a child's births events and its enrolments together, into a ``ChildTally``.
///
/// A child's life becomes a few stays `[from, to)` in numbers of cuts; bands and enrolments are ranges of cuts too; what is counted is
/// where they meet. The scratch lies at fixed addresses and the fold of a child allocates nothing.
final class ChildFold {
    private struct Stay {
        let column: Int32
        let from: Int32
        let to: Int32
    }

    private struct ActiveEnrolment {
        let facility: UInt32
        let ordinal: UInt32
        let day: Int32
    }

    private let cuts: CutTable
    private let asOf: Int32
    private let columnOf: Table<Int32>
    private let facilities: Table<FacilityLookup>
    private let tally: ChildTally
    /// By child: the column it lives in or was last known in; nil where nobody asks.
    private let lastColumns: UnsafeMutablePointer<Int32>?
    private var stays: Table<Stay>
    private var stayCount = 0
    private var active: Table<ActiveEnrolment>
    private var activeCount = 0
    /// The cuts at which the child is enrolled in an open facility, a bit each.
    private let enrolledAt: Table<UInt64>
    /// The cuts at which it waits at one.
    private let waitingAt: Table<UInt64>
    private let cutCount: Int

    init(
        _ cuts: CutTable, asOf: Day, columnOf: Table<Int32>, facilities: Table<FacilityLookup>, into tally: ChildTally,
        lastColumns: UnsafeMutablePointer<Int32>?
    ) {
        self.cuts = cuts
        self.asOf = asOf.rawValue
        self.columnOf = columnOf
        self.facilities = facilities
        self.tally = tally
        self.lastColumns = lastColumns
        cutCount = cuts.count
        stays = Table(repeating: Stay(column: 0, from: 0, to: 0), count: 64)
        active = Table(repeating: ActiveEnrolment(facility: 0, ordinal: 0, day: 0), count: 64)
        enrolledAt = Table(repeating: 0, count: (cuts.count + 63) / 64)
        waitingAt = Table(repeating: 0, count: (cuts.count + 63) / 64)
    }

    /// Folds one child's records, both lists in the contract's order.
    func fold(
        _ child: UInt32, _ births: UnsafeMutableBufferPointer<BirthRecord>, _ enrolments: UnsafeMutableBufferPointer<EnrolmentRecord>
    ) {
        let state = foldBirths(child, births)
        let bands = cuts.bands(bornOn: state.bornOn.rawValue)
        countBands(bands)
        countNewborn(state, bands)
        if state.standing != .none { lastColumns?[Int(child)] = columnOf[Int(state.community)] }
        if !enrolments.isEmpty { foldEnrolments(child, state, bands, enrolments) }
    }

    @inline(__always)
    private func foldBirths(_ child: UInt32, _ births: UnsafeMutableBufferPointer<BirthRecord>) -> ChildState {
        // At most one stay ends with each event, and one lasts to D.
        if births.count >= stays.count { stays = Table(repeating: Stay(column: 0, from: 0, to: 0), count: 2 * births.count) }
        let stays = stays.base
        var stayed = 0
        var state = ChildState()
        var column: Int32 = -1
        var from: Int32 = 0
        for record in births {
            guard let event = BirthsEvent(rawValue: record.type) else { continue }
            let outcome = state.apply(
                event, on: Day(rawValue: record.day), community: record.community, bornOn: Day(rawValue: record.bornOn))
            if outcome.hasFindings { tally.findings.append(outcome, .births, record.ordinal, record.day, subject: child) }
            guard outcome.applied else { continue }
            let now: Int32 = state.standing == .resident ? columnOf[Int(state.community)] : -1
            guard now != column else { continue }
            let cut = Int32(truncatingIfNeeded: cuts.index(record.day))
            if column >= 0, cut > from {
                stays[stayed] = Stay(column: column, from: from, to: cut)
                stayed &+= 1
            }
            column = now
            from = cut
        }
        if column >= 0 {
            stays[stayed] = Stay(column: column, from: from, to: Int32(truncatingIfNeeded: cutCount))
            stayed &+= 1
        }
        stayCount = stayed
        return state
    }

    @inline(__always)
    private func countBands(_ bands: CutTable.Bands) {
        let stride = (cutCount &+ 1) &* ChildTally.counters
        for place in 0..<stayCount where stays[place].from < Int32(bands.thirtySix) {
            let stay = stays[place]
            let cells = tally.cells + Int(stay.column) &* stride
            add(cells, .m0To5, stay, 0, bands.six)
            add(cells, .m6To11, stay, bands.six, bands.twelve)
            add(cells, .m12To23, stay, bands.twelve, bands.twentyFour)
            add(cells, .m24To35, stay, bands.twentyFour, bands.thirtySix)
        }
    }

    @inline(__always)
    private func add(_ cells: UnsafeMutablePointer<Int32>, _ counter: Counter, _ stay: Stay, _ from: UInt16, _ to: UInt16) {
        let start = max(Int(stay.from), Int(from))
        let end = min(Int(stay.to), Int(to))
        if start < end {
            cells[start &* ChildTally.counters &+ counter.rawValue] &+= 1
            cells[end &* ChildTally.counters &+ counter.rawValue] &-= 1
        }
    }

    @inline(__always)
    private func countNewborn(_ state: ChildState, _ bands: CutTable.Bands) {
        guard Int(bands.twelve) == cutCount, state.standing == .resident, asOf &- state.bornOn.rawValue >= 29,
            state.firstResidentOn.rawValue &- state.bornOn.rawValue <= 28
        else { return }
        let column = Int(columnOf[Int(state.community)])
        tally.newborns[column &* 2] &+= 1
        if state.isVisited { tally.newborns[column &* 2 &+ 1] &+= 1 }
    }

    private func foldEnrolments(
        _ child: UInt32, _ state: ChildState, _ bands: CutTable.Bands, _ enrolments: UnsafeMutableBufferPointer<EnrolmentRecord>
    ) {
        activeCount = 0
        if enrolments.count > active.count {
            active = Table(repeating: ActiveEnrolment(facility: 0, ordinal: 0, day: 0), count: 2 * enrolments.count)
        }
        for word in 0..<enrolledAt.count {
            enrolledAt[word] = 0
            waitingAt[word] = 0
        }
        // The first cut at which the child is known to be of 36 months or more.
        let overAgeFrom =
            state.standing == .none ? cutCount : max(cuts.index(state.firstResidentOn.rawValue), Int(bands.thirtySix))
        var place = 0
        while place < enrolments.count {
            let facility = enrolments[place].facility
            let lookup = facilities[Int(facility)]
            var enrolment = EnrolmentState()
            var since = 0
            var start = enrolments[place]
            while place < enrolments.count, enrolments[place].facility == facility {
                let record = enrolments[place]
                place &+= 1
                guard let event = EnrollmentsEvent(rawValue: record.type) else { continue }
                let before = enrolment.standing
                let outcome = enrolment.apply(
                    event, placeClass: PlaceClass(rawValue: UInt8(truncatingIfNeeded: record.payload & 3)) ?? .infant)
                if outcome.hasFindings {
                    tally.findings.append(outcome, .enrollments, record.ordinal, record.day, subject: child, facility: facility)
                }
                guard enrolment.standing != before else { continue }
                let cut = cuts.index(record.day)
                count(before, lookup, from: since, to: cut, overAgeFrom)
                since = cut
                start = record
            }
            count(enrolment.standing, lookup, from: since, to: cutCount, overAgeFrom)
            if enrolment.standing == .enrolled {
                active[activeCount] = ActiveEnrolment(facility: facility, ordinal: start.ordinal, day: start.day)
                activeCount &+= 1
                if lookup.index >= 0 { tally.classes[Int(lookup.index) &* 4 &+ Int(enrolment.placeClass.rawValue)] &+= 1 }
            }
        }
        countResidents(bands)
        judge(child, state, isOverAge: overAgeFrom < cutCount)
    }

    /// Counts a stretch of enrolment or waiting where the facility is open.
    @inline(__always)
    private func count(
        _ standing: EnrolmentState.Standing, _ lookup: FacilityLookup, from: Int, to: Int, _ overAgeFrom: Int
    ) {
        guard standing != .none, lookup.index >= 0 else { return }
        let start = max(from, Int(lookup.openFrom))
        let end = min(to, Int(lookup.openTo))
        guard start < end else { return }
        if standing == .waiting {
            Self.set(waitingAt, start, end)
            return
        }
        Self.set(enrolledAt, start, end)
        let cells = tally.facilityCells + Int(lookup.index) &* (cutCount &+ 1) &* 2
        cells[start &* 2] &+= 1
        cells[end &* 2] &-= 1
        let overAge = max(start, overAgeFrom)
        if overAge < end {
            cells[overAge &* 2 &+ 1] &+= 1
            cells[end &* 2 &+ 1] &-= 1
        }
    }

    /// Counts the child among the enrolled and the waiting residents where it lives, while it is under 3.
    @inline(__always)
    private func countResidents(_ bands: CutTable.Bands) {
        let stride = (cutCount &+ 1) &* ChildTally.counters
        for place in 0..<stayCount {
            let stay = stays[place]
            let end = min(Int(stay.to), Int(bands.thirtySix))
            guard Int(stay.from) < end else { continue }
            let cells = tally.cells + Int(stay.column) &* stride
            // A word of cuts at a time; where a run of set bits begins or ends, the difference is noted.
            var (wasEnrolled, wasWaiting): (UInt64, UInt64) = (0, 0)
            for word in Int(stay.from) >> 6...(end &- 1) >> 6 {
                let low = max(Int(stay.from) &- word &* 64, 0)
                let high = min(end &- word &* 64, 64)
                let mask = (~0 as UInt64) << UInt64(low) & (~0 as UInt64) >> UInt64(64 &- high)
                let enrolled = enrolledAt[word] & mask
                let waiting = waitingAt[word] & ~enrolledAt[word] & mask
                note(enrolled, &wasEnrolled, .enrolledResidents, cells, word)
                note(waiting, &wasWaiting, .waitlistedResidents, cells, word)
            }
            // What holds at the last cut of the last word ends at the next word's first.
            let next = (((end &- 1) >> 6) &+ 1) &* 64
            if wasEnrolled != 0 { cells[next &* ChildTally.counters &+ Counter.enrolledResidents.rawValue] &-= 1 }
            if wasWaiting != 0 { cells[next &* ChildTally.counters &+ Counter.waitlistedResidents.rawValue] &-= 1 }
        }
    }

    /// Notes the differences of one word of bits; `before` is the last bit of the word before it.
    @inline(__always)
    private func note(
        _ bits: UInt64, _ before: inout UInt64, _ counter: Counter, _ cells: UnsafeMutablePointer<Int32>, _ word: Int
    ) {
        var changes = bits ^ (bits << 1 | before)
        before = bits >> 63
        while changes != 0 {
            let bit = changes.trailingZeroBitCount
            changes &= changes &- 1
            cells[(word &* 64 &+ bit) &* ChildTally.counters &+ counter.rawValue] &+= bits >> UInt64(bit) & 1 != 0 ? 1 : -1
        }
    }

    @inline(__always)
    private static func set(_ bits: Table<UInt64>, _ from: Int, _ to: Int) {
        for word in from >> 6...(to &- 1) >> 6 {
            let low = max(from &- word &* 64, 0)
            let high = min(to &- word &* 64, 64)
            bits[word] |= (~0 as UInt64) << UInt64(low) & (~0 as UInt64) >> UInt64(64 &- high)
        }
    }

    /// Judges the enrolments active at D: state findings (`figures.md`, section 4) and flows.
    @inline(__always)
    private func judge(_ child: UInt32, _ state: ChildState, isOverAge: Bool) {
        guard activeCount > 0 else { return }
        var open = 0
        for place in 0..<activeCount where isOpen(active[place]) { open &+= 1 }
        let home = state.standing == .resident ? Int(columnOf[Int(state.community)]) : tally.columns
        for place in 0..<activeCount {
            let enrolment = active[place]
            func find(_ code: FindingCode) {
                tally.findings.append(
                    RawFinding(code, .enrollments, enrolment.ordinal, enrolment.day, subject: child, facility: enrolment.facility))
            }
            let lookup = facilities[Int(enrolment.facility)]
            if lookup.index < 0 {
                find(.unknownFacility)
            } else if !isOpen(enrolment) {
                find(.enrolledAtClosedFacility)
            } else {
                if open > 1 { find(.enrolledTwice) }
                if state.standing != .resident { find(.enrolledNotResident) }
                if isOverAge { find(.enrolledOverAge) }
                tally.flows.append(UInt64(home) << 32 | UInt64(UInt32(bitPattern: lookup.column)))
            }
        }
    }

    /// Whether the facility of an enrolment is open at D.
    @inline(__always)
    private func isOpen(_ enrolment: ActiveEnrolment) -> Bool {
        let lookup = facilities[Int(enrolment.facility)]
        return lookup.index >= 0 && Int(lookup.openTo) == cutCount
    }
}
