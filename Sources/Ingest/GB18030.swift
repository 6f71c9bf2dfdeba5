import Events
import Glibc

/// GB18030 to UTF-8, by tables made from the C library's decoder when the first such archive is read: one look-up a character
/// where the library's own function needs a call and a copy a piece.
///
/// Bytes of one character: 1 (ASCII); 2 (81–FE, then 40–7E or 80–FE); 4 (81–FE, 30–39, 81–FE, 30–39), of which those from
/// 90 30 81 30 on are U+10000–U+10FFFF in order. No byte of a comma, quote or line end is ever part of a longer character, so
/// lines and cells can be split before they are decoded.
struct GB18030: @unchecked Sendable {
    /// Scalars by lead and second byte; 0 where there is none. Never freed.
    private let pairs: UnsafePointer<UInt32>

    /// The decoder; nil where the C library has no GB18030.
    static let shared = GB18030()

    /// Scalars of the four-byte codes up to U+FFFF by their number; 0 where there is none. Rarely needed, so made on demand.
    private static let quads = Quads()

    private struct Quads: @unchecked Sendable {
        static let count = 39_420
        let scalars: UnsafePointer<UInt32>?

        init() {
            scalars = GB18030.table(count: Quads.count, length: 4) { number, code in
                code[0] = UInt8(0x81 + number / 12_600)
                code[1] = UInt8(0x30 + number / 1260 % 10)
                code[2] = UInt8(0x81 + number / 10 % 126)
                code[3] = UInt8(0x30 + number % 10)
            }
        }
    }

    private init?() {
        let table = GB18030.table(count: 126 * 256, length: 2) { number, code in
            code[0] = UInt8(0x81 + number / 256)
            code[1] = UInt8(number % 256)
        }
        guard let table else { return nil }
        pairs = table
    }

    /// The scalar of each code of `length` bytes, as the C library decodes it alone.
    private static func table(
        count: Int, length: Int, code: (Int, UnsafeMutableBufferPointer<UInt8>) -> Void
    ) -> UnsafePointer<UInt32>? {
        guard let converter = iconv_open("UTF-32LE", "GB18030"), Int(bitPattern: converter) != -1 else { return nil }
        defer { iconv_close(converter) }
        let table = UnsafeMutablePointer<UInt32>.allocate(capacity: count)
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: length) { source in
            withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 4) { target in
                for number in 0..<count {
                    code(number, source)
                    var from = UnsafeMutableRawPointer(source.baseAddress)?.assumingMemoryBound(to: CChar.self)
                    var to = UnsafeMutableRawPointer(target.baseAddress)?.assumingMemoryBound(to: CChar.self)
                    var fromLeft = length
                    var toLeft = 16
                    _ = iconv(converter, nil, nil, nil, nil)
                    let isWhole = iconv(converter, &from, &fromLeft, &to, &toLeft) == 0 && fromLeft == 0
                    // One scalar and no more: bytes that are no character together must not be read as two.
                    table[number] = isWhole && toLeft == 12 ? UInt32(littleEndian: target[0]) : 0
                }
            }
        }
        return UnsafePointer(table)
    }

    /// Decodes `count` bytes to `target`, which has room for twice as many; the length written, or nil: not GB18030.
    @inline(__always)
    func decode(_ source: UnsafePointer<UInt8>, _ count: Int, to target: UnsafeMutablePointer<UInt8>) -> Int? {
        var place = 0
        var written = 0
        while place < count {
            let lead = source[place]
            if lead < 0x80 {
                target[written] = lead
                place &+= 1
                written &+= 1
                continue
            }
            guard lead != 0x80, lead != 0xFF, count &- place >= 2 else { return nil }
            let second = source[place &+ 1]
            var scalar = pairs[Int(lead &- 0x81) &* 256 &+ Int(second)]
            if scalar != 0 {
                place &+= 2
            } else {
                guard count &- place >= 4 else { return nil }
                scalar = GB18030.quad(lead, second, source[place &+ 2], source[place &+ 3])
                guard scalar != 0 else { return nil }
                place &+= 4
            }
            written &+= UTF8Sequence.append(scalar, to: target + written)
        }
        return written
    }

    @inline(never)
    private static func quad(_ first: UInt8, _ second: UInt8, _ third: UInt8, _ fourth: UInt8) -> UInt32 {
        guard second &- 0x30 < 10, third &- 0x81 < 126, fourth &- 0x30 < 10 else { return 0 }
        let number = ((Int(first &- 0x81) * 10 + Int(second &- 0x30)) * 126 + Int(third &- 0x81)) * 10 + Int(fourth &- 0x30)
        if number < Quads.count { return quads.scalars?[number] ?? 0 }
        let above = number - (0x90 - 0x81) * 12_600
        return above >= 0 && above < 0x10_0000 ? UInt32(0x1_0000 + above) : 0
    }
}
