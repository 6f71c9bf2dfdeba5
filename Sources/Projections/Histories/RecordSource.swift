import Events
import Synchronization

/// The records of one log by partition, wherever they lie: in histories, or gathered from blocks by workers, or both.
final class RecordSource<Record: FoldRecord>: Sendable {
    let log: Log
    let plan: PartitionPlan
    let histories: [HistoryFile]
    let horizon: Horizon
    let shape: RecordShape
    // Filled before they are shared; afterwards only read.
    nonisolated(unsafe) let writers: [PartitionWriter<Record>]
    nonisolated(unsafe) let voided: VoidedEvents
    /// Where the partitions are to be written too, in the order of histories, when they are loaded; there are no histories of them then.
    let section: HistorySection<Record>?
    private let known = Atomic<Int>(0)
    /// Hears of the events of each partition that is loaded.
    private let folded: (@Sendable (Int) -> Void)?

    init(
        _ log: Log, _ plan: PartitionPlan, _ histories: Histories, _ writers: [PartitionWriter<Record>], _ horizon: Horizon,
        _ shape: RecordShape, without voided: VoidedEvents, section: HistorySection<Record>? = nil,
        _ folded: (@Sendable (Int) -> Void)? = nil
    ) {
        self.log = log
        self.plan = plan
        self.histories = histories.files
        self.writers = writers
        self.horizon = horizon
        self.shape = shape
        self.voided = voided
        self.section = section
        self.folded = folded
    }

    /// How many records of histories, of whatever date, exist at K: complete once every partition was loaded once.
    var knownRecords: Int { known.load(ordering: .relaxed) }

    func noteKnown(_ count: Int) { known.wrappingAdd(count, ordering: .relaxed) }

    func noteLoaded(_ count: Int) { folded?(count) }
}

/// What decides whether a record of histories counts.
struct RecordFilter {
    let asOf: Int32
    let knownAt: Int64
    let voided: UnsafeMutablePointer<UInt64>?
    let voidedSubjects: UnsafeMutablePointer<UInt64>?
    let ordinals: UInt32
    /// The number of the partition's first subject.
    let first: Int
    let locals: Int
    let shape: RecordShape

    /// Whether a subject of the partition has an event that is voided.
    @inline(__always)
    func hasVoided(_ local: Int) -> Bool {
        guard let voidedSubjects else { return false }
        let subject = first &+ local
        return voidedSubjects[subject >> 6] >> UInt64(subject & 63) & 1 != 0
    }

    /// Whether an event of a subject that has voided ones is one of them.
    @inline(__always)
    func isVoided(_ ordinal: UInt32) -> Bool { voided.map { $0[Int(ordinal >> 6)] >> UInt64(ordinal & 63) & 1 != 0 } ?? false }

    @inline(__always)
    func isVoided(_ record: some FoldRecord) -> Bool { hasVoided(record.local) && isVoided(record.ordinal) }

    /// Whether a record exists and counts.
    @inline(__always)
    func counts(_ record: some FoldRecord) -> Bool {
        record.recordedAt <= knownAt && record.day <= asOf && !isVoided(record)
    }

    /// Keeps the records that exist and count, in their order; how many there are, and how many exist at K. Nil where one is none
    /// that a record of this shape can have, or where they are not in order of subjects.
    @inline(__always)
    func keep<Record: FoldRecord>(
        _ records: UnsafeMutableBufferPointer<Record>, _ note: (_ local: Int, _ end: Int) -> Void
    ) -> (kept: Int, known: Int)? {
        guard let base = records.baseAddress else { return (0, 0) }
        var kept = 0
        var known = 0
        var last = 0
        for place in 0..<records.count {
            let record = base[place]
            let local = record.local
            guard local >= last, local < locals, record.ordinal < ordinals, record.fits(shape) else { return nil }
            last = local
            base[kept] = record
            let exists = record.recordedAt <= knownAt
            known &+= exists ? 1 : 0
            guard exists, record.day <= asOf, !isVoided(record) else { continue }
            kept &+= 1
            note(local, kept)
        }
        return (kept, known)
    }
}

extension RecordSource {
    func filter(_ partition: Int) -> RecordFilter { filter(partition, voided: voided) }

    /// The same, where other events have no effect.
    func filter(_ partition: Int, voided: VoidedEvents) -> RecordFilter {
        RecordFilter(
            asOf: horizon.asOf, knownAt: horizon.knownAt, voided: voided.words?.base, voidedSubjects: voided.subjects?.base,
            ordinals: UInt32(truncatingIfNeeded: shape.eventCounts[Int(log.rawValue)]), first: Int(plan.first(of: partition)),
            locals: min(plan.size, plan.subjects - Int(plan.first(of: partition))), shape: shape)
    }
}
