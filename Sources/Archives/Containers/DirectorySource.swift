import Glibc

/// The entries of a zip or 7z, read by libarchive where their directory says they stand.
final class DirectorySource: EntrySource {
    private let library: LibArchive
    private let meter: Meter
    private let names: EntryNames
    /// For zip, the entries as its own directory names them, in the order in which they stand.
    private let directory: [ZipDirectory.Entry]?
    private var read = 0
    private var entry: ArchiveEntry?
    private var block = UnsafeRawBufferPointer(start: nil, count: 0)
    private let piece = PieceBuffer()

    init(
        _ format: LibArchive.Format, directory: [ZipDirectory.Entry]?, file: OuterFile, names: EntryNames, meter: Meter
    ) throws(ArchiveError) {
        library = try LibArchive(format, feed: FileFeed(file: file), seekable: true, meter: meter)
        self.directory = directory
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
            guard read == directory?.count ?? read else { throw meter.unreadable(.disagreement("entries are missing")) }
            return .end
        }
        defer { read += 1 }
        var name = names.text(header.name)
        var nameBytes = header.name.count
        if let directory {
            guard read < directory.count else { throw meter.unreadable(.disagreement("more entries than its directory lists")) }
            name = directory[read].text(names)
            nameBytes = directory[read].name.count
        }
        if name.isEmpty { name = "(entry \(read + 1), whose name cannot be read)" }
        try meter.begin(name, nameBytes: nameBytes)
        if header.isEncrypted { throw meter.unreadable(.encrypted) }
        let next = ArchiveEntry(name: name, kind: header.kind)
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
