import Events

/// One event as the folds carry it: small, of fixed size, sorted by its subject and the contract's order (`events.md`, section 3).
///
/// `key` packs what sorts first, from the top: 22 bits of the subject's number within its partition, 17 of the day since
/// 1900-01-01, one that is 0 for the subject's creating event; then 4 bits of the type and 20 of what the type needs.
protocol FoldRecord: BitwiseCopyable {
    var key: UInt64 { get }
    var recordedAt: Int64 { get }
    var ordinal: UInt32 { get }
    /// Whether it comes before another, identifiers of events aside.
    func precedes(_ other: Self) -> Bool
    /// Whether only the identifiers of the two events can tell their order; false for other subjects.
    func ties(_ other: Self) -> Bool
    /// Whether its numbers are ones that a record of this shape has: the folds index by them.
    func fits(_ shape: RecordShape) -> Bool
}

/// The bits of ``FoldRecord/key``.
enum FoldKey {
    static let payloadBits: UInt64 = 20
    static let typeShift: UInt64 = 20
    static let creatingShift: UInt64 = 24
    static let dayShift: UInt64 = 25
    static let localShift: UInt64 = 42
    /// 1900-01-01, ``Day/firstOccurrence``, as a constant: a static property would be looked up for every event.
    @inline(__always) static var firstDay: Int32 { -25_567 }
    /// 2199-12-31, ``Day/lastOccurrence``.
    @inline(__always) static var lastDay: Int32 { 84_005 }
    /// A partition has at most this many subjects, as a power of two.
    static let maximumPartitionShift = 22

    @inline(__always)
    static func pack(local: UInt32, day: Int32, type: UInt8, payload: UInt32) -> UInt64 {
        let days = UInt64(UInt32(bitPattern: day &- firstDay))
        return UInt64(local) << localShift | days << dayShift | (type == 0 ? 0 : 1 << creatingShift) | UInt64(type) << typeShift
            | UInt64(payload)
    }
}

extension FoldRecord {
    /// The subject's number within its partition.
    @inline(__always) var local: Int { Int(key >> FoldKey.localShift) }
    /// Valid time as a day number.
    @inline(__always) var day: Int32 { Int32(truncatingIfNeeded: key >> FoldKey.dayShift & 0x1_FFFF) &+ FoldKey.firstDay }
    /// The type's code.
    @inline(__always) var type: UInt8 { UInt8(truncatingIfNeeded: key >> FoldKey.typeShift & 15) }
    /// What the type needs, 20 bits.
    @inline(__always) var payload: UInt32 { UInt32(truncatingIfNeeded: key & 0xF_FFFF) }

    @inline(__always)
    func precedes(_ other: Self) -> Bool {
        let (mine, others) = (key >> FoldKey.creatingShift, other.key >> FoldKey.creatingShift)
        if mine != others { return mine < others }
        if recordedAt != other.recordedAt { return recordedAt < other.recordedAt }
        return key >> FoldKey.typeShift < other.key >> FoldKey.typeShift
    }

    @inline(__always)
    func ties(_ other: Self) -> Bool {
        key >> FoldKey.typeShift == other.key >> FoldKey.typeShift && recordedAt == other.recordedAt
    }
}

/// An event of the births log. The payload is the number of days from `born_on` to `occurred_on`.
struct BirthRecord: FoldRecord {
    let key: UInt64
    let recordedAt: Int64
    /// The community's number, 0 where the type has none.
    let community: UInt32
    let ordinal: UInt32

    @inline(__always) func fits(_ shape: RecordShape) -> Bool { community < shape.communityLimit }
    @inline(__always) var bornOn: Int32 { day &- Int32(truncatingIfNeeded: payload) }
}

/// An event of the enrollments log. Its subject is the pair of child and facility, so the facility sorts right after the child,
/// and no type is a creating one. The payload is the column `code`.
struct EnrolmentRecord: FoldRecord {
    let key: UInt64
    let recordedAt: Int64
    let facility: UInt32
    let ordinal: UInt32

    @inline(__always) func fits(_ shape: RecordShape) -> Bool { facility < UInt32(truncatingIfNeeded: shape.facilities) }

    @inline(__always)
    func precedes(_ other: EnrolmentRecord) -> Bool {
        let (mine, others) = (key >> FoldKey.localShift, other.key >> FoldKey.localShift)
        if mine != others { return mine < others }
        if facility != other.facility { return facility < other.facility }
        if day != other.day { return day < other.day }
        if recordedAt != other.recordedAt { return recordedAt < other.recordedAt }
        return type < other.type
    }

    @inline(__always)
    func ties(_ other: EnrolmentRecord) -> Bool {
        key >> FoldKey.typeShift == other.key >> FoldKey.typeShift && recordedAt == other.recordedAt && facility == other.facility
    }
}

/// An event of the filings log. The payload is the column `code`.
struct FilingRecord: FoldRecord {
    let key: UInt64
    let recordedAt: Int64
    /// The community's number, 0 where the type has none.
    let community: UInt32
    let ordinal: UInt32
    /// A day number, caregivers or hundredths of a square metre.
    let value: Int32
    let infant: Int32
    let toddler: Int32
    let preschool: Int32
    let mixed: Int32
    /// Nothing: it fills the record up to whole words.
    let reserved: UInt32 = 0

    @inline(__always) func fits(_ shape: RecordShape) -> Bool { community < shape.communityLimit }
}

/// An event of the subsidies log. The payload is the column `code`.
struct GrantRecord: FoldRecord {
    let key: UInt64
    let recordedAt: Int64
    /// Fen.
    let amount: Int64
    /// The number of the facility or child, 0 where the type has none.
    let payee: UInt32
    let ordinal: UInt32

    @inline(__always)
    func fits(_ shape: RecordShape) -> Bool {
        let isChild = payload & UInt32(payeeIsChildBit) != 0
        return amount > 0 && (type != 0 || payee < UInt32(truncatingIfNeeded: isChild ? shape.children : shape.facilities))
    }
}
