import Glibc

/// Memory for one piece with readable padding behind it.
final class PieceBuffer {
    private let memory = UnsafeMutableRawBufferPointer.allocate(
        byteCount: ByteStream.pieceBytes + ByteStream.padding, alignment: 64)
    private(set) var count = 0

    init() {
        if let start = memory.baseAddress { memset(start, 0, memory.count) }
    }

    deinit { memory.deallocate() }

    var isFull: Bool { count == ByteStream.pieceBytes }

    /// The first bytes.
    func bytes(_ count: Int) -> UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: memory[..<count]) }

    /// Room for at most so many bytes, from the front.
    func room(_ count: Int) -> UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(rebasing: memory[..<min(count, ByteStream.pieceBytes)])
    }

    /// What has been appended; the next append starts afresh.
    func take() -> UnsafeRawBufferPointer {
        defer { count = 0 }
        return bytes(count)
    }

    /// Appends as much as there is room for, and drops that from the front of `bytes`.
    func append(_ bytes: inout UnsafeRawBufferPointer) {
        let taken = min(bytes.count, ByteStream.pieceBytes - count)
        UnsafeMutableRawBufferPointer(rebasing: memory[count..<(count + taken)])
            .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<taken]))
        count += taken
        bytes.drop(taken)
    }

    /// A copy of at most a piece.
    func fill(with bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        var bytes = bytes
        count = 0
        append(&bytes)
        return take()
    }
}
