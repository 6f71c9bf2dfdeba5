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
            CREATE TABLE columns("table" TEXT NOT NULL, "column" TEXT NOT NULL, place INTEGER NOT NULL, type TEXT NOT NULL, unit TEXT, \
            chinese TEXT NOT NULL, english TEXT NOT NULL, meaning TEXT NOT NULL, PRIMARY KEY("table", "column")) WITHOUT ROWID;
            CREATE TABLE areas(level TEXT NOT NULL, code TEXT NOT NULL, name TEXT NOT NULL, town_code TEXT, longitude REAL, latitude REAL, \
            PRIMARY KEY(level, code)) WITHOUT ROWID;
            """)
        let tables = Report.tables + Report.supplement(context)
        try writeFacts(figures, context, file, path)
        try writeColumns(tables, file, path)
        try writeAreas(figures, file, path)
        for table in tables { try write(table, figures, file, path) }
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
            """)
        try file.close()
    }

    // Statements live no longer than these calls, since a database with open ones cannot be closed.

    private static func writeFacts(_ figures: ReportFigures, _ context: ReportContext, _ file: DatabaseFile, _ path: String) throws {
        let report = try file.prepare("INSERT INTO report VALUES(?,?)")
        for (name, value) in facts(figures, context) { try check(report.insert([.text(name), value.map { .text($0) } ?? .empty]), path) }
    }

    private static func writeColumns(_ tables: [Table], _ file: DatabaseFile, _ path: String) throws {
        let columns = try file.prepare("INSERT INTO columns VALUES(?,?,?,?,?,?,?,?)")
        for table in tables {
            for (place, column) in table.columns.enumerated() {
                let row: [Cell] = [
                    .text(table.name), .text(column.name), .integer(Int64(place + 1)), .text(kind(column.type)),
                    column.unit.map { .text($0) } ?? .empty, .text(column.chinese), .text(column.english), .text(column.meaning),
                ]
                try check(columns.insert(row), path)
            }
        }
    }

    private static func write(_ table: Table, _ figures: ReportFigures, _ file: DatabaseFile, _ path: String) throws {
        try file.run(definition(table))
        let marks = Array(repeating: "?", count: table.columns.count).joined(separator: ",")
        let insertion = try file.prepare("INSERT INTO \(quoted(table.name)) VALUES(\(marks))")
        var isGood = true
        table.forEachRow(figures) { row in if isGood { isGood = insertion.insert(row) } }
        try check(isGood, path)
    }

    private static func check(_ isGood: Bool, _ path: String) throws(ReportsError) {
        guard isGood else { throw .database(path: path, why: "a row was not taken") }
    }

    private static func facts(_ figures: ReportFigures, _ context: ReportContext) -> [(String, String?)] {
        [
            ("as_of", figures.plan.asOf.description), ("known_at", figures.projected.knownAt?.description), ("pipeline", context.pipeline),
            ("program_version", context.programVersion), ("synthetic", context.isSynthetic ? "1" : "0"),
            ("log_origin", context.checkpoint?.origin), ("log_size", context.checkpoint.map { String($0.size) }),
            ("log_root", context.checkpoint?.root.description),
        ]
    }

    private static func writeAreas(_ figures: ReportFigures, _ file: DatabaseFile, _ path: String) throws {
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
            try check(insertion.insert(row), path)
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

    private static func definition(_ table: Table) -> String {
        var parts = table.columns.map { column -> String in
            let type: String =
                switch column.type {
                case .integer, .flag: "INTEGER"
                case .real: "REAL"
                case .text, .code, .word, .decimal, .date: "TEXT"
                }
            return "\(quoted(column.name)) \(type)" + (column.mayBeEmpty || table.key.isEmpty ? "" : " NOT NULL")
        }
        if !table.key.isEmpty { parts.append("PRIMARY KEY(\(table.key.map(quoted).joined(separator: ",")))") }
        return "CREATE TABLE \(quoted(table.name))(\(parts.joined(separator: ","))) \(table.key.isEmpty ? "" : "WITHOUT ROWID");"
    }

    /// A view `NAME_numbers` in which decimals are numbers; sums of money are better made of the text, in fen.
    private static func view(_ table: Table) -> String {
        let columns = table.columns.map { column -> String in
            if case .decimal = column.type { return "CAST(\(quoted(column.name)) AS REAL) AS \(quoted(column.name))" }
            return quoted(column.name)
        }
        return "CREATE VIEW \(quoted(table.name + "_numbers")) AS SELECT \(columns.joined(separator: ",")) FROM \(quoted(table.name));"
    }
}
