import Glibc

/// Memory that is filled at once comes from the system in large pages: a small one costs more to ask for than to fill.
enum LargePages {
    /// Their size in bytes.
    static let size = 2 << 20

    /// Has the large pages that lie wholly in some memory come as such when they are touched for the first time. Advice only: where it is
    /// refused, pages are small.
    static func prefer(_ memory: UnsafeMutableRawBufferPointer) {
        #if os(Linux)
            guard memory.count >= size, let base = memory.baseAddress else { return }
            let start = (Int(bitPattern: base) + size - 1) / size * size
            let end = (Int(bitPattern: base) + memory.count) / size * size
            if start < end { madvise(UnsafeMutableRawPointer(bitPattern: start), end - start, MADV_HUGEPAGE) }
        #endif
    }
}
