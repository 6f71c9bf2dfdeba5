/// The types of the births log by code; folds switch over it without a default, so a new type must be decided everywhere.
public enum BirthsEvent: UInt8, CaseIterable, Sendable {
    /// A birth registered here.
    case birthRegistered = 0
    /// A child moved into the district.
    case childMovedIn = 1
    /// A newborn was visited at home (新生儿访视).
    case newbornVisited = 2
    /// A child moved within the district.
    case childRelocated = 3
    /// A child moved out of the district.
    case childMovedOut = 4
    /// A child died.
    case childDied = 5
    /// A correction: the target has no effect.
    case eventVoided = 31
}

private let child = Field("child", .identifier, .subject(.child))
private let community = Field("community", .community, .object(.community))

let birthsTypes: [EventType] = [
    EventType(.births, 0, "birth_registered", [child, community]),
    EventType(
        .births, 1, "child_moved_in", [child, community, Field("born_on", .date, .value)],
        rules: [.notAfterOccurrence(field: "born_on")]),
    EventType(.births, 2, "newborn_visited", [child]),
    EventType(.births, 3, "child_relocated", [child, community]),
    EventType(.births, 4, "child_moved_out", [child]),
    EventType(.births, 5, "child_died", [child]),
    .voided(in: .births),
]
