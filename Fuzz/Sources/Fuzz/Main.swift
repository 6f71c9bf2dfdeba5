import CFuzzer
import Glibc

/// `Fuzz TARGET [libFuzzer's arguments]`: runs one target until libFuzzer has had enough; `Fuzz` alone lists the targets.
@main
enum Fuzz {
    /// What libFuzzer's callback runs: C functions capture nothing. Set once, before libFuzzer starts.
    nonisolated(unsafe) static var target: FuzzTarget = { _ in }

    static func main() {
        var arguments = CommandLine.arguments
        guard arguments.count > 1, let target = targets[arguments.remove(at: 1)] else {
            print(targets.keys.sorted().joined(separator: "\n"))
            exit(CommandLine.arguments.count > 1 ? 2 : 0)
        }
        Fuzz.target = target
        var count = Int32(arguments.count)
        var pointers = arguments.map { strdup($0) } + [nil]
        let status = pointers.withUnsafeMutableBufferPointer { buffer in
            var start = buffer.baseAddress
            return LLVMFuzzerRunDriver(&count, &start) { data, size in
                Fuzz.target(UnsafeRawBufferPointer(start: data, count: size))
                return 0
            }
        }
        exit(status)
    }
}

/// Tries one input. It stops the process where something is wrong, and must give the same answer for the same bytes.
typealias FuzzTarget = @Sendable (UnsafeRawBufferPointer) -> Void

let targets: [String: FuzzTarget] = [
    "ndjson": fuzzNDJSON,
    "csv": fuzzCSV,
    "gb18030": fuzzGB18030,
    "block": fuzzBlock,
    "entries": fuzzEntries,
    "store": fuzzStore,
    "notes": fuzzNotes,
    "archive": fuzzArchive,
    "tar": fuzzTar,
    "zip": fuzzZip,
    "sevenzip": fuzzSevenZip,
    "gzip": fuzzGzip,
    "lzma": fuzzLzma,
    "xz": fuzzXz,
    "pipeline": fuzzPipeline,
    "reference": fuzzReference,
    "names": fuzzNames,
]
