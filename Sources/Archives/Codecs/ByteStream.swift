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
    private let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: pieceBytes + padding, alignment: 64)
    private let inputBuffer: UnsafeMutableRawBufferPointer
    private var input = UnsafeRawBufferPointer(start: nil, count: 0)
    private var inputEnded = false
    private var ended = false

    /// `codec` nil: the file is not compressed.
    init(file: OuterFile, codec: (any Codec)?, meter: Meter) {
        self.file = file
        self.codec = codec
        self.meter = meter
        inputBuffer = .allocate(byteCount: codec == nil ? 64 : Self.inputBytes, alignment: 64)
        if let start = piece.baseAddress { memset(start, 0, piece.count) }
    }

    deinit {
        piece.deallocate()
        inputBuffer.deallocate()
    }

    /// The next bytes, valid until the next call; none at the end. Each piece but the last has `pieceBytes` bytes.
    func next() throws(ArchiveError) -> UnsafeRawBufferPointer {
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
