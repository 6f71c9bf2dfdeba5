import Dispatch

/// Reads a source one step ahead, on a thread of its own: while a piece's lines are read, the next piece is decoded.
///
/// For what takes long to decode (xz, bzip2, 7z), and for an archive that is read while other threads have nothing to do: alone it then
/// takes hardly longer than the longer of the two, decoding and reading lines. `@unchecked Sendable`: the
/// source is touched by the step under way alone, and what the step made is touched only after it has ended.
final class AheadSource: EntrySource, @unchecked Sendable {
    private let source: any EntrySource
    private let file: OuterFile
    private let queue = DispatchQueue(label: "tuowei.archives.ahead")
    private let group = DispatchGroup()
    private var isUnderWay = false
    /// Copies: the source's own bytes are gone with its next step. One is being read, the other filled.
    private var buffers = (PieceBuffer(), PieceBuffer())
    private var made = Result<SourcePiece, ArchiveError>.success(.end)
    private var bytesReadByThen = 0
    /// The bytes of the outer file read before the last piece that was given.
    private(set) var bytesRead = 0

    init(_ source: any EntrySource, file: OuterFile) {
        self.source = source
        self.file = file
    }

    func next() throws(ArchiveError) -> SourcePiece {
        if !isUnderWay { begin() }
        stop()
        bytesRead = bytesReadByThen
        let piece = try made.get()
        if case .end = piece { return piece }
        begin()
        return piece
    }

    /// Waits for the step under way: then nothing reads the file.
    func stop() {
        group.wait()
        isUnderWay = false
    }

    private func begin() {
        isUnderWay = true
        buffers = (buffers.1, buffers.0)
        nonisolated(unsafe) let buffer = buffers.0
        queue.async(group: group) { [self] in step(into: buffer) }
    }

    private func step(into buffer: PieceBuffer) {
        made = Result { () throws(ArchiveError) in
            switch try source.next() {
            case .bytes(let bytes): .bytes(buffer.fill(with: bytes))
            case let other: other
            }
        }
        bytesReadByThen = file.bytesRead
    }
}
