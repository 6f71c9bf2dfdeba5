import Figures
import Testing

@Suite struct FigureCatalogTests {
    /// The columns of `coverage.csv` after `name`, copied from the contract's table.
    private let coverage = """
        population under3 m0_5 m6_11 m12_23 m24_35 newborns newborns_visited facilities facilities_filed facilities_inclusive \
        facilities_demonstration facilities_compliant places places_filed places_inclusive places_infant places_toddler places_preschool \
        places_mixed enrolled enrolled_over_age vacant overfull enrolled_residents waitlisted_residents caregivers caregivers_required \
        caregivers_short staffing_unreported demand demand_planned demand_expressed gap coverage_rate places_per_1000 utilisation \
        enrolment_rate filing_rate inclusive_share visit_rate communities communities_served served_share granted paid recovered \
        net_paid_per_place
        """.split(separator: " ").map(String.init)

    /// What `timeline.csv` leaves out.
    private let atDAlone: Set = [
        "newborns", "newborns_visited", "visit_rate", "facilities_compliant", "caregivers", "caregivers_required", "caregivers_short",
        "staffing_unreported", "granted", "paid", "recovered", "net_paid_per_place",
    ]

    @Test func hasTheContractsColumnsInOrder() {
        #expect(FigureCatalog.all.map(\.name) == coverage)
        #expect(FigureCatalog.timeline.map(\.name) == coverage.filter { !atDAlone.contains($0) })
    }

    @Test func saysWhatEachFigureIs() {
        for figure in FigureCatalog.all {
            #expect(!figure.chinese.isEmpty && !figure.english.isEmpty && figure.meaning.hasSuffix("."), "\(figure.name)")
            #expect(FigureCatalog.figure(named: figure.name) == figure)
        }
        #expect(Set(FigureCatalog.all.map(\.measure)).count == FigureCatalog.all.count)
    }

    @Test func namesBothPartsOfARate() throws {
        let quotients = FigureCatalog.all.compactMap { figure in figure.quotient.map { "\(figure.name)=\($0.numerator)/\($0.denominator)" }
        }
        #expect(
            quotients == [
                "coverage_rate=places_filed/under3", "places_per_1000=places/population", "utilisation=enrolled/places",
                "enrolment_rate=enrolled_residents/under3", "filing_rate=facilities_filed/facilities",
                "inclusive_share=places_inclusive/places_filed", "visit_rate=newborns_visited/newborns",
                "served_share=communities_served/communities",
            ])
    }
}
