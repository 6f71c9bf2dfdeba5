/// One event that has every form of the contract, as the line readers hand it to the store: fixed-size, its texts as ranges
/// of the ``ParsedBlock``'s arena. Whether it is a duplicate or conflicts is not known yet.
public struct ParsedEvent: BitwiseCopyable, Sendable {
    /// Record time in microseconds (``Instant``).
    public var recordedAt: Int64 = 0
    /// The value of the field kept in ``FieldSlot/value``, else 0.
    public var value: Int64 = 0
    /// ``IdentifierHash`` of the event's identifier.
    public var idHash: UInt64 = 0
    /// ``IdentifierHash`` of the subject's identifier, 0 where the type has none.
    public var subjectHash: UInt64 = 0
    /// ``IdentifierHash`` of the object's identifier, 0 where the event has none.
    public var objectHash: UInt64 = 0
    /// The physical line in its entry, from 1.
    public var line: Int = 0
    /// Where the event's identifier begins in the arena.
    public var idStart: UInt32 = 0
    /// Where the subject's identifier begins in the arena.
    public var subjectStart: UInt32 = 0
    /// Where the object's identifier begins in the arena.
    public var objectStart: UInt32 = 0
    /// Where the ``Detail`` begins in the arena.
    public var detailStart: UInt32 = 0
    /// Valid time as a day number (``Day``).
    public var occurredOn: Int32 = 0
    /// The length of the ``Detail`` in bytes.
    public var detailCount: UInt16 = 0
    /// The type's code (``EventType/code``).
    public var type: UInt8 = 0
    /// The bits of the fields kept in ``FieldSlot/code(shift:bits:)``, else 0.
    public var code: UInt8 = 0
    /// The length of the event's identifier, 1 to 64.
    public var idCount: UInt8 = 0
    /// The length of the subject's identifier; 0: the type has none.
    public var subjectCount: UInt8 = 0
    /// The length of the object's identifier; 0: the event has none.
    public var objectCount: UInt8 = 0

    /// An event with everything 0. Inlined: readers make one of each line, and one that comes through memory makes them wait for it.
    @inlinable
    public init() {}
}

/// The events of consecutive lines of one entry, in order of lines, with the bytes their texts lie in.
///
/// A block is filled by one reader and then only read; it goes from thread to thread as a whole.
public final class ParsedBlock: @unchecked Sendable {
    /// The log of every event in the block.
    public let log: Log
    /// The events.
    public var events: [ParsedEvent] = []
    /// The bytes of their identifiers and details.
    public var arena: [UInt8] = []

    /// An empty block of a log.
    public init(log: Log) { self.log = log }
}
