/// Appends little-endian numbers and texts to an entry.
struct ByteWriter {
    private(set) var bytes: [UInt8] = []

    mutating func append(_ number: some FixedWidthInteger) {
        withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func append(contentsOf more: some Sequence<UInt8>) { bytes.append(contentsOf: more) }

    /// A text's length in 16 bits, then its UTF-8.
    mutating func append(text: String) throws(StoreError) {
        guard let length = UInt16(exactly: text.utf8.count) else { throw .tooLarge(what: "a name is longer than 65,535 bytes") }
        append(length)
        append(contentsOf: text.utf8)
    }
}

/// Takes little-endian numbers and texts from an entry, never beyond its end.
struct ByteReader {
    private let bytes: [UInt8]
    private(set) var place: Int

    init(_ bytes: [UInt8], from place: Int = 0) {
        self.bytes = bytes
        self.place = place
    }

    var isAtEnd: Bool { place == bytes.count }

    mutating func take<Number: FixedWidthInteger>(_: Number.Type) -> Number? {
        let width = MemoryLayout<Number>.size
        guard bytes.count - place >= width else { return nil }
        let number = bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: place, as: Number.self) }
        place += width
        return Number(littleEndian: number)
    }

    mutating func take(count: Int) -> ArraySlice<UInt8>? {
        guard count >= 0, bytes.count - place >= count else { return nil }
        defer { place += count }
        return bytes[place..<place + count]
    }

    /// A 64-bit count that fits an `Int`.
    mutating func takeCount() -> Int? { take(UInt64.self).flatMap { Int(exactly: $0) } }

    /// A text as ``ByteWriter/append(text:)`` wrote it.
    mutating func takeText() -> String? {
        guard let length = take(UInt16.self), let slice = take(count: Int(length)) else { return nil }
        return String(validating: slice, as: UTF8.self)
    }
}
