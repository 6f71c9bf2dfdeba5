import Events

/// A finding before its texts are read: the numbers of what it names.
struct RawFinding {
    let code: FindingCode
    let log: Log
    let ordinal: UInt32
    let occurredOn: Int32
    /// The number of the child, facility or grant; without meaning for a void.
    let subject: UInt32
    /// The number of the facility of an enrolment.
    let facility: UInt32
    /// Whether there is a subject: voids have none.
    let hasSubject: Bool

    @inline(__always)
    init(_ code: FindingCode, _ log: Log, _ ordinal: UInt32, _ occurredOn: Int32, subject: UInt32, facility: UInt32 = 0) {
        self.code = code
        self.log = log
        self.ordinal = ordinal
        self.occurredOn = occurredOn
        self.subject = subject
        self.facility = facility
        hasSubject = true
    }

    /// A void's finding.
    init(_ code: FindingCode, _ log: Log, _ ordinal: UInt32, _ occurredOn: Int32) {
        self.code = code
        self.log = log
        self.ordinal = ordinal
        self.occurredOn = occurredOn
        subject = 0
        facility = 0
        hasSubject = false
    }
}

extension [RawFinding] {
    /// Adds an event's findings.
    @inline(__always)
    mutating func append(_ outcome: Outcome, _ log: Log, _ ordinal: UInt32, _ day: Int32, subject: UInt32, facility: UInt32 = 0) {
        if let code = outcome.first { append(RawFinding(code, log, ordinal, day, subject: subject, facility: facility)) }
        if let code = outcome.second { append(RawFinding(code, log, ordinal, day, subject: subject, facility: facility)) }
    }

    /// How many there are of each code, by ``FindingCode/rawValue``.
    var counts: [Int] {
        var counts = [Int](repeating: 0, count: FindingCode.allCases.count)
        for finding in self { counts[Int(finding.code.rawValue)] += 1 }
        return counts
    }
}
