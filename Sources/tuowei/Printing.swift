import Glibc

/// Writes the whole text to a file descriptor; gives up silently where nobody reads.
private func write(_ text: String, to descriptor: Int32) {
    var text = text
    text.withUTF8 { bytes in
        var done = 0
        while done < bytes.count {
            guard let base = bytes.baseAddress else { return }
            let written = Glibc.write(descriptor, base + done, bytes.count - done)
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else { return }
            done += written
        }
    }
}

/// A line on standard output.
func printLine(_ text: String) { write(text + "\n", to: 1) }

/// A piece of an answer on standard output, its line ends included.
func printBytes(_ bytes: [UInt8]) { write(String(decoding: bytes, as: UTF8.self), to: 1) }

/// A message on standard error, after a progress line is cleared.
func printError(_ text: String) {
    let text = text.hasSuffix("\n") ? String(text.dropLast()) : text
    write(
        "\(isatty(2) == 1 ? "\u{1B}[2K\r" : "")\(text.hasPrefix("tuowei:") ? text : "tuowei: \(text)")\n", to: 2
    )
}

/// A name or path from outside, safe for a terminal: control characters, direction marks and line ends are shown as `\u{…}`.
func shown(_ name: String) -> String {
    var result = ""
    for scalar in name.unicodeScalars {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned:
            result += "\\u{\(String(scalar.value, radix: 16))}"
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result
}

/// A JSON text (RFC 8259) of a string, quotes included.
func jsonText(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": result += "\\\""
        case "\\": result += "\\\\"
        case "\n": result += "\\n"
        case "\r": result += "\\r"
        case "\t": result += "\\t"
        default:
            if scalar.value < 0x20 || scalar.value == 0x7F {
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
    }
    return result + "\""
}

/// A whole number with thousands set apart, for people.
func grouped(_ number: Int) -> String {
    var digits = Array(String(number.magnitude).utf8)
    var place = digits.count - 3
    while place > 0 {
        digits.insert(0x2C, at: place)
        place -= 3
    }
    return (number < 0 ? "-" : "") + String(decoding: digits, as: UTF8.self)
}
