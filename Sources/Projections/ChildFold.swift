import CKernel
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
    private let enrolledWords: Table<UInt64>
    private let waitingWords: Table<UInt64>
    /// The cuts at which the child is enrolled in an open facility.
    private var enrolledAt: CutSet
    /// The cuts at which it waits at one.
    private var waitingAt: CutSet
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
        enrolledWords = CutSet.words(forCuts: cuts.count)
        waitingWords = CutSet.words(forCuts: cuts.count)
        enrolledAt = CutSet(in: enrolledWords)
        waitingAt = CutSet(in: waitingWords)
    }

    /// Folds one child's records, both lists in the contract's order.
    func fold(
        _ child: UInt32, _ births: UnsafeMutableBufferPointer<BirthRecord>, _ enrolments: UnsafeMutableBufferPointer<EnrolmentRecord>
    ) {
        let state = foldBirths(child, births)
        let bands = cuts.bands(bornOn: state.bornOn.rawValue)
        countBands(state, bands)
        countNewborn(state, bands)
        if state.standing != .none { lastColumns?[Int(child)] = columnOf[Int(state.community)] }
        if !enrolments.isEmpty { foldEnrolments(child, state, bands, enrolments) }
    }

    /// Asks the cache for what an enrolment at a facility reads, which lies anywhere, and then for what it counts.
    @inline(__always)
    func ask(_ facility: UInt32) { tuowei_prefetch(facilities.base + Int(facility)) }

    /// The second step.
    @inline(__always)
    func askFurther(_ facility: UInt32) {
        let index = facilities[Int(facility)].index
        if index >= 0 { tuowei_prefetch(tally.classes.base + Int(index) &* 4) }
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
            if outcome.hasFindings { tally.birthFindings.append(outcome, .births, record.ordinal, record.day, subject: child) }
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
    private func countBands(_ state: ChildState, _ bands: CutTable.Bands) {
        let stays = stays.base
        for place in 0..<stayCount where stays[place].from < Int32(bands.thirtySix) {
            let stay = stays[place]
            tally.add(.bornOn(state.bornOn), column: stay.column, from: Int(stay.from), to: Int(stay.to))
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
        enrolledAt.removeAll()
        waitingAt.removeAll()
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
                    tally.enrolmentFindings.append(outcome, .enrollments, record.ordinal, record.day, subject: child, facility: facility)
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
            waitingAt.insert(start, end)
            return
        }
        enrolledAt.insert(start, end)
        tally.add(
            EnrolledRange(
                facility: UInt32(bitPattern: lookup.index), from: UInt16(truncatingIfNeeded: start), to: UInt16(truncatingIfNeeded: end),
                overAgeFrom: UInt16(truncatingIfNeeded: max(start, min(end, overAgeFrom)))))
    }

    /// Counts the child among the enrolled and the waiting residents where it lives, while it is under 3.
    private func countResidents(_ bands: CutTable.Bands) {
        let waitsApart = !waitingAt.mayMeet(enrolledAt)
        if !waitsApart {
            waitingAt.spread()
            enrolledAt.spread()
        }
        let stays = stays.base
        for place in 0..<stayCount {
            let stay = stays[place]
            let end = min(Int(stay.to), Int(bands.thirtySix))
            guard Int(stay.from) < end else { continue }
            enrolledAt.forEachRun(Int(stay.from), end) { tally.add(.enrolled, column: stay.column, from: $0, to: $1) }
            if waitsApart {
                waitingAt.forEachRun(Int(stay.from), end) { tally.add(.waitlisted, column: stay.column, from: $0, to: $1) }
            } else {
                let (waiting, enrolled) = (waitingAt.words, enrolledAt.words)
                CutSet.forEachRun(Int(stay.from), end, { waiting[$0] & ~enrolled[$0] }) {
                    tally.add(.waitlisted, column: stay.column, from: $0, to: $1)
                }
            }
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
                tally.enrolmentFindings.append(
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
                tally.addFlow(home: home, place: lookup.column)
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
