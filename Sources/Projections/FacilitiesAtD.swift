import Events

/// What is counted of facilities at D only, and the list of them.
struct FacilitiesAtD {
    private(set) var details: [Int]
    private(set) var supply: [SupplyTotals]
    private(set) var findings: [RawFinding] = []
    /// The children enrolled in each registered facility.
    private var enrolled: [ByClass] = []

    init(_ folded: FoldedFacilities, _ tallies: [ChildTally], _ request: ProjectionRequest) {
        let columns = request.columns
        details = Array(repeating: 0, count: DetailCounter.allCases.count * columns)
        supply = Array(repeating: SupplyTotals(), count: FacilityForm.allCases.count * columns)
        enrolled.reserveCapacity(folded.facilities.count)
        folded.facilities.withUnsafeBufferPointer { facilities in
            for index in facilities.indices {
                func children(_ placeClass: PlaceClass) -> Int {
                    tallies.reduce(0) { $0 + Int($1.classes[index * 4 + Int(placeClass.rawValue)]) }
                }
                let classes = ByClass(
                    infant: children(.infant), toddler: children(.toddler), preschool: children(.preschool), mixed: children(.mixed))
                enrolled.append(classes)
                guard facilities[index].state.isOpen else { continue }
                let column = Int(folded.lookups[Int(facilities[index].number)].column)
                count(facilities[index], classes, column, columns, request.asOf)
            }
        }
        for column in 0..<columns {
            details[DetailCounter.newborns.rawValue * columns + column] = tallies.reduce(0) { $0 + Int($1.newborns[column * 2]) }
            details[DetailCounter.newbornsVisited.rawValue * columns + column] =
                tallies.reduce(0) { $0 + Int($1.newborns[column * 2 + 1]) }
        }
    }

    private mutating func count(_ facility: FoldedFacility, _ enrolled: ByClass, _ column: Int, _ columns: Int, _ asOf: Day) {
        let state = facility.state
        func detail(_ counter: DetailCounter) -> Int { counter.rawValue * columns + column }
        let required = enrolled.caregiversRequired
        if state.isCompliant(on: asOf) { details[detail(.facilitiesCompliant)] += 1 }
        details[detail(.caregivers)] += state.caregivers ?? 0
        details[detail(.caregiversRequired)] += required
        details[detail(.caregiversShort)] += max(0, required - (state.caregivers ?? 0))
        if state.caregivers == nil { details[detail(.staffingUnreported)] += 1 }

        let form = Int(state.form.rawValue) * columns + column
        supply[form].facilities += 1
        supply[form].places += state.places
        supply[form].enrolled += enrolled.total
        if state.isFiled {
            supply[form].facilitiesFiled += 1
            supply[form].placesFiled += state.places
            if state.isInclusive { supply[form].placesInclusive += state.places }
        }
        if enrolled.total > state.places {
            findings.append(
                RawFinding(
                    .overCapacity, .filings, facility.registrationOrdinal, state.registeredOn.rawValue, subject: facility.number))
        }
    }

    /// The list by identifier, with names and places read from the record; `enrolments` as ``Totals/enrolments(_:)`` gives them for so many
    /// cuts.
    func list(
        _ all: FoldedFacilities, money: [GrantTotals], enrolments: Table<Int32>, cuts: Int, _ threads: Int, in source: any EventSource
    ) throws -> [ProjectedFacility] {
        let folded = all.facilities
        guard !folded.isEmpty else { return [] }
        return try folded.withUnsafeBufferPointer { folded in
            let courses = FacilityCourses(all.segments, starts: all.segmentStarts, all.lists, enrolments: enrolments, cuts: cuts)
            let lister = try FacilityLister(
                folded, lookups: all.lookups, courses: courses, enrolled: enrolled, money: money, threads, in: source)
            return try lister.list(threads)
        }
    }
}

/// Makes the list of facilities, of which each is some thread's. Everything is read by address: to copy a facility is to count all that it
/// holds, and what threads count together they wait for.
private struct FacilityLister {
    private let folded: UnsafeBufferPointer<FoldedFacility>
    private let lookups: Table<FacilityLookup>
    private let courses: FacilityCourses
    private let enrolled: [ByClass]
    private let money: [GrantTotals]
    private let identifiers: Texts
    private let communities: Texts
    /// The details of the registrations, and behind them those of the events that say where the facilities lie.
    private let details: Table<UInt8>
    private let detailPlaces: [Range<Int>]

    /// Identifiers of a namespace by number.
    private struct Texts {
        private let places: IdentifierTexts
        private let bytes: Table<UInt8>

        init(_ space: Namespace, in source: any EventSource) throws {
            places = try IdentifierTexts(source, space)
            bytes = Table(places.bytes)
        }

