/// The fields of an event that have no column, as bytes: for each such field of the type, in order, its length as a LEB128
/// number and its canonical text; length 0 is an absent field.
///
/// Canonical text: an identifier or free text as UTF-8; an integer in decimal digits; a decimal without needless zeros
/// (`1.5`, never `1.50` or `-0`); a date as `YYYY-MM-DD`. Equal contents have equal bytes.
public enum Detail {
    /// Appends one part.
    public static func append(_ part: some Collection<UInt8>, to bytes: inout [UInt8]) {
        var length = part.count
        while length >= 0x80 {
            bytes.append(UInt8(length & 0x7F) | 0x80)
            length >>= 7
        }
        bytes.append(UInt8(length))
        bytes.append(contentsOf: part)
    }

    /// The parts, or nil where the bytes are not whole. No bytes at all mean that every part is absent.
    public static func parts(_ bytes: some RandomAccessCollection<UInt8>) -> [[UInt8]]? { slices(bytes)?.map { Array($0) } }

    /// The same in place.
    @inlinable
    public static func slices<Bytes: RandomAccessCollection<UInt8>>(_ bytes: Bytes) -> [Bytes.SubSequence]? {
        var parts: [Bytes.SubSequence] = []
        return forEachPart(of: bytes) { parts.append($0) } ? parts : nil
    }

    /// Calls `body` with each part in place; false where the bytes turn out not to be whole.
    @inlinable
    public static func forEachPart<Bytes: RandomAccessCollection<UInt8>>(of bytes: Bytes, _ body: (Bytes.SubSequence) -> Void) -> Bool {
        var place = bytes.startIndex
        while place < bytes.endIndex {
            var length = 0
            var shift = 0
            while true {
                guard place < bytes.endIndex, shift <= 21 else { return false }
                let byte = bytes[place]
                place = bytes.index(after: place)
                length |= Int(byte & 0x7F) << shift
                shift += 7
                if byte & 0x80 == 0 { break }
            }
            guard bytes.distance(from: place, to: bytes.endIndex) >= length else { return false }
            let end = bytes.index(place, offsetBy: length)
            body(bytes[place..<end])
            place = end
        }
        return true
    }
}
