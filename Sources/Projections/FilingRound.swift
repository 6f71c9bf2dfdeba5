public import Events

/// A submission for filing (备案) that applied, and what became of it.
public struct FilingRound: Sendable, Hashable {
    /// How a submission stopped being pending.
    public enum Ending: UInt8, Sendable, Hashable, CaseIterable {
        /// `filing_accepted`.
        case accepted
        /// `filing_returned`, to be completed.
        case returned
        /// Submitted once more before anybody answered.
        case resubmitted
        /// The facility closed before anybody answered.
        case closed

        /// The word in tables.
        public var name: String {
            switch self {
            case .accepted: "accepted"
            case .returned: "returned"
            case .resubmitted: "resubmitted"
            case .closed: "closed"
            }
        }

        /// Whether the office answered.
        public var isAnswer: Bool { self == .accepted || self == .returned }
    }

    /// The day of the submission.
    public let submittedOn: Day
    /// The day it stopped being pending; nil: it is pending at D.
    public private(set) var endedOn: Day?
    /// How; nil: it is pending at D.
    public private(set) var ending: Ending?

    /// A submission, with its ending where it has one.
    public init(submittedOn: Day, endedOn: Day? = nil, ending: Ending? = nil) {
        self.submittedOn = submittedOn
        self.endedOn = endedOn
        self.ending = ending
    }

    /// Takes an event that applied into a facility's rounds: those from `start` on.
    static func take(_ event: FilingsEvent, on day: Day, into rounds: inout [FilingRound], from start: Int) {
        let ending: Ending
        switch event {
        case .filingSubmitted: ending = .resubmitted
        case .filingReturned: ending = .returned
        case .filingAccepted: ending = .accepted
        case .facilityClosed: ending = .closed
        case .facilityRegistered, .facilityRelocated, .capacitySet, .filingCancelled, .inclusiveRecognized, .inclusiveWithdrawn,
            .demonstrationAwarded, .demonstrationWithdrawn, .credentialIssued, .inspectionCompleted, .staffingReported, .siteReported,
            .eventVoided:
            return
        }
        if let last = rounds.indices.last, last >= start, rounds[last].ending == nil {
            rounds[last].endedOn = day
            rounds[last].ending = ending
        }
        if event == .filingSubmitted { rounds.append(FilingRound(submittedOn: day)) }
    }
}
