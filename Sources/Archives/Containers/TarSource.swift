/// The entries of a tar, read by libarchive out of our stream without a copy.
///
/// A tar ends with two blocks of zeros, which libarchive does not insist on: a tar cut exactly between two entries would pass as whole. Here
/// the end must be there, and nothing but zeros, in whole blocks, behind it: a second tar appended to the first would be lost in silence.
final class TarSource: EntrySource {
    private let feed: TarFeed
    private let library: LibArchive
    private let meter: Meter
    private let names: EntryNames
    private var entry: ArchiveEntry?
    /// Up to where the entry's bytes have been handed out.
    private var position = 0
    /// What has been read but not handed out: behind a hole, or more than a copy holds.
    private var waiting: (bytes: UnsafeRawBufferPointer, offset: Int, isEnd: Bool)?
    private lazy var copy = PieceBuffer()
    private lazy var zeros = PieceBuffer()

    init(first: UnsafeRawBufferPointer, stream: ByteStream, names: EntryNames, meter: Meter) throws(ArchiveError) {
        feed = TarFeed(first: first, stream: stream, meter: meter)
        library = try LibArchive(.tar, feed: feed, seekable: false, meter: meter)
        self.names = names
        self.meter = meter
    }

    func next() throws(ArchiveError) -> SourcePiece {
        while true {
            guard let entry else { return try nextEntry() }
            feed.allow()
            let block = if let waiting { waiting } else { try library.nextBlock() }
            waiting = nil
            if let hole = try hole(before: block) {
                if entry.kind == .file { return .bytes(hole) }
                continue
            }
            if block.isEnd {
                self.entry = nil
                meter.leaveEntry()
                continue
            }
            let bytes = padded(block)
            position += bytes.count
            try meter.addToEntry(bytes.count)
            if entry.kind == .file, !bytes.isEmpty { return .bytes(bytes) }
        }
    }

    private func nextEntry() throws(ArchiveError) -> SourcePiece {
        feed.allow()
        guard let header = try library.nextHeader() else {
            try checkEnd()
            return .end
        }
        let next = ArchiveEntry(name: names.text(header.name), kind: header.kind)
        try meter.begin(next.name, nameBytes: header.name.count)
        entry = next
        position = 0
        return .entry(next)
    }

    /// The zeros of a sparse file between the bytes handed out and a block. They cost the archive nothing, so they are measured here.
    private func hole(
        before block: (bytes: UnsafeRawBufferPointer, offset: Int, isEnd: Bool)
    ) throws(ArchiveError) -> UnsafeRawBufferPointer? {
        guard block.offset > position else { return nil }
        let count = min(block.offset - position, ByteStream.pieceBytes)
        waiting = block
        position += count
        try meter.add(count)
        try meter.addToEntry(count)
        return zeros.bytes(count)
    }

    /// The block itself where it lies in the stream's piece, which has padding, else a copy that has it.
    private func padded(_ block: (bytes: UnsafeRawBufferPointer, offset: Int, isEnd: Bool)) -> UnsafeRawBufferPointer {
        if feed.holds(block.bytes) { return block.bytes }
        let count = min(block.bytes.count, ByteStream.pieceBytes)
        if count < block.bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: block.bytes[count...])
            waiting = (rest, block.offset + count, false)
        }
        return copy.fill(with: UnsafeRawBufferPointer(rebasing: block.bytes[..<count]))
    }

    /// At its end libarchive has consumed the end marker, as far as there is one, from where it looked for a further header.
    private func checkEnd() throws(ArchiveError) {
        let last = library.headerPosition
        let end = library.position
        try feed.drain()
        if feed.total - feed.trailingZeros > end { throw meter.unreadable(.trailing) }
        if end - last < 1024 || feed.total % 512 != 0 { throw meter.unreadable(.truncated) }
        // Between a label or the like, for which libarchive answers with no entry, and the end there are the two blocks of zeros.
        if feed.total - feed.trailingZeros > end - 1024 { throw meter.unreadable(.truncated) }
    }
}

/// Hands the stream's pieces to libarchive and remembers how it ends.
private final class TarFeed: Feed {
    /// Pieces that may pass before anything comes of them: 6 MiB. Names and attributes have a mebibyte at most each; the map of a sparse
    /// file, of which the library keeps a node for each few bytes, has no bound of its own.
    private static let mostPieces = 12

    private let stream: ByteStream
    private let meter: Meter
    private var allowance = mostPieces
    private var first: UnsafeRawBufferPointer?
    private var piece = UnsafeRawBufferPointer(start: nil, count: 0)
    private(set) var total = 0
    /// The number of zeros at the end of what has been read.
    private(set) var trailingZeros = 0

    init(first: UnsafeRawBufferPointer, stream: ByteStream, meter: Meter) {
        self.first = first
        self.stream = stream
        self.meter = meter
    }

    /// The library is asked for something new.
    func allow() { allowance = Self.mostPieces }

    func nextBytes() throws(ArchiveError) -> UnsafeRawBufferPointer {
        guard allowance > 0 else { throw meter.unreadable(.damaged("a header without end")) }
        allowance -= 1
        piece = if let first { first } else { try stream.next() }
        first = nil
        total += piece.count
        var zeros = 0
        while zeros < piece.count, piece[piece.count - 1 - zeros] == 0 { zeros += 1 }
        trailingZeros = zeros == piece.count ? trailingZeros + zeros : zeros
        return piece
    }

    func seek(_ offset: Int64, whence: Int32) -> Int64? { nil }

    func drain() throws(ArchiveError) {
        repeat { allow() } while try !nextBytes().isEmpty
    }

    func holds(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let start = bytes.baseAddress, let own = piece.baseAddress else { return false }
        return start >= own && start + bytes.count <= own + piece.count
    }
}
