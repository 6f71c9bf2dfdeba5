import Events

/// Findings of one log, each with a subject, in the order of `findings.csv`, column by column and with what they name: as they stand in
/// a file.
///
/// Subjects and codes are all that counting asks for: whoever only counts has the other columns empty.
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

    var count: Int { codes.count }

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
        count < FindingPlace.limit && ordinals.allSatisfy { $0 < events } && facilities.allSatisfy { $0 < max(1, limit) }
            && codes.allSatisfy { $0 < FindingCode.allCases.count } && zip(codes, codes.dropFirst()).allSatisfy { $0 <= $1 }
    }
}

extension FindingColumns {
    /// How many findings there are of each code, by ``FindingCode/rawValue``: these, but for those of the subjects whose bits are set, of
    /// which `new` are all that there are.
    func counts(with new: [RawFinding], without changed: Table<UInt64>) -> [Int] {
        precondition(subjects.count == count, "columns of one length")
        var counts = new.counts
        let (words, limit) = (changed.base, changed.count)
        subjects.withUnsafeBufferPointer { subjects in
            codes.withUnsafeBufferPointer { codes in
                for place in codes.indices {
                    let subject = subjects[place]
                    guard Int(subject >> 6) < limit, words[Int(subject >> 6)] >> UInt64(subject & 63) & 1 == 0 else { continue }
                    counts[Int(codes[place])] += 1
                }
            }
        }
        return counts
    }
}

/// What is left of kept findings of a log once those of the subjects of which something changed were compared with what these have now.
struct KeptFindings: Sendable {
    fileprivate private(set) var columns: FindingColumns
    /// By place: whether it stands no more.
    private var isGone: [Bool]
    /// The facilities that enrolments name.
    fileprivate let facilities: IdentifierTexts?
    /// Where each code's findings begin, and where their texts do; one more than codes.
    private let starts: [Start]
    /// The same of every so many findings.
    private let marks: [Cursor]
    private static let stretch = 1 << 10

    /// Where a finding is, and where its texts begin.
    struct Cursor {
        fileprivate(set) var place = 0
        fileprivate var id = 0
        fileprivate var subject = 0
    }

    fileprivate struct Start {
        var cursor = Cursor()
        /// How many of those before stand.
        var standing = 0
    }

