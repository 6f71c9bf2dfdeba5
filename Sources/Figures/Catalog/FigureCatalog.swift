/// Every figure in the order of `coverage.csv`. Tables, pages, targets and explanations read this list and no other.
public enum FigureCatalog {
    /// All figures: the columns of `coverage.csv` after `name`.
    public static let all: [Figure] =
        populationFigures + newbornFigures + facilityFigures + enrolmentFigures + staffingFigures + demandFigures + rateFigures
        + communityFigures + moneyFigures

    /// The columns of `timeline.csv` after `name`: what is known at every month end, and what a target may name.
    public static let timeline: [Figure] = all.filter { $0.tables == .coverageAndTimeline }

    /// The figure of that name.
    public static func figure(named name: String) -> Figure? { all.first { $0.name == name } }
}
