import Dispatch
import Glibc

/// A verb that starts the ``ThreadLibrary`` itself, once it knows how the program is to have memory: a thread that is there before has
/// memory of its own, in small pages.
protocol StartsThreads {}

/// The library of threads (libdispatch), which opens files of its own.
enum ThreadLibrary {
    /// How many files it opens, and one to spare.
    private static let files = 5

    /// Starts it. It opens its files at the first thread's start and ends the whole program where it may not: so it does that here,
    /// before anything is under way, and only where it may.
    ///
    /// - Throws: `Refusal` where too few files may be opened.
    static func start() throws {
        var tried: [Int32] = []
        defer { for descriptor in tried { close(descriptor) } }
        while tried.count < files {
            let descriptor = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            guard descriptor >= 0 else { throw Files.failure("open", "/") }
            tried.append(descriptor)
        }
        while let descriptor = tried.popLast() { close(descriptor) }
        let group = DispatchGroup()
        DispatchQueue.global().async(group: group) {}
        group.wait()
    }
}
