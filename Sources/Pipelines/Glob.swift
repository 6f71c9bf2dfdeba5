import Glibc

/// Shell patterns for paths: `*`, `?`, `[abc]`, `[!a-z]` and `\` within one folder's names; a name that begins with a dot
/// needs its dot written. Compared by Unicode scalars, so a pattern means the same under every locale.
enum Glob {
    /// The regular files (symbolic links are followed) that fit a pattern, in no promised order. A fixed path is a pattern too.
    static func files(_ pattern: String, in folder: String, place: FilePlace) throws(PipelineError) -> [String] {
        let path = TextFile.resolve(pattern, in: folder)
        // The pipeline's own folder is no pattern, whatever signs it has; only what is written in the file is one.
        let fixed = path.utf8.count - pattern.utf8.count
        var found = [String(path.utf8.prefix(fixed)) ?? ""]
        let parts = pattern.unicodeScalars.split(separator: "/", omittingEmptySubsequences: false).map { Substring($0) }
        for (depth, part) in parts.enumerated() {
            let last = depth == parts.count - 1
            var next: [String] = []
            for base in found {
                if !isPattern(part) {
                    let one = base + unescaped(part)
                    if last ? isRegularFile(one) : (part.isEmpty || isFolder(one)) { next.append(last ? one : one + "/") }
                    continue
                }
                for name in try names(in: base, place: place) where matches(name, part) {
                    if last ? isRegularFile(base + name) : isFolder(base + name) { next.append(last ? base + name : base + name + "/") }
                }
            }
            found = next
        }
        return found
    }

    static func isPattern(_ part: Substring) -> Bool { part.unicodeScalars.contains { $0 == "*" || $0 == "?" || $0 == "[" } }

    /// Whether a name fits a pattern.
    static func matches(_ name: String, _ pattern: some StringProtocol) -> Bool {
        let name = Array(name.unicodeScalars)
        let pattern = Array(pattern.unicodeScalars)
        if name.first == ".", pattern.first != "." { return false }
        // The last `*` and how much of the name it takes; going back to it alone suffices, so the time is at worst quadratic.
        var star: (pattern: Int, name: Int)?
        var p = 0
        var n = 0
        while n < name.count {
            if p < pattern.count, pattern[p] == "*" {
                star = (p, n)
                p += 1
            } else if let next = step(pattern, p, name[n]) {
                p = next
                n += 1
            } else if let back = star {
                star = (back.pattern, back.name + 1)
                p = back.pattern + 1
                n = back.name + 1
            } else {
                return false
            }
        }
        return pattern[p...].allSatisfy { $0 == "*" }
    }

    /// Where the pattern goes on once its element at `p` has taken `scalar`; nil where it does not take it.
    private static func step(_ pattern: [Unicode.Scalar], _ p: Int, _ scalar: Unicode.Scalar) -> Int? {
        guard p < pattern.count else { return nil }
        switch pattern[p] {
        case "?": return p + 1
        case "\\" where p + 1 < pattern.count: return pattern[p + 1] == scalar ? p + 2 : nil
        case "[":
            guard let (set, end) = bracket(pattern, p) else { break }
            return set(scalar) ? end : nil
        default: break
        }
        return pattern[p] == scalar ? p + 1 : nil
    }

    /// The set of a bracket and where it ends; nil where it never closes, so that the `[` stands for itself.
    private static func bracket(_ pattern: [Unicode.Scalar], _ start: Int) -> (set: (Unicode.Scalar) -> Bool, end: Int)? {
        var p = start + 1
        let negated = p < pattern.count && (pattern[p] == "!" || pattern[p] == "^")
        if negated { p += 1 }
        var ranges: [ClosedRange<UInt32>] = []
        let first = p
        while p < pattern.count, pattern[p] != "]" || p == first {
            let low = pattern[p].value
            if p + 2 < pattern.count, pattern[p + 1] == "-", pattern[p + 2] != "]" {
                if low <= pattern[p + 2].value { ranges.append(low...pattern[p + 2].value) }
                p += 3
            } else {
                ranges.append(low...low)
                p += 1
            }
        }
        guard p < pattern.count else { return nil }
        return ({ scalar in ranges.contains { $0.contains(scalar.value) } != negated }, p + 1)
    }

    private static func unescaped(_ part: Substring) -> String {
        var text = ""
        var escaped = false
        for scalar in part.unicodeScalars {
            if scalar == "\\", !escaped {
                escaped = true
                continue
            }
            text.unicodeScalars.append(scalar)
            escaped = false
        }
        return text
    }

    private static func names(in folder: String, place: FilePlace) throws(PipelineError) -> [String] {
        guard let stream = opendir(folder.isEmpty ? "." : folder) else {
            let number = errno
            // No folder is no match; a folder that cannot be looked into is another matter.
            if number == ENOENT || number == ENOTDIR { return [] }
            throw .unlistable(place, folder: folder, problem: TextFile.systemMessage(number))
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { start in
                start.withMemoryRebound(to: CChar.self, capacity: 256) { String(validatingCString: $0) }
            }
            // A name that is no UTF-8 cannot be written in a pipeline file and fits no pattern.
            if let name, name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    private static func isRegularFile(_ path: String) -> Bool { kind(path) == S_IFREG }
    private static func isFolder(_ path: String) -> Bool { kind(path) == S_IFDIR }
    private static func kind(_ path: String) -> mode_t? {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
    }
}
