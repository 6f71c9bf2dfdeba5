import Events

/// Compares every file of hash tiles with the hashes of the entries.
enum TileCheck {
    static func run(_ state: inout CheckState, _ head: Head, _ tree: CheckedTree) {
        let paths = state.paths
        // With another root than the head's, the fault is told already, and every tile above it would be told again.
        let isRight = tree.root == head.checkpoint.root
        for (level, tiles) in tree.full.enumerated() {
            for number in tiles.indices { compare(paths.tile(level: level, number), tiles[number][...], isRight, &state) }
        }
        let size = head.checkpoint.size
        for kept in Set(state.keptSizes + [size]).sorted() where kept <= size {
            for level in 0..<TreeEdge.levels(ofSize: kept) {
                let width = TreeEdge.width(ofSize: kept, level: level)
                let number = kept >> (8 * (level + 1))
                // The full tile serves every earlier state.
                guard width > 0, size >> (8 * (level + 1)) <= number, let hashes = tree.tile(level: level, number, width: width) else {
                    continue
                }
                compare(paths.tile(level: level, number, width: width), hashes, isRight, &state)
            }
        }
    }

    private static func compare(_ path: String, _ hashes: ArraySlice<UInt8>, _ isRight: Bool, _ state: inout CheckState) {
        guard !state.expected.contains(state.relative(path)) else { return }
        state.expect(path)
        state.outcome.count(.tiles)
        do throws(StoreError) {
            guard let bytes = try Folder.read(path, atMost: tileWidth * 32 + 1) else {
                return state.add(StoreFault(file: path, problem: "the tile is missing"))
            }
            guard isRight, let place = firstDifference(bytes[...], hashes) else { return }
            state.add(StoreFault(file: path, offset: place, problem: "the hash is not the one that the entries give"))
        } catch {
            state.add(StoreFault(error, file: path))
        }
    }
}
