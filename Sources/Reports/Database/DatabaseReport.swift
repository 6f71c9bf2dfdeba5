import Events
public import Figures
import Projections

/// The report as a SQLite database: a table a table, keys and indexes, views with numbers ready to compute with, and what each column
/// means in `columns`.
public enum DatabaseReport {
    /// Writes the database to `path`, where no file may be. The bytes depend on the figures and the version of SQLite.
    ///
    /// - Throws: ``ReportsError`` where it cannot be written.
    public static func write(_ figures: ReportFigures, _ context: ReportContext, to path: String) throws {
        let file = try DatabaseFile(path: path)
        try file.run(
            """
            CREATE TABLE report(name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
            CREATE TABLE tables(name TEXT PRIMARY KEY, place INTEGER NOT NULL, chinese TEXT NOT NULL, english TEXT NOT NULL) WITHOUT ROWID;
            CREATE TABLE columns("table" TEXT NOT NULL, "column" TEXT NOT NULL, place INTEGER NOT NULL, type TEXT NOT NULL, unit TEXT, \
            chinese TEXT NOT NULL, english TEXT NOT NULL, meaning TEXT NOT NULL, PRIMARY KEY("table", "column")) WITHOUT ROWID;
            CREATE TABLE areas(level TEXT NOT NULL, code TEXT NOT NULL, name TEXT NOT NULL, town_code TEXT, longitude REAL, latitude REAL, \
            PRIMARY KEY(level, code)) WITHOUT ROWID;
            """)
        let tables = Report.tables + Report.supplement(context)
        try writeFacts(figures, context, file)
        try writeColumns(tables, file)
        try writeAreas(figures, file)
        for table in tables { try write(table, figures, file) }
        for table in tables { try file.run(view(table)) }
        try file.run(
            """
            CREATE INDEX facilities_by_community ON facilities(community);
            CREATE INDEX facilities_by_town ON facilities(town_code, status);
            CREATE INDEX findings_by_code ON findings(code, log);
            CREATE INDEX findings_by_subject ON findings(subject);
            CREATE INDEX flows_by_place ON flows(place);
            CREATE INDEX timeline_by_area ON timeline(level, code, as_of);
            CREATE INDEX areas_by_town ON areas(town_code);
            CREATE VIEW communities AS SELECT coverage_numbers.*, areas.town_code, areas.longitude, areas.latitude \
            FROM coverage_numbers JOIN areas USING (level, code) WHERE level = 'community';
            """)
        try file.close()
    }

    // Statements live no longer than these calls, since a database with open ones cannot be closed.

    private static func writeFacts(_ figures: ReportFigures, _ context: ReportContext, _ file: DatabaseFile) throws {
        let report = try file.prepare("INSERT INTO report VALUES(?,?)")
        for (name, value) in facts(figures, context) { try report.insert([.text(name), value.map { .text($0) } ?? .empty]) }
    }

    private static func writeColumns(_ tables: [Table], _ file: DatabaseFile) throws {
        let titles = try file.prepare("INSERT INTO tables VALUES(?,?,?,?)")
        let columns = try file.prepare("INSERT INTO columns VALUES(?,?,?,?,?,?,?,?)")
        for (number, table) in tables.enumerated() {
            try titles.insert([.text(table.name), .integer(Int64(number + 1)), .text(table.chinese), .text(table.english)])
            for (place, column) in table.columns.enumerated() {
                try columns.insert([
                    .text(table.name), .text(column.name), .integer(Int64(place + 1)), .text(kind(column.type)),
                    column.unit.map { .text($0) } ?? .empty, .text(column.chinese), .text(column.english), .text(column.meaning),
                ])
            }
        }
    }

    private static func write(_ table: Table, _ figures: ReportFigures, _ file: DatabaseFile) throws {
        try file.run(definition(table))
        let marks = Array(repeating: "?", count: table.columns.count).joined(separator: ",")
        let insertion = try file.prepare("INSERT INTO \(quoted(table.name)) VALUES(\(marks))")
        try table.forEachRow(figures) { row throws(ReportsError) in try insertion.insert(row) }
    }

