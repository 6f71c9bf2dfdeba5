public import Figures
import Projections

/// What a figure is made of: sums over events, and reference data.
enum Ingredient: Hashable {
    /// A sum that events add up to.
    case term(EvidenceTerm)
    /// The residents, from `population.csv`.
    case population
    /// The communities of the register, from `communities.csv`.
    case communities

    /// Its name in answers.
    var name: String {
        switch self {
        case .term(let term): term.name
        case .population: "population"
        case .communities: "communities"
        }
    }
}

extension Figure {
    /// Whether it is made of something that an explanation can name.
    public var hasExplanation: Bool { !ingredients.isEmpty }

    /// The parts over events that it is made of.
    var parts: [Part] {
        var parts: [Part] = []
        for case .term(let term) in ingredients { parts += term.parts }
        return parts
    }

    /// What it is made of, in the order in which its arithmetic names them. A column of `coverage.csv` without any does not exist.
    var ingredients: [Ingredient] {
        let all: [Ingredient] =
            switch measure {
            case .count(let quantity): quantity.ingredients
            case .rate(let of, let by, _): of.ingredients + by.ingredients
            case .yuan(let amount): [.term(EvidenceTerm(name, [.money(amount.part)]))]
            case .netPaidPerPlace:
                [.term(EvidenceTerm("net_paid_for_places", [.money(.netForPlaces)]))] + Quantity.counter(.placesFiled).ingredients
            }
        return all.reduce(into: []) { list, ingredient in if !list.contains(ingredient) { list.append(ingredient) } }
    }
}

extension Quantity {
    /// The four bands.
    static let bands: [Counter] = [.m0To5, .m6To11, .m12To23, .m24To35]

    /// What it is made of.
    var ingredients: [Ingredient] {
        func term(_ name: String, _ parts: Part...) -> Ingredient { .term(EvidenceTerm(name, parts)) }
        switch self {
        case .counter(let counter): return [term(counter.name, .counter(counter))]
        case .detail(let counter): return [term(counter.name, .detail(counter))]
        case .population, .demandPlanned: return [.population]
        case .under3: return [.term(EvidenceTerm("under3", Quantity.bands.map(Part.counter)))]
        case .demand: return Quantity.bands.map { term($0.name, .counter($0)) }
        case .demandExpressed: return Quantity.counter(.enrolledResidents).ingredients + Quantity.counter(.waitlistedResidents).ingredients
        case .gap: return Quantity.demand.ingredients + Quantity.counter(.placesFiled).ingredients
        case .communities: return [.communities]
        case .communitiesServed: return [term("communities_served", .counter(.served))]
        }
    }
}

extension Counter {
    /// The column of `coverage.csv`; of `served`, the one that sums it up.
    var name: String {
        self == .served ? "communities_served" : FigureCatalog.all.first { $0.measure == .count(.counter(self)) }?.name ?? "\(self)"
    }
}

extension DetailCounter {
    /// The column of `coverage.csv`.
    var name: String { FigureCatalog.all.first { $0.measure == .count(.detail(self)) }?.name ?? "\(self)" }
}

extension Amount {
    var part: MoneyPart {
        switch self {
        case .granted: .granted
        case .paid: .paid
        case .recovered: .recovered
        }
    }
}

extension Part {
    /// Its name in answers: the column it is printed in, where it is.
    var name: String {
        switch self {
        case .counter(let counter): counter.name
        case .detail(let counter): counter.name
        case .money(.granted): "granted"
        case .money(.paid): "paid"
        case .money(.recovered): "recovered"
        case .money(.netForPlaces): "net_paid_for_places"
        }
    }

    /// Digits behind the point: money is kept in fen and told in yuan.
    var places: Int { if case .money = self { 2 } else { 0 } }
}

