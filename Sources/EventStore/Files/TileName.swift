/// The path of a tile or bundle below `log/`, read strictly: only the spelling that ``StorePaths`` gives.
struct TileName: Hashable {
    /// Whether it is a bundle of entries rather than a tile of hashes.
    let isBundle: Bool
    /// The tile's level; bundles stand beside level 0.
    let level: Int
    let number: Int
    /// The number of entries or hashes, 1 to 256.
    let width: Int

    init?(_ path: String) {
        var parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count >= 3, parts.removeFirst() == "tile" else { return nil }
        let first = parts.removeFirst()
        if first == "entries" {
            isBundle = true
            level = 0
        } else {
            guard let number = Int(first), (0...63).contains(number) else { return nil }
            isBundle = false
            level = number
        }
        if parts.count >= 2, parts[parts.count - 2].hasSuffix(".p") {
            guard let width = Int(parts.removeLast()), (1...255).contains(width) else { return nil }
            self.width = width
            parts[parts.count - 1].removeLast(2)
        } else {
            width = tileWidth
        }
        guard parts.count <= 6 else { return nil }
        var number = 0
        for part in parts {
            guard let group = Int(part.hasPrefix("x") ? String(part.dropFirst()) : part), (0...999).contains(group) else { return nil }
            number = number * 1000 + group
        }
        self.number = number
        let spelt = isBundle ? StorePaths.bundle(number, width: width) : StorePaths.tile(level: level, number, width: width)
        guard spelt == path else { return nil }
    }
}
