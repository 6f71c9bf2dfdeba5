import Glibc

/// How the subjects of a namespace are split into partitions: consecutive numbers share one, so that its tables stay in the cache
/// and whoever folds a partition needs nothing from another.
struct PartitionPlan {
    /// A partition holds 2^shift numbers.
    let shift: UInt32
    /// The number of partitions, at least 1.
    let count: Int
    /// The number of subjects.
    let subjects: Int

    /// Partitions of as many rows as fit a core's own cache together, `bytes` each.
    init(rows: Int, bytes: Int) {
        var shift: UInt32 = 0
        while (2 << shift) * bytes <= 256 << 10 { shift += 1 }
        self.init(subjects: rows, shift: shift)
    }

    /// Partitions of about 8,192 subjects, more where there would be more than 4,096 of them.
    init(subjects: Int, shift wanted: UInt32? = nil) {
        var shift = wanted ?? 13
        while (subjects >> shift) >= 4096 { shift += 1 }
        self.shift = shift
        self.subjects = subjects
        count = max(1, (subjects + (1 << shift) - 1) >> shift)
    }

    @inline(__always) func partition(of subject: UInt32) -> Int { Int(subject >> shift) }
    @inline(__always) func local(of subject: UInt32) -> UInt32 { subject & ((1 << shift) &- 1) }
    /// The number of the first subject of a partition.
    @inline(__always) func first(of partition: Int) -> UInt32 { UInt32(truncatingIfNeeded: partition << Int(shift)) }
    /// The number of subjects a partition may hold.
    var size: Int { 1 << Int(shift) }
}

/// The records one worker has gathered, by partition, in chunks that never move.
///
/// Memory is raw and owned here: an array a partition would cost a check of uniqueness and capacity for each record, and moves.
final class PartitionWriter<Record: BitwiseCopyable> {
    private struct Cursor {
        var next: UnsafeMutablePointer<Record>?
        var left: Int
    }

    private static var chunkRecords: Int { 128 }
    private let cursors: UnsafeMutableBufferPointer<Cursor>
    private var chunks: [[UnsafeMutablePointer<Record>]]
    private var slabs: [Slab] = []
    /// The slab that chunks are taken from, and how many of its records are.
    private var slab = -1
    private var slabUsed = 0

    init(partitions: Int) {
        cursors = .allocate(capacity: partitions)
        cursors.initialize(repeating: Cursor(next: nil, left: 0))
        chunks = Array(repeating: [], count: partitions)
    }

    deinit {
        cursors.deallocate()
    }

    /// Forgets every record and gives its memory back, for what comes next.
    func free() {
        clear()
        slabs = []
    }

    /// Forgets every record and keeps the memory for others.
    func clear() {
        slab = -1
        slabUsed = 0
        for partition in chunks.indices {
            chunks[partition].removeAll(keepingCapacity: true)
            cursors[partition] = Cursor(next: nil, left: 0)
        }
    }

    @inline(__always)
    func append(_ record: Record, to partition: Int) {
        if cursors[partition].left == 0 { addChunk(to: partition) }
        guard let next = cursors[partition].next else { return }
        next.initialize(to: record)
        cursors[partition].next = next + 1
        cursors[partition].left &-= 1
    }

    /// The number of records of a partition.
    func count(_ partition: Int) -> Int { chunks[partition].count * Self.chunkRecords - cursors[partition].left }

    /// Calls `body` with each chunk of a partition.
    func forEachChunk(_ partition: Int, _ body: (UnsafeBufferPointer<Record>) -> Void) {
        for (place, chunk) in chunks[partition].enumerated() {
            let isLast = place == chunks[partition].count - 1
            body(UnsafeBufferPointer(start: chunk, count: Self.chunkRecords - (isLast ? cursors[partition].left : 0)))
        }
    }

    @inline(never)
    private func addChunk(to partition: Int) {
        if slab < 0 || slabUsed == slabs[slab].count {
            slab += 1
            slabUsed = 0
            if slab == slabs.count {
                // Small worlds get small slabs; the sizes are multiples of a chunk.
                let largest = (4 << 20) / (MemoryLayout<Record>.stride * Self.chunkRecords)
                let count = Self.chunkRecords * min(largest, 8 << (2 * min(slabs.count, 8)))
                slabs.append(Slab(bytes: count * MemoryLayout<Record>.stride, count: count))
            }
        }
        let chunk = slabs[slab].start.assumingMemoryBound(to: Record.self) + slabUsed
        slabUsed += Self.chunkRecords
        chunks[partition].append(chunk)
        cursors[partition] = Cursor(next: chunk, left: Self.chunkRecords)
    }
}

/// Memory for many chunks. Large slabs are pages of their own, huge ones where the system has them, and go back to it when they are
/// done with: among what else is allocated meanwhile they would leave gaps that nothing large fits into.
private final class Slab {
    let start: UnsafeMutableRawPointer
    /// How many records it holds.
    let count: Int
    /// The bytes of its pages, 0: it has none of its own.
    private let mapped: Int

    init(bytes: Int, count: Int) {
        self.count = count
        let hugePage = LargePages.size
        guard bytes >= hugePage else {
            mapped = 0
            start = .allocate(byteCount: bytes, alignment: 64)
            return
        }
        mapped = (bytes + hugePage - 1) / hugePage * hugePage
        guard let memory = mmap(nil, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), memory != MAP_FAILED else {
            // As any other allocation of the program would.
            preconditionFailure("no memory for \(mapped) bytes")
        }
        start = memory
        LargePages.prefer(UnsafeMutableRawBufferPointer(start: start, count: mapped))
    }

    deinit { if mapped > 0 { munmap(start, mapped) } else { start.deallocate() } }
}
