import Dispatch
import Events
import Synchronization

/// Hashes every entry of a log anew from the bytes of its bundle, and decodes every event.
struct EntryCheck {
    /// What a check of all bundles gives.
    struct Entries {
        var leaves: [UInt8] = []
        var table = EntryTable()
        /// The side files of each log.
        var columns: [HashColumnFile?] = []
        /// What the comparison of events with the side files found; told after what is wrong in the log itself.
        var derived: [StoreFault] = []
        var isWhole = true
    }

    private let paths: StorePaths
    private let size: Int
    private let threads: Int
    private let progress: StoreCheck.Progress

    init(_ state: CheckState, size: Int, threads: Int, progress: @escaping StoreCheck.Progress) {
        paths = state.paths
        self.size = size
        self.threads = threads
        self.progress = progress
    }

    /// Checks the bundles that hold the head's entries; nil where so many are missing that nothing else can be checked.
    func run(_ state: inout CheckState) -> Entries? {
        let bundles = size / tileWidth + (size % tileWidth == 0 ? 0 : 1)
        var entries = Entries()
        entries.columns = HashColumnCheck.open(&state)
        let columns = entries.columns
        progress((0..<bundles).reduce(0) { $0 + bytes(ofBundle: $1) }, 0)
        var next = 0
        while next < bundles {
            let wave = next..<min(bundles, next + threads * 4)
            let facts = checkWave(wave, columns)
            for bundle in facts {
                for fault in bundle.faults { state.add(fault) }
                entries.derived += bundle.derived
                state.expect(bundle.path)
                state.outcome.count(.bundles)
                state.outcome.count(.entries, bundle.leaves.count / 32)
                state.outcome.count(.events, bundle.events)
                guard bundle.isWhole else { return nil }
                entries.leaves += bundle.leaves
                for place in bundle.heads.indices where entries.isWhole {
                    let offset = bundle.offsets[place]
                    let problem = entries.table.append(offset: offset, length: bundle.lengths[place], head: bundle.heads[place])
                    if let problem {
                        state.add(StoreFault(file: bundle.path, offset: offset - 2, problem: problem))
                        entries.isWhole = false
                    }
                }
            }
            next = wave.upperBound
        }
        return entries
    }

    private func width(ofBundle bundle: Int) -> Int { min(tileWidth, size - bundle * tileWidth) }

    /// 0 where it cannot be read, which the check itself says.
    private func bytes(ofBundle bundle: Int) -> Int {
        (try? OpenFile.reading(paths.bundle(bundle, width: width(ofBundle: bundle)))?.size()) ?? 0
    }

    private func checkWave(_ wave: Range<Int>, _ columns: [HashColumnFile?]) -> [BundleFacts] {
        let results = Mutex([Int: BundleFacts]())
        let next = Mutex(wave.lowerBound)
        DispatchQueue.concurrentPerform(iterations: min(threads, wave.count)) { _ in
            while true {
                let bundle = next.withLock { place in
                    defer { place += 1 }
                    return place
                }
                guard bundle < wave.upperBound else { return }
                let facts = BundleFacts.read(paths, bundle, width: width(ofBundle: bundle), columns)
                progress(0, bytes(ofBundle: bundle))
                results.withLock { $0[bundle] = facts }
            }
        }
        return results.withLock { found in wave.compactMap { found[$0] } }
    }

    /// Says which of entries, tiles and checkpoint disagree where the root is not the head's.
    static func compareRoot(_ state: inout CheckState, _ head: Head, _ entries: Entries, _ tree: CheckedTree) {
        guard tree.root != head.checkpoint.root else { return }
        let paths = state.paths
        let tiles = TileReader(paths: paths, size: head.checkpoint.size)
        // Where the kept tiles give the head's root, an entry was changed: the first whose hash is not the one kept.
        if let edge = try? tiles.edge(ofSize: head.checkpoint.size), edge.root(TreeHasher()) == head.checkpoint.root {
            for tile in 0..<(tree.size + tileWidth - 1) / tileWidth {
                let width = min(tileWidth, tree.size - tile * tileWidth)
                guard let kept = try? tiles.hashes(level: 0, tile: tile, width: width),
                    let found = tree.tile(level: 0, tile, width: width),
                    let place = zip(kept, found).enumerated().first(where: { $1.0 != $1.1 })
                else { continue }
                let index = tile * tileWidth + place.offset / 32
                guard index < entries.table.count else { break }
                let file = paths.bundle(tile, width: width)
                return state.add(
                    StoreFault(
                        file: file, offset: Int(entries.table.offsets[index]),
                        problem: "entry \(index) is not the one that the log's tree holds"))
            }
        }
        state.add(
            StoreFault(
                file: paths.checkpoint,
                problem: "it says the root \(head.checkpoint.root), but the entries give \(tree.root)"))
    }

    /// Compares the partial bundles of kept checkpoints with the bundle as it is now.
    static func comparePartialBundles(_ state: inout CheckState, _ head: Head, _ entries: Entries) {
        let paths = state.paths
        let size = head.checkpoint.size
        for kept in state.keptSizes where kept < size && kept % tileWidth != 0 && kept / tileWidth == size / tileWidth {
            let path = paths.bundle(kept / tileWidth, width: kept % tileWidth)
            state.expect(path)
            state.outcome.count(.bundles)
            do throws(StoreError) {
                guard let bytes = try Folder.read(path, atMost: 1 << 25) else {
                    state.add(
                        StoreFault(file: path, problem: "the bundle of entries is missing, and a checkpoint of its size was published"))
                    continue
                }
                guard kept < entries.table.count else { continue }
                let end = Int(entries.table.offsets[kept]) - 2
                guard let whole = try Folder.read(paths.bundle(size / tileWidth, width: size % tileWidth), atMost: 1 << 25) else {
                    continue
                }
                if let place = firstDifference(bytes[...], whole.prefix(end)) {
                    state.add(StoreFault(file: path, offset: place, problem: "it is not the beginning of the log's present bundle"))
                }
            } catch {
                state.add(StoreFault(error, file: path))
            }
        }
    }
}

/// The first place in which two stretches of bytes differ, their ends included; nil: they are equal.
func firstDifference(_ one: ArraySlice<UInt8>, _ other: ArraySlice<UInt8>) -> Int? {
    if one == other { return nil }
    let common = min(one.count, other.count)
    for place in 0..<common where one[one.startIndex + place] != other[other.startIndex + place] { return place }
    return common
}
