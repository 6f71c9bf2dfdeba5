/// How many enrolments active at D lead from one home to one place.
struct FlowCount: BitwiseCopyable {
    /// Orders as `flows.csv` does: codes as bytes, `elsewhere` before `unassigned`.
    let key: UInt64
    var count: Int32

    /// What a key's home is multiplied by: a place is a column or, as a home, ``Projected/elsewhere``.
    static func width(columns: Int) -> UInt64 { UInt64(columns) + 1 }
}

extension FoldedChildren {
    /// The enrolments active at D in open facilities by home and place, in order: those kept, without those that no longer hold, with
    /// the ones of the children folded now.
    func flows(_ request: ProjectionRequest) -> [FlowCount] {
        let now = Self.counted(tallies, request)
        guard let kept else { return now }
        let undone = Self.counted(kept.undone, request).map { FlowCount(key: $0.key, count: -$0.count) }
        // What changed first: it is little beside what is kept.
        return Self.sum(kept.sums.flows, Self.sum(undone, now), onlyPositive: true)
    }

    /// The same as they are printed.
    func printedFlows(_ request: ProjectionRequest) -> [Flow] {
        let width = FlowCount.width(columns: request.columns)
        let (unassigned, elsewhere) = (UInt64(request.unassigned), UInt64(request.unassigned) + 1)
        // Keys ascend, so that homes do: to divide each would take longer than all else.
        var (rank, first) = (0 as UInt64, 0 as UInt64)
        return flows(request).map { counted in
            if counted.key &- first >= width {
                rank = counted.key / width
                first = rank * width
            }
            let home = rank == unassigned ? elsewhere : rank == elsewhere ? unassigned : rank
            return Flow(home: Int(home), place: Int(counted.key &- first), enrolments: Int(counted.count))
        }
    }

    private static func counted(_ tallies: [ChildTally], _ request: ProjectionRequest) -> [FlowCount] {
        let width = FlowCount.width(columns: request.columns)
        var keys: [UInt64] = []
        keys.reserveCapacity(tallies.reduce(0) { $0 + $1.flowCount })
        // As a home: codes, then elsewhere, then unassigned.
        let (unassigned, elsewhere) = (UInt64(request.unassigned), UInt64(request.unassigned) + 1)
        for tally in tallies {
            tally.forEachFlow { flow in
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

    /// Two lists in order as one; perhaps without what is no more.
    private static func sum(_ first: [FlowCount], _ second: [FlowCount], onlyPositive: Bool = false) -> [FlowCount] {
        [FlowCount](unsafeUninitializedCapacity: first.count + second.count) { sum, count in
            func add(_ flow: FlowCount) {
                guard !onlyPositive || flow.count > 0 else { return }
                sum.initializeElement(at: count, to: flow)
                count += 1
            }
            first.withUnsafeBufferPointer { first in
                var place = 0
                for flow in second {
                    while place < first.count, first[place].key < flow.key {
                        add(first[place])
                        place += 1
                    }
                    if place < first.count, first[place].key == flow.key {
                        add(FlowCount(key: flow.key, count: first[place].count &+ flow.count))
                        place += 1
                    } else {
                        add(flow)
                    }
                }
                while place < first.count {
                    add(first[place])
                    place += 1
                }
            }
        }
    }
}
