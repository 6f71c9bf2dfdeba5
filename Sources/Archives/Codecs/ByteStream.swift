import Glibc

/// The file's bytes without their layer of compression, in pieces, measured against the limits.
final class ByteStream {
    /// Large enough that calls cost nothing, small enough that a piece is still in the second-level cache when its lines are read.
    static let pieceBytes = 512 << 10
    /// Readable zeros behind each piece, so that scanners may load whole words at its end.
    static let padding = 64
    private static let inputBytes = 256 << 10

    private let file: OuterFile
    private let codec: (any Codec)?
    private let meter: Meter
    /// Room for a piece each, made as they are needed: one, or as many more as are to stay for a while.
    private var rooms: [UnsafeMutableRawBufferPointer?]
    /// The one that holds the last piece.
    private var current = 0
    /// Whether that piece is to stay.
    private var isKept = false
    private let inputBuffer: UnsafeMutableRawBufferPointer
    private var input = UnsafeRawBufferPointer(start: nil, count: 0)
    private var inputEnded = false
    private var ended = false

    /// `codec` nil: the file is not compressed. `keeping`: how many of the pieces that ``keep(_:)`` was asked for stay as they are.
    init(file: OuterFile, codec: (any Codec)?, meter: Meter, keeping: Int = 0) {
        rooms = Array(repeating: nil, count: keeping + 1)
        self.file = file
        self.codec = codec
        self.meter = meter
        inputBuffer = .allocate(byteCount: codec == nil ? 64 : Self.inputBytes, alignment: 64)
    }

    deinit {
        for room in rooms { room?.deallocate() }
        inputBuffer.deallocate()
    }

    /// Has bytes of the last piece stay as they are until as many more pieces are to stay as the stream keeps; false where they are none of
    /// it, or none stays.
    func keep(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard rooms.count > 1, let piece = rooms[current], let own = piece.baseAddress, let start = bytes.baseAddress,
            start >= own, start + bytes.count <= own + Self.pieceBytes
        else { return false }
        isKept = true
        return true
    }

    /// Room for the next piece.
    private func nextRoom() -> UnsafeMutableRawBufferPointer {
        if isKept { current = (current + 1) % rooms.count }
        isKept = false
        if let room = rooms[current] { return room }
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.pieceBytes + Self.padding, alignment: 64)
        if let start = room.baseAddress { memset(start, 0, room.count) }
        rooms[current] = room
        return room
    }

    /// The next bytes, valid until the next call unless they are kept; none at the end. Each piece but the last has `pieceBytes` bytes.
    func next() throws(ArchiveError) -> UnsafeRawBufferPointer {
        let piece = nextRoom()
        let room = UnsafeMutableRawBufferPointer(rebasing: piece[..<Self.pieceBytes])
        let count = if let codec { try decode(codec, into: room) } else { try file.read(into: room) }
        try meter.add(count)
        return UnsafeRawBufferPointer(rebasing: piece[..<count])
    }

    private func decode(_ codec: any Codec, into room: UnsafeMutableRawBufferPointer) throws(ArchiveError) -> Int {
        var count = 0
        while count < room.count, !ended {
            if input.isEmpty, !inputEnded {
                let got = try file.read(into: inputBuffer)
                inputEnded = got < inputBuffer.count
                input = UnsafeRawBufferPointer(rebasing: inputBuffer[..<got])
            }
            let before = input.count
            let written: Int
            do throws(CodecFailure) {
                written = try codec.decode(&input, ended: inputEnded, into: UnsafeMutableRawBufferPointer(rebasing: room[count...]))
            } catch {
                throw meter.refusal(error)
            }
            count += written
            guard written == 0, input.count == before else { continue }
            // No progress: fine while there is input to come, the end if everything is whole, and a cut otherwise.
            if !inputEnded && input.isEmpty { continue }
            guard input.isEmpty else { throw meter.unreadable(.damaged("no progress")) }
            guard codec.isComplete else { throw meter.unreadable(.truncated) }
            ended = true
        }
        return count
    }
}
