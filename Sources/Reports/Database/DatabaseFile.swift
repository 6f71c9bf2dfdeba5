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
        guard sqlite3_open_v2(path, &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nil) == SQLITE_OK else {
            let why = message
            sqlite3_close(handle)
            handle = nil
            throw .database(path: path, why: why)
        }
        // The whole file is made anew or not at all, so nothing needs to be journalled.
        try run(
            "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA page_size=4096; PRAGMA cache_size=-16000; PRAGMA encoding='UTF-8';")
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
        return Insertion(statement: prepared)
    }

    private var message: String { handle.flatMap { sqlite3_errmsg($0) }.map { String(cString: $0) } ?? "out of memory" }
    fileprivate var failure: ReportsError { .database(path: path, why: message) }

    /// A prepared INSERT.
    final class Insertion {
        private let statement: OpaquePointer

        fileprivate init(statement: OpaquePointer) { self.statement = statement }

        deinit { sqlite3_finalize(statement) }

        /// Inserts a row; false where the library refuses it.
        func insert(_ cells: [Cell]) -> Bool {
            sqlite3_reset(statement)
            for (place, cell) in cells.enumerated() {
                let place = Int32(truncatingIfNeeded: place + 1)
                let result: Int32 =
                    switch cell {
                    case .empty: sqlite3_bind_null(statement, place)
                    case .integer(let number): sqlite3_bind_int64(statement, place, number)
                    case .real(let number): sqlite3_bind_double(statement, place, number)
                    // A decimal is text with its digits, so that nothing is lost; views give it as a number too.
                    case .decimal(let number): bind(number.text, place)
                    case .day(let day): bind(day.description, place)
                    case .text(let text): bind(text, place)
                    }
                guard result == SQLITE_OK else { return false }
            }
            return sqlite3_step(statement) == SQLITE_DONE
        }

        private func bind(_ text: String, _ place: Int32) -> Int32 {
            var text = text
            return text.withUTF8 { bytes in
                // SQLITE_TRANSIENT: the library copies the bytes during the call.
                sqlite3_bind_text(
                    statement, place, UnsafeRawPointer(bytes.baseAddress)?.assumingMemoryBound(to: CChar.self),
                    Int32(truncatingIfNeeded: bytes.count),
                    unsafeBitCast(-1, to: sqlite3_destructor_type.self))
            }
        }
    }
}
