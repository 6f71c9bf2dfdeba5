/// The types of the subsidies log by code.
public enum SubsidiesEvent: UInt8, CaseIterable, Sendable {
    /// A grant was made.
    case subsidyGranted = 0
    /// A payment on a grant.
    case subsidyPaid = 1
    /// A recovery (追回) of what was paid.
    case subsidyRecovered = 2
    /// A correction: the target has no effect.
    case eventVoided = 31
}

/// The scheme of a grant, in the order in which tables list schemes.
public enum Scheme: UInt8, CaseIterable, Sendable {
    /// 建设补助.
    case construction = 0
    /// 运营补助.
    case operating = 1
    /// 示范奖励.
    case demonstration = 2
    /// 托育消费券.
    case voucher = 3
    /// 育儿补贴.
    case childrearing = 4

    /// The word in archives and tables.
    public var name: String { schemeNames[Int(rawValue)] }
}

private let schemeNames = ["construction", "operating", "demonstration", "voucher", "childrearing"]

/// The bit of `subsidy_granted`'s `code` that is set where the payee (the column `object`) is a child, not a facility.
@inlinable public var payeeIsChildBit: UInt8 { 1 << 3 }

private let grant = Field("grant", .identifier, .subject(.grant))
private let amount = Field("amount", .amount, .value)

let subsidiesTypes: [EventType] = [
    EventType(
        .subsidies, 0, "subsidy_granted",
        [
            grant, Field("scheme", .word(schemeNames), .code(shift: 0, bits: 3)),
            Field("facility", .identifier, .object(.facility), required: false),
            Field("child", .identifier, .object(.child), required: false),
            amount,
        ],
        rules: [.exactlyOne("facility", "child")]),
    EventType(.subsidies, 1, "subsidy_paid", [grant, amount]),
    EventType(.subsidies, 2, "subsidy_recovered", [grant, amount]),
    .voided(in: .subsidies),
]
