import CKernel
import Dispatch
import Glibc
import Synchronization

/// How the program asks the system for memory.
enum Memory {
    /// Lets up to `bytes` of what is allocated from now on lie in large pages, and keeps what is freed for what comes next.
    ///
    /// A report of ten million events touches 280 MB for the first time; in pages of 4 KiB that is a tenth of its processor time. Advice
    /// only: where the system refuses any of it, memory comes as it always does. The first `share` bytes are mapped at once, beside what the
    /// caller does next: for what is sure to be used.
    static func preferLargePages(bytes: Int, populating share: Int = 0) {
        tuowei_keep_memory()
        let largePage = 2 << 20
        // What was freed before comes first, and is mapped already.
        let share = share - min(share, Int(clamping: tuowei_freed_memory()))
        guard bytes > largePage, let region = malloc(bytes) else { return }
        let start = (Int(bitPattern: region) + largePage - 1) & ~(largePage - 1)
        let end = (Int(bitPattern: region) + bytes) & ~(largePage - 1)
        if start < end { _ = madvise(UnsafeMutableRawPointer(bitPattern: start), end - start, MADV_HUGEPAGE) }
        free(region)
        populate(start, min(end, start + share / largePage * largePage), step: largePage)
    }

    /// Keeps what is freed from now on for what comes next, in each thread's own memory: an ingest frees and takes blocks of events all the
    /// time, and what goes back to the system in between comes again page by page, filled with zeros.
    static func keepFreed() { tuowei_keep_freed() }

    private static let kept = Mutex<[any Sendable]>([])

    /// Has a value stay until the program ends, when the system takes its memory back at once: piece by piece it takes milliseconds, and
    /// what needs none of it would wait.
    static func keepToTheEnd(_ value: any Sendable) { kept.withLock { $0.append(value) } }

    /// Lets the system hand out memory, which it fills with zeros first, beside what a single thread does in the beginning. Nothing in it
    /// changes, whoever uses it meanwhile; where the system knows no such call (before Linux 5.14), memory comes as it always does.
    private static func populate(_ start: Int, _ end: Int, step: Int) {
        guard start < end else { return }
        DispatchQueue.global(qos: .userInitiated).async {
            for address in stride(from: start, to: end, by: step) {
                guard tuowei_populate(UnsafeMutableRawPointer(bitPattern: address), UInt(step)) == 0 else { return }
            }
        }
    }
}
