import Events

/// Why a CSV entry's header refuses its archive.
public struct HeaderFault: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong with the header.
    public enum Kind: Sendable, Hashable {
        /// Bytes that are not of the entry's encoding.
        case undecodable(SourceEncoding)
        /// A quote that is not closed, or stands inside a cell.
        case brokenQuote
        /// More than 65,536 bytes.
        case tooLong
        /// Two columns of one name after mapping; their places from 1.
        case columnTwice(first: Int, second: Int)
        /// Not the header's fault: this computer's C library cannot decode GB18030.
        case noDecoder
    }

    /// What is wrong.
    public let kind: Kind
    /// The header's physical line in its entry, from 1.
    public let line: Int

    /// What is wrong, where, and what to do; the entry's name is added by whoever knows it.
    public var description: String {
        switch kind {
        case .undecodable(.utf8): "line \(line): the header is not UTF-8; say `encoding: gb18030` for this archive if it is GB18030"
        case .undecodable(.gb18030): "line \(line): the header is not GB18030; say `encoding: utf-8` for this archive if it is UTF-8"
        case .brokenQuote: "line \(line): the header has a broken quote; close it, and double quotes inside quoted names"
        case .tooLong: "line \(line): the header is longer than 65,536 bytes; look whether the file has line ends at all"
        case .columnTwice(let first, let second):
            "line \(line): columns \(first) and \(second) of the header have one name; rename one, or look at the pipeline's `fields`"
        case .noDecoder: "line \(line): this computer's C library has no GB18030; install its character set modules (gconv)"
        }
    }
}

/// What the columns of a CSV entry mean.
struct CSVColumns {
    struct Column {
        /// The field, a place in ``LogPlan/names``; −1: the column is nobody's.
        var field: Int
        /// The place of its map in `maps`; −1: cells stand for themselves.
        var map: Int
    }

    let columns: [Column]
    let maps: [ValueMap]

    /// Reads a header's names; nil: it has neither `event_id` nor `type`, so the entry is no table of events.
    init?(names: [[UInt8]], line: Int, log: Log, rules: SourceRules) throws(HeaderFault) {
        let plan = LogPlan.of(log)
        // Text compares scalar by scalar; the bytes of UTF-8 do that, and Swift's String does not.
        var fieldsByName: [[UInt8]: String] = [:]
        for (name, field) in rules.fields { fieldsByName[Array(name.utf8)] = field }
        let mapped = names.map { name in fieldsByName[name].map { Array($0.utf8) } ?? name }
        guard mapped.contains(Array(EnvelopeField.eventID.utf8)) || mapped.contains(Array(EnvelopeField.type.utf8)) else { return nil }

        // A header may have tens of thousands of columns, and an archive many headers.
        let fields = Dictionary(uniqueKeysWithValues: plan.names.enumerated().map { (Array($1.utf8), $0) })
        var placeByName: [[UInt8]: Int] = [:]
        var columns: [Column] = []
        var maps: [ValueMap] = []
        for (place, name) in mapped.enumerated() {
            guard !name.isEmpty else {
                columns.append(Column(field: -1, map: -1))
                continue
            }
            if let first = placeByName[name] {
                throw HeaderFault(kind: .columnTwice(first: first + 1, second: place + 1), line: line)
            }
            placeByName[name] = place
            var column = Column(field: fields[name] ?? -1, map: -1)
            if column.field > LogPlan.eventID, let values = rules.values[plan.names[column.field]], !values.isEmpty {
                column.map = maps.count
                maps.append(ValueMap(values))
            }
            columns.append(column)
        }
        self.columns = columns
        self.maps = maps
    }
}
