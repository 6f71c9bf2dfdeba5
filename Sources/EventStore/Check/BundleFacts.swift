import Events

/// What one bundle of entries holds: read once, hashed, decoded.
struct BundleFacts: Sendable {
    let path: String
    /// The hashes of its entries, 32 bytes each.
    var leaves: [UInt8] = []
    /// Where each entry begins, behind its length.
    var offsets: [Int] = []
    var lengths: [Int] = []
    /// The first bytes of each entry, a block's header at least.
    var heads: [[UInt8]] = []
    /// The number of events decoded.
    var events = 0
    var faults: [StoreFault] = []
    /// What is wrong in derived files.
    var derived: [StoreFault] = []
    /// Whether all entries are there.
    var isWhole = true

    private init(path: String) { self.path = path }

    /// Reads the bundle of the head that has `width` entries in it.
    static func read(_ paths: StorePaths, _ bundle: Int, width: Int, _ columns: [HashColumnFile?]) -> BundleFacts {
        var facts = BundleFacts(path: paths.bundle(bundle, width: width))
        do throws(StoreError) {
            guard let bytes = try Folder.read(facts.path, atMost: tileWidth * (maximumEntry + 2) + 1) else {
                facts.fail(nil, "the bundle of entries is missing")
                return facts
            }
            try facts.take(bytes, width: width, firstEntry: bundle * tileWidth, columns)
        } catch {
            facts.faults.append(StoreFault(error, file: facts.path))
            facts.isWhole = false
        }
        return facts
    }

    private mutating func fail(_ offset: Int?, _ problem: String) {
        faults.append(StoreFault(file: path, offset: offset, problem: problem))
        isWhole = false
    }

    private mutating func take(_ bytes: [UInt8], width: Int, firstEntry: Int, _ columns: [HashColumnFile?]) throws(StoreError) {
        let hasher = TreeHasher()
        let decoded = EventColumns()
        var place = 0
        for _ in 0..<width {
            guard bytes.count - place >= 2 else { return fail(place, "the bundle is cut short") }
            let length = Int(bytes[place]) << 8 | Int(bytes[place + 1])
            let start = place + 2
            guard bytes.count - start >= length else { return fail(place, "the bundle is cut short") }
            leaves += bytes.withUnsafeBytes { hasher.leaf(UnsafeRawBufferPointer(rebasing: $0[start..<start + length])) }
            offsets.append(start)
            lengths.append(length)
            heads.append(Array(bytes[start..<start + min(length, BlockHeader.size)]))
            if length > 0, bytes[start] == EntryKind.events.rawValue {
                decode(Array(bytes[start..<start + length]), at: start, decoded, columns)
            }
            place = start + length
        }
        if place != bytes.count { fail(place, "something stands behind the last entry") }
    }

    /// Decodes a block whole, texts and new identifiers too, and compares the side file's hashes with its events.
    private mutating func decode(_ entry: [UInt8], at offset: Int, _ decoded: EventColumns, _ columns: [HashColumnFile?]) {
        // A header that is none is found where the entries are put in order.
        guard let header = BlockHeader(entry, length: entry.count) else { return }
        var limits: [UInt32] = []
        for space in 0..<4 { limits.append(header.known[space] &+ UInt32(header.introduced[space])) }
        let problem = (entry + [UInt8](repeating: 0, count: 8)).withUnsafeBytes {
            BlockDecoder.decode(header, $0, texts: true, limits: limits, into: decoded)
        }
        if let problem {
            faults.append(StoreFault(file: path, offset: offset, problem: problem))
            return
        }
        if Self.newIdentifiersFit(header, entry) {
            compareNewIdentifiers(header, entry, columns)
        } else {
            faults.append(StoreFault(file: path, offset: offset, problem: "the new identifiers of the block do not fit it"))
        }
        events += decoded.count
        guard let column = columns[Int(header.log.rawValue)] else { return }
        var hashes: [UInt64] = []
        hashes.reserveCapacity(decoded.count)
        decoded.idBytes.withUnsafeBufferPointer { text in
            guard let start = text.baseAddress else { return }
            for row in 0..<decoded.count {
                let from = Int(decoded.idStart[row])
                hashes.append(IdentifierHash.hash(start + from, count: Int(decoded.idStart[row + 1]) - from))
            }
        }
        if let fault = column.compare(hashes, from: header.firstOrdinal) { derived.append(fault) }
    }

    /// Compares the side files' hashes with the identifiers that the block introduces.
    private mutating func compareNewIdentifiers(_ header: BlockHeader, _ entry: [UInt8], _ columns: [HashColumnFile?]) {
        var place = header.columnsEnd
        for space in Namespace.allCases {
            let count = Int(header.introduced[Int(space.rawValue)])
            var text = place + count
            let hashes = entry.withUnsafeBufferPointer { bytes in
                (0..<count).map { number in
                    let length = Int(bytes[place + number])
                    defer { text += length }
                    return bytes.baseAddress.map { IdentifierHash.hash($0 + text, count: length) } ?? 0
                }
            }
            let column = columns[HashedList.identifiers(space).place]
            if count > 0, let fault = column?.compare(hashes, from: Int(header.known[Int(space.rawValue)])) { derived.append(fault) }
            place = text
        }
    }

    /// Whether the section of new identifiers is filled by them to its last byte.
    private static func newIdentifiersFit(_ header: BlockHeader, _ entry: [UInt8]) -> Bool {
        var place = header.columnsEnd
        for space in 0..<4 {
            let count = Int(header.introduced[space])
            guard place + count <= header.idsStart else { return false }
            let text = entry[place..<place + count].reduce(0) { $0 + Int($1) }
            place += count + text
        }
        return place == header.idsStart
    }
}
