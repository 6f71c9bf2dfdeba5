import Yams

/// The bytes of a pipeline file as one YAML document.
enum PipelineDocument {
    /// The greatest number of `*alias` words. Aliases of aliases multiply; with this many a document grows to at most
    /// 3^(32/3), about 10^5 nodes, before any of it is read.
    static let aliasLimit = 32

    static func compose(_ bytes: [UInt8], file: String) throws(PipelineError) -> Node {
        let text = try TextFile.text(TextFile.withoutMark(bytes), file: file)
        guard aliases(in: bytes) <= aliasLimit else { throw .tooManyAliases(file: file, limit: aliasLimit) }
        do {
            // The encoding is named because the library's default would ask the environment; and nobody here asks what type a plain text
            // could be, for which the library's default compiles seven patterns first.
            guard let node = try Yams.compose(yaml: text, .basic, .default, .utf8) else {
                throw PipelineError.syntax(FilePlace(file), problem: "the file is empty")
            }
            return node
        } catch let error as PipelineError {
            throw error
        } catch let error as YamlError {
            throw refusal(error, file: file)
        } catch {
            throw .syntax(FilePlace(file), problem: "unreadable")
        }
    }

    /// Words that could be aliases: a `*` at the start of a word, before a character that a name can have. Quoted texts and
    /// comments are counted too, which is of no consequence below the limit.
    static func aliases(in bytes: [UInt8]) -> Int {
        var count = 0
        var before: UInt8 = 0x0A
        for (index, byte) in bytes.enumerated() {
            if byte == UInt8(ascii: "*"), index + 1 < bytes.count {
                let next = bytes[index + 1]
                let starts = before <= 0x20 || [0x2C, 0x3A, 0x3F, 0x5B, 0x7B, 0x2D].contains(before)
                // A name may begin with anything but white space and the signs of flow.
                if starts, next > 0x20, ![0x2C, 0x5B, 0x5D, 0x7B, 0x7D].contains(next) { count += 1 }
            }
            before = byte
        }
        return count
    }

    private static func refusal(_ error: YamlError, file: String) -> PipelineError {
        func at(_ mark: Mark) -> FilePlace { FilePlace(file, line: mark.line, column: mark.column) }
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _), .composer(_, let problem, let mark, _):
            // `- *.zip` is read as an alias, which the parser's own words do not tell a reader of globs.
            let isAlias = problem.contains("alias") || problem.contains("alphabetic or numeric")
            return .syntax(at(mark), problem: problem + (isAlias ? " (a text that begins with * or & needs quotes)" : ""))
        case .duplicatedKeysInMapping(let duplicates, let context):
            return .duplicateKey(at(context.mark), key: duplicates.first ?? "")
        case .reader(let problem, _, _, _):
            return .syntax(FilePlace(file), problem: problem)
        default:
            return .syntax(FilePlace(file), problem: "the parser gave up")
        }
    }
}
