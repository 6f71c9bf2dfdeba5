import CKernel
import Glibc

/// A growing buffer in pages of its own, huge ones where the system has them: the tables are reached at random, and with small
/// pages each access would miss twice, once for its address. Growing moves no byte.
struct Pages<Value: BitwiseCopyable>: ~Copyable {
    private(set) var start: UnsafeMutablePointer<Value>
    private(set) var capacity: Int
    /// The bytes from the start on that the system was asked to have pages for.
    private var populated = 0

    private static var hugePage: Int { 1 << 21 }
    /// From how many bytes on it is worth it to populate them side by side, and how many more are populated at once: a quarter as many as
    /// there are, so that little is made ready in vain.
    private static var large: Int { 1 << 23 }
    private static func stretch(_ bytes: Int) -> Int {
        bytes < large ? 1 << 18 : min(max(bytes / 4, large / 2), 1 << 26) / hugePage * hugePage
    }

    private static func bytes(_ capacity: Int) -> Int {
        // Whole huge pages from one on: the system then aligns the mapping to them, when it moves too.
        let page = max(1, capacity) * MemoryLayout<Value>.stride >= Pages.hugePage ? Pages.hugePage : 4096
        return (max(1, capacity) * MemoryLayout<Value>.stride + page - 1) / page * page
    }

    /// Zeroes, `capacity` values at least.
    init(capacity: Int) {
        let bytes = Pages.bytes(capacity)
        guard let memory = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), memory != MAP_FAILED else {
            // As any other allocation of the program would.
            preconditionFailure("no memory for \(bytes) bytes")
        }
        Pages.advise(memory, bytes)
        self.capacity = bytes / MemoryLayout<Value>.stride
        start = memory.bindMemory(to: Value.self, capacity: self.capacity)
    }

    deinit { munmap(start, Pages.bytes(capacity)) }

    private static func advise(_ memory: UnsafeMutableRawPointer, _ bytes: Int) {
        if bytes >= hugePage { madvise(memory, bytes, MADV_HUGEPAGE) }
    }

    /// Makes room for `capacity` values at least.
    mutating func grow(to wanted: Int) {
        guard wanted > capacity else { return }
        let bytes = Pages.bytes(max(wanted, capacity * 2))
        guard let memory = tuowei_remap(start, UInt(Pages.bytes(capacity)), UInt(bytes)), memory != MAP_FAILED else {
            preconditionFailure("no memory for \(bytes) bytes")
        }
        Pages.advise(memory, bytes)
        capacity = bytes / MemoryLayout<Value>.stride
        start = memory.bindMemory(to: Value.self, capacity: capacity)
    }

    /// Has the system find pages for the values before `end`, and for some behind them: finding and zeroing them takes longer than
    /// filling them, and whoever fills them would meet them one by one. Many are found side by side.
    ///
    /// A place that is read before it is written to is met twice: for reading, the system lends a page of zeroes that all share, and to
    /// exchange it stops every thread.
    @inline(__always)
    mutating func populate(to end: Int, _ sideBySide: SideBySide?) {
        let bytes = end * MemoryLayout<Value>.stride
        if bytes > populated { populate(bytes: bytes, sideBySide) }
    }

    @inline(never)
    private mutating func populate(bytes: Int, _ sideBySide: SideBySide?) {
        let stretch = Pages.stretch(bytes)
        var (first, end) = (populated, min(Pages.bytes(capacity), (bytes / stretch + 1) * stretch))
        populated = end
        let memory = UnsafeMutableRawPointer(start)
        if first < Pages.large {
            tuowei_populate(memory + first, UInt(min(end, Pages.large) - first))
            first = Pages.large
        }
        guard let sideBySide, first < end else { return }
        let piece = 4 << 20
        sideBySide((end - first + piece - 1) / piece) { item in
            let place = first + item * piece
            tuowei_populate(memory + place, UInt(min(piece, end - place)))
        }
    }
}
