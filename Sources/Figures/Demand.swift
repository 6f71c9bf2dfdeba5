/// What the pipeline says about need: the share of children of each band whose parents want a place, and the planning norm.
public struct DemandRules: Sendable, Hashable {
    /// Intent of the children of 0–5 months, 0 to 1.
    public let months0to5: TenThousandths
    /// Of 6–11 months.
    public let months6to11: TenThousandths
    /// Of 12–23 months.
    public let months12to23: TenThousandths
    /// Of 24–35 months.
    public let months24to35: TenThousandths
    /// Places planned for 1000 residents; 4.5 unless the pipeline says otherwise.
    public let planningNorm: TenThousandths

    /// The norm of a pipeline that names none: 4.5 places per 1000 residents.
    public static let defaultNorm = TenThousandths(rawValue: 45_000)

    /// Rules from intents and norm.
    public init(
        months0to5: TenThousandths, months6to11: TenThousandths, months12to23: TenThousandths, months24to35: TenThousandths,
        planningNorm: TenThousandths = DemandRules.defaultNorm
    ) {
        self.months0to5 = months0to5
        self.months6to11 = months6to11
        self.months12to23 = months12to23
        self.months24to35 = months24to35
        self.planningNorm = planningNorm
    }

    /// Potential need: ⌈Σ over bands of children × intent⌉.
    public func potential(_ first: Int64, _ second: Int64, _ third: Int64, _ fourth: Int64) -> Int64 {
        if max(first.magnitude, second.magnitude, third.magnitude, fourth.magnitude) < 1 << 26 {
            // Factors are below 2^34, so four products fit 64 bits.
            let sum =
                first &* months0to5.rawValue &+ second &* months6to11.rawValue &+ third &* months12to23.rawValue
                &+ fourth &* months24to35.rawValue
            return (sum &+ 9_999) / 10_000
        }
        let sum =
            Int128(first) * Int128(months0to5.rawValue) + Int128(second) * Int128(months6to11.rawValue)
            + Int128(third) * Int128(months12to23.rawValue) + Int128(fourth) * Int128(months24to35.rawValue)
        return ceilingQuotient(sum, 10_000)
    }

    /// Planned need: ⌈population × norm / 1000⌉.
    public func planned(population: Int64) -> Int64 {
        // Together below 2^62.
        if (0..<1 << 28).contains(population), (0..<1 << 34).contains(planningNorm.rawValue) {
            return (population &* planningNorm.rawValue &+ 9_999_999) / 10_000_000
        }
        return ceilingQuotient(Int128(population) * Int128(planningNorm.rawValue), 10_000_000)
    }
}
