import Events

/// Findings of one log, each with a subject, in the order of `findings.csv`, column by column and with what they name: as they stand in
/// a file.
struct FindingColumns: Sendable {
    var ordinals: [UInt32] = []
    var days: [Int32] = []
    var subjects: [UInt32] = []
    var facilities: [UInt32] = []
    /// ``FindingCode``, ascending.
    var codes: [UInt8] = []
    /// The lengths of the events' identifiers, and these end to end.
    var idLengths: [UInt8] = []
    var ids: [UInt8] = []
    /// The lengths of the subjects' identifiers, and these end to end; a facility that an enrolment names stands in neither.
    var subjectLengths: [UInt8] = []
    var subjectTexts: [UInt8] = []

    var count: Int { ordinals.count }

    init() {}

    /// Puts findings in order, with their texts.
    init(_ raw: [RawFinding], _ log: Log, in source: any EventSource, threads: Int) throws {
        let findings = try LogFindings(raw, log, in: source, threads: threads)
        let order = try findings.inOrder(threads: threads)
        func column<Number>(_ number: (RawFinding) -> Number) -> [Number] { order.map { number(raw[$0.raw]) } }
        ordinals = column(\.ordinal)
        days = column(\.occurredOn)
        subjects = column(\.subject)
        facilities = column(\.facility)
        codes = column(\.code.rawValue)
        idLengths = order.map { UInt8(truncatingIfNeeded: $0.finding.id.count) }
        subjectLengths = order.map { UInt8(truncatingIfNeeded: $0.finding.subject.count) }
        ids = Self.joined(findings.texts.ids, order.map(\.finding.id))
        subjectTexts = Self.joined(findings.texts.subjects, order.map(\.finding.subject))
    }

    /// Texts end to end.
    private static func joined(_ texts: [UInt8], _ places: [TextPlace]) -> [UInt8] {
        let length = places.reduce(0) { $0 + $1.count }
        guard length > 0 else { return [] }
        return [UInt8](unsafeUninitializedCapacity: length) { joined, count in
            texts.withUnsafeBytes { texts in
                for place in places {
                    UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(joined)[count...])
                        .copyMemory(from: UnsafeRawBufferPointer(rebasing: texts[place.range]))
                    count += place.count
                }
            }
        }
    }

    /// Whether they are ones of a log with so many events and facilities.
    func fit(events: Int, facilities limit: Int) -> Bool {
        ordinals.allSatisfy { $0 < events } && facilities.allSatisfy { $0 < max(1, limit) }
            && codes.allSatisfy { $0 < FindingCode.allCases.count } && zip(codes, codes.dropFirst()).allSatisfy { $0 <= $1 }
    }
}

/// What is left of kept findings of a log once those of the subjects of which something changed were compared with what these have now.
struct KeptFindings {
    let columns: FindingColumns
    /// By place: whether it stands no more.
    private let isGone: [Bool]
    /// The facilities that enrolments name.
    let facilities: IdentifierTexts?
    /// Where each code's findings begin, and where their texts do; one more than codes.
    private let starts: [Start]

    private struct Start {
        var place = 0
        var id = 0
        var subject = 0
        /// How many of those before stand.
        var standing = 0
    }

