import CKernel
import Events

/// The loop that every event passes: known already? If not, number its identifiers and put it into the block being filled.
///
/// Its cost is cache misses, some four an event at 10 million. So it takes events in groups: first it loads what each event of the
/// group will need, independent loads that the processor overlaps, then it does the work.
extension StoreWriter {
    private static let group = 32

    func absorb(_ parsed: ParsedBlock, number: Int, entry: String) throws(StoreError) {
        let result = parsed.events.withUnsafeBufferPointer { events in
            parsed.arena.withUnsafeBufferPointer { arena in
                Result { () throws(StoreError) in
                    guard let start = arena.baseAddress else { return }
                    try absorb(events, start, parsed.log, number, entry)
                }
            }
        }
        try result.get()
    }

    private func absorb(
        _ rows: UnsafeBufferPointer<ParsedEvent>, _ arena: UnsafePointer<UInt8>, _ log: Log, _ number: Int, _ entry: String
    ) throws(StoreError) {
        // The identifiers' numbers within a block follow those of the blocks before it: one log at a time is being filled.
        if block.count > 0, block.log != log { try flushBlock() }
        let table = events[Int(log.rawValue)]
        let kinds = Spaces.kinds(of: log)
        let subjectSpace = Int((kinds[0].subject ?? .child).rawValue)
        let facilitySpace = Int((kinds[0].object ?? .community).rawValue)
        let childSpace = Int((kinds[32].object ?? kinds[0].object ?? .community).rawValue)
        let subjects = identifiers[subjectSpace]
        let objects = identifiers[facilitySpace]
        let otherObjects = identifiers[childSpace]
        var new = 0
        var start = 0
        while start < rows.count {
            let end = min(start + Self.group, rows.count)
            touch(rows, start..<end, table.slots, subjects)
            for row in start..<end {
                guard let event = rows.baseAddress.map({ $0 + row }) else { return }
                let (known, slot) = try find(event, arena, table)
                if let known {
                    if try isSame(known, event, arena, log, subjectSpace, otherObjects, objects) {
                        batch?.outcome.duplicates += 1
                    } else {
                        noteConflict(event.pointee.line, number, entry)
                    }
                    continue
                }
                var newText = 0
                var subject: UInt32 = 0
                var subjectSlot = -1
                let subjectStart = arena + Int(event.pointee.subjectStart)
                let subjectCount = Int(event.pointee.subjectCount)
                if subjectCount > 0 {
                    let found = subjects.find(subjectStart, count: subjectCount, hash: event.pointee.subjectHash)
                    if let known = found.number {
                        subject = known
                    } else {
                        subjectSlot = found.slot
                        newText = subjectCount + 1
                    }
                }
                var object: UInt32 = 0
                var objectSlot = -1
                let isChild = event.pointee.code & payeeIsChildBit != 0 && childSpace != facilitySpace
                let objectTable = isChild ? otherObjects : objects
                let objectStart = arena + Int(event.pointee.objectStart)
                let objectCount = Int(event.pointee.objectCount)
                if objectCount > 0 {
                    let found = objectTable.find(objectStart, count: objectCount, hash: event.pointee.objectHash)
                    if let known = found.number {
                        object = known
                    } else {
                        objectSlot = found.slot
                        newText += objectCount + 1
                    }
                }
                let cost = PendingBlock.cost(id: Int(event.pointee.idCount), detail: Int(event.pointee.detailCount), newText: newText)
                if block.count == 0 || !block.hasRoom(for: cost) { try beginBlock(log, table.count, cost) }
                if subjectSlot >= 0 {
                    guard subjects.hasRoom(for: subjectCount) else { throw Self.full }
                    subject = subjects.append(subjectStart, count: subjectCount, hash: event.pointee.subjectHash, at: subjectSlot)
                    block.introduce(UnsafeBufferPointer(start: subjectStart, count: subjectCount), in: subjectSpace)
                }
                if objectSlot >= 0 {
                    guard objectTable.hasRoom(for: objectCount) else { throw Self.full }
                    object = objectTable.append(objectStart, count: objectCount, hash: event.pointee.objectHash, at: objectSlot)
                    block.introduce(
                        UnsafeBufferPointer(start: objectStart, count: objectCount), in: isChild ? childSpace : facilitySpace)
                }
                guard table.count < Int(UInt32.max) - 1 else { throw Self.full }
                block.append(event, arena: arena, subject: subject, object: object, cost: cost)
                table.append(event.pointee.idHash, at: slot)
                new += 1
            }
            start = end
        }
        batch?.outcome.events[Int(log.rawValue)] += new
    }

    private static var full: StoreError {
        .tooLarge(what: "a log cannot hold more than 4,294,967,294 events or identifiers, or 4 GiB of these")
    }

