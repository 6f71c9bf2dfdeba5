/// What became of an event: whether it had its effect, and the findings it left, at most two.
public struct Outcome: Sendable, Hashable {
    /// Whether the event had its effect.
    public let applied: Bool
    /// Its findings in no particular order, without the states that are judged at D only.
    public var findings: [FindingCode] { [first, second].compactMap { $0 } }
    /// The first finding, if any.
    let first: FindingCode?
    /// The second one.
    let second: FindingCode?

    @inline(__always)
    private init(applied: Bool, _ first: FindingCode?, _ second: FindingCode?) {
        self.applied = applied
        self.first = first
        self.second = second
    }

    /// Applied, nothing to say.
    @inline(__always) static var applied: Outcome { Outcome(applied: true, nil, nil) }

    /// Applied, with findings.
    @inline(__always)
    static func applied(_ first: FindingCode?, _ second: FindingCode? = nil) -> Outcome { Outcome(applied: true, first, second) }

    /// No effect, for this reason.
    @inline(__always)
    static func refused(_ code: FindingCode) -> Outcome { Outcome(applied: false, code, nil) }

    /// Whether there is any finding.
    @inline(__always) var hasFindings: Bool { first != nil || second != nil }
}
