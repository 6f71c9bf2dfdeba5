import Events

/// Rejected lines of a batch, packed into entries: the texts that occur once each, then rows of 16 bytes.
enum RejectsEntry {
    private static let rowBytes = 16
    private static let headerBytes = 12

    /// The entries for these rejects, in their order.
    static func encoded(_ rejects: [Reject]) throws(StoreError) -> [[UInt8]] {
        var entries: [[UInt8]] = []
        var start = 0
        while start < rejects.count {
            var names = Texts()
            var fields = Texts()
            var rows = ByteWriter()
            var end = start
            while end < rejects.count {
                let reject = rejects[end]
                let more = names.cost(of: reject.entry) + fields.cost(of: reject.field) + rowBytes
                guard headerBytes + names.bytes + fields.bytes + rows.bytes.count + more <= maximumEntry else { break }
                rows.append(UInt64(reject.line))
                rows.append(UInt32(names.number(of: reject.entry)))
                rows.append(UInt16(fields.number(of: reject.field)))
                rows.append(reject.reason.rawValue)
                rows.append(UInt8(0))
                end += 1
            }
            guard end > start else { throw .tooLarge(what: "the name of an entry with rejected lines is too long") }
            var writer = ByteWriter()
            writer.append(EntryKind.rejects.rawValue)
            writer.append(entryVersion)
            writer.append(UInt16(names.list.count))
            writer.append(UInt16(fields.list.count))
            writer.append(UInt16(0))
            writer.append(UInt32(end - start))
            for text in names.list { try writer.append(text: text) }
            for text in fields.list { try writer.append(text: text) }
            writer.append(contentsOf: rows.bytes)
            entries.append(writer.bytes)
            start = end
        }
        return entries
    }

    /// The rejects in one entry, or nil where it is none.
    static func decode(_ bytes: [UInt8]) -> [Reject]? {
        var reader = ByteReader(bytes)
        guard reader.take(UInt8.self) == EntryKind.rejects.rawValue, reader.take(UInt8.self) == entryVersion,
            let nameCount = reader.take(UInt16.self), let fieldCount = reader.take(UInt16.self), reader.take(UInt16.self) == 0,
            let count = reader.take(UInt32.self), count > 0
        else { return nil }
        func texts(_ count: UInt16) -> [String]? {
            var texts: [String] = []
            for _ in 0..<count {
                guard let text = reader.takeText() else { return nil }
                texts.append(text)
            }
            return texts
        }
        guard let names = texts(nameCount), let fields = texts(fieldCount) else { return nil }
        var rejects: [Reject] = []
        for _ in 0..<count {
            guard let line = reader.takeCount(), let name = reader.take(UInt32.self), name < names.count,
                let field = reader.take(UInt16.self), field < fields.count,
                let reason = reader.take(UInt8.self).flatMap({ RejectReason(rawValue: $0) }), reader.take(UInt8.self) == 0
            else { return nil }
            rejects.append(Reject(entry: names[Int(name)], line: line, field: fields[Int(field)], reason: reason))
        }
        return reader.isAtEnd ? rejects : nil
    }

    /// Texts numbered as they come.
    private struct Texts {
        private(set) var list: [String] = []
        private(set) var bytes = 0
        /// By bytes: equal `String`s may be written with different scalars.
        private var numbers: [[UInt8]: Int] = [:]

        func cost(of text: String) -> Int { numbers[Array(text.utf8)] == nil ? 2 + text.utf8.count : 0 }

        mutating func number(of text: String) -> Int {
            let key = Array(text.utf8)
            if let number = numbers[key] { return number }
            numbers[key] = list.count
            bytes += 2 + text.utf8.count
            list.append(text)
            return list.count - 1
        }
    }
}
