import Glibc

/// A name as an archive's directory lists it, and the bytes that it takes there.
struct ListedName {
    var text: String
    var bytes: Int
}

/// The entries of a zip or 7z, read by libarchive where their directory says they stand.
final class DirectorySource: EntrySource {
    private let library: LibArchive
    private let meter: Meter
    private let names: [ListedName]
    private var read = 0
    private var entry: ArchiveEntry?
    private var block = UnsafeRawBufferPointer(start: nil, count: 0)
    private let piece = PieceBuffer()

    /// `names` are the directory's, in the order in which the entries stand.
    init(_ format: LibArchive.Format, names: [ListedName], file: OuterFile, meter: Meter) throws(ArchiveError) {
        library = try LibArchive(format, feed: FileFeed(file: file), seekable: true, meter: meter)
        self.names = names
        self.meter = meter
    }

    func next() throws(ArchiveError) -> SourcePiece {
        while entry != nil {
            if !block.isEmpty {
                piece.append(&block)
                if piece.isFull { return .bytes(piece.take()) }
            }
            let next = try library.nextBlock()
            if next.isEnd {
                entry = nil
                meter.leaveEntry()
                if piece.count > 0 { return .bytes(piece.take()) }
                break
            }
            try meter.add(next.bytes.count)
            try meter.addToEntry(next.bytes.count)
            if entry?.kind == .file { block = next.bytes }
        }
        return try nextEntry()
    }

    private func nextEntry() throws(ArchiveError) -> SourcePiece {
        guard let header = try library.nextHeader() else {
            guard read == names.count else { throw meter.unreadable(.disagreement("entries are missing")) }
            return .end
        }
        guard read < names.count else { throw meter.unreadable(.disagreement("more entries than its directory lists")) }
        let name = names[read]
        read += 1
        try meter.begin(name.text, nameBytes: name.bytes)
        if header.isEncrypted { throw meter.unreadable(.encrypted) }
        let next = ArchiveEntry(name: name.text, kind: header.kind)
        entry = next
        return .entry(next)
    }
}

/// The file with random access, for formats whose directory stands at the end.
private final class FileFeed: Feed {
    private let file: OuterFile
    private var position = 0
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 64)

    init(file: OuterFile) { self.file = file }

    deinit { buffer.deallocate() }

    func nextBytes() throws(ArchiveError) -> UnsafeRawBufferPointer {
        let count = try file.read(into: buffer, at: position)
        position += count
        return UnsafeRawBufferPointer(rebasing: buffer[..<count])
    }

    func seek(_ offset: Int64, whence: Int32) -> Int64? {
        let base: Int64 =
            switch whence {
            case SEEK_SET: 0
            case SEEK_CUR: Int64(position)
            case SEEK_END: Int64(file.size)
            default: -1
            }
        let (target, overflow) = base.addingReportingOverflow(offset)
        guard base >= 0, !overflow, target >= 0, target <= Int64(file.size) else { return nil }
        position = Int(target)
        return target
    }
}
