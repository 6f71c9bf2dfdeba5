/// A container's entries and their bytes, in the order in which they stand.
protocol EntrySource: AnyObject {
    /// What comes next. Each entry's bytes are read to their end, wanted or not: only so is it known to be whole.
    func next() throws(ArchiveError) -> SourcePiece
}

enum SourcePiece {
    case entry(ArchiveEntry)
    case bytes(UnsafeRawBufferPointer)
    case end
}

/// No container: the stream is the one entry.
final class SingleSource: EntrySource {
    private let stream: ByteStream
    private let name: String
    private let meter: Meter
    private var first: UnsafeRawBufferPointer?
    private var begun = false

    init(name: String, first: UnsafeRawBufferPointer, stream: ByteStream, meter: Meter) {
        self.name = name
        self.first = first
        self.stream = stream
        self.meter = meter
    }

    func next() throws(ArchiveError) -> SourcePiece {
        guard begun else {
            begun = true
            try meter.begin(name, nameBytes: name.utf8.count)
            return .entry(ArchiveEntry(name: name, kind: .file))
        }
        let bytes = if let first { first } else { try stream.next() }
        first = nil
        try meter.addToEntry(bytes.count)
        return bytes.isEmpty ? .end : .bytes(bytes)
    }
}

/// A container without entries, which libarchive takes for no container.
final class EmptySource: EntrySource {
    func next() throws(ArchiveError) -> SourcePiece { .end }
}
