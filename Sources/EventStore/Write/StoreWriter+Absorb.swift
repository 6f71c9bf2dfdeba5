import Events

/// The loop that every event passes: known already? If not, number its identifiers and put it into the block being filled.
///
/// Its cost is cache misses, some four an event at 10 million. So with each event it asks for the slots that the event two groups on will
/// need, and for the records that the one a group on will: one by one, since many requests at once wait for each other. Room in the
/// tables is made for a group at a time, so that nothing moves within it.
extension StoreWriter {
    private static let group = 32

    /// Takes in the events of a block, but for those that are likely duplicates: they are put aside, unless `comparesAtOnce`.
    func absorb(_ parsed: ParsedBlock, number: Int, entry: String, comparesAtOnce: Bool = false) throws(StoreError) {
        let result = parsed.events.withUnsafeBufferPointer { events in
            parsed.arena.withUnsafeBufferPointer { arena in
                Result { () throws(StoreError) in
                    guard let start = arena.baseAddress else { return }
                    try absorb(events, start, parsed.log, number, entry, comparesAtOnce)
                }
            }
        }
        try result.get()
    }

    private func absorb(
        _ rows: UnsafeBufferPointer<ParsedEvent>, _ arena: UnsafePointer<UInt8>, _ log: Log, _ number: Int, _ entry: String,
        _ comparesAtOnce: Bool
    ) throws(StoreError) {
        // The identifiers' numbers within a block follow those of the blocks before it: one log at a time is being filled.
        if batch?.outcome.isFlooded == true { return }
        if block.count > 0, block.log != log { try flushBlock() }
        guard let all = rows.baseAddress else { return }
        let table = events[Int(log.rawValue)]
        let spaces = ObjectSpaces(log)
        let subjects = identifiers[spaces.subject]
        let objects = identifiers[spaces.object]
        let payees = identifiers[spaces.payee]
        // Two groups' worth: the one being worked on and the next.
        let candidates = UnsafeMutablePointer<Candidates>.allocate(capacity: 2 * Self.group)
        defer { candidates.deallocate() }
        for row in 0..<min(2 * Self.group, rows.count) { askForSlots(all + row, table.view, subjects.view, objects.view) }
        for row in 0..<min(Self.group, rows.count) {
            candidates[row] = askForRecords(all + row, table.view, subjects.view, objects.view)
        }
        var start = 0
        while start < rows.count {
            let end = min(start + Self.group, rows.count)
            guard table.count < Int(UInt32.max) - 2 * Self.group, subjects.hasRoom, objects.hasRoom, payees.hasRoom else { throw Self.full }
            // With room for the group nothing moves, and plain pointers will do.
            table.reserve(Self.group, sideBySide)
            subjects.reserve(Self.group, sideBySide)
            objects.reserve(2 * Self.group, sideBySide)
            payees.reserve(2 * Self.group, sideBySide)
            let known = table.view
            let subjectView = subjects.view
            let objectView = objects.view
            let payeeView = payees.view
            var ordinal = table.count
            defer {
                batch?.outcome.events[Int(log.rawValue)] += ordinal - table.count
                table.noteAppended(ordinal - table.count)
            }
            for row in start..<end {
                if row &+ 2 &* Self.group < rows.count { askForSlots(all + (row &+ 2 &* Self.group), known, subjectView, objectView) }
                if row &+ Self.group < rows.count {
                    candidates[(row &+ Self.group) & (2 &* Self.group &- 1)] = askForRecords(
                        all + (row &+ Self.group), known, subjectView, objectView)
                }
                let event = all + row
                let hash = event.pointee.idHash
                let (alike, empty) = known.slots.look(known.slots.home(hash), hash)
                var slot = empty
                // Nearly every event is new, and its home line, with nothing alike in it, has room.
                if alike != 0 || empty < 0 || known.base > 0 {
                    switch try find(event, arena, known, table, comparesAtOnce: comparesAtOnce) {
                    case .flood:
                        batch?.outcome.isFlooded = true
                        return
                    case .none(let place): slot = place
                    case .same(let ordinal):
                        try noteSame(ordinal, event, arena, log, spaces, number, entry)
                        continue
                    case .alike(let ordinal):
                        likely.add(event.pointee, arena, of: log, alike: ordinal, number, entry)
                        continue
                    }
                }
                var newText = 0
                var subject = 0
                var subjectSlot = 0
                let subjectStart = arena + Int(event.pointee.subjectStart)
                let subjectCount = Int(event.pointee.subjectCount)
                if subjectCount > 0 {
                    subject = Int(candidates[row & (2 * Self.group - 1)].subject) &- 1
                    if subject >= 0, subjectView.isIdentifier(subject, subjectStart, count: subjectCount) {
                        subject = subjectView.number(subject)
                    } else {
                        (subject, subjectSlot) = subjectView.find(subjectStart, count: subjectCount, hash: event.pointee.subjectHash)
                        if subject < 0 { newText = subjectCount &+ 1 }
                    }
                }
                var object = 0
                var objectSlot = 0
                let isPayee = event.pointee.code & payeeIsChildBit != 0 && spaces.payee != spaces.object
                let objectStart = arena + Int(event.pointee.objectStart)
                let objectCount = Int(event.pointee.objectCount)
                if objectCount > 0 {
                    object = isPayee ? -1 : Int(candidates[row & (2 * Self.group - 1)].object) &- 1
                    if object >= 0, objectView.isIdentifier(object, objectStart, count: objectCount) {
                        object = objectView.number(object)
                    } else {
                        (object, objectSlot) = (isPayee ? payeeView : objectView)
                            .find(objectStart, count: objectCount, hash: event.pointee.objectHash)
                        if object < 0 { newText &+= objectCount &+ 1 }
                    }
                }
                if subject < -1 || subjectCount > 0 && objectCount > 0 && object < -1 {
                    batch?.outcome.isFlooded = true
                    return
                }
                let cost = PendingBlock.cost(id: Int(event.pointee.idCount), detail: Int(event.pointee.detailCount), newText: newText)
                if block.count == 0 || !block.hasRoom(for: cost) { try beginBlock(log, ordinal, cost) }
                if subject < 0 {
                    subject = Int(
                        subjects.append(subjectStart, count: subjectCount, hash: event.pointee.subjectHash, at: subjectSlot, subjectView))
                    block.introduce(subjectStart, count: subjectCount, in: spaces.subject)
                }
                if object < 0 {
                    object = Int(
                        (isPayee ? payees : objects).append(
                            objectStart, count: objectCount, hash: event.pointee.objectHash, at: objectSlot,
                            isPayee ? payeeView : objectView))
                    block.introduce(objectStart, count: objectCount, in: isPayee ? spaces.payee : spaces.object)
                }
                block.append(
                    event, arena: arena, subject: UInt32(truncatingIfNeeded: subject), object: UInt32(truncatingIfNeeded: object),
                    cost: cost)
                known.append(hash, ordinal: ordinal, at: slot)
                ordinal &+= 1
            }
            start = end
        }
    }

