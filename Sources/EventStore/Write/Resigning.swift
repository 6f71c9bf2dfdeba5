import CKernel
import Glibc

/// Gives an unsigned log a key: every kept checkpoint and the head are signed anew, and `vkey` appears, in one step.
///
/// Only what is sound is signed: each kept checkpoint's root must be the one that the log's tiles give for its size.
/// A second `log/` is made under `pending/` whose tiles are links to the same files, and the two folders are exchanged.
enum Resigning {
    /// Signs the log of `size` entries anew; the number of kept checkpoints.
    static func run(_ paths: StorePaths, _ signer: SigningKey, size: Int) throws(StoreError) -> Int {
        let tiles = TileReader(paths: paths, size: size)
        let fresh = StorePaths(paths.pending + "/signed")
        try Folder.removeTree(fresh.root)
        try Folder.make(fresh.tiles)
        for file in try Folder.files(below: paths.tiles) {
            let target = fresh.tiles + "/" + file
            try Folder.make(String(target[..<(target.lastIndex(of: "/") ?? target.startIndex)]))
            guard link(paths.tiles + "/" + file, target) == 0 else { throw .system(operation: "link", path: target, code: errno) }
        }
        try Folder.make(fresh.checkpoints)
        let kept = try Folder.names(in: paths.checkpoints)
        for name in kept { try sign(paths.checkpoints + "/" + name, to: fresh.checkpoints + "/" + name, signer, tiles) }
        try sign(paths.checkpoint, to: fresh.checkpoint, signer, tiles)
        try store(Array((signer.verifier.description + "\n").utf8), at: fresh.verifierKey)
        try synchronizeAll(fresh.log)
        // Both names stand at every moment, each for a whole log.
        guard tuowei_exchange(fresh.log, paths.log) == 0 else {
            throw .system(operation: "exchange the log's folder", path: paths.log, code: errno)
        }
        try Folder.synchronize(paths.root)
        try Folder.synchronize(fresh.root)
        try Folder.removeTree(fresh.root)
        return kept.count
    }

    private static func sign(_ old: String, to new: String, _ signer: SigningKey, _ tiles: TileReader) throws(StoreError) {
        guard let bytes = try Folder.read(old, atMost: 1_000_000), let note = SignedNote(bytes), note.signatures.isEmpty,
            let checkpoint = Checkpoint(text: note.text)
        else { throw .badCheckpoint(file: old, problem: "it is not an unsigned checkpoint") }
        guard checkpoint.origin == signer.verifier.name else {
            throw .wrongKey(expected: checkpoint.origin, given: signer.verifier.name)
        }
        guard checkpoint.size <= tiles.size, try tiles.edge(ofSize: checkpoint.size).root(TreeHasher()) == checkpoint.root else {
            throw .badCheckpoint(file: old, problem: "its root is not the one that the log's tiles give; it is not signed")
        }
        try store(signer.sign(note.text).bytes, at: new)
    }

    private static func store(_ bytes: [UInt8], at path: String) throws(StoreError) {
        let file = try OpenFile.writing(path)
        try write(bytes, to: file, at: 0)
        try file.synchronize()
    }

    private static func synchronizeAll(_ folder: String) throws(StoreError) {
        for name in try Folder.names(in: folder) where try Folder.isFolder(folder + "/" + name) {
            try synchronizeAll(folder + "/" + name)
        }
        try Folder.synchronize(folder)
    }
}
