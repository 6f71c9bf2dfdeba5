public import Events

/// A child's state as its births events make it, one after another (`events.md`, section 4).
public struct ChildState: Sendable, Hashable {
    /// Where the child is.
    public enum Standing: UInt8, Sendable, Hashable {
        /// Nothing is known of it.
        case none
        /// It lives in ``ChildState/community``.
        case resident
        /// It moved out of the district.
        case away
        /// It died.
        case dead
    }

    /// Where the child is.
    public var standing: Standing = .none
    /// Whether a visit to the newborn applied.
    public var isVisited = false
    /// The number of the community it lives in or last lived in; without meaning in ``Standing/none``.
    public var community: UInt32 = 0
    /// Its birth date; without meaning in ``Standing/none``, known in every other.
    public var bornOn = Day(rawValue: 0)
    /// The day it first became resident here, from which its birth date is known.
    public var firstResidentOn = Day(rawValue: 0)

    /// A child of which nothing is known.
    public init() {}

    /// Applies the next event in the contract's order. `community` and `bornOn` are read where the type has them.
    /// A void among a child's events has no effect on it.
    @inline(__always)
    public mutating func apply(_ event: BirthsEvent, on day: Day, community: UInt32, bornOn: Day) -> Outcome {
        switch event {
        case .birthRegistered:
            guard standing == .none else { return .refused(.duplicateBirth) }
            arrive(on: day, in: community, bornOn: day)
            return .applied
        case .childMovedIn:
            switch standing {
            case .none:
                arrive(on: day, in: community, bornOn: bornOn)
                return .applied
            case .away, .resident:
                let mismatch: FindingCode? = bornOn == self.bornOn ? nil : .bornOnMismatch
                let resident: FindingCode? = standing == .resident ? .movedInWhileResident : nil
                standing = .resident
                self.community = community
                return .applied(mismatch, resident)
            case .dead:
                return .refused(.notApplicable)
            }
        case .newbornVisited:
            let age = day.rawValue &- self.bornOn.rawValue
            guard standing == .resident, age >= 0, age <= 28 else { return .refused(.notApplicable) }
            isVisited = true
            return .applied
        case .childRelocated:
            guard standing == .resident else { return .refused(.notApplicable) }
            self.community = community
            return .applied
        case .childMovedOut:
            guard standing == .resident else { return .refused(.notApplicable) }
            standing = .away
            return .applied
        case .childDied:
            guard standing == .resident || standing == .away else { return .refused(.notApplicable) }
            standing = .dead
            return .applied
        case .eventVoided:
            return .applied
        }
    }

    @inline(__always)
    private mutating func arrive(on day: Day, in community: UInt32, bornOn: Day) {
        standing = .resident
        self.community = community
        self.bornOn = bornOn
        firstResidentOn = day
    }
}