        func holds(_ number: UInt32) -> Bool { places.holds(number) }

        func bytes(_ number: UInt32) -> UnsafeBufferPointer<UInt8> {
            let range = places.place(number).range
            return UnsafeBufferPointer(start: bytes.base + range.lowerBound, count: range.count)
        }

        func text(_ number: UInt32) -> String { String(decoding: bytes(number), as: UTF8.self) }
    }

    init(
        _ folded: UnsafeBufferPointer<FoldedFacility>, lookups: Table<FacilityLookup>, courses: FacilityCourses, enrolled: [ByClass],
        money: [GrantTotals], _ threads: Int, in source: any EventSource
    ) throws {
        // Details first: identifiers are read for findings beside this, and held for whoever asks after that.
        let ordinals = folded.indices.map { folded[$0].registrationOrdinal } + folded.indices.map { folded[$0].placeOrdinal }
        let details = try EventDetails(ordinals, of: .filings, in: source, threads: threads)
        let identifiers = try Texts(.facility, in: source)
        let communities = try Texts(.community, in: source)
        for place in folded.indices where !identifiers.holds(folded[place].number) || !communities.holds(folded[place].state.community) {
            throw ProjectionError.inconsistentIdentifiers
        }
        self.details = Table(details.bytes)
        detailPlaces = details.places
        (self.folded, self.lookups, self.courses) = (folded, lookups, courses)
        (self.enrolled, self.money) = (enrolled, money)
        (self.identifiers, self.communities) = (identifiers, communities)
    }

    func list(_ threads: Int) throws -> [ProjectedFacility] {
        let order = inOrder()
        let portion = 256
        return try [ProjectedFacility](unsafeUninitializedCapacity: order.count) { list, count in
            try Workers.run(threads, items: (order.count + portion - 1) / portion) { _, item in
                for place in item * portion..<min(order.count, (item + 1) * portion) {
                    list.initializeElement(at: place, to: listed(order[place]))
                }
            }
            count = order.count
        }
    }

    /// The facilities by identifier as bytes.
    private func inOrder() -> [Int] {
        // The first eight bytes tell nearly all apart; behind a text's end there are zeros, which no identifier holds.
        var keys = folded.indices.map { index in
            let id = identifiers.bytes(folded[index].number)
            return (head: (0..<8).reduce(0 as UInt64) { $0 << 8 | ($1 < id.count ? UInt64(id[$1]) : 0) }, index: index)
        }
        keys.sort {
            $0.head != $1.head
                ? $0.head < $1.head
                : identifiers.bytes(folded[$0.index].number).lexicographicallyPrecedes(identifiers.bytes(folded[$1.index].number))
        }
        return keys.map(\.index)
    }

    private func listed(_ index: Int) -> ProjectedFacility {
        guard let facility = folded.baseAddress.map({ $0 + index }) else { preconditionFailure("a facility of the list") }
        let number = facility.pointee.number
        let registration = parts(index)
        let isRelocated = facility.pointee.placeOrdinal != facility.pointee.registrationOrdinal
        let place = isRelocated ? parts(folded.count + index) : registration
        // Behind a registration's name.
        let first = isRelocated ? 0 : 1
        let hasPlace = place.count >= first + 2 && !place.parts[first].isEmpty && !place.parts[first + 1].isEmpty
        func text(_ range: Range<Int>) -> String {
            String(decoding: UnsafeBufferPointer(start: details.base + range.lowerBound, count: range.count), as: UTF8.self)
        }
        return ProjectedFacility(
            id: identifiers.text(number), name: registration.count > 0 ? text(registration.parts[0]) : "",
            community: communities.text(facility.pointee.state.community), column: Int(lookups[Int(number)].column),
            longitude: hasPlace ? text(place.parts[first]) : nil, latitude: hasPlace ? text(place.parts[first + 1]) : nil,
            state: facility.pointee.state, enrolled: enrolled[index], money: money[index],
            registrationOrdinal: Int(facility.pointee.registrationOrdinal),
            course: FacilityCourse(courses, at: index, facility.pointee.lists))
    }

    /// The first three parts of a detail and how many it has; none where it is not whole.
    private func parts(_ detail: Int) -> (count: Int, parts: InlineArray<3, Range<Int>>) {
        let range = detailPlaces[detail]
        let bytes = UnsafeBufferPointer(start: details.base, count: range.upperBound)
        var found: (count: Int, parts: InlineArray<3, Range<Int>>) = (0, InlineArray(repeating: 0..<0))
        let isWhole = Detail.forEachPart(of: bytes[range]) { part in
            if found.count < 3 { found.parts[found.count] = part.startIndex..<part.endIndex }
            found.count += 1
        }
        return isWhole ? found : (0, InlineArray(repeating: 0..<0))
    }
}
