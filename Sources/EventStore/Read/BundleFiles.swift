import Events
import Synchronization

/// The open files of a log's entry bundles. A few stay open; each stays valid for whoever holds it.
///
/// Bundles from `firstPending` on are the writer's, not published yet.
final class BundleFiles: Sendable {
    private static let keptOpen = 64
    private struct State {
        var open: [Int: OpenFile] = [:]
        var firstPending = Int.max
        /// The head's size: it tells the name of the last bundle.
        var size: Int
    }
    private let paths: StorePaths
    private let state: Mutex<State>

    init(paths: StorePaths, size: Int) {
        self.paths = paths
        state = Mutex(State(size: size))
    }

    /// From which bundle on the writer's files hold the entries, and the head's size now. Open files that may have another content
    /// or name since are forgotten.
    func set(firstPending: Int, size: Int) {
        state.withLock { state in
            guard state.firstPending != firstPending || state.size != size else { return }
            let changed = min(state.firstPending, firstPending, state.size / tileWidth)
            state.firstPending = firstPending
            state.size = size
            for number in Array(state.open.keys) where number >= changed { state.open[number] = nil }
        }
    }

    /// Forgets the open files from a bundle on.
    func forget(from bundle: Int) {
        state.withLock { state in
            for number in Array(state.open.keys) where number >= bundle { state.open[number] = nil }
        }
    }

    /// The file that holds a bundle's entries, and perhaps more of them than the head counts.
    func file(_ bundle: Int) throws(StoreError) -> OpenFile {
        let known = state.withLock { ($0.open[bundle], $0.firstPending, $0.size) }
        if let file = known.0 { return file }
        guard let file = try open(bundle, firstPending: known.1, size: known.2) else {
            throw .damaged(file: paths.bundle(bundle), offset: nil, problem: "the bundle of entries is missing")
        }
        state.withLock { state in
            if state.open.count >= Self.keptOpen { state.open.removeAll() }
            state.open[bundle] = file
        }
        return file
    }

    private func open(_ bundle: Int, firstPending: Int, size: Int) throws(StoreError) -> OpenFile? {
        if bundle >= firstPending { return try OpenFile.reading(paths.pendingBundle(bundle)) }
        if bundle == size / tileWidth, size % tileWidth != 0,
            let partial = try OpenFile.reading(paths.bundle(bundle, width: size % tileWidth))
        {
            return partial
        }
        // The bundle may have been filled, and its partial files removed, since this head was read.
        return try OpenFile.reading(paths.bundle(bundle))
    }
}
