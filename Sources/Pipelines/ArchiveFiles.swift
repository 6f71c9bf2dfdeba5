import Glibc

/// An archive that a pipeline names.
public struct ArchiveFile: Sendable, Hashable {
    /// The path by which it can be opened.
    public let path: String
    /// The encoding of CSV in it that has no byte order mark.
    public let encoding: TextEncoding

    /// An archive.
    public init(path: String, encoding: TextEncoding) {
        self.path = path
        self.encoding = encoding
    }

    /// The last part of the path, by which answers and rejects call the archive.
    public var name: String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return path }
        return String(path[path.utf8.index(after: slash)...])
    }
}

extension Pipeline {
    /// The archives that the pipeline's patterns match: each file once, by base name, then by path, as bytes.
    ///
    /// Only regular files count. One file reached by two spellings of its folder is one file.
    ///
    /// - Throws: ``PipelineError`` where a pattern matches nothing or two patterns give a file two encodings.
    public func archiveFiles() throws(PipelineError) -> [ArchiveFile] {
        var found: [String: (file: ArchiveFile, identity: String)] = [:]
        for entry in archives {
            let paths = try Glob.files(entry.pattern, in: TextFile.folder(of: file), place: entry.place)
            guard !paths.isEmpty else { throw .noMatch(entry.place, pattern: entry.pattern) }
            for path in paths {
                let identity = Pipeline.identity(path)
                if let other = found[identity]?.file {
                    guard other.encoding == entry.encoding else {
                        throw .twoEncodings(
                            entry.place, archive: path, first: other.encoding.rawValue, second: entry.encoding.rawValue)
                    }
                    // Of two spellings the one that is less in bytes stands, whatever the order of the patterns.
                    if other.path.utf8.lexicographicallyPrecedes(path.utf8) { continue }
                }
                found[identity] = (ArchiveFile(path: path, encoding: entry.encoding), identity)
            }
        }
        return found.values.sorted { left, right in
            let names = (left.file.name, right.file.name)
            if names.0.utf8.elementsEqual(names.1.utf8) { return left.identity.utf8.lexicographicallyPrecedes(right.identity.utf8) }
            return names.0.utf8.lexicographicallyPrecedes(names.1.utf8)
        }.map(\.file)
    }

    /// The archives named on a command line, in that order: with the encoding that the pipeline's patterns give to such a file,
    /// else the pipeline's own. Whether they exist is for their reader to say.
    public func archiveFiles(named paths: [String]) throws(PipelineError) -> [ArchiveFile] {
        var encodings: [String: TextEncoding] = [:]
        for entry in archives {
            for path in try Glob.files(entry.pattern, in: TextFile.folder(of: file), place: entry.place) {
                let identity = Pipeline.identity(path)
                if let other = encodings[identity], other != entry.encoding {
                    throw .twoEncodings(entry.place, archive: path, first: other.rawValue, second: entry.encoding.rawValue)
                }
                encodings[identity] = entry.encoding
            }
        }
        return paths.map { ArchiveFile(path: $0, encoding: encodings[Pipeline.identity($0)] ?? encoding) }
    }

    /// A copy of an archive, outside the pipeline's own folders perhaps: with the encoding of the pattern that fits the copy's path
    /// best, name by name from its end, else the pipeline's own. `name` is what the archive was called.
    public func archiveFile(copy path: String, name: String) throws(PipelineError) -> ArchiveFile {
        let own = try archiveFiles(named: [path])
        if let file = own.first, try isNamed(path) { return file }
        var folders = path.split(separator: "/").map(String.init)
        if !folders.isEmpty { folders[folders.count - 1] = name }
        var best = (score: 0, encoding: encoding)
        for entry in archives {
            let parts = entry.pattern.split(separator: "/")
            let score = zip(parts.reversed(), folders.reversed()).prefix { Glob.matches($0.1, $0.0) }.count
            if score > best.score { best = (score, entry.encoding) }
        }
        return ArchiveFile(path: path, encoding: best.encoding)
    }

    /// Whether a pattern of the pipeline matches this very file.
    private func isNamed(_ path: String) throws(PipelineError) -> Bool {
        let wanted = Pipeline.identity(path)
        for entry in archives {
            for found in try Glob.files(entry.pattern, in: TextFile.folder(of: file), place: entry.place)
            where Pipeline.identity(found) == wanted { return true }
        }
        return false
    }

    /// The absolute path of the file's folder without symbolic links, and the file's name in it.
    private static func identity(_ path: String) -> String {
        let name = ArchiveFile(path: path, encoding: .utf8).name
        guard let resolved = realpath(TextFile.folder(of: path), nil) else { return path }
        defer { free(resolved) }
        guard let folder = String(validatingCString: resolved) else { return path }
        return folder == "/" ? "/" + name : folder + "/" + name
    }
}