/// The numbers of one area from which each figure of its row follows: sums of parts over events, and reference data. The arithmetic is
/// done here once more, from these numbers alone.
public struct AreaParts: Sendable, Equatable {
    /// By ``Part/index``.
    public var sums: [Int64] = Array(repeating: 0, count: Part.all.count)
    /// Children under 3: a sum of its own, though it is that of the bands.
    public var under3: Int64 = 0
    /// The residents; nil: unknown.
    public var population: Int64?
    /// The communities of the register.
    public var communities: Int64 = 0

    /// Nothing.
    public init() {}

    subscript(_ part: Part) -> Int64 {
        get { sums[part.index] }
        set { sums[part.index] = newValue }
    }

    /// A quantity; nil where it is unknown.
    func number(_ quantity: Quantity, _ demand: DemandRules) -> Int64? {
        switch quantity {
        case .counter(let counter): self[.counter(counter)]
        case .detail(let counter): self[.detail(counter)]
        case .population: population
        case .under3: under3
        case .demand: potential(demand)
        case .demandPlanned: population.map { demand.planned(population: $0) }
        case .demandExpressed: self[.counter(.enrolledResidents)] + self[.counter(.waitlistedResidents)]
        case .gap: potential(demand) - self[.counter(.placesFiled)]
        case .communities: communities
        case .communitiesServed: self[.counter(.served)]
        }
    }

    private func potential(_ demand: DemandRules) -> Int64 {
        let bands = Quantity.bands.map { self[.counter($0)] }
        return demand.potential(bands[0], bands[1], bands[2], bands[3])
    }

    /// A figure as it is printed; nil where the cell is empty.
    func printed(_ figure: Figure, _ demand: DemandRules) -> Printed? {
        switch figure.measure {
        case .count(let quantity): number(quantity, demand).map { Printed(count: $0) }
        case .rate(let of, let by, let times):
            number(of, demand).flatMap { above in
                number(by, demand).flatMap { below in
                    Printed(numerator: Int128(above) * Int128(times), denominator: below, places: figure.places)
                }
            }
        case .yuan(let amount): Printed(units: Int128(self[.money(amount.part)]), places: 2)
        case .netPaidPerPlace:
            Printed(numerator: Int128(self[.money(.netForPlaces)]), denominator: self[.counter(.placesFiled)], places: 0)
                .map { Printed(units: $0.units, places: 2) }
        }
    }

    /// The arithmetic in symbols, with the numbers put in; empty where the figure is a plain sum.
    func arithmetic(_ figure: Figure, _ demand: DemandRules) -> String {
        let result = printed(figure, demand)?.text ?? "empty"
        func text(_ quantity: Quantity) -> String { number(quantity, demand).map(String.init) ?? "unknown" }
        switch figure.measure {
        case .count(.demand): return "\(potentialText(demand)) = \(result)"
        case .count(.demandPlanned): return "⌈\(text(.population)) × \(demand.planningNorm.shortText) / 1000⌉ = \(result)"
        case .count(.demandExpressed):
            return "\(text(.counter(.enrolledResidents))) + \(text(.counter(.waitlistedResidents))) = \(result)"
        case .count(.gap): return "\(potentialText(demand)) − \(text(.counter(.placesFiled))) = \(result)"
        case .count, .yuan: return ""
        case .rate(let of, let by, let times):
            return "\(times == 1 ? "" : "\(times) × ")\(text(of)) / \(text(by)) = \(result)"
        case .netPaidPerPlace:
            let net = Printed(units: Int128(self[.money(.netForPlaces)]), places: 2).text
            return "\(net) / \(text(.counter(.placesFiled))) = \(result)"
        }
    }

    private func potentialText(_ demand: DemandRules) -> String {
        let intents = [demand.months0to5, demand.months6to11, demand.months12to23, demand.months24to35]
        return "⌈" + zip(Quantity.bands, intents).map { "\(self[.counter($0)]) × \($1.shortText)" }.joined(separator: " + ") + "⌉"
    }
}

extension TenThousandths {
    /// As people write it: `0.08`, `4.5`, `0`.
    var shortText: String {
        var text = Printed(units: Int128(rawValue), places: 4).text
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        return text
    }
}