    /// Asks for the slots of a group's events and subjects, then for where those subjects' bytes begin, then for the bytes.
    @inline(__always)
    private func touch(
        _ rows: UnsafeBufferPointer<ParsedEvent>, _ group: Range<Int>, _ slots: SlotTable, _ subjects: IdentifierTable
    ) {
        for row in group {
            tuowei_prefetch(slots.slots + slots.home(rows[row].idHash))
            tuowei_prefetch(subjects.slots.slots + subjects.slots.home(rows[row].subjectHash))
        }
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: Self.group) { numbers in
            for row in group {
                let number = UInt32(truncatingIfNeeded: subjects.slots.slots[subjects.slots.home(rows[row].subjectHash)])
                numbers[row &- group.lowerBound] = number
                if number != 0 { tuowei_prefetch(subjects.starts + (Int(number) &- 1)) }
            }
            for place in 0..<group.count where numbers[place] != 0 {
                tuowei_prefetch(subjects.text + Int(subjects.starts[Int(numbers[place]) &- 1]))
            }
        }
    }

    private func beginBlock(_ log: Log, _ ordinal: Int, _ cost: Int) throws(StoreError) {
        try flushBlock()
        guard block.hasRoom(for: cost) else { throw .tooLarge(what: "an event's texts are longer than an entry can hold") }
        block.log = log
        block.firstOrdinal = ordinal
        for space in 0..<4 { block.known[space] = UInt32(identifiers[space].count) }
    }

    private func noteConflict(_ line: Int, _ number: Int, _ entry: String) {
        guard let kept = batch?.keptConflicts else { return }
        batch?.outcome.conflictCount += 1
        if batch?.outcome.conflicts.count ?? 0 < kept {
            let reject = Reject(entry: entry, line: line, field: EnvelopeField.eventID, reason: .conflictingID)
            batch?.outcome.conflicts.append(.init(block: number, reject: reject))
        }
    }

    /// The ordinal of the event with this identifier, or the empty slot where it belongs.
    @inline(__always)
    private func find(
        _ event: UnsafePointer<ParsedEvent>, _ arena: UnsafePointer<UInt8>, _ table: EventTable
    ) throws(StoreError) -> (known: Int?, slot: Int) {
        let hash = event.pointee.idHash
        let tag = SlotTable.tag(hash)
        let slots = table.slots
        var slot = slots.home(hash)
        while true {
            let held = slots.slots[slot]
            if held == 0 { break }
            if SlotTable.tag(held) == tag {
                let ordinal = Int(truncatingIfNeeded: held & 0xFFFF_FFFF) &- 1
                if table.hashes[ordinal &- table.base] == hash, try hasID(ordinal, event, arena, table.log) { return (ordinal, slot) }
            }
            slot = slots.after(slot)
        }
        if table.isPartial, let hits = table.hits[hash] {
            for ordinal in hits where try hasID(Int(ordinal), event, arena, table.log) { return (Int(ordinal), slot) }
        }
        return (nil, slot)
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
        let (stored, row) = try storedBlock(ordinal, log)
        return stored.id(row: row).elementsEqual(id)
    }

    /// Whether the event of an ordinal has this event's content: every column, the details, and the identifiers by their bytes.
    private func isSame(
        _ ordinal: Int, _ event: UnsafePointer<ParsedEvent>, _ arena: UnsafePointer<UInt8>, _ log: Log, _ subjectSpace: Int,
        _ childObjects: IdentifierTable, _ objects: IdentifierTable
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
            let (stored, row) = try storedBlock(ordinal, log)
            guard stored.value(.type, row: row) == new.type, stored.value(.code, row: row) == new.code,
                stored.value(.occurredOn, row: row) == new.occurredOn, stored.value(.recordedAt, row: row) == new.recordedAt,
                stored.value(.value, row: row) == new.value,
                stored.detail(row: row).elementsEqual(
                    UnsafeBufferPointer(start: arena + Int(new.detailStart), count: Int(new.detailCount)))
            else { return false }
            subject = UInt32(truncatingIfNeeded: stored.value(.subject, row: row))
            object = UInt32(truncatingIfNeeded: stored.value(.object, row: row))
        }
        // The type and `code` are equal, so both have a subject and an object of the same namespaces, or both have none.
        if new.subjectCount > 0 {
            let table = identifiers[subjectSpace]
            guard Int(subject) < table.count,
                table.bytes(subject).elementsEqual(
                    UnsafeBufferPointer(start: arena + Int(new.subjectStart), count: Int(new.subjectCount)))
            else { return false }
        }
        if new.objectCount > 0 {
            let table = new.code & payeeIsChildBit != 0 ? childObjects : objects
            guard Int(object) < table.count,
                table.bytes(object).elementsEqual(UnsafeBufferPointer(start: arena + Int(new.objectStart), count: Int(new.objectCount)))
            else { return false }
        }
        return true
    }

    /// The stored block and the row of an event.
    private func storedBlock(_ ordinal: Int, _ log: Log) throws(StoreError) -> (StoredBlock, Int) {
        guard let place = reader.table.block(holding: ordinal, of: log) else {
            throw .unusable(reason: "an event is in no block")
        }
        let entry = reader.table.blocks[place].entry
        let row = ordinal - reader.table.blocks[place].header.firstOrdinal
        if let known = compared[entry % compared.count], known.entry == entry { return (known.block, row) }
        try readable(entry)
        guard let stored = StoredBlock(try reader.entry(entry)) else { throw reader.damage(entry, "not an events block") }
        compared[entry % compared.count] = (entry, stored)
        return (stored, row)
    }
}
