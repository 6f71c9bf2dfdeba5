import Events

/// Reads entries and what they hold, by a table of where they stand. Reader and writer share it.
struct LogReader: Sendable {
    let files: BundleFiles
    var table: EntryTable

    /// The bytes of an entry and so many zeros behind them.
    func entry(_ index: Int, padding: Int = 0) throws(StoreError) -> [UInt8] {
        try files.file(index / tileWidth).bytes(at: Int(table.offsets[index]), count: Int(table.lengths[index]), padding: padding)
    }

    /// What is wrong in an entry, as an error that names its place.
    func damage(_ index: Int, _ problem: String) -> StoreError {
        let path = (try? files.file(index / tileWidth).path) ?? "entry \(index)"
        return .damaged(file: path, offset: Int(table.offsets[index]), problem: problem)
    }

    /// A whole events block. Its rows are found by its own header, so that must be the one that the table has.
    func stored(_ block: EntryTable.Block) throws(StoreError) -> StoredBlock {
        let bytes = try entry(block.entry, padding: StoredBlock.padding)
        guard bytes.withUnsafeBytes({ block.header.isWritten(at: $0) }) else { throw headerDamage(block) }
        guard let stored = StoredBlock(padded: bytes) else { throw damage(block.entry, "not an events block") }
        return stored
    }

    /// Checks that a block's header in the log is the one that the table has.
    func check(_ block: EntryTable.Block) throws(StoreError) {
        let file = try files.file(block.entry / tileWidth)
        let bytes = try file.bytes(at: Int(table.offsets[block.entry]), count: BlockHeader.size)
        guard bytes.withUnsafeBytes({ block.header.isWritten(at: $0) }) else { throw headerDamage(block) }
    }

    private func headerDamage(_ block: EntryTable.Block) -> StoreError {
        damage(block.entry, Self.otherHeader)
    }

    private static let otherHeader = "the header of the block is not the one that was written"

    /// Decodes an events block, given by its place in the table.
    func decode(_ block: EntryTable.Block, texts: Bool, into columns: EventColumns) throws(StoreError) {
        let header = block.header
        var limits: [UInt32] = []
        for space in 0..<4 { limits.append(header.known[space] + UInt32(header.introduced[space])) }
        try decode(block, texts ? header.end : header.columnsEnd) { bytes in
            BlockDecoder.decode(header, bytes, texts: texts, limits: limits, into: columns)
        }
    }

    /// Decodes the identifiers of a block's events with their types, record times and numbers of subjects, and nothing else of it.
    func decodeIdentifiers(_ block: EntryTable.Block, into columns: EventColumns) throws(StoreError) {
        try decode(block, block.header.detailsStart) { BlockDecoder.decodeIdentifiers(block.header, $0, into: columns) }
    }

