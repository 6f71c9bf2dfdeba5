/// The accepted events of one stored block as columns, decoded. Row `i` is the event of ordinal `firstOrdinal + i` in its log.
///
/// Identifiers of subjects and objects are numbers: the store gives each new identifier of a ``Namespace`` the next number.
/// The class is reused from block to block to spare allocations; its reader owns it.
public final class EventColumns {
    /// The log.
    public var log: Log = .births
    /// The ordinal of the first event, counted from 0 within its log over the whole store.
    public var firstOrdinal: Int = 0
    /// The number of events.
    public var count: Int = 0
    /// ``EventType/code`` of each event.
    public var type: [UInt8] = []
    /// The bits of ``FieldSlot/code(shift:bits:)``.
    public var code: [UInt8] = []
    /// Valid time as a day number.
    public var occurredOn: [Int32] = []
    /// Record time in microseconds.
    public var recordedAt: [Int64] = []
    /// The number of the subject (child, facility or grant); 0 and without meaning for a void.
    public var subject: [UInt32] = []
    /// The number of the object (community, facility or child); 0 and without meaning where the type has none.
    public var object: [UInt32] = []
    /// The field kept in ``FieldSlot/value``, else 0.
    public var value: [Int64] = []
    /// Where each event's identifier begins in `idBytes`; one more than events, so that `i` ends where `i + 1` begins.
    public var idStart: [UInt32] = []
    /// The identifiers, one behind another.
    public var idBytes: [UInt8] = []
    /// Where each event's ``Detail`` begins in `detailBytes`; one more than events.
    public var detailStart: [UInt32] = []
    /// The details, one behind another.
    public var detailBytes: [UInt8] = []

    /// No events.
    public init() {}

    /// The identifier of the event in row `row`.
    public func id(_ row: Int) -> ArraySlice<UInt8> { idBytes[Int(idStart[row])..<Int(idStart[row + 1])] }

    /// Whether the places of a row's detail are ones that ``detail(_:)`` can take.
    func isDetailWhole(_ row: Int) -> Bool {
        detailStart[row] <= detailStart[row + 1] && Int(detailStart[row + 1]) <= detailBytes.count
    }

    /// The detail of the event in row `row`.
    public func detail(_ row: Int) -> ArraySlice<UInt8> { detailBytes[Int(detailStart[row])..<Int(detailStart[row + 1])] }
}
