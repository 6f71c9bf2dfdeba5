/// The existing word nearest to a misspelt one, by the Damerau–Levenshtein distance (optimal string alignment) over Unicode
/// scalars; of equally near ones the first in the list.
public enum NearestKey {
    /// The nearest of `words`, nil only where there are none.
    public static func nearest(to word: String, in words: [String]) -> String? {
        // What is far longer than any key is near to none of them; the cost stays small for hostile input.
        let spelt = Array(word.unicodeScalars.prefix(200))
        var best: (word: String, distance: Int)?
        for candidate in words {
            let distance = distance(spelt, Array(candidate.unicodeScalars))
            if best.map({ distance < $0.distance }) ?? true { best = (candidate, distance) }
        }
        return best?.word
    }

    /// The nearest of `words`, case aside, where it is so near that a slip is likely: at most half of its length to change.
    public static func likely(_ word: String, in words: [String]) -> String? {
        let folded = word.lowercased()
        guard let found = nearest(to: folded, in: words) else { return nil }
        let scalars = Array(found.unicodeScalars)
        return distance(Array(folded.unicodeScalars.prefix(200)), scalars) <= scalars.count / 2 ? found : nil
    }

    static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
        if left.isEmpty || right.isEmpty { return max(left.count, right.count) }
        var before = [Int](repeating: 0, count: right.count + 1)
        var last = Array(0...right.count)
        var row = last
        for i in 1...left.count {
            row[0] = i
            for j in 1...right.count {
                let change = last[j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1)
                row[j] = min(change, last[j] + 1, row[j - 1] + 1)
                if i > 1, j > 1, left[i - 1] == right[j - 2], left[i - 2] == right[j - 1] {
                    row[j] = min(row[j], before[j - 2] + 1)
                }
            }
            before = last
            last = row
        }
        return last[right.count]
    }
}
