/// gzip (RFC 1952): members one behind the other, each with its CRC-32 and length checked, and of its header's own CRC too.
///
/// Zeros behind the last member are padding, as `gzip` itself takes them (tapes and some transfers round up to blocks); anything else there
/// is damage.
final class GzipCodec: Codec {
    private let inflater: any Inflater
    private var state = State.member(0)
    private var flags: UInt8 = 0
    private var headerChecksum: UInt32 = 0
    private var checksum: UInt32 = 0
    private var length: UInt32 = 0
    /// A little-endian number of which some bytes have been read.
    private var number: UInt64 = 0

    private enum State: Equatable {
        /// So many bytes of the fixed header have been read.
        case member(Int)
        case extraLength(Int)
        case extra(Int)
        case name
        case comment
        case headerChecksum(Int)
        case body
        /// So many bytes of CRC-32 and length have been read.
        case trailer(Int)
        /// A member has ended.
        case between
        case padding
    }

    init(inflater: any Inflater) { self.inflater = inflater }

    var isComplete: Bool { state == .between || state == .padding }

    func decode(
        _ input: inout UnsafeRawBufferPointer, ended: Bool, into output: UnsafeMutableRawBufferPointer
    ) throws(CodecFailure) -> Int {
        var written = 0
        while true {
            guard state == .body else {
                guard let byte = input.first else { return written }
                input.drop(1)
                try take(byte)
                continue
            }
            guard written < output.count else { return written }
            let before = input.count
            let room = UnsafeMutableRawBufferPointer(rebasing: output[written...])
            let count = try inflater.inflate(&input, into: room)
            checksum = inflater.checksum(checksum, UnsafeRawBufferPointer(rebasing: room[..<count]))
            length &+= UInt32(truncatingIfNeeded: count)
            written += count
            if inflater.isFinished {
                state = .trailer(0)
                number = 0
                for byte in inflater.takenTooMuch { try take(byte) }
            } else if count == 0 && before == input.count {
                return written
            }
        }
    }

    /// Takes a byte outside the compressed data.
    private func take(_ byte: UInt8) throws(CodecFailure) {
        switch state {
        case .member(let place): try takeFixed(byte, place)
        case .extraLength(let place):
            addToHeader(byte)
            number |= UInt64(byte) << UInt64(8 * place)
            if place == 0 { state = .extraLength(1) } else { try proceed(number == 0 ? 1 : 0, extra: Int(number)) }
        case .extra(let left):
            addToHeader(byte)
            if left > 1 { state = .extra(left - 1) } else { try proceed(1) }
        case .name:
            addToHeader(byte)
            if byte == 0 { try proceed(2) }
        case .comment:
            addToHeader(byte)
            if byte == 0 { try proceed(3) }
        case .headerChecksum(let place):
            number |= UInt64(byte) << UInt64(8 * place)
            if place == 0 {
                state = .headerChecksum(1)
            } else {
                guard number == UInt64(headerChecksum & 0xFFFF) else { throw .damage(.checksum) }
                try startBody()
            }
        case .body: preconditionFailure("the body is the inflater's")
        case .trailer(let place):
            number |= UInt64(byte) << UInt64(8 * place)
            if place < 7 {
                state = .trailer(place + 1)
            } else {
                guard number == UInt64(checksum) | UInt64(length) << 32 else { throw .damage(.checksum) }
                state = .between
            }
        case .between:
            if byte == 0 { state = .padding } else { try takeFixed(byte, 0, behindAnother: true) }
        case .padding:
            guard byte == 0 else { throw .damage(.trailing) }
        }
    }

    /// The ten bytes that each member begins with: the magic, the method, flags, a time, and what the time's machine was.
    private func takeFixed(_ byte: UInt8, _ place: Int, behindAnother: Bool = false) throws(CodecFailure) {
        switch place {
        case 0:
            headerChecksum = 0
            guard byte == 0x1F else { throw .damage(behindAnother ? .trailing : .damaged("gzip header")) }
        case 1: guard byte == 0x8B else { throw .damage(.damaged("gzip header")) }
        case 2: guard byte == 8 else { throw .damage(.unsupported("gzip method \(byte)")) }
        case 3:
            guard byte & 0xE0 == 0 else { throw .damage(.unsupported("gzip flags of the future")) }
            flags = byte
        default: break
        }
        addToHeader(byte)
        if place < 9 { state = .member(place + 1) } else { try proceed(0) }
    }

    /// Goes on to the first optional part of the header at or behind `step` that the flags announce.
    private func proceed(_ step: Int, extra: Int = 0) throws(CodecFailure) {
        number = 0
        if extra > 0 {
            state = .extra(extra)
        } else if step <= 0, flags & 0x04 != 0 {
            state = .extraLength(0)
        } else if step <= 1, flags & 0x08 != 0 {
            state = .name
        } else if step <= 2, flags & 0x10 != 0 {
            state = .comment
        } else if flags & 0x02 != 0 {
            state = .headerChecksum(0)
        } else {
            try startBody()
        }
    }

    private func startBody() throws(CodecFailure) {
        try inflater.restart()
        checksum = 0
        length = 0
        state = .body
    }

    private func addToHeader(_ byte: UInt8) {
        withUnsafeBytes(of: byte) { headerChecksum = inflater.checksum(headerChecksum, $0) }
    }
}
