import Events

/// Children put aside because only identifiers of events can order some of their records: these are fetched together.
struct TiedChildren {
    private struct TiedChild {
        let child: UInt32
        let births: Range<Int>
        let enrolments: Range<Int>
    }

    private var children: [TiedChild] = []
    private(set) var births: [BirthRecord] = []
    private(set) var enrolments: [EnrolmentRecord] = []

    /// Puts a child aside.
    mutating func add(
        _ child: UInt32, _ births: UnsafeMutableBufferPointer<BirthRecord>, _ enrolments: UnsafeMutableBufferPointer<EnrolmentRecord>
    ) {
        children.append(
            TiedChild(
                child: child, births: self.births.count..<self.births.count + births.count,
                enrolments: self.enrolments.count..<self.enrolments.count + enrolments.count))
        self.births += births
        self.enrolments += enrolments
    }

    /// Brings the records of each in order, and gives them on.
    mutating func forEach(
        _ identifiers: TiedIdentifiers,
        _ body: (UInt32, UnsafeMutableBufferPointer<BirthRecord>, UnsafeMutableBufferPointer<EnrolmentRecord>) -> Void
    ) {
        let children = children
        births.withUnsafeMutableBufferPointer { allBirths in
            enrolments.withUnsafeMutableBufferPointer { allEnrolments in
                for child in children {
                    let births = UnsafeMutableBufferPointer(rebasing: allBirths[child.births])
                    let enrolments = UnsafeMutableBufferPointer(rebasing: allEnrolments[child.enrolments])
                    sortTied(births, identifiers.births)
                    sortTied(enrolments, identifiers.enrolments)
                    body(child.child, births, enrolments)
                }
            }
        }
    }
}

/// The identifiers of the events of children put aside.
struct TiedIdentifiers {
    let births: EventIdentifiers
    let enrolments: EventIdentifiers

    /// Fetches them; nil where no child was put aside.
    init?(_ tied: [TiedChildren], in source: any EventSource, threads: Int) throws {
        let (births, enrolments) = (tied.flatMap { $0.births.map(\.ordinal) }, tied.flatMap { $0.enrolments.map(\.ordinal) })
        guard !births.isEmpty || !enrolments.isEmpty else { return nil }
        self.births = try EventIdentifiers(births, of: .births, in: source, threads: threads)
        self.enrolments = try EventIdentifiers(enrolments, of: .enrollments, in: source, threads: threads)
    }
}
