import Glibc

/// Names of entries as text. Used by one thread at a time.
final class EntryNames {
    private var converter: iconv_t?

    deinit { if let converter { iconv_close(converter) } }

    /// The text of a name: UTF-8 if it is valid, else GB18030, else its ASCII with every other byte spelt out as `\xNN`.
    func text(_ bytes: [UInt8]) -> String {
        decoded(bytes) ?? escaped(bytes)
    }

    /// The text of a name; nil if it is neither UTF-8 nor GB18030.
    func decoded(_ bytes: [UInt8]) -> String? {
        String(validating: bytes, as: UTF8.self) ?? gb18030(bytes)
    }

    /// The text of a name in UTF-16; a surrogate without its other half is spelt out as `\\uNNNN`.
    static func text(_ units: [UInt16]) -> String {
        if let text = String(validating: units, as: UTF16.self) { return text }
        var text = ""
        var decoder = UTF16()
        var place = 0
        while place < units.count {
            var rest = units[place...].prefix(2).makeIterator()
            decoder = UTF16()
            if case .scalarValue(let scalar) = decoder.decode(&rest) {
                text.unicodeScalars.append(scalar)
                place += scalar.utf16.count
            } else {
                text += "\\u" + String(units[place], radix: 16, uppercase: true)
                place += 1
            }
        }
        return text
    }

    private func gb18030(_ bytes: [UInt8]) -> String? {
        // GB18030, never GBK: GBK refuses the four-byte codes of rarer characters in names.
        if converter == nil { converter = iconv_open("UTF-8", "GB18030") }
        guard let converter, converter != iconv_t(bitPattern: -1) else { return nil }
        iconv(converter, nil, nil, nil, nil)
        var input = bytes.map { CChar(bitPattern: $0) }
        // Two bytes of GB18030 become at most four of UTF-8.
        var output = [CChar](repeating: 0, count: bytes.count * 2 + 16)
        let written: Int? = input.withUnsafeMutableBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                var from = input.baseAddress
                var to = output.baseAddress
                var unread = input.count
                var room = output.count
                guard iconv(converter, &from, &unread, &to, &room) == 0, unread == 0 else { return nil }
                return output.count - room
            }
        }
        guard let written else { return nil }
        return String(validating: output[..<written].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private func escaped(_ bytes: [UInt8]) -> String {
        var text = ""
        for byte in bytes {
            if byte < 0x80 {
                text.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                text += "\\x" + String(byte, radix: 16, uppercase: true)
            }
        }
        return text
    }
}

/// The name of the entry of a single file: the file's own base name, for a compressed one without its ending `.gz`, `.xz`, `.zst` or `.bz2`,
/// whichever the compression really is and case aside, as the contract compares the other endings of names.
func singleEntryName(path: String, isCompressed: Bool) -> String {
    let base = baseName(path)
    guard isCompressed else { return base }
    for ending in [".gz", ".xz", ".zst", ".bz2"] {
        let tail = base.utf8.suffix(ending.utf8.count)
        if base.utf8.count > ending.utf8.count, tail.elementsEqual(ending.utf8, by: { $0 | 0x20 == $1 | 0x20 }) {
            return String(decoding: base.utf8.dropLast(ending.utf8.count), as: UTF8.self)
        }
    }
    return base
}

/// What stands behind a path's last slash.
func baseName(_ path: String) -> String {
    path.utf8.lastIndex(of: 0x2F).map { String(path[path.utf8.index(after: $0)...]) } ?? path
}
