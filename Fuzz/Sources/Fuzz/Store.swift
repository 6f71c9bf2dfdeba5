import Events
import Glibc

@testable import EventStore

/// An events block: its header, its columns, its texts, and single rows of it.
func fuzzBlock(_ input: UnsafeRawBufferPointer) {
    let bytes = Array(input)
    guard let header = BlockHeader(bytes, length: bytes.count) else { return }
    // Sections of a block that was taken lie within it.
    guard header.end == bytes.count else { fatalError("a block of another length") }
    var writer = ByteWriter()
    header.write(to: &writer)
    guard writer.bytes == Array(bytes[..<BlockHeader.size]) else { fatalError("a header written otherwise") }
    var limits: [UInt32] = []
    for space in 0..<4 { limits.append(header.known[space] &+ UInt32(header.introduced[space])) }
    for texts in [false, true] {
        let columns = EventColumns()
        let length = (texts ? header.end : header.columnsEnd) + 8
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: length, alignment: 8)
        defer { copy.deallocate() }
        for place in 0..<length { copy[place] = place < bytes.count ? bytes[place] : 0 }
        guard BlockDecoder.decode(header, UnsafeRawBufferPointer(copy), texts: texts, limits: limits, into: columns) == nil else {
            continue
        }
        for row in 0..<columns.count {
            guard EventType.of(columns.log, code: columns.type[row]) != nil else { fatalError("an unknown type passed") }
            guard texts else { continue }
            _ = Array(columns.idBytes[Int(columns.idStart[row])..<Int(columns.idStart[row + 1])])
            _ = Detail.parts(columns.detailBytes[Int(columns.detailStart[row])..<Int(columns.detailStart[row + 1])])
        }
    }
    guard let stored = StoredBlock(padded: bytes + [UInt8](repeating: 0, count: StoredBlock.padding)) else { fatalError("a block that is none") }
    for row in [0, header.count / 2, header.count - 1] {
        _ = (stored.id(row: row), stored.detail(row: row))
        for column in BlockColumn.allCases { _ = stored.value(column, row: row) }
    }
}

/// The other entries: what was read is written again as it was.
func fuzzEntries(_ input: UnsafeRawBufferPointer) {
    let bytes = Array(input)
    if let (record, skipped) = BatchRecord.decode(bytes, entry: 1 << 20) {
        var whole = record
        whole.skipped = Array(repeating: "", count: min(skipped, 1 << 16))
        if skipped <= 1 << 16, let again = try? whole.encoded(), again != bytes { fatalError("a batch record written otherwise") }
    }
    if let names = SkippedNames.decode(bytes), !names.isEmpty, let again = try? SkippedNames.encoded(names),
        again.joined().elementsEqual(bytes) == false,
        bytes.count <= maximumEntry
    {
        fatalError("skipped names written otherwise")
    }
    if let rejects = RejectsEntry.decode(bytes), bytes.count <= maximumEntry {
        // Texts that no row uses, or uses in another order, are dropped; the rows stay.
        let again = (try? RejectsEntry.encoded(rejects))?.compactMap(RejectsEntry.decode).flatMap { $0 }
        if let again, again != rejects { fatalError("rejects written otherwise") }
    }
}

/// Notes, checkpoints, keys, proofs, names of tiles and the lock's line: strict readers give back what they read.
func fuzzNotes(_ input: UnsafeRawBufferPointer) {
    let bytes = Array(input)
    if let note = SignedNote(bytes) {
        guard note.bytes == bytes else { fatalError("a note written otherwise") }
        if let checkpoint = Checkpoint(text: note.text), Array(checkpoint.text.utf8) != Array(note.text.utf8) {
            fatalError("a checkpoint written otherwise")
        }
    }
    let text = String(decoding: bytes, as: UTF8.self)
    if let key = VerifierKey(text), !text.utf8.starts(with: key.description.utf8) { fatalError("a key written otherwise") }
    if let proof = InclusionProof(text) {
        guard proof.text.utf8.elementsEqual(text.utf8) else { fatalError("a proof written otherwise") }
        _ = proof.proves(Array("entry".utf8))
    }
    if let line = LockLine(bytes), line.bytes != bytes { fatalError("a lock's line written otherwise") }
    if let decoded = Base64.decode(text), Base64.encode(decoded).utf8.elementsEqual(text.utf8) == false { fatalError("base64") }
    if let tile = TileName(text) {
        let path =
            tile.isBundle
            ? StorePaths.bundle(tile.number, width: tile.width) : StorePaths.tile(level: tile.level, tile.number, width: tile.width)
        guard path.utf8.elementsEqual(text.utf8) else { fatalError("a tile's name written otherwise") }
    }
}

private let root = "/dev/shm/tuowei-fuzz-\(getpid())"

/// A whole store of one bundle: a byte says of how many entries, the rest is the bundle. Everything in it is read.
func fuzzStore(_ input: UnsafeRawBufferPointer) {
    guard let first = input.first else { return }
    let size = Int(first % 16) + 1
    let paths = StorePaths(root)
    for folder in [root, paths.log, paths.tiles, paths.tiles + "/entries", paths.tiles + "/entries/000.p"] { mkdir(folder, 0o700) }
    put(Array(Checkpoint(origin: "fuzz", size: size, root: TreeHasher.emptyRoot).text.utf8), paths.checkpoint)
    put(Array(input.dropFirst()), paths.bundle(0, width: size))
    defer { unlink(paths.bundle(0, width: size)) }
    guard let store = try? EventStore.open(at: root) else { return }
    let reader = store.reader
    for batch in (try? store.batches) ?? [] { _ = try? store.rejects(of: batch) }
    for block in reader.table.blocks {
        let columns = EventColumns()
        try? reader.decode(block, texts: true, into: columns)
    }
    for space in Namespace.allCases {
        guard let (starts, bytes) = try? reader.identifiers(of: space) else { continue }
        guard starts.count == Int(reader.table.known[Int(space.rawValue)]) + 1, Int(starts[starts.count - 1]) == bytes.count else {
            fatalError("identifiers are missing")
        }
        for number in 0..<min(starts.count - 1, 100) { _ = try? reader.identifier(UInt32(number), in: space) }
    }
    for log in Log.allCases where reader.table.events[Int(log.rawValue)] > 0 { _ = reader.table.block(holding: 0, of: log) }
}

private func put(_ bytes: [UInt8], _ path: String) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    guard descriptor >= 0 else { fatalError("cannot write \(path)") }
    _ = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    close(descriptor)
}
