import Synchronization

/// Looks for many hashes in stored columns of hashes, the chunks of the columns side by side.
enum HashSearch {
    /// A hash that was looked for, with the ordinal or number that has it.
    struct Hit {
        let hash: UInt64
        let ordinal: UInt32
    }

    /// The hits of each column in order of ordinals; nil where there is no column, or its file is not what was written.
    ///
    /// - Parameters:
    ///   - first: The searches that come first and are followed up.
    ///   - follow: Is called with the hits of each of these as soon as its last chunk is read, by the thread that read it, while others
    ///     read on in other columns; not where its file is not what was written.
    static func run(
        _ searches: [(column: HashColumn?, filter: HashFilter)], _ sideBySide: @escaping SideBySide, first: Range<Int> = 0..<0,
        followedBy follow: (_ search: Int, _ hits: [Hit]) -> Void = { _, _ in }
    ) -> [[Hit]?] {
        var chunks: [(search: Int, chunk: Int, column: HashColumn, filter: HashFilter)] = []
        for (place, search) in searches.enumerated() {
            guard let column = search.column else { continue }
            chunks += (0..<column.chunkCount).map { (place, $0, column, search.filter) }
        }
        // The longest first, so that nobody is left alone with one of these at the end.
        let keys = chunks.map { (later: first.contains($0.search) ? 0 : 1, length: $0.column.count(ofChunk: $0.chunk)) }
        let order = chunks.indices.sorted { (keys[$0].later, keys[$1].length, $0) < (keys[$1].later, keys[$0].length, $1) }
        let parts = Mutex(searches.map { Parts(chunks: $0.column?.chunkCount ?? 0) })
        sideBySide(chunks.count) { turn in
            let chunk = chunks[order[turn]]
            var hits: [Hit] = []
            let isWhole = chunk.column.scan(chunk: chunk.chunk) { piece, first in
                chunk.filter.scan(piece) { place in
                    hits.append(Hit(hash: piece[place], ordinal: UInt32(truncatingIfNeeded: first + place)))
                }
            }
            if let all = parts.withLock({ $0[chunk.search].note(isWhole ? hits : nil, ofChunk: chunk.chunk) }), first.contains(chunk.search)
            {
                follow(chunk.search, all)
            }
        }
        return zip(searches, parts.withLock { $0 }).map { search, parts in search.column == nil ? nil : parts.hits }
    }

    /// The hits of a column's chunks, which come in any order.
    private struct Parts {
        private var found: [[Hit]?]
        private var missing: Int
        private var isDamaged = false

        init(chunks: Int) {
            found = Array(repeating: nil, count: chunks)
            missing = chunks
        }

        /// All hits in order of ordinals; nil where a chunk is missing or damaged.
        var hits: [Hit]? { missing == 0 && !isDamaged ? found.flatMap { $0 ?? [] } : nil }

        /// Takes in the hits of a chunk, or that it is damaged; the hits of all once the last one has come.
        mutating func note(_ hits: [Hit]?, ofChunk chunk: Int) -> [Hit]? {
            found[chunk] = hits
            isDamaged = isDamaged || hits == nil
            missing -= 1
            return self.hits
        }
    }
}