    private static var full: StoreError {
        .tooLarge(what: "a log cannot hold more than some 4,294 million events, nor the store as many identifiers of one kind")
    }

    /// The places (plus 1, 0 for none) that the slots give first for an event's subject and object.
    private struct Candidates {
        var subject: UInt32
        var object: UInt32
    }

    /// Asks for the lines in which the searches for an event begin.
    @inline(__always)
    private func askForSlots(
        _ event: UnsafePointer<ParsedEvent>, _ known: EventView, _ subjects: IdentifierView, _ objects: IdentifierView
    ) {
        known.slots.ask(event.pointee.idHash)
        subjects.slots.ask(event.pointee.subjectHash)
        objects.slots.ask(event.pointee.objectHash)
    }

    /// Asks for the records that these lines give first, and tells which these are.
    @inline(__always)
    private func askForRecords(
        _ event: UnsafePointer<ParsedEvent>, _ known: EventView, _ subjects: IdentifierView, _ objects: IdentifierView
    ) -> Candidates {
        known.slots.askFurther(event.pointee.idHash)
        let found = Candidates(
            subject: subjects.slots.candidate(event.pointee.subjectHash), object: objects.slots.candidate(event.pointee.objectHash))
        if found.subject != 0 { subjects.ask(Int(found.subject) &- 1) }
        if found.object != 0 { objects.ask(Int(found.object) &- 1) }
        return found
    }

    private func beginBlock(_ log: Log, _ ordinal: Int, _ cost: Int) throws(StoreError) {
        try flushBlock()
        guard block.hasRoom(for: cost) else { throw .tooLarge(what: "an event's texts are longer than an entry can hold") }
        block.log = log
        block.firstOrdinal = ordinal
        for space in 0..<4 { block.known[space] = UInt32(identifiers[space].count) }
    }

    /// Counts an event whose identifier the log holds: as a duplicate, or as a conflict.
    private func noteSame(
        _ ordinal: Int, _ event: UnsafePointer<ParsedEvent>, _ arena: UnsafePointer<UInt8>, _ log: Log, _ spaces: ObjectSpaces,
        _ number: Int, _ entry: String
    ) throws(StoreError) {
        guard try !isSame(ordinal, event, arena, log, spaces) else {
            batch?.outcome.duplicates += 1
            return
        }
        guard let kept = batch?.keptConflicts else { return }
        let reject = Reject(entry: entry, line: event.pointee.line, field: EnvelopeField.eventID, reason: .conflictingID)
        batch?.outcome.note(.init(block: number, reject: reject), keeping: kept)
    }

