import Events

/// Checks the side file of the entries' places (``PlacesFile``).
enum PlacesCheck {
    /// Compares every byte of the file with what the entries themselves say.
    static func run(_ state: inout CheckState, _ table: EntryTable, _ tree: CheckedTree) {
        let path = state.paths.places
        // With another root than the head's nothing fits, and that is told already.
        guard table.count == tree.size, tree.root == state.outcome.checkpoint?.root else { return }
        do throws(StoreError) {
            guard let file = try OpenFile.reading(path) else { return state.addDerived(missing(0, of: table, path)) }
            var last: PlacesFile.Chunk?
            while let chunk = try PlacesFile.chunk(of: file, behind: last) {
                state.outcome.count(.derived)
                guard chunk.entries.upperBound <= table.count, tree.root(ofSize: chunk.entries.upperBound) == chunk.root else {
                    return state.addDerived(StoreFault(file: path, offset: chunk.place, problem: "it was not derived from this log"))
                }
                let start = chunk.place + PlacesFile.headerBytes
                let bytes = try file.bytes(at: start, count: 8 * chunk.words)
                let expected = table.encoded(chunk.entries)
                if bytes != expected {
                    let same = zip(bytes, expected).prefix { $0 == $1 }.count
                    return state.addDerived(
                        StoreFault(file: path, offset: start + same, problem: "it is not what the entries of the log say"))
                }
                if PlacesFile.checksum(chunk.header, bytes) != chunk.checksum {
                    state.addDerived(StoreFault(file: path, offset: chunk.place, problem: "the checksum is not that of the bytes"))
                }
                last = chunk
            }
            let have = last?.entries.upperBound ?? 0
            if have < table.count { state.addDerived(missing(have, of: table, path)) }
        } catch {
            state.addDerived(StoreFault(error, file: path))
        }
    }

    private static func missing(_ have: Int, of table: EntryTable, _ path: String) -> StoreFault {
        StoreFault(
            file: path, offset: nil, problem: "it holds \(have) of \(table.count) places; the next ingest completes it")
    }
}
