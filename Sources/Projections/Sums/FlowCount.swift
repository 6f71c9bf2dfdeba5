/// How many enrolments active at D lead from one home to one place.
struct FlowCount: BitwiseCopyable {
    /// Orders as `flows.csv` does: codes as bytes, `elsewhere` before `unassigned`.
    let key: UInt64
    var count: Int32

    /// What a key's home is multiplied by: a place is a column or, as a home, ``Projected/elsewhere``.
    static func width(columns: Int) -> UInt64 { UInt64(columns) + 1 }
}

extension Flow {
    /// The flow that a key stands for.
    init(_ counted: FlowCount, _ request: ProjectionRequest) {
        let width = FlowCount.width(columns: request.columns)
        let (unassigned, elsewhere) = (UInt64(request.unassigned), UInt64(request.unassigned) + 1)
        let rank = counted.key / width
        let home = rank == unassigned ? elsewhere : rank == elsewhere ? unassigned : rank
        self.init(home: Int(home), place: Int(counted.key % width), enrolments: Int(counted.count))
    }
}

extension FoldedChildren {
    /// The enrolments active at D in open facilities by home and place, in order: those kept, without those that no longer hold, with
    /// the ones of the children folded now.
    func flows(_ request: ProjectionRequest) -> [FlowCount] {
        let now = Self.counted(tallies, request)
        guard let kept else { return now }
        let undone = Self.counted(kept.undone, request).map { FlowCount(key: $0.key, count: -$0.count) }
        // What changed first: it is little beside what is kept.
        return Self.sum(kept.sums.flows, Self.sum(undone, now)).filter { $0.count > 0 }
    }

    private static func counted(_ tallies: [ChildTally], _ request: ProjectionRequest) -> [FlowCount] {
        let width = FlowCount.width(columns: request.columns)
        var keys: [UInt64] = []
        keys.reserveCapacity(tallies.reduce(0) { $0 + $1.flows.count })
        // As a home: codes, then elsewhere, then unassigned.
        let (unassigned, elsewhere) = (UInt64(request.unassigned), UInt64(request.unassigned) + 1)
        for tally in tallies {
            for flow in tally.flows {
                let home = flow >> 32
                let rank = home == elsewhere ? unassigned : home == unassigned ? elsewhere : home
                keys.append(rank * width + flow & 0xFFFF_FFFF)
            }
        }
        radixSort(&keys)
        var flows: [FlowCount] = []
        for key in keys {
            if let last = flows.last, last.key == key {
                flows[flows.count - 1].count += 1
            } else {
                flows.append(FlowCount(key: key, count: 1))
            }
        }
        return flows
    }

    /// Two lists in order as one.
    private static func sum(_ first: [FlowCount], _ second: [FlowCount]) -> [FlowCount] {
        var sum: [FlowCount] = []
        sum.reserveCapacity(first.count + second.count)
        var place = 0
        for flow in second {
            while place < first.count, first[place].key < flow.key {
                sum.append(first[place])
                place += 1
            }
            if place < first.count, first[place].key == flow.key {
                sum.append(FlowCount(key: flow.key, count: first[place].count &+ flow.count))
                place += 1
            } else {
                sum.append(flow)
            }
        }
        return sum + first[place...]
    }
}