    /// The findings that stand, and which of `new`, the findings of those subjects whose bits are set, are none of them.
    init(_ columns: FindingColumns, _ new: inout [RawFinding], without changed: Table<UInt64>, facilities: IdentifierTexts?) {
        self.columns = columns
        self.facilities = facilities
        let count = columns.count
        precondition(columns.subjects.count == count && columns.ordinals.count == count, "columns of one length")
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
        var marks: [Cursor] = []
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
                            while end.cursor.place < codes.count, Int(codes[end.cursor.place]) == code {
                                let place = end.cursor.place
                                if place % Self.stretch == 0 { marks.append(end.cursor) }
                                end.cursor.id &+= Int(idLengths[place])
                                end.cursor.subject &+= Int(subjectLengths[place])
                                end.standing &+= isGone[place] ? 0 : 1
                                end.cursor.place &+= 1
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
        self.marks = marks
    }

    /// Lets go of what tells which of them stand, once whoever needs that has it.
    mutating func letGoOfOrder() {
        (columns.ordinals, columns.subjects, columns.codes) = ([], [], [])
        isGone = []
    }

    /// How many findings of a code stand.
    func count(of code: FindingCode) -> Int { starts[Int(code.rawValue) + 1].standing - starts[Int(code.rawValue)].standing }

    /// The findings by the addresses of their columns, for loops that several threads run.
    struct View {
        fileprivate let days: UnsafeBufferPointer<Int32>
        fileprivate let places: UnsafeBufferPointer<UInt32>
        fileprivate let idLengths: UnsafeBufferPointer<UInt8>
        fileprivate let subjectLengths: UnsafeBufferPointer<UInt8>
        fileprivate let isGone: UnsafeBufferPointer<Bool>
        fileprivate let facilities: IdentifierTexts.View?
        fileprivate let starts: [Start]
        fileprivate let marks: [Cursor]
        /// What they name.
        let texts: FindingTexts.View

        /// Where a finding is.
        func cursor(at place: Int) -> Cursor {
            var cursor: Cursor? = marks[place / KeptFindings.stretch]
            advance(&cursor, to: place)
            return cursor ?? Cursor()
        }

        /// Goes on to a finding that is the same or a later one.
        @inline(__always)
        func advance(_ cursor: inout Cursor?, to place: Int) {
            guard var next = cursor else { return }
            while next.place < place { pass(&next) }
            cursor = next
        }

        @inline(__always)
        private func pass(_ cursor: inout Cursor) {
            cursor.id &+= Int(idLengths[cursor.place])
            cursor.subject &+= Int(subjectLengths[cursor.place])
            cursor.place &+= 1
        }

        /// The finding there.
        @inline(__always)
        func finding(at cursor: Cursor?, _ code: FindingCode, _ log: Log) -> Finding {
            let cursor = cursor ?? Cursor()
            let place = cursor.place
            return Finding(
                id: TextPlace(start: cursor.id, count: Int(idLengths[place])),
                subject: TextPlace(start: cursor.subject, count: Int(subjectLengths[place])),
                facility: facilities.map { $0.place(places[place]) } ?? TextPlace(), occurredOn: days[place], code: code, log: log)
        }

        /// Calls `body` with the place of each finding of a code that stands, in order, and its event's identifier.
        @inline(__always)
        func forEach(_ code: FindingCode, _ body: (_ place: Int, _ id: UnsafeRawBufferPointer) -> Void) {
            let end = starts[Int(code.rawValue) + 1].cursor.place
            var cursor = starts[Int(code.rawValue)].cursor
            while cursor.place < end {
                if !isGone[cursor.place] {
                    let id = TextPlace(start: cursor.id, count: Int(idLengths[cursor.place])).range
                    body(cursor.place, UnsafeRawBufferPointer(rebasing: texts.ids[id]))
                }
                pass(&cursor)
            }
        }
    }

    /// Calls `body` with the findings' view.
    func read<Result>(_ body: (View) -> Result) -> Result {
        func read(_ facilities: IdentifierTexts.View?, _ texts: FindingTexts.View) -> Result {
            columns.days.withUnsafeBufferPointer { days in
                columns.facilities.withUnsafeBufferPointer { places in
                    columns.idLengths.withUnsafeBufferPointer { idLengths in
                        columns.subjectLengths.withUnsafeBufferPointer { subjectLengths in
                            isGone.withUnsafeBufferPointer { isGone in
                                body(
                                    View(
                                        days: days, places: places, idLengths: idLengths, subjectLengths: subjectLengths, isGone: isGone,
                                        facilities: facilities, starts: starts, marks: marks, texts: texts))
                            }
                        }
                    }
                }
            }
        }
        let texts = FindingTexts(ids: columns.ids, subjects: columns.subjectTexts, facilities: facilities?.bytes ?? [])
        return texts.read { texts in facilities.map { $0.read { read($0, texts) } } ?? read(nil, texts) }
    }
}

/// The identifiers of all numbers of a namespace.
struct IdentifierTexts: Sendable {
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
    func place(_ number: UInt32) -> TextPlace { read { $0.place(number) } }

    /// The places by their address, for a loop.
    struct View {
        fileprivate let starts: UnsafeBufferPointer<UInt32>

        /// Where the text of a number is; nowhere where it has none.
        @inline(__always)
        func place(_ number: UInt32) -> TextPlace {
            guard Int(number) + 1 < starts.count else { return TextPlace() }
            let (start, end) = (Int(starts[Int(number)]), Int(starts[Int(number) + 1]))
            return TextPlace(start: start, count: end - start)
        }
    }

    /// Calls `body` with the places' view.
    func read<Result>(_ body: (View) -> Result) -> Result { starts.withUnsafeBufferPointer { body(View(starts: $0)) } }
}
