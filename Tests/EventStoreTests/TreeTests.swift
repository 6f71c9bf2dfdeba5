import Events
import Foundation
import TestSupport
import Testing

@testable import EventStore

/// The tree of RFC 6962, by the known answers of the field's reference tests and by laws.
@Suite struct TreeTests {
    /// The eight entries with which certificate-transparency implementations test their trees.
    private static let entries: [[UInt8]] = [
        [], [0x00], [0x10], [0x20, 0x21], [0x30, 0x31], [0x40, 0x41, 0x42, 0x43], Array(0x50...0x57), Array(0x60...0x6F),
    ]
    private static let roots = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]

    /// A folder with the tiles of a tree, as a log has them.
    private final class Tiles {
        let folder = TemporaryStore()
        private let hasher = TreeHasher()
        private(set) var edge = TreeEdge()
        private var full: [String: [UInt8]] = [:]

        func append(_ entry: [UInt8]) {
            let paths = StorePaths(folder.path)
            edge.append(hasher.leaf(entry), hasher) { full[paths.tile(level: $0, $1)] = $2 }
        }

        var root: Digest { edge.root(hasher) }

        func write() throws -> TileReader {
            let paths = StorePaths(folder.path)
            for (level, hashes) in edge.levels.enumerated() where !hashes.isEmpty {
                full[paths.tile(level: level, edge.size >> (8 * (level + 1)), width: hashes.count / 32)] = hashes
            }
            for (path, bytes) in full {
                let url = URL(fileURLWithPath: path)
                try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(bytes).write(to: url)
            }
            return TileReader(paths: paths, size: edge.size)
        }
    }

    @Test("The roots of the reference tests, the empty log's SHA-256 of nothing too")
    func roots() throws {
        let tiles = Tiles()
        #expect("\(tiles.root)" == Self.roots[0])
        #expect(Base64.encode(TreeHasher.emptyRoot.bytes).hasPrefix("47DEQpj8"))
        for (place, entry) in Self.entries.enumerated() {
            tiles.append(entry)
            #expect("\(tiles.root)" == Self.roots[place + 1])
        }
    }

    @Test("The audit paths and consistency proofs of the reference tests")
    func knownProofs() throws {
        let tiles = Tiles()
        for entry in Self.entries { tiles.append(entry) }
        var prover = TreeProver(try tiles.write())
        func hex(_ path: [[UInt8]]) -> [String] { path.compactMap { Digest($0)?.description } }
        let (left, pair, half) = (
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
        )
        #expect(hex(try prover.inclusion(of: 0, size: 8)) == [left, pair, half])
        #expect(
            hex(try prover.inclusion(of: 5, size: 8)) == [
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0", Self.roots[4],
            ])
        #expect(hex(try prover.consistency(from: 1, to: 8)) == [left, pair, half])
        #expect(
            hex(try prover.consistency(from: 6, to: 8)) == [
                "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0", Self.roots[4],
            ])
        #expect(
            hex(try prover.consistency(from: 2, to: 5)) == [pair, "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"])
    }

    @Test("Every proof of trees around the tiles' edges holds, and none holds for anything else", arguments: [1, 2, 7, 255, 256, 257, 700])
    func proofs(size: Int) throws {
        let tiles = Tiles()
        var roots = [TreeHasher.emptyRoot]
        for index in 0..<size {
            tiles.append([UInt8(index & 255), UInt8(index >> 8)])
            roots.append(tiles.root)
        }
        var prover = TreeProver(try tiles.write())
        let hasher = TreeHasher()
        for index in stride(from: 0, to: size, by: size > 300 ? 37 : 1) {
            let leaf = hasher.leaf([UInt8(index & 255), UInt8(index >> 8)])
            let path = try prover.inclusion(of: index, size: size)
            #expect(TreeProof.includes(leaf: leaf, at: index, size: size, root: roots[size], path: path))
            #expect(!TreeProof.includes(leaf: leaf, at: index + 1, size: size, root: roots[size], path: path))
            #expect(size < 2 || !TreeProof.includes(leaf: leaf, at: index, size: size, root: roots[size - 1], path: path))
            #expect(!TreeProof.includes(leaf: leaf, at: index, size: size, root: roots[size], path: path + [leaf]))
        }
        for old in stride(from: 1, through: size, by: size > 300 ? 37 : 1) {
            let path = try prover.consistency(from: old, to: size)
            #expect(TreeProof.extends(old: old, oldRoot: roots[old], size: size, root: roots[size], path: path))
            #expect(!TreeProof.extends(old: old, oldRoot: roots[old - 1], size: size, root: roots[size], path: path))
            #expect(!TreeProof.extends(old: old, oldRoot: roots[old], size: size, root: roots[0], path: path))
        }
        #expect(TreeProof.extends(old: 0, oldRoot: roots[0], size: size, root: roots[size], path: []))
    }

    @Test("A partial tile's width is the size in base 256, digit by digit, and 0 is never written")
    func partialWidths() {
        #expect((0..<3).map { TreeEdge.width(ofSize: 256, level: $0) } == [0, 1, 0])
        #expect((0..<3).map { TreeEdge.width(ofSize: 65_536, level: $0) } == [0, 0, 1])
        #expect((0..<3).map { TreeEdge.width(ofSize: 70_000, level: $0) } == [112, 17, 1])
        #expect([0, 1, 255, 256, 65_535, 65_536].map { TreeEdge.levels(ofSize: $0) } == [0, 1, 1, 2, 2, 3])
        let tiles = Tiles()
        for _ in 0..<65_536 { tiles.append([]) }
        #expect(tiles.edge.levels.map { $0.count / 32 } == [0, 0, 1])
    }

    @Test("Tiles have the paths of C2SP tlog-tiles, and no other spelling is read")
    func tilePaths() {
        #expect(StorePaths.tile(level: 0, 1_234_067) == "tile/0/x001/x234/067")
        #expect(StorePaths.tile(level: 1, 0, width: 1) == "tile/1/000.p/1")
        #expect(StorePaths.bundle(1000) == "tile/entries/x001/000")
        #expect(StorePaths.bundle(5, width: 255) == "tile/entries/005.p/255")
        for number in [0, 1, 999, 1000, 1001, 999_999, 1_000_000, 123_456_789] {
            for width in [1, 9, 255, 256] {
                let tile = TileName(StorePaths.tile(level: 3, number, width: width))
                #expect(tile?.number == number && tile?.width == width && tile?.level == 3)
            }
        }
        for wrong in [
            "tile/00/000", "tile/64/000", "tile/0/0", "tile/0/00", "tile/0/x000/001", "tile/0/000.p/0", "tile/0/000.p/256",
            "tile/0/000.p/01", "tile/0/1000", "tile/0/x001", "tile/0/x001/x234", "tile/entries/000.p/", "tile/-1/000", "tile/0/000/",
            "tile/0/+00", "tile/entries/x1/000",
        ] { #expect(TileName(wrong) == nil, "\(wrong)") }
    }

    @Test("The partial tiles and bundles of each published state stay until the full ones exist")
    func retention() throws {
        // Each batch is two entries: states of 8, 30, 256 and 300 entries.
        let early = try longStore(batches: 15, states: [4])
        #expect(try early.files(below: "log/tile").keys.sorted() == ["0/000.p/30", "0/000.p/8", "entries/000.p/30", "entries/000.p/8"])
        let full = try longStore(batches: 128, states: [4, 15])
        #expect(try full.files(below: "log/tile").keys.sorted() == ["0/000", "1/000.p/1", "entries/000"])
        let more = try longStore(batches: 150, states: [4, 15, 128, 140])
        #expect(
            try more.files(below: "log/tile").keys.sorted() == [
                "0/000", "0/001.p/24", "0/001.p/44", "1/000.p/1", "entries/000", "entries/001.p/24", "entries/001.p/44",
            ])
        #expect(try more.files(below: "log/checkpoints").keys.compactMap { Int($0) }.sorted() == [8, 30, 256, 280, 300])
        for store in [early, full, more] { #expect(StoreCheck(at: store.path).run().isSound) }
    }

    @Test("A bundle is its entries, each behind its length in 16 bits, most significant byte first; a leaf has no length in it")
    func bundleForm() throws {
        let folder = try smallStore()
        let store = try EventStore.open(at: folder.path)
        var expected: [UInt8] = []
        var leaves: [UInt8] = []
        for index in 0..<store.size {
            let entry = try store.entry(index)
            expected += [UInt8(entry.count >> 8), UInt8(entry.count & 255)] + entry
            leaves += TreeHasher().leaf(entry)
        }
        let files = try folder.files(below: "log/tile")
        #expect(files["entries/000.p/\(store.size)"].map(Array.init) == expected)
        #expect(files["0/000.p/\(store.size)"].map(Array.init) == leaves)
        #expect("\(Digest(TreeHasher().leaf([])).map { "\($0)" } ?? "")" == Self.roots[1])
    }
}
