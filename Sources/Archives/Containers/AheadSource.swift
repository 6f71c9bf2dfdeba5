import Dispatch
import Synchronization

/// Reads a source some pieces ahead, on a thread of its own: while a piece's lines are read, the next ones are decoded.
///
/// For what takes long to decode (xz, bzip2, 7z), and for an archive that is read while other threads have nothing to do: alone it then
/// takes hardly longer than the longer of the two, decoding and reading lines. Several pieces, because with a single one each thread waits
/// for the other at every piece, and to be woken takes about as long as to decode one.
///
/// `@unchecked Sendable`: the source is touched by the thread that decodes alone until that has ended; a slot by it until the slot is
/// filled, and by whoever reads until it is free again.
final class AheadSource: EntrySource, @unchecked Sendable {
    /// How many pieces there is room for, the one being read among them.
    static let room = 8

    /// A piece: where the stream does not keep it, in a copy, for the source's own bytes are gone with its next step.
    fileprivate final class Slot {
        lazy var buffer = PieceBuffer()
        var made = Result<SourcePiece, ArchiveError>.success(.end)
        /// The bytes of the outer file read by then.
        var bytesRead = 0
    }

    private let source: any EntrySource
    /// What keeps as many of its pieces as there is room for.
    private let stream: ByteStream?
    private let file: OuterFile
    private let queue = DispatchQueue(label: "tuowei.archives.ahead")
    private let group = DispatchGroup()
    private let slots = (0..<AheadSource.room).map { _ in Slot() }
    private let free = DispatchSemaphore(value: 0)
    private let filled = DispatchSemaphore(value: 0)
    private let isToStop = Atomic<Bool>(false)
    /// How many slots were filled so far.
    private var made = 0
    /// How many were given.
    private var given = 0
    private var isUnderWay = false
    /// The end, or the failure, once it was given.
    private var outcome: Result<SourcePiece, ArchiveError>?
    /// The bytes of the outer file read before the last piece that was given.
    private(set) var bytesRead = 0

    /// - Parameter stream: Where the source's bytes come from, if that keeps ``room`` of its pieces.
    init(_ source: any EntrySource, of stream: ByteStream? = nil, file: OuterFile) {
        self.source = source
        self.stream = stream
        self.file = file
        for _ in slots { free.signal() }
    }

    func next() throws(ArchiveError) -> SourcePiece {
        if let outcome { return try outcome.get() }
        begin()
        // What was given before is done with.
        if given > 0 { free.signal() }
        filled.wait()
        let slot = slots[given % Self.room]
        given += 1
        bytesRead = slot.bytesRead
        if slot.isLast { outcome = slot.made }
        return try slot.made.get()
    }

    /// Waits for the step under way and lets no further one begin: then nothing reads the file.
    func stop() {
        guard isUnderWay else { return }
        isToStop.store(true, ordering: .releasing)
        free.signal()
        group.wait()
        isUnderWay = false
    }

    /// Begins with the first piece, unless that has been done.
    func begin() {
        guard !isUnderWay else { return }
        isUnderWay = true
        isToStop.store(false, ordering: .releasing)
        queue.async(group: group) { [self] in decode() }
    }

    private func decode() {
        // Behind the end there is nothing.
        if made > 0, slots[(made - 1) % Self.room].isLast { return }
        while true {
            free.wait()
            guard !isToStop.load(ordering: .acquiring) else { return }
            let slot = slots[made % Self.room]
            step(into: slot)
            made += 1
            let isLast = slot.isLast
            filled.signal()
            if isLast { return }
        }
    }

    private func step(into slot: Slot) {
        slot.made = Result { () throws(ArchiveError) in
            switch try source.next() {
            case .bytes(let bytes): .bytes(stream?.keep(bytes) == true ? bytes : slot.buffer.fill(with: bytes))
            case let other: other
            }
        }
        slot.bytesRead = file.bytesRead
    }
}

extension AheadSource.Slot {
    /// Whether nothing comes behind it.
    fileprivate var isLast: Bool {
        switch made {
        case .success(.end), .failure: true
        case .success: false
        }
    }
}
