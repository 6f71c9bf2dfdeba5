/// What opening a store for writing does first, under the lock: whatever an interrupted writer left beyond the head goes.
enum Recovery {
    /// Brings the store to exactly its head's state; the head, or nil where nothing was published.
    static func run(_ paths: StorePaths) throws(StoreError) -> Head? {
        try clearPending(paths)
        try Folder.make(paths.tiles)
        try Folder.make(paths.checkpoints)
        let head = try Head.read(paths)
        let size = head?.checkpoint.size ?? 0
        let kept = try Folder.names(in: paths.checkpoints).compactMap { Int($0) }.max() ?? 0
        // The head moves before its copy is kept, so a kept checkpoint beyond the head means that the head was lost or set back.
        guard kept <= size else {
            throw .badCheckpoint(
                file: paths.checkpoint,
                problem: "the log once had \(kept) entries (checkpoints/\(kept)), and its head is \(head == nil ? "missing" : "of \(size)")"
            )
        }
        if let head {
            if try Folder.read(paths.checkpoint(ofSize: size), atMost: 1_000_000) != head.bytes {
                try PendingLog.keep(head.bytes, size: size, paths)
            }
        } else {
            try Folder.remove(paths.verifierKey)
        }
        try removeExcess(paths, size: size)
        return head
    }

    /// Removes what was being written and not published.
    static func clearPending(_ paths: StorePaths) throws(StoreError) {
        try Folder.removeTree(paths.pending)
        try Folder.make(paths.pending)
    }

    /// Removes tiles and bundles that no head up to `size` needs: those beyond it, and partial ones of what is full.
    private static func removeExcess(_ paths: StorePaths, size: Int) throws(StoreError) {
        for file in try Folder.files(below: paths.tiles) {
            guard let tile = TileName("tile/" + file) else { continue }
            let filled = size >> (8 * (tile.level + 1)) > tile.number
            let keeps = tile.width == tileWidth ? filled : !filled && tile.number << 8 | tile.width <= size >> (8 * tile.level)
            if !keeps { try Folder.remove(paths.tiles + "/" + file) }
        }
        try removeEmpty(paths.tiles)
    }

    /// Removes empty folders below a folder.
    private static func removeEmpty(_ path: String) throws(StoreError) {
        for name in try Folder.names(in: path) where try Folder.isFolder(path + "/" + name) {
            try removeEmpty(path + "/" + name)
            if try Folder.names(in: path + "/" + name).isEmpty { try Folder.remove(path + "/" + name) }
        }
    }

    /// Removes the partial tiles and bundles of what the head fills: the full one serves every earlier head.
    static func removeFilledPartials(_ paths: StorePaths, size: Int) throws(StoreError) {
        for level in try Folder.names(in: paths.tiles) {
            try removeFilledPartials(in: paths.tiles + "/" + level, named: "tile/" + level, size: size)
        }
    }

    private static func removeFilledPartials(in folder: String, named name: String, size: Int) throws(StoreError) {
        for item in try Folder.names(in: folder) {
            if item.hasSuffix(".p") {
                guard let tile = TileName(name + "/" + item.dropLast(2)), size >> (8 * (tile.level + 1)) > tile.number else { continue }
                try Folder.removeTree(folder + "/" + item)
            } else if item.hasPrefix("x") {
                try removeFilledPartials(in: folder + "/" + item, named: name + "/" + item, size: size)
            }
        }
    }
}