    /// The findings that stand, and which of `new`, the findings of those subjects whose bits are set, are none of them.
    init(_ columns: FindingColumns, _ new: inout [RawFinding], without changed: Table<UInt64>, facilities: IdentifierTexts?) {
        self.columns = columns
        self.facilities = facilities
        let count = columns.count
        precondition(columns.subjects.count == count && columns.codes.count == count, "columns of one length")
        precondition(columns.idLengths.count == count && columns.subjectLengths.count == count, "columns of one length")
        func key(_ ordinal: UInt32, _ code: UInt8) -> UInt64 { UInt64(ordinal) << 8 | UInt64(code) }
        // No event has one code twice.
        var places: [UInt64: Int] = [:]
        places.reserveCapacity(new.count)
        for (place, finding) in new.enumerated() where finding.hasSubject { places[key(finding.ordinal, finding.code.rawValue)] = place }
        var isKnown = [Bool](repeating: false, count: new.count)
        let (words, limit) = (changed.base, changed.count)
        var isGone = [Bool](repeating: false, count: count)
        var starts: [Start] = []
        var start = Start()
        columns.subjects.withUnsafeBufferPointer { subjects in
            isGone.withUnsafeMutableBufferPointer { isGone in
                for place in subjects.indices {
                    let subject = subjects[place]
                    guard Int(subject >> 6) < limit else {
                        isGone[place] = true
                        continue
                    }
                    guard words[Int(subject >> 6)] >> UInt64(subject & 63) & 1 != 0 else { continue }
                    if let same = places[key(columns.ordinals[place], columns.codes[place])] {
                        isKnown[same] = true
                    } else {
                        isGone[place] = true
                    }
                }
            }
        }
        columns.codes.withUnsafeBufferPointer { codes in
            columns.idLengths.withUnsafeBufferPointer { idLengths in
                columns.subjectLengths.withUnsafeBufferPointer { subjectLengths in
                    isGone.withUnsafeBufferPointer { isGone in
                        for code in 0...FindingCode.allCases.count {
                            starts.append(start)
                            var end = start
                            while end.place < codes.count, Int(codes[end.place]) == code {
                                end.id &+= Int(idLengths[end.place])
                                end.subject &+= Int(subjectLengths[end.place])
                                end.standing &+= isGone[end.place] ? 0 : 1
                                end.place &+= 1
                            }
                            start = end
                        }
                    }
                }
            }
        }
        new = new.indices.filter { !isKnown[$0] }.map { new[$0] }
        self.isGone = isGone
        self.starts = starts
    }

    /// How many findings of a code stand.
    func count(of code: FindingCode) -> Int { starts[Int(code.rawValue) + 1].standing - starts[Int(code.rawValue)].standing }

    /// Calls `body` with each finding of a code that stands, in order; they name what ``texts`` holds, which is given as `texts`.
    func forEach(_ code: FindingCode, _ log: Log, texts: UInt8, _ body: (Finding) -> Void) {
        let end = starts[Int(code.rawValue) + 1].place
        var (id, subject) = (starts[Int(code.rawValue)].id, starts[Int(code.rawValue)].subject)
        for place in starts[Int(code.rawValue)].place..<end {
            let (idLength, subjectLength) = (Int(columns.idLengths[place]), Int(columns.subjectLengths[place]))
            if !isGone[place] {
                body(
                    Finding(
                        id: TextPlace(start: id, count: idLength), subject: TextPlace(start: subject, count: subjectLength),
                        facility: facilities.map { $0.place(columns.facilities[place]) } ?? TextPlace(),
                        occurredOn: columns.days[place], code: code, log: log, texts: texts))
            }
            id += idLength
            subject += subjectLength
        }
    }

    /// What the findings name.
    var texts: FindingTexts { FindingTexts(ids: columns.ids, subjects: columns.subjectTexts, facilities: facilities?.bytes ?? []) }
}

/// The identifiers of all numbers of a namespace.
struct IdentifierTexts {
    private let starts: [UInt32]
    let bytes: [UInt8]

    init(_ source: any EventSource, _ space: Namespace) throws {
        (starts, bytes) = try source.identifiers(of: space)
        guard let last = starts.last, Int(last) <= bytes.count, Self.isAscending(starts) else {
            throw ProjectionError.inconsistentIdentifiers
        }
    }

    private static func isAscending(_ starts: [UInt32]) -> Bool {
        starts.withUnsafeBufferPointer { starts in (1..<max(1, starts.count)).allSatisfy { starts[$0 - 1] <= starts[$0] } }
    }

    /// Whether there is an identifier of that number.
    func holds(_ number: UInt32) -> Bool { Int(number) + 1 < starts.count }

    /// Where the text of a number is; nowhere where it has none.
    func place(_ number: UInt32) -> TextPlace {
        guard holds(number) else { return TextPlace() }
        let (start, end) = (Int(starts[Int(number)]), Int(starts[Int(number) + 1]))
        return TextPlace(start: start, count: end - start)
    }
}