    private static func facts(_ figures: ReportFigures, _ context: ReportContext) -> [(String, String?)] {
        [
            ("as_of", figures.plan.asOf.description), ("known_at", figures.projected.knownAt?.description), ("pipeline", context.pipeline),
            ("program_version", context.programVersion), ("synthetic", context.isSynthetic ? "1" : "0"),
            ("log_origin", context.checkpoint?.origin), ("log_size", context.checkpoint.map { String($0.size) }),
            ("log_root", context.checkpoint?.root.description),
        ]
    }

    private static func writeAreas(_ figures: ReportFigures, _ file: DatabaseFile) throws {
        let insertion = try file.prepare("INSERT INTO areas VALUES(?,?,?,?,?,?)")
        let areas = figures.areas
        for (number, area) in areas.all.enumerated() {
            let slot = number - areas.communitiesRange.lowerBound
            let community = area.level == .community && slot < areas.communities.count ? areas.communities[slot] : nil
            let town = area.level == .community ? areas.all[areas.townOfSlot[slot]].code : nil
            let row: [Cell] = [
                .text(area.level.name), .text(area.code), .text(area.name), town.map { .text($0) } ?? .empty,
                community?.position.map { .real($0.longitude) } ?? .empty, community?.position.map { .real($0.latitude) } ?? .empty,
            ]
            try insertion.insert(row)
        }
    }

    static func quoted(_ name: String) -> String { "\"" + name + "\"" }

    private static func kind(_ type: ColumnType) -> String {
        switch type {
        case .text: "text"
        case .code: "code"
        case .word: "word"
        case .integer: "integer"
        case .decimal(let places): "decimal(\(places))"
        case .real: "real"
        case .date: "date"
        case .flag: "flag"
        }
    }

    /// The table's definition; SQLite keeps its text as it stands, so that the comments tell every reader of the schema what columns are.
    private static func definition(_ table: Table) -> String {
        var lines = table.columns.map { column -> (String, String) in
            let type: String =
                switch column.type {
                case .integer, .flag: "INTEGER"
                case .real: "REAL"
                case .text, .code, .word, .decimal, .date: "TEXT"
                }
            let unit = column.unit.map { " (\($0))" } ?? ""
            return (
                "\(quoted(column.name)) \(type)" + (column.mayBeEmpty || table.key.isEmpty ? "" : " NOT NULL"),
                "\(column.chinese) \(column.english)\(unit). \(column.meaning)"
            )
        }
        if !table.key.isEmpty { lines.append(("PRIMARY KEY(\(table.key.map(quoted).joined(separator: ",")))", "")) }
        if Set(table.columns.map(\.name)).isSuperset(of: ["level", "code"]) {
            lines.append(("FOREIGN KEY(level, code) REFERENCES areas(level, code)", ""))
        }
        let body = lines.enumerated().map { place, line in
            "  \(line.0)\(place + 1 < lines.count ? "," : "")" + (line.1.isEmpty ? "" : " -- \(comment(line.1))") + "\n"
        }
        return "CREATE TABLE \(quoted(table.name))( -- \(comment("\(table.chinese) \(table.english)"))\n"
            + body.joined() + ")\(table.key.isEmpty ? "" : " WITHOUT ROWID");"
    }

    /// A comment ends where its line does.
    private static func comment(_ text: String) -> String { String(text.map { $0.isNewline ? " " : $0 }) }

    /// A view `NAME_numbers` in which decimals are numbers; sums of money are better made of the text, in fen.
    private static func view(_ table: Table) -> String {
        let columns = table.columns.map { column -> String in
            if case .decimal = column.type { return "CAST(\(quoted(column.name)) AS REAL) AS \(quoted(column.name))" }
            return quoted(column.name)
        }
        return "CREATE VIEW \(quoted(table.name + "_numbers")) AS SELECT \(columns.joined(separator: ",")) FROM \(quoted(table.name));"
    }
}
