/// Counts from rows to columns as squares whose area is the count, with the count beside it where there is room.
struct MatrixChart {
    let id: String
    let title: String
    let description: String
    let rowTitle: String
    let columnTitle: String
    let rows: [String]
    let columns: [String]
    /// `values[row][column]`.
    let values: [[Int]]

    var svg: String {
        let names = min(1300, max(400, rows.map { Digits.width(of: $0, size: 110) }.max() ?? 0) + 80)
        let pitch = max(120, min(420, (4750 - names) / max(1, columns.count)))
        let top = min(1300, max(400, columns.map { Digits.width(of: $0, size: 110) }.max() ?? 0)) + 260
        let width = 4800
        let height = top + pitch * rows.count + 60
        let most = max(1, values.joined().max() ?? 1)
        var elements: [SVG] = [
            .words("\(rowTitle) ↓  \(columnTitle) →", 30, 130, size: 11, colour: "#56606b")
        ]
        for (place, name) in columns.enumerated() {
            let x = names + pitch * place + pitch / 2 + 40
            var label = SVG.words(Digits.clipped(name, to: top - 260, size: 110), x, top - 60, size: 11)
            label.set("transform", "rotate(-90 \(x.text) \((top - 60).text))")
            elements.append(label)
        }
        for (row, name) in rows.enumerated() {
            let y = top + pitch * row
            elements.append(.line(names, y, names + pitch * columns.count, y, "#eceff2"))
            elements.append(.words(Digits.clipped(name, to: names - 60, size: 110), names - 50, y + pitch / 2 + 40, anchor: .end, size: 11))
            for (column, value) in values[row].enumerated() where value > 0 {
                let side = max(12, MapChart.root(value * (pitch - 20) * (pitch - 20) / most))
                let x = names + pitch * column
                let isHome = name == columns[column]
                let square = SVG.box(
                    x + (pitch - side) / 2, y + (pitch - side) / 2, side, side, fill: isHome ? "#9fb8d3" : "#b34700")
                elements.append(square.told("\(name) → \(columns[column]): \(Axis.label(value))"))
            }
        }
        return SVG.drawing(id, width: width, height: height, title: title, description: description, elements)
    }
}
