/// Looks for many hashes in stored columns of hashes, the chunks of the columns side by side.
enum HashSearch {
    /// A hash that was looked for, with the ordinal or number that has it.
    struct Hit {
        let hash: UInt64
        let ordinal: UInt32
    }

    /// The hits of each column in order of ordinals; nil where there is no column, or its file is not what was written.
    static func run(
        _ searches: [(column: HashColumn?, filter: HashFilter)], _ sideBySide: @escaping SideBySide
    ) -> [[Hit]?] {
        var chunks: [(search: Int, chunk: Int, column: HashColumn, filter: HashFilter)] = []
        for (place, search) in searches.enumerated() {
            guard let column = search.column else { continue }
            chunks += (0..<column.chunkCount).map { (place, $0, column, search.filter) }
        }
        // The longest first, so that nobody is left alone with one of these at the end.
        let lengths = chunks.map { $0.column.count(ofChunk: $0.chunk) }
        let order = chunks.indices.sorted { (lengths[$1], $0) < (lengths[$0], $1) }
        let found = gathered(chunks.count, sideBySide) { turn -> [Hit]? in
            let chunk = chunks[order[turn]]
            var hits: [Hit] = []
            let isWhole = chunk.column.scan(chunk: chunk.chunk) { piece, first in
                chunk.filter.scan(piece) { place in
                    hits.append(Hit(hash: piece[place], ordinal: UInt32(truncatingIfNeeded: first + place)))
                }
            }
            return isWhole ? hits : nil
        }
        var turns = Array(repeating: 0, count: chunks.count)
        for (turn, chunk) in order.enumerated() { turns[chunk] = turn }
        var results = searches.map { search -> [Hit]? in search.column == nil ? nil : [] }
        for (place, chunk) in chunks.enumerated() {
            guard let hits = found[turns[place]] else {
                results[chunk.search] = nil
                continue
            }
            results[chunk.search]?.append(contentsOf: hits)
        }
        return results
    }
}