    /// Compares the events put aside with what they are alike to, in the order in which that stands in the log, so that each block of it
    /// is read once.
    func compareLikely() throws(StoreError) {
        guard !likely.isEmpty else { return }
        let aside = likely
        likely = LikelyDuplicates()
        var others: [Int] = []
        for place in aside.inOrderOfLog() {
            let row = aside.rows[place]
            let isFound = try aside.withEvent(place) { (event, arena) throws(StoreError) in
                guard try hasID(row.ordinal, event, arena, row.log) else { return false }
                let (number, entry) = aside.source(of: place)
                try noteSame(row.ordinal, event, arena, row.log, ObjectSpaces(row.log), number, entry)
                return true
            }
            if !isFound { others.append(place) }
        }
        comparedLast = nil
        for place in others.sorted() {
            guard unlike.count < Self.mostUnlike else {
                batch?.outcome.isFlooded = true
                return
            }
            let (number, entry) = aside.source(of: place)
            unlike.append((aside.block(place), number, entry))
        }
    }

    /// How many events of a batch may have the hash, and not the identifier, of the event of the log that a search meets first. Chance gives
    /// none at a thousand million events; those of chosen identifiers are kept until the batch ends, and each is then compared with up to
    /// ``SlotView/mostAlike`` events that have to be read.
    static let mostUnlike = 1 << 10

    /// Takes in the events put aside that are not what they are alike to. They come behind all others of the batch, whatever part of the log
    /// they were compared with.
    func absorbUnlike() throws(StoreError) {
        guard !unlike.isEmpty, batch?.outcome.isFlooded == false else { return }
        let blocks = unlike
        unlike = []
        if blocks.contains(where: { isPartial($0.block.log) }) { try findStored(blocks.map(\.block)) }
        for item in blocks { try absorb(item.block, number: item.number, entry: item.entry, comparesAtOnce: true) }
        for table in events { table.forgetHits() }
    }

    /// What a search for an event's identifier found.
    private enum Found {
        /// The identifier is new; it belongs into this empty slot.
        case none(Int)
        /// The event of this ordinal has it.
        case same(Int)
        /// The event of this ordinal has its hash, and was not looked at.
        case alike(Int)
        /// Too many others are like it.
        case flood
    }

    /// Looks for the event with this identifier. Where its hash belongs to an event of a block that was written, that is as far as the
    /// search goes, unless it `comparesAtOnce`.
    @inline(never)
    private func find(
        _ event: UnsafePointer<ParsedEvent>, _ arena: UnsafePointer<UInt8>, _ known: EventView, _ table: EventTable, comparesAtOnce: Bool
    ) throws(StoreError) -> Found {
        let hash = event.pointee.idHash
        var line = known.slots.home(hash)
        var slot = -1
        var met = 0
        while slot < 0 {
            let (found, empty) = known.slots.look(line, hash)
            var alike = found
            while alike != 0 {
                let held = known.slots.slots[line &* SlotView.width &+ alike.trailingZeroBitCount]
                let ordinal = Int(truncatingIfNeeded: held & 0xFFFF_FFFF) &- 1
                if known.hashes[ordinal &- known.base] == hash {
                    if !comparesAtOnce, !isInBlock(ordinal, table.log) { return .alike(ordinal) }
                    if try hasID(ordinal, event, arena, table.log) { return .same(ordinal) }
                    met &+= 1
                    if met > SlotView.mostAlike { return .flood }
                }
                alike &= alike &- 1
            }
            slot = empty
            line = known.slots.after(line)
        }
        if known.base > 0, let hits = table.hits(hash) {
            for hit in hits {
                let ordinal = Int(hit)
                if !comparesAtOnce, !isInBlock(ordinal, table.log) { return .alike(ordinal) }
                if try hasID(ordinal, event, arena, table.log) { return .same(ordinal) }
                met &+= 1
                if met > SlotView.mostAlike { return .flood }
            }
        }
        return known.slots.isTooFar(slot, hash) ? .flood : .none(slot)
    }

    private func isInBlock(_ ordinal: Int, _ log: Log) -> Bool { block.count > 0 && block.log == log && ordinal >= block.firstOrdinal }

    /// Whether the event of an ordinal bears exactly this identifier.
    private func hasID(
        _ ordinal: Int, _ event: UnsafePointer<ParsedEvent>, _ arena: UnsafePointer<UInt8>, _ log: Log
    ) throws(StoreError) -> Bool {
        let id = UnsafeBufferPointer(start: arena + Int(event.pointee.idStart), count: Int(event.pointee.idCount))
        if isInBlock(ordinal, log) {
            let row = ordinal - block.firstOrdinal
            return Int(block.idLength[row]) == id.count
                && equal(block.idText + block.idStart(row), arena + Int(event.pointee.idStart), id.count)
        }
        if let stored = events[Int(log.rawValue)].rows[UInt32(truncatingIfNeeded: ordinal)] { return stored.id.elementsEqual(id) }
        let (stored, row) = try storedBlock(ordinal, log)
        stored.ask(row: row)
        return stored.id(row: row).elementsEqual(id)
    }

