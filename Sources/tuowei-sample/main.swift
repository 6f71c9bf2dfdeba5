import Glibc
import Samples

// `tuowei-sample FOLDER` rewrites the generated part of sample-data, byte for byte.
func printError(_ message: String) {
    let line = Array((message + "\n").utf8)
    _ = write(STDERR_FILENO, line, line.count)
}

let arguments = CommandLine.arguments
guard arguments.count == 2 else {
    printError("usage: tuowei-sample FOLDER (rewrites the generated files of sample-data there)")
    exit(2)
}
do {
    try SampleFolder.write(to: arguments[1])
} catch {
    printError("tuowei-sample: \(error)")
    exit(1)
}
