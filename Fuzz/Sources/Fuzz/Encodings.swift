import Events
import Glibc

@testable import Archives
@testable import Ingest
@testable import Pipelines

/// The program's GB18030 decoder against the C library's.
func fuzzGB18030(_ input: UnsafeRawBufferPointer) {
    guard let decoder = GB18030.shared, let source = input.bindMemory(to: UInt8.self).baseAddress else { return }
    let target = UnsafeMutablePointer<UInt8>.allocate(capacity: 2 * input.count)
    defer { target.deallocate() }
    let own = decoder.decode(source, input.count, to: target).map { Array(UnsafeBufferPointer(start: target, count: $0)) }
    if let own, String(validating: own, as: UTF8.self) == nil { fatalError("not UTF-8") }
    let library = iconvDecoded(Array(input))
    guard own == library else { fatalError("decoded \(String(describing: own)), the C library \(String(describing: library))") }
}

private func iconvDecoded(_ bytes: [UInt8]) -> [UInt8]? {
    guard let converter = iconv_open("UTF-8", "GB18030"), Int(bitPattern: converter) != -1 else { return nil }
    defer { iconv_close(converter) }
    var input = bytes.map { CChar(bitPattern: $0) }
    var output = [CChar](repeating: 0, count: bytes.count * 4 + 16)
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
    return written.map { output[..<$0].map { UInt8(bitPattern: $0) } }
}

/// Names of entries: decoding, sorting into logs, and patterns for files.
func fuzzNames(_ input: UnsafeRawBufferPointer) {
    let names = EntryNames()
    let bytes = Array(input)
    let text = names.text(bytes)
    guard text.utf8.count <= 4 * bytes.count else { fatalError("a name grows") }
    let rules = SourceRules(logs: ["出生": .births, "B": .filings])
    _ = EntryName.classify(text, rules: rules)
    _ = singleEntryName(path: text, isCompressed: bytes.first.map { $0 & 1 == 1 } ?? false)
    let units = stride(from: 0, to: bytes.count - 1, by: 2).map { UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8 }
    _ = EntryNames.text(units)
    let shown = printable(text)
    if shown.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F || $0.value == 0x202E }) { fatalError("not printable") }
    let halves = text.split(separator: "\n", maxSplits: 1)
    if halves.count == 2 { _ = Glob.matches(String(halves[0]), String(halves[1])) }
}
