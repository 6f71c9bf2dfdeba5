import Events
import Figures
import Projections

extension Table {
    /// `supply.csv`: open facilities by form in every area.
    static let supply = Table(
        "supply", "按形式供给", "Supply by form",
        columns: [
            AreaColumns.level, AreaColumns.code,
            Column("form", .word(FacilityForm.allCases.map(\.name)), "形式", "Form", "The form of the facilities."),
            Column("facilities", .integer, "在营机构", "Open facilities", "Open facilities of the form.", unit: "facilities"),
            Column("facilities_filed", .integer, "备案机构", "Filed facilities", "Those that are filed.", unit: "facilities"),
            Column("places", .integer, "托位", "Places", "Places of the open facilities.", unit: "places"),
            Column("places_filed", .integer, "备案托位", "Filed places", "Places of the filed facilities.", unit: "places"),
            Column(
                "places_inclusive", .integer, "普惠托位", "Inclusive places", "Places of the filed and inclusive facilities.", unit: "places"),
            Column("enrolled", .integer, "在托人次", "Enrolments", "Enrolments active in the open facilities.", unit: "enrolments"),
        ], key: ["level", "code", "form"]
    ) { figures, _, writer in
        let forms = FacilityForm.allCases
        let rows = AreaRows(figures.areas, width: forms.count, empty: SupplyTotals()) { place, slot in
            figures.projected.supply(forms[place], column: slot)
        } adding: { sum, totals in
            sum += totals
        }
        for (number, area) in figures.areas.all.enumerated() {
            for (place, form) in forms.enumerated() {
                let totals = rows[number, place]
                guard totals.facilities > 0 else { continue }
                writer.area(area)
                writer.text(form.name)
                writer.integer(totals.facilities)
                writer.integer(totals.facilitiesFiled)
                writer.integer(totals.places)
                writer.integer(totals.placesFiled)
                writer.integer(totals.placesInclusive)
                writer.integer(totals.enrolled)
                writer.endRow()
            }
        }
    }
}

/// Values of every community by a further word (a form, a scheme), and their sums over towns and the district.
struct AreaRows<Value> {
    private let width: Int
    private var values: [Value]

    /// The values of `width` words; `value` gives one for a word and a slot.
    init(_ areas: Areas, width: Int, empty: Value, value: (Int, Int) -> Value, adding add: (inout Value, Value) -> Void) {
        self.width = width
        values = Array(repeating: empty, count: areas.all.count * width)
        for slot in 0..<areas.slotCount {
            for place in 0..<width {
                let own = value(place, slot)
                for area in [0, areas.townOfSlot[slot], areas.communitiesRange.lowerBound + slot] {
                    add(&values[area * width + place], own)
                }
            }
        }
    }

    subscript(area: Int, place: Int) -> Value { values[area * width + place] }
}
