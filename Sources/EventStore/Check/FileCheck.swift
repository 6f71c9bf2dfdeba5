import Glibc

/// Finds files that no store has.
enum FileCheck {
    /// Walks the store's folder. `tree` is nil where the entries could not be read to their end; then files of the log are not judged.
    static func run(_ state: inout CheckState, head: Head, derived: [DerivedFiles], tree: CheckedTree?) {
        let paths = state.paths
        let size = head.checkpoint.size
        let files: [String]
        do throws(StoreError) {
            files = try Folder.files(below: paths.root)
        } catch {
            return state.add(StoreFault(error, file: paths.root))
        }
        checkFolders(&state, derived: derived)
        for file in files {
            state.outcome.count(.files)
            let path = paths.root + "/" + file
            if let problem = irregularity(path) {
                state.add(StoreFault(file: path, problem: problem))
                continue
            }
            if state.expected.contains(file) || derived.contains(where: { file == $0.folder || file.hasPrefix($0.folder + "/") }) {
                continue
            }
            if file.hasPrefix("log/"), tree == nil { continue }
            if file.hasPrefix("pending/") {
                state.addLeftover(StoreFault(file: path, problem: "an interrupted writer left it; the next ingest removes it"))
            } else if file.hasPrefix("log/"), let tile = TileName(String(file.dropFirst(4))) {
                let isBeyond = tile.number << 8 | tile.width > size >> (8 * tile.level)
                let isFilled = tile.width < tileWidth && size >> (8 * (tile.level + 1)) > tile.number
                if isBeyond {
                    state.addLeftover(
                        StoreFault(file: path, problem: "it is beyond the head: a writer was interrupted, or the head was set back"))
                } else if isFilled {
                    state.addLeftover(StoreFault(file: path, problem: "it is part of what is full; the next ingest removes it"))
                } else {
                    state.add(
                        StoreFault(file: path, problem: "no kept checkpoint needs it: a checkpoint was removed, or it does not belong here")
                    )
                }
            } else {
                state.add(StoreFault(file: path, problem: "it does not belong to a store"))
            }
        }
    }

    /// Finds folders that hold nothing; of those that a store has, that of a writer's work and those of derived files may be empty.
    private static func checkFolders(_ state: inout CheckState, derived: [DerivedFiles]) {
        do throws(StoreError) {
            for folder in try Folder.emptyFolders(below: state.paths.root)
            where folder != "pending" && !derived.contains(where: { $0.folder == folder }) {
                state.addLeftover(
                    StoreFault(file: state.paths.root + "/" + folder, problem: "it is an empty folder, which no store has"))
            }
        } catch {
            state.add(StoreFault(error, file: state.paths.root))
        }
    }

    private static func irregularity(_ path: String) -> String? {
        var status = stat()
        guard lstat(path, &status) == 0 else { return errno == ENOENT ? nil : "it cannot be examined" }
        return status.st_mode & 0o170000 == 0o100000 ? nil : "it is no regular file"
    }
}
