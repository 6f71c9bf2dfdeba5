import CSQLite
import Events
import Figures

/// A SQLite file that is being written. Its bytes depend on what is written alone.
final class DatabaseFile {
    private var handle: OpaquePointer?
    private let path: String

    /// Opens a fresh file; one that is there already must have been removed.
    init(path: String) throws(ReportsError) {
        self.path = path
        guard sqlite3_open_v2(path, &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nil) == SQLITE_OK else {
            let why = message
            sqlite3_close(handle)
            handle = nil
            throw .database(path: path, why: why)
        }
        // One thread alone uses it, so it needs no locks of its own (NOMUTEX). The whole file is made anew or not at all, so nothing needs to be journalled.
        try run(
            "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA page_size=16384; PRAGMA cache_size=-32000; PRAGMA encoding='UTF-8';")
        try run("BEGIN;")
    }

    deinit { sqlite3_close(handle) }

    /// Commits and closes.
    func close() throws(ReportsError) {
        try run("COMMIT;")
        guard sqlite3_close(handle) == SQLITE_OK else { throw failure }
        handle = nil
    }

    /// Runs statements of this program's own words.
    func run(_ statements: String) throws(ReportsError) {
        guard sqlite3_exec(handle, statements, nil, nil, nil) == SQLITE_OK else { throw failure }
    }

    /// A statement to be run for many rows.
    func prepare(_ statement: String) throws(ReportsError) -> Insertion {
        var prepared: OpaquePointer?
        guard sqlite3_prepare_v2(handle, statement, -1, &prepared, nil) == SQLITE_OK, let prepared else { throw failure }
        return Insertion(statement: prepared, file: self)
    }

    private var message: String { handle.flatMap { sqlite3_errmsg($0) }.map { String(cString: $0) } ?? "out of memory" }
    fileprivate var failure: ReportsError { .database(path: path, why: message) }

    /// A prepared INSERT.
    final class Insertion {
        private let statement: OpaquePointer
        private let file: DatabaseFile
        // The texts of a row one after another, and where each ends: bound as they stand here, the library need not copy them.
        private var texts = ByteBuffer()
        private var ends: [Int] = []

        fileprivate init(statement: OpaquePointer, file: DatabaseFile) {
            self.statement = statement
            self.file = file
        }

        deinit { sqlite3_finalize(statement) }

        /// Inserts a row.
        func insert(_ cells: [Cell]) throws(ReportsError) {
            texts.removeAll()
            ends.removeAll(keepingCapacity: true)
            for cell in cells {
                switch cell {
                case .empty, .integer, .real: break
                // A decimal is text with its digits, so that nothing is lost; views give it as a number too.
                case .decimal(let number): texts.append(units: number.units, places: number.places)
                case .day(let day): texts.append(day: day)
                case .text(var text): text.withUTF8 { texts.append($0) }
                }
                ends.append(texts.count)
            }
            try texts.withBytes { bytes throws(ReportsError) in
                sqlite3_reset(statement)
                var start = 0
                for (number, cell) in cells.enumerated() {
                    let place = Int32(truncatingIfNeeded: number + 1)
                    let result: Int32 =
                        switch cell {
                        case .empty: sqlite3_bind_null(statement, place)
                        case .integer(let number): sqlite3_bind_int64(statement, place, number)
                        case .real(let number): sqlite3_bind_double(statement, place, number)
                        case .decimal, .day, .text:
                            // Without a destructor the library takes the bytes as they are until the statement is bound anew, which
                            // the next row does before it reads them.
                            sqlite3_bind_text(
                                statement, place, bytes.baseAddress?.advanced(by: start).assumingMemoryBound(to: CChar.self),
                                Int32(truncatingIfNeeded: ends[number] - start), nil)
                        }
                    guard result == SQLITE_OK else { throw file.failure }
                    start = ends[number]
                }
                guard sqlite3_step(statement) == SQLITE_DONE else { throw file.failure }
            }
        }
    }
}