    /// Whether the event of an ordinal has this event's content: every column, the details, and the identifiers by their bytes.
    private func isSame(
        _ ordinal: Int, _ event: UnsafePointer<ParsedEvent>, _ arena: UnsafePointer<UInt8>, _ log: Log, _ spaces: ObjectSpaces
    ) throws(StoreError) -> Bool {
        let new = event.pointee
        let subject: UInt32
        let object: UInt32
        if isInBlock(ordinal, log) {
            let row = ordinal - block.firstOrdinal
            guard block.type[row] == new.type, block.code[row] == new.code, block.occurredOn[row] == new.occurredOn,
                block.recordedAt[row] == new.recordedAt, block.value[row] == new.value, block.detailLength[row] == new.detailCount,
                equal(block.detailText + block.detailStart(row), arena + Int(new.detailStart), Int(new.detailCount))
            else { return false }
            subject = block.subject[row]
            object = block.object[row]
        } else {
            let isSame: Bool
            if let stored = events[Int(log.rawValue)].rows[UInt32(truncatingIfNeeded: ordinal)] {
                isSame = Self.isSame(stored.value, stored.detail[...], new, arena)
                (subject, object) = (Self.number(stored.value(.subject)), Self.number(stored.value(.object)))
            } else {
                let (stored, row) = try storedBlock(ordinal, log)
                isSame = Self.isSame({ stored.value($0, row: row) }, stored.detail(row: row), new, arena)
                (subject, object) = (Self.number(stored.value(.subject, row: row)), Self.number(stored.value(.object, row: row)))
            }
            guard isSame else { return false }
        }
        // The type and `code` are equal, so both have a subject and an object of the same namespaces, or both have none. The tables hold every
        // identifier that this event names and the store knows.
        if new.subjectCount > 0 {
            let place = identifiers[spaces.subject].view.find(
                arena + Int(new.subjectStart), count: Int(new.subjectCount), hash: new.subjectHash, mostAlike: .max)
            guard place.number == Int(subject) else { return false }
        }
        if new.objectCount > 0 {
            let place = identifiers[new.code & payeeIsChildBit != 0 ? spaces.payee : spaces.object].view.find(
                arena + Int(new.objectStart), count: Int(new.objectCount), hash: new.objectHash, mostAlike: .max)
            guard place.number == Int(object) else { return false }
        }
        return true
    }

    private static func number(_ value: Int64) -> UInt32 { UInt32(truncatingIfNeeded: value) }

    /// Whether a stored event has an event's content, identifiers aside.
    @inline(__always)
    private static func isSame(
        _ value: (BlockColumn) -> Int64, _ detail: ArraySlice<UInt8>, _ new: ParsedEvent, _ arena: UnsafePointer<UInt8>
    ) -> Bool {
        value(.type) == new.type && value(.code) == new.code && value(.occurredOn) == new.occurredOn
            && value(.recordedAt) == new.recordedAt && value(.value) == new.value
            && detail.elementsEqual(UnsafeBufferPointer(start: arena + Int(new.detailStart), count: Int(new.detailCount)))
    }

    /// The stored block and the row of an event.
    private func storedBlock(_ ordinal: Int, _ log: Log) throws(StoreError) -> (StoredBlock, Int) {
        if let last = comparedLast, let row = last.row(of: ordinal, log) { return (last, row) }
        guard let place = reader.table.block(holding: ordinal, of: log) else {
            throw .unusable(reason: "an event is in no block")
        }
        try readable(reader.table.blocks[place].entry)
        let stored = try reader.stored(reader.table.blocks[place])
        comparedLast = stored
        return (stored, ordinal - stored.header.firstOrdinal)
    }
}

/// The namespaces of a log's subjects and objects, by their raw values.
struct ObjectSpaces {
    let subject: Int
    let object: Int
    /// The namespace of the object where ``payeeIsChildBit`` is set; the same as `object` but in the log of subsidies.
    let payee: Int

    /// Each once.
    var all: [Int] { Array(Set([subject, object, payee])).sorted() }

    init(_ log: Log) {
        // In every log the type of code 0 has both a subject and an object.
        let kinds = Spaces.kinds(of: log)
        subject = Int((kinds[0].subject ?? .child).rawValue)
        object = Int((kinds[0].object ?? .community).rawValue)
        payee = Int((kinds[32].object ?? kinds[0].object ?? .community).rawValue)
    }
}
