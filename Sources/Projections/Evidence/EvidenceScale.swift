import Events

/// Weighs groups: what they hold, summed over an area's columns for each term, with what a community's one served place needs to know
/// of the others.
struct EvidenceScale {
    private let terms: [EvidenceTerm]
    private let termsOfPart: [[Int]]
    private let wanted: PartSet
    private let area: [Bool]?
    private let columnOf: Table<Int32>
    private let unassigned: Int32
    private let asOf: Day
    /// By column: the other facilities that serve it.
    private var served: [Int]

    init(_ terms: [EvidenceTerm], area: [Bool]?, asOf: Day, _ reader: EvidenceReader) {
        self.terms = terms
        self.area = area
        self.asOf = asOf
        columnOf = reader.columnOf
        unassigned = reader.unassigned
        wanted = PartSet(terms.flatMap(\.parts))
        termsOfPart = Part.all.map { part in terms.indices.filter { terms[$0].parts.contains(part) } }
        served = Array(repeating: 0, count: Int(reader.unassigned) + 1)
    }

    /// What a group adds to each term.
    func weigh(_ group: EvidenceGroup, _ scratch: inout [Holding]) -> [Int64] {
        var values = [Int64](repeating: 0, count: terms.count)
        scratch.removeAll(keepingCapacity: true)
        group.hold(wanted, at: asOf, columnOf, unassigned: unassigned, into: &scratch)
        for holding in scratch where area?[Int(holding.column)] ?? true {
            var amount = holding.amount
            if holding.part == .counter(.served) {
                // Only communities of the register are served, each once.
                amount = holding.column != unassigned && served[Int(holding.column)] == 0 ? 1 : 0
            }
            for term in termsOfPart[holding.part.index] { values[term] &+= amount }
        }
        return values
    }

    /// Counts a group's facility among those that serve a community.
    mutating func note(_ group: EvidenceGroup, _ scratch: inout [Holding]) {
        guard wanted.contains(.counter(.served)) else { return }
        scratch.removeAll(keepingCapacity: true)
        group.hold(PartSet([.counter(.served)]), at: asOf, columnOf, unassigned: unassigned, into: &scratch)
        for holding in scratch { served[Int(holding.column)] += 1 }
    }

    /// Whether an event places its subject in the area.
    func isInArea(_ event: EvidenceEvent) -> Bool { area?[Int(columnOf[Int(event.object)])] ?? true }
}
