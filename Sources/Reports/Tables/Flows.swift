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
        ], key: ["home", "place"]
    ) { figures, _, writer in
        let projected = figures.projected
        func code(_ column: Int) -> String {
            column < projected.communities.count
                ? projected.communities[column] : column == projected.unassigned ? Areas.unassignedCode : "elsewhere"
        }
        for flow in projected.flows {
            writer.text(code(flow.home))
            writer.text(code(flow.place))
            writer.integer(flow.enrolments)
            writer.endRow()
        }
    }
}
