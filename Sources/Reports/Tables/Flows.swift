import Figures
import Projections

extension Table {
    /// `flows.csv`: from the community where enrolled children live to the one where their facility lies.
    static let flows = Table(
        "flows", "入托流向", "Flows",
        columns: [
            Column(
                "home", .code, "居住社区", "Home",
                "The child's community; unassigned where the register lacks it, elsewhere where the child is not resident in the district."),
            Column("place", .code, "机构所在社区", "Place", "The facility's community; unassigned where the register lacks it."),
            Column("enrolments", .integer, "在托人次", "Enrolments", "Enrolments active in open facilities.", unit: "enrolments"),
        ], key: ["home", "place"], lists: .flows,
        parts: { ($0.projected.flows.count + flowsInPart - 1) / flowsInPart }
    ) { figures, part, writer in
        let projected = figures.projected
        // By column: the communities, then the two places outside the register.
        let codes = RowWriter.Cells((projected.communities + [Areas.unassignedCode, "elsewhere"]).lazy.map { [$0] })
        for flow in projected.flows[(part * flowsInPart)..<min((part + 1) * flowsInPart, projected.flows.count)] {
            writer.cells(codes, flow.home)
            writer.cells(codes, flow.place)
            writer.integer(flow.enrolments)
            writer.endRow()
        }
    }
}

private let flowsInPart = 32_768
