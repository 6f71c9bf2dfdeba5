import Events
import Figures
import Projections
import TestSupport

/// A district of two towns and three communities, of which the last has no coordinates.
func district() throws -> Areas {
    try Areas(
        districtCode: "320612000000", districtName: "示例区",
        communities: [
            Community(code: "320612102001", name: "丙村", townCode: "320612102", townName: "二镇"),
            Community(
                code: "320612101002", name: "乙村", townCode: "320612101", townName: "一镇", position: Position(longitude: 121.01, latitude: 32)
            ),
            Community(
                code: "320612101001", name: "甲村", townCode: "320612101", townName: "一镇", position: Position(longitude: 121, latitude: 32)),
        ])
}

/// The intents and the norm of the worked example.
let exampleDemand = DemandRules(
    months0to5: TenThousandths(rawValue: 0), months6to11: TenThousandths(rawValue: 1000), months12to23: TenThousandths(rawValue: 3000),
    months24to35: TenThousandths(rawValue: 6000))

/// A projection of nothing at these days over these areas.
func emptyProjection(_ areas: Areas, cuts: [Day]) -> Projected {
    Projected(empty: ProjectionRequest(cuts: cuts, asOf: cuts[cuts.count - 1], communities: areas.communities.map(\.code)))
}

extension Projected {
    /// Sets a counter at a cut.
    mutating func set(_ counter: Counter, cut: Int, column: Int, to value: Int) {
        counts[(counter.rawValue * cuts.count + cut) * columns + column] = value
    }

    /// Sets a counter of D.
    mutating func set(_ counter: DetailCounter, column: Int, to value: Int) { details[counter.rawValue * columns + column] = value }
}

/// A day that exists.
func day(_ text: String) -> Day { Day(text) ?? Day(rawValue: 0) }
