import Events

/// Which namespaces the numbers of an event's subject and object belong to, looked up once: both readers and the writer ask for
/// each event.
struct Spaces: Sendable {
    /// Whether the log has the type.
    var isKnown = false
    /// The namespace of the subject; none for a void.
    var subject: Namespace?
    /// The namespace of the object; none where the type has none.
    var object: Namespace?

    /// The 64 kinds of events of a log: a type's code, plus 32 where the bit ``payeeIsChildBit`` of `code` is set.
    static func kinds(of log: Log) -> [Spaces] { tables[Int(log.rawValue)] }

    /// The place of an event in ``kinds(of:)``; `type` below 32.
    @inline(__always)
    static func kind(type: UInt8, code: UInt8) -> Int { Int(type & 31) | (Int(code & payeeIsChildBit) << 2) }

    private static let tables: [[Spaces]] = Log.allCases.map { log in
        (0..<64).map { kind in
            guard let type = EventType.of(log, code: UInt8(kind & 31)) else { return Spaces() }
            var spaces = Spaces(isKnown: true)
            var objects: [Namespace] = []
            for field in type.fields {
                switch field.slot {
                case .subject(let space): spaces.subject = space
                case .object(let space): objects.append(space)
                case .value, .code, .detail: break
                }
            }
            // Only a grant has two possible objects: the payee is a facility, or with the bit set a child.
            spaces.object = objects.count == 2 ? (kind & 32 != 0 ? .child : .facility) : objects.first
            return spaces
        }
    }
}
