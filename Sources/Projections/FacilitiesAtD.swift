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
        let wanted = folded.map(\.registrationOrdinal) + folded.map(\.placeOrdinal)
        let texts = try EventDetails(wanted, of: .filings, in: source, threads: threads)
        let identifiers = try source.identifiers(of: .facility)
        let communities = try source.identifiers(of: .community)
        func text(_ number: UInt32, _ table: (starts: [UInt32], bytes: [UInt8])) throws -> ArraySlice<UInt8> {
            let place = Int(number)
            guard place + 1 < table.starts.count, table.starts[place] <= table.starts[place + 1],
                Int(table.starts[place + 1]) <= table.bytes.count
            else { throw ProjectionError.inconsistentIdentifiers }
            return table.bytes[Int(table.starts[place])..<Int(table.starts[place + 1])]
        }
        let spans = all.spans
        let ids = try folded.map { try text($0.number, identifiers) }
        // The first eight bytes tell nearly all apart; behind a text's end there are zeros, which no identifier holds.
        let heads = ids.map { id in (0..<8).reduce(0 as UInt64) { $0 << 8 | ($1 < id.count ? UInt64(id[id.startIndex + $1]) : 0) } }
        let order = folded.indices.sorted {
            heads[$0] != heads[$1] ? heads[$0] < heads[$1] : ids[$0].lexicographicallyPrecedes(ids[$1])
        }
        let codes = try folded.map { try text($0.state.community, communities) }
        // By address: to copy a facility is to count all that it holds.
        func listed(_ facility: UnsafePointer<FoldedFacility>, _ index: Int) -> ProjectedFacility {
            let registration = texts.parts(facility.pointee.registrationOrdinal)
            let isRelocated = facility.pointee.placeOrdinal != facility.pointee.registrationOrdinal
            let place = isRelocated ? texts.parts(facility.pointee.placeOrdinal) : Array(registration.dropFirst())
            let hasPlace = place.count >= 2 && !place[0].isEmpty && !place[1].isEmpty
            return ProjectedFacility(
                id: String(decoding: ids[index], as: UTF8.self), name: String(decoding: registration.first ?? [], as: UTF8.self),
                community: String(decoding: codes[index], as: UTF8.self), column: Int(all.lookups[Int(facility.pointee.number)].column),
                longitude: hasPlace ? String(decoding: place[0], as: UTF8.self) : nil,
                latitude: hasPlace ? String(decoding: place[1], as: UTF8.self) : nil, state: facility.pointee.state,
                enrolled: enrolled[index],
                money: money[index], registrationOrdinal: Int(facility.pointee.registrationOrdinal),
                filings: Array(all.lists.filings[facility.pointee.lists.filings]),
                inspections: Array(all.lists.inspections[facility.pointee.lists.inspections]), spans: spans[index],
                enrolledAtCuts: [Int32](unsafeUninitializedCapacity: cuts) { counts, count in
                    for cut in 0..<cuts { counts[cut] = enrolments[(index &* cuts &+ cut) &* 2] }
                    count = cuts
                })
        }
        let portion = 256
        return try folded.withUnsafeBufferPointer { folded in
            guard let first = folded.baseAddress else { return [] }
            return try [ProjectedFacility](unsafeUninitializedCapacity: order.count) { list, count in
                try Workers.run(threads, items: (order.count + portion - 1) / portion) { _, item in
                    for place in item * portion..<min(order.count, (item + 1) * portion) {
                        list.initializeElement(at: place, to: listed(first + order[place], order[place]))
                    }
                }
                count = order.count
            }
        }
    }
}
