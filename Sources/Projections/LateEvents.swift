public import Events

/// How many events of each log, by ``Log/rawValue``, occurred by a day but were recorded after `from` and by `knownAt` (nil: ever).
/// Voids and voided events count too.
///
/// - Throws: what the source throws; ``ProjectionError`` where its columns contradict each other.
public func lateEvents(
    _ source: some EventSource, occurredBy asOf: Day, recordedAfter from: Instant, knownAt: Instant?, threads: Int = 1
) throws -> [Int] {
    var items: [(log: Log, block: Int)] = []
    for log in Log.allCases { items += (0..<source.blockCount(of: log)).map { (log, $0) } }
    let workers = (0..<max(1, threads)).map { _ in LateCounter() }
    let (day, first, last) = (asOf.rawValue, from.rawValue, knownAt?.rawValue ?? .max)
    try Workers.run(max(1, threads), items: items.count) { worker, item in
        let counter = workers[worker]
        let (log, block) = items[item]
        try source.readBlock(block, of: log, texts: false, into: counter.columns)
        try counter.columns.withColumns(block: block) { rows in
            var count = 0
            for row in 0..<rows.count
            where rows.occurredOn[row] <= day && rows.recordedAt[row] > first && rows.recordedAt[row] <= last { count &+= 1 }
            counter.counts[Int(log.rawValue)] += count
        }
    }
    return Log.allCases.map { log in workers.reduce(0) { $0 + $1.counts[Int(log.rawValue)] } }
}

/// What one worker has counted.
private final class LateCounter {
    let columns = EventColumns()
    var counts = [Int](repeating: 0, count: Log.allCases.count)
}