    /// Hands over the first `length` bytes of a block, with eight more behind them, to what says what is wrong with them.
    private func decode(
        _ block: EntryTable.Block, _ length: Int, _ body: (UnsafeRawBufferPointer) -> String?
    ) throws(StoreError) {
        let file = try files.file(block.entry / tileWidth)
        let offset = Int(table.offsets[block.entry])
        let isHeaderKept = block.entry < table.taken
        let result = withUnsafeTemporaryAllocation(byteCount: length + 8, alignment: 8) { buffer in
            Result { () throws(StoreError) -> String? in
                try file.readWhole(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<length]), at: offset)
                if isHeaderKept, !block.header.isWritten(at: UnsafeRawBufferPointer(buffer)) { return Self.otherHeader }
                return body(UnsafeRawBufferPointer(buffer))
            }
        }
        if let problem = try result.get() { throw damage(block.entry, problem) }
    }

    /// Events of a log by their ordinals, ascending.
    func rows(_ ordinals: ArraySlice<UInt32>, of log: Log) throws(StoreError) -> [StoredRow] {
        var rows: [StoredRow] = []
        var read: (place: Int, block: StoredBlock)?
        for ordinal in ordinals {
            guard let place = table.block(holding: Int(ordinal), of: log) else { throw .unusable(reason: "an event is in no block") }
            let first = table.blocks[place].header.firstOrdinal
            let block: StoredBlock
            if let read, read.place == place {
                block = read.block
            } else {
                let stored = try stored(table.blocks[place])
                block = stored
                read = (place, stored)
            }
            rows.append(StoredRow(block, row: Int(ordinal) - first))
        }
        return rows
    }

    static var noSuchIdentifier: StoreError { .tooLarge(what: "the store has no identifier of that number") }

    /// The new identifiers of a namespace in a block.
    struct Introduced {
        fileprivate let file: OpenFile
        let lengths: [UInt8]
        /// Where their bytes are in the file.
        fileprivate let text: Range<Int>
        /// What was read of the file already, from a place on.
        fileprivate let read: (place: Int, bytes: [UInt8])?

        /// The bytes of all of them, or of some: a range of the bytes of all.
        func bytes(_ part: Range<Int>? = nil) throws(StoreError) -> [UInt8] {
            let part = part.map { text.lowerBound + $0.lowerBound..<text.lowerBound + $0.upperBound } ?? text
            if let read, part.lowerBound >= read.place, part.upperBound <= read.place + read.bytes.count {
                return Array(read.bytes[part.lowerBound - read.place..<part.upperBound - read.place])
            }
            return try file.bytes(at: part.lowerBound, count: part.count)
        }
    }

    /// The new identifiers of a namespace in a block. As a rule lengths alone are read, since the bytes of all namespaces may be a hundred
    /// times what is asked for; of a little that is left, all.
    func introduced(in block: EntryTable.Block, _ space: Namespace) throws(StoreError) -> Introduced {
        let header = block.header
        let file = try files.file(block.entry / tileWidth)
        var place = Int(table.offsets[block.entry]) + header.columnsEnd
        let end = place + header.introducedBytes
        var read: (place: Int, bytes: [UInt8])?
        for before in 0...Int(space.rawValue) {
            let count = Int(header.introduced[before])
            guard place + count <= end else { break }
            if read == nil, end - place <= Self.smallRest { read = (place, try file.bytes(at: place, count: end - place)) }
            let lengths: [UInt8]
            if let read {
                lengths = Array(read.bytes[place - read.place..<place - read.place + count])
            } else {
                lengths = count > 0 ? try file.bytes(at: place, count: count) : []
            }
            let text = place + count..<place + count + Self.sum(lengths[...])
            guard text.upperBound <= end else { break }
            if before == Int(space.rawValue) { return Introduced(file: file, lengths: lengths, text: text, read: read) }
            place = text.upperBound
        }
        throw damage(block.entry, "the new identifiers of the block do not fit it")
    }

    /// The bytes of new identifiers that are read at once, for whatever of them.
    private static let smallRest = 1 << 9

    private static func sum(_ lengths: ArraySlice<UInt8>) -> Int {
        lengths.withUnsafeBufferPointer { lengths in
            var sum = 0
            for length in lengths { sum &+= Int(length) }
            return sum
        }
    }

    /// Every identifier of a namespace in order of numbers; `first` are those of an earlier state, where they are known.
    func identifiers(
        of space: Namespace, behind first: (starts: [UInt32], bytes: [UInt8])? = nil
    ) throws(StoreError) -> (starts: [UInt32], bytes: [UInt8]) {
        try identifiers(of: space, below: Int(table.known[Int(space.rawValue)]), behind: first)
    }

    /// The identifiers of the first `count` numbers of a namespace, which a block does not part.
    func identifiers(
        of space: Namespace, below count: Int, behind first: (starts: [UInt32], bytes: [UInt8])? = nil
    ) throws(StoreError) -> (starts: [UInt32], bytes: [UInt8]) {
        var (starts, bytes) = first ?? ([], [])
        if !starts.isEmpty { starts.removeLast() }
        let known = starts.count
        starts.reserveCapacity(count + 1)
        bytes.reserveCapacity(count * 20)
        for block in table.blocks
        where block.header.introduced[Int(space.rawValue)] > 0
            && (known..<max(known, count)).contains(Int(block.header.known[Int(space.rawValue)]))
        {
            let introduced = try introduced(in: block, space)
            var start = bytes.count
            bytes.append(contentsOf: try introduced.bytes())
            guard bytes.count <= Int(UInt32.max) else { throw .tooLarge(what: "the identifiers of a namespace take more than 4 GiB") }
            for length in introduced.lengths {
                starts.append(UInt32(start))
                start += Int(length)
            }
        }
        starts.append(UInt32(bytes.count))
        return (starts, bytes)
    }

    /// One identifier by its number.
    func identifier(_ number: UInt32, in space: Namespace) throws(StoreError) -> [UInt8] {
        let place = Int(space.rawValue)
        guard number < table.known[place] else { throw Self.noSuchIdentifier }
        var low = 0
        var high = table.blocks.count
        while low < high {
            let middle = (low + high) / 2
            if table.blocks[middle].header.known[place] <= number { low = middle + 1 } else { high = middle }
        }
        let block = table.blocks[low - 1]
        let introduced = try introduced(in: block, space)
        let within = Int(number - block.header.known[place])
        let start = Self.sum(introduced.lengths[..<within])
        return try introduced.bytes(start..<start + Int(introduced.lengths[within]))
    }

    /// The identifiers of some numbers, ascending: of each block that introduced some of them, the stretch from the first to the last is
    /// read once.
    func identifiers(_ numbers: ArraySlice<UInt32>, in space: Namespace) throws(StoreError) -> (starts: [Int], bytes: [UInt8]) {
        let place = Int(space.rawValue)
        var found: (starts: [Int], bytes: [UInt8]) = ([0], [])
        found.starts.reserveCapacity(numbers.count + 1)
        found.bytes.reserveCapacity(numbers.count * 16)
        var next = numbers.startIndex
        while next < numbers.endIndex {
            guard numbers[next] < table.known[place] else { throw Self.noSuchIdentifier }
            var low = 0
            var high = table.blocks.count
            while low < high {
                let middle = (low + high) / 2
                if table.blocks[middle].header.known[place] <= numbers[next] { low = middle + 1 } else { high = middle }
            }
            let block = table.blocks[low - 1]
            let first = block.header.known[place]
            let count = Int(block.header.introduced[place])
            var end = next
            while end < numbers.endIndex, Int(numbers[end] &- first) < count { end += 1 }
            guard end > next else { throw damage(block.entry, "the new identifiers of the block do not fit it") }
            let (within, last) = (Int(numbers[next] &- first), Int(numbers[end - 1] &- first))
            let file = try files.file(block.entry / tileWidth)
            let lengths: [UInt8]
            let bytes: [UInt8]
            var read = 0
            if block.header.introducedBytes <= Self.smallSection, space == .child {
                // The first section of the block, with its lengths in front: one small read takes less time than two.
                let section = try file.bytes(
                    at: Int(table.offsets[block.entry]) + block.header.columnsEnd, count: block.header.introducedBytes)
                guard count <= section.count, case let end = count + Self.sum(section[...last]), last < count, end <= section.count else {
                    throw damage(block.entry, "the new identifiers of the block do not fit it")
                }
                (lengths, bytes, read) = (section, section, count + Self.sum(section[..<within]))
            } else {
                let introduced = try introduced(in: block, space)
                lengths = introduced.lengths
                let start = Self.sum(lengths[..<within])
                bytes = try introduced.bytes(start..<start + Self.sum(lengths[within...last]))
            }
            bytes.withUnsafeBufferPointer { bytes in
                lengths.withUnsafeBufferPointer { lengths in
                    var place = within
                    while next < end {
                        let wanted = Int(numbers[next] &- first)
                        while place < wanted {
                            read += Int(lengths[place])
                            place += 1
                        }
                        found.bytes.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[read..<read + Int(lengths[place])]))
                        found.starts.append(found.bytes.count)
                        next += 1
                    }
                }
            }
        }
        return found
    }

    /// The bytes of new identifiers that are read at once rather than in two steps.
    private static let smallSection = 1 << 14

    /// The identifiers of the events in some rows of a block, ascending: only they, or only the block's identifiers, are read.
    func eventIdentifiers(_ rows: [Int], of block: EntryTable.Block) throws(StoreError) -> (starts: [Int], bytes: [UInt8]) {
        let header = block.header
        var found: (starts: [Int], bytes: [UInt8]) = ([0], [])
        guard let first = rows.first, let last = rows.last else { return found }
        guard first >= 0, last < header.count else { throw damage(block.entry, "the block holds no such event") }
        let file = try files.file(block.entry / tileWidth)
        let offset = Int(table.offsets[block.entry])
        if header.uniformID > 0 {
            let length = Int(header.uniformID)
            let stretch = (last - first + 1) * length
            let result = withUnsafeTemporaryAllocation(byteCount: stretch, alignment: 8) { buffer in
                Result { () throws(StoreError) -> [UInt8] in
                    let bytes = UnsafeMutableRawBufferPointer(rebasing: buffer[..<stretch])
                    try file.readWhole(into: bytes, at: offset + header.idTextStart + first * length)
                    return [UInt8](unsafeUninitializedCapacity: rows.count * length) { texts, count in
                        let texts = UnsafeMutableRawBufferPointer(texts)
                        for row in rows where row >= first && row <= last {
                            let start = (row - first) * length
                            UnsafeMutableRawBufferPointer(rebasing: texts[count..<count + length])
                                .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[start..<start + length]))
                            count += length
                        }
                    }
                }
            }
            found.bytes = try result.get()
            found.starts = Array(stride(from: 0, through: found.bytes.count, by: length))
            return found
        }
        let bytes = try file.bytes(at: offset + header.idsStart, count: header.detailsStart - header.idsStart)
        var row = 0
        var start = header.count
        for wanted in rows {
            while row < wanted {
                start += Int(bytes[row])
                row += 1
            }
            guard start + Int(bytes[row]) <= bytes.count else {
                throw damage(block.entry, "the lengths of the block's texts do not add up")
            }
            found.bytes.append(contentsOf: bytes[start..<start + Int(bytes[row])])
            found.starts.append(found.bytes.count)
        }
        return found
    }

    /// The details of the events in some rows of a block, ascending: of the block, details alone are read.
    func eventDetails(_ rows: [Int], of block: EntryTable.Block) throws(StoreError) -> (starts: [Int], bytes: [UInt8]) {
        let header = block.header
        var found: (starts: [Int], bytes: [UInt8]) = ([0], [])
        guard let first = rows.first, let last = rows.last else { return found }
        guard first >= 0, last < header.count else { throw damage(block.entry, "the block holds no such event") }
        let bytes = try files.file(block.entry / tileWidth)
            .bytes(at: Int(table.offsets[block.entry]) + header.detailsStart, count: header.end - header.detailsStart)
        let isWhole = bytes.withUnsafeBytes { bytes in
            /// Takes the rows by their lengths, which have to add up.
            @inline(__always)
            func take(width: Int, _ length: (Int) -> Int) -> Bool {
                var total = 0
                for row in 0..<header.count { total &+= length(row) }
                guard total == header.detailBytes else { return false }
                var row = 0
                var start = header.count * width
                for wanted in rows {
                    while row < wanted {
                        start &+= length(row)
                        row &+= 1
                    }
                    found.bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[start..<start + length(row)]))
                    found.starts.append(found.bytes.count)
                }
                return true
            }
            guard let base = bytes.baseAddress else { return header.detailBytes == 0 && take(width: 0) { _ in 0 } }
            switch header.detailWidth {
            case 0: return take(width: 0) { _ in Int(header.uniformDetail) }
            case 1: return take(width: 1) { Int(base.load(fromByteOffset: $0, as: UInt8.self)) }
            default:
                return take(width: 2) { Int(UInt16(littleEndian: base.loadUnaligned(fromByteOffset: $0 &* 2, as: UInt16.self))) }
            }
        }
        guard isWhole else { throw damage(block.entry, "the lengths of the block's texts do not add up") }
        return found
    }

    /// The record that the batch entry `index` holds.
    func batch(_ index: Int) throws(StoreError) -> BatchRecord {
        guard let (decoded, skipped) = BatchRecord.decode(try entry(index), entry: index) else { throw damage(index, "not a batch record") }
        var record = decoded
        if skipped > 0 {
            for place in record.firstEntry..<index where table.kinds[place] == .skipped {
                guard let names = SkippedNames.decode(try entry(place)) else { throw damage(place, "not a list of skipped names") }
                record.skipped += names
            }
        }
        guard record.skipped.count == skipped else { throw damage(index, "the skipped names of the batch are not all there") }
        return record
    }

    /// The rejects of a batch in order.
    func rejects(of record: BatchRecord) throws(StoreError) -> [Reject] {
        var rejects: [Reject] = []
        for place in record.firstEntry..<record.entry where table.kinds[place] == .rejects {
            guard let some = RejectsEntry.decode(try entry(place)) else { throw damage(place, "not a list of rejects") }
            rejects += some
        }
        return rejects
    }
}
