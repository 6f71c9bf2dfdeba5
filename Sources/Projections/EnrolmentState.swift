public import Events

/// The state of one child at one facility as their enrollments events make it (`events.md`, section 6).
public struct EnrolmentState: Sendable, Hashable {
    /// What the child is there.
    public enum Standing: UInt8, Sendable, Hashable {
        /// Neither waiting nor enrolled.
        case none
        /// On the waiting list.
        case waiting
        /// Enrolled (入托).
        case enrolled
    }

    /// What the child is there.
    public var standing: Standing = .none
    /// The class, while enrolled.
    public var placeClass: PlaceClass = .infant

    /// Neither waiting nor enrolled.
    public init() {}

    /// Applies the next event in the contract's order. `placeClass` is read where the type has it.
    @inline(__always)
    public mutating func apply(_ event: EnrollmentsEvent, placeClass: PlaceClass) -> Outcome {
        switch event {
        case .waitlistJoined:
            guard standing == .none else { return .refused(.notApplicable) }
            standing = .waiting
        case .waitlistLeft:
            guard standing == .waiting else { return .refused(.notApplicable) }
            standing = .none
        case .childEnrolled:
            guard standing != .enrolled else { return .refused(.notApplicable) }
            standing = .enrolled
            self.placeClass = placeClass
        case .classChanged:
            guard standing == .enrolled else { return .refused(.notApplicable) }
            self.placeClass = placeClass
        case .childWithdrew:
            guard standing == .enrolled else { return .refused(.notApplicable) }
            standing = .none
        case .eventVoided:
            break
        }
        return .applied
    }
}
