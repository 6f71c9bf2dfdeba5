import Dispatch
public import Figures
public import Projections
import Synchronization

/// What a column's cells are.
public enum ColumnType: Sendable, Hashable {
    /// Free text: a name.
    case text
    /// An identifier or a code; never a number.
    case code
    /// One of a closed list of words.
    case word([String])
    /// A whole number.
    case integer
    /// A decimal with so many digits behind the point.
    case decimal(places: Int)
    /// A binary floating point number with 9 significant digits.
    case real
    /// A day, `YYYY-MM-DD`.
    case date
    /// 0 or 1.
    case flag
}

/// A column of a table: what every format of the report says of it.
public struct Column: Sendable, Hashable {
    /// The name in the header.
    public let name: String
    /// What its cells are.
    public let type: ColumnType
    /// What it counts in, if anything.
    public let unit: String?
    /// Whether a cell may be empty.
    public let mayBeEmpty: Bool
    /// The heading in Chinese.
    public let chinese: String
    /// The heading in English.
    public let english: String
    /// What exactly it says.
    public let meaning: String

    init(
        _ name: String, _ type: ColumnType, _ chinese: String, _ english: String, _ meaning: String, unit: String? = nil,
        mayBeEmpty: Bool = false
    ) {
        self.name = name
        self.type = type
        self.unit = unit
        self.mayBeEmpty = mayBeEmpty
        self.chinese = chinese
        self.english = english
        self.meaning = meaning
    }

    /// The column of a figure.
    init(_ figure: Figure) {
        let mayBeEmpty: Bool =
            switch figure.measure {
            case .count(.population), .count(.demandPlanned), .rate, .netPaidPerPlace: true
            case .count, .yuan: false
            }
        self.init(
            figure.name, figure.places == 0 ? .integer : .decimal(places: figure.places), figure.chinese, figure.english, figure.meaning,
            unit: figure.unit.rawValue, mayBeEmpty: mayBeEmpty)
    }
}

/// A table of the report: its declaration, which every format reads, and its rows.
///
/// Rows come in parts that can be made apart; together, in order, they are the table.
public struct Table: Sendable {
    /// The name; its CSV file is `name`.csv.
    public let name: String
    /// The title in Chinese.
    public let chinese: String
    /// The title in English.
    public let english: String
    /// The columns in order.
    public let columns: [Column]
    /// The columns that together tell rows apart; empty where rows may be equal.
    public let key: [String]
    /// What its rows show of what a projection lists.
    public let lists: ProjectionRequest.Lists

    private let parts: @Sendable (ReportFigures) -> Int
    private let write: @Sendable (ReportFigures, Int, inout RowWriter) -> Void

    init(
        _ name: String, _ chinese: String, _ english: String, columns: [Column], key: [String], lists: ProjectionRequest.Lists = [],
        parts: @escaping @Sendable (ReportFigures) -> Int = { _ in 1 },
        write: @escaping @Sendable (ReportFigures, Int, inout RowWriter) -> Void
    ) {
        self.name = name
        self.chinese = chinese
        self.english = english
        self.columns = columns
        self.key = key
        self.lists = lists
        self.parts = parts
        self.write = write
    }

    /// The name of its CSV file.
    public var fileName: String { name + ".csv" }

    /// Writes the table as CSV, the header first. `emit` gets bytes in order, a part of the table at a time, on any thread but never on
    /// two at once; the bytes do not depend on `threads`.
    ///
    /// - Throws: what `emit` throws, after which it is not called again.
    public func writeCSV(
        _ figures: ReportFigures, threads: Int = 1, to emit: @escaping (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        try writeHeader(to: emit)
        try OrderedParts.write(
            parts(figures), threads: threads, make: { [write] part, writer in write(figures, part, &writer) }, emit: emit)
    }

    /// Writes the header's line.
    private func writeHeader(to emit: (UnsafeRawBufferPointer) throws -> Void) throws {
        var header = RowWriter()
        for column in columns { header.text(column.name) }
        header.endRow()
        try header.buffer.withBytes(emit)
    }

    /// Gives the bytes of a table in order to a sink, on any thread but never on two at once.
    public typealias Contents = (_ sink: @escaping (UnsafeRawBufferPointer) throws -> Void) throws -> Void

    /// Writes tables as CSV, as ``writeCSV(_:threads:to:)`` does each: several side by side, and those that are left last by all threads.
    ///
    /// - Parameter emit: Is called once for each table with its place in `tables`, in order, from several threads at once where there
    ///   are some.
    /// - Throws: what `emit` throws, of several the first table's; no table is begun after that.
    public static func writeCSV(
        _ tables: [Table], _ figures: ReportFigures, threads: Int, to emit: (_ place: Int, _ contents: Contents) throws -> Void
    ) throws {
        let works = tables.map { table in
            OrderedParts(table.parts(figures)) { [write = table.write] part, writer in write(figures, part, &writer) }
        }
        let next = Atomic<Int>(0)
        let failure = Mutex<(place: Int, error: any Error)?>(nil)
        withoutActuallyEscaping(emit) { emit in
            // Whoever gives it knows that it is called from several threads.
            nonisolated(unsafe) let emit = emit
            DispatchQueue.concurrentPerform(iterations: max(1, threads)) { _ in
                var writer = RowWriter()
                while true {
                    let place = next.wrappingAdd(1, ordering: .relaxed).oldValue
                    guard place < works.count else { break }
                    let work = works[place]
                    var isOpen = false
                    do {
                        if failure.withLock({ $0 == nil }) {
                            try emit(place) { sink in
                                try tables[place].writeHeader(to: sink)
                                isOpen = true
                                work.open(sink)
                                work.work(&writer)
                                try work.finish()
                            }
                        }
                    } catch {
                        failure.withLock { if $0.map({ place < $0.place }) ?? true { $0 = (place, error) } }
                    }
                    if !isOpen { work.cancel() }
                }
                // Nothing is left to begin: a hand for those who are still at work.
                for work in works { work.work(&writer) }
            }
        }
        if let failure = failure.withLock({ $0 }) { throw failure.error }
    }

    /// The table's rows as values, in order, without the header.
    ///
    /// - Parameter communities: Whether rows of communities are wanted; a table may then make none of them.
    /// - Throws: what `body` throws, after which it is not called again.
    public func forEachRow<Failure: Error>(
        _ figures: ReportFigures, communities: Bool = true, _ body: ([Cell]) throws(Failure) -> Void
    ) throws(Failure) {
        var failure: Failure?
        withoutActuallyEscaping(body) { body in
            var writer = RowWriter(communities: communities) { row in
                guard failure == nil else { return }
                do throws(Failure) { try body(row) } catch { failure = error }
            }
            for part in 0..<parts(figures) where failure == nil { write(figures, part, &writer) }
        }
        if let failure { throw failure }
    }
}
