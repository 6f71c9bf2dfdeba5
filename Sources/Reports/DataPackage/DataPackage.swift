public import Events
public import Figures
import Projections

/// `datapackage.json`: a Frictionless Data Package that says of each table its fields, units, keys and hash.
public enum DataPackage {
    /// The file's name in a report.
    public static let name = "datapackage.json"

    /// A file of the report that is described: its digest and size as written.
    public struct File: Sendable, Hashable {
        /// The path relative to the report, such as `coverage.csv`.
        public let path: String
        /// SHA-256 of its bytes.
        public let digest: Digest
        /// Its size.
        public let bytes: Int

        /// A file.
        public init(path: String, digest: Digest, bytes: Int) {
            self.path = path
            self.digest = digest
            self.bytes = bytes
        }
    }

    /// The bytes of `datapackage.json`. Files that are no table of the report are left out.
    public static func bytes(_ figures: ReportFigures, _ context: ReportContext, files: [File]) -> [UInt8] {
        var resources: [JSON] = []
        let supplement = Set(Report.supplement(context).map(\.name))
        for table in Report.tables + Report.supplement(context) {
            let path = (supplement.contains(table.name) ? "supplement/" : "") + table.fileName
            guard let file = files.first(where: { $0.path == path }) else { continue }
            resources.append(resource(table, file))
        }
        var members: [(String, JSON)] = [
            ("profile", .text("tabular-data-package")), ("name", .text("tuowei-" + slug(context.pipeline))),
            ("title", .text("\(figures.areas.all[0].name)：3岁以下婴幼儿托位供需，截至 \(figures.plan.asOf.description)")),
            ("version", .text(context.programVersion)), ("as_of", .text(figures.plan.asOf.description)),
            ("known_at", figures.projected.knownAt.map { .text($0.description) } ?? .null),
        ]
        if context.isSynthetic { members.append(("description", .text("合成样本，均为虚构。Synthetic sample: everything is invented."))) }
        if let checkpoint = context.checkpoint {
            members.append(
                (
                    "log",
                    .object([
                        ("origin", .text(checkpoint.origin)), ("size", .number(String(checkpoint.size))),
                        ("root", .text(checkpoint.root.description)),
                    ])
                ))
        }
        members.append(("resources", .array(resources)))
        return Array((JSON.object(members).text + "\n").utf8)
    }

    private static func resource(_ table: Table, _ file: File) -> JSON {
        var schema: [(String, JSON)] = [
            ("fields", .array(table.columns.map { field($0, isRequired: table.key.contains($0.name)) })),
            ("missingValues", .array([.text("")])),
        ]
        if !table.key.isEmpty { schema.append(("primaryKey", .array(table.key.map { .text($0) }))) }
        let keys = foreignKeys(table)
        if !keys.isEmpty { schema.append(("foreignKeys", .array(keys))) }
        return .object([
            ("profile", .text("tabular-data-resource")), ("name", .text(table.name)), ("path", .text(file.path)),
            ("title", .text("\(table.chinese) \(table.english)")), ("format", .text("csv")), ("mediatype", .text("text/csv")),
            ("encoding", .text("utf-8")), ("bytes", .number(String(file.bytes))), ("hash", .text("sha256:" + file.digest.description)),
            ("schema", .object(schema)),
        ])
    }

    /// Areas are told by `coverage`, facilities' towns too. Tables that may have a row of `unassigned` where `coverage` has none, since
    /// nothing of it is left at D, refer to nothing.
    private static func foreignKeys(_ table: Table) -> [JSON] {
        func key(_ fields: [String], _ there: [String]) -> JSON {
            let reference: JSON = .object([("resource", .text("coverage")), ("fields", .array(there.map { .text($0) }))])
            return .object([("fields", .array(fields.map { .text($0) })), ("reference", reference)])
        }
        let names = Set(table.columns.map(\.name))
        var keys: [JSON] = []
        if names.isSuperset(of: ["level", "code"]), !["coverage", "timeline", "year_before"].contains(table.name) {
            keys.append(key(["level", "code"], ["level", "code"]))
        }
        if names.contains("town_code") { keys.append(key(["town_code"], ["code"])) }
        return keys
    }

    private static func field(_ column: Column, isRequired: Bool) -> JSON {
        var members: [(String, JSON)] = [("name", .text(column.name))]
        var constraints: [(String, JSON)] = []
        switch column.type {
        case .text, .code: members.append(("type", .text("string")))
        case .word(let words):
            members.append(("type", .text("string")))
            constraints.append(("enum", .array(words.map { .text($0) })))
        case .integer: members.append(("type", .text("integer")))
        case .flag:
            members.append(("type", .text("integer")))
            constraints.append(("enum", .array([.number("0"), .number("1")])))
        case .decimal, .real: members.append(("type", .text("number")))
        case .date: members.append(("type", .text("date")))
        }
        members.append(("title", .text("\(column.chinese) \(column.english)")))
        members.append(("description", .text(column.meaning)))
        if let unit = column.unit { members.append(("unit", .text(unit))) }
        if isRequired || !column.mayBeEmpty, column.type != .text { constraints.insert(("required", .boolean(true)), at: 0) }
        if !constraints.isEmpty { members.append(("constraints", .object(constraints))) }
        return .object(members)
    }

    /// A name as data packages allow it: lower case letters, digits, `-`.
    private static func slug(_ name: String) -> String {
        let kept = name.unicodeScalars.map { $0.isASCII && ($0.properties.isAlphabetic || ("0"..."9").contains($0)) ? Character($0) : "-" }
        return String(kept).lowercased()
    }
}

/// A JSON value whose members stay in order.
indirect enum JSON {
    case text(String)
    case number(String)
    case boolean(Bool)
    case null
    case array([JSON])
    case object([(String, JSON)])

    var text: String {
        switch self {
        case .text(let text): JSON.quoted(text)
        case .number(let digits): digits
        case .boolean(let value): value ? "true" : "false"
        case .null: "null"
        case .array(let values): "[" + values.map(\.text).joined(separator: ",") + "]"
        case .object(let members): "{" + members.map { JSON.quoted($0.0) + ":" + $0.1.text }.joined(separator: ",\n") + "}"
        }
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            default:
                if scalar.value < 0x20 {
                    let digits = String(scalar.value, radix: 16)
                    quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                } else {
                    quoted.unicodeScalars.append(scalar)
                }
            }
        }
        return quoted + "\""
    }
}
