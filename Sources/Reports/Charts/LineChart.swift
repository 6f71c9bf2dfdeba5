/// Counts over time. Lines differ in dashes and bear their names at their ends, so that colour is not needed.
struct LineChart {
    /// A line: what it counts and its number at each day, nil where unknown.
    struct Series {
        let name: String
        let values: [Int?]
    }

    let id: String
    let title: String
    let description: String
    /// The days of the values as `YYYY-MM-DD`.
    let days: [String]
    let series: [Series]

    private static let colours = ["#0b5cad", "#b34700", "#0a6b3d", "#6b4c9a"]
    private static let dashes = ["", "7 3", "2 3", "9 3 2 3"]

    var svg: String {
        let (width, height) = (4800, 2600)
        let ends = series.compactMap { $0.values.last { $0 != nil } ?? nil }.map { Digits.width(of: Axis.label($0), size: 120) }
        let (left, right, top, bottom) = (560, max(520, (ends.max() ?? 0) + 130), 380, 300)
        let axis = Axis(holding: series.lazy.flatMap { $0.values.lazy.compactMap { $0 } })
        let (inner, tall) = (width - left - right, height - top - bottom)
        func x(_ place: Int) -> Tenths { left + Tenths.scaled(place, of: max(1, days.count - 1), over: inner) }
        func y(_ value: Int) -> Tenths { top + tall - axis.place(value, over: tall) }
        var elements: [SVG] = []
        for tick in axis.ticks {
            elements.append(.line(left, y(tick), width - right, y(tick)))
            elements.append(.words(Axis.label(tick), left - 60, y(tick) + 45, anchor: .end, size: 12, colour: "#56606b"))
        }
        // The first day of each year that is shown, thinned until the labels do not touch.
        let starts = days.indices.filter { $0 == 0 || !days[$0].utf8.prefix(4).elementsEqual(days[$0 - 1].utf8.prefix(4)) }
        var lastLabel = -1000
        for start in starts where x(start) - lastLabel >= 420 {
            elements.append(.line(x(start), top + tall, x(start), top + tall + 40, "#56606b"))
            elements.append(.words(String(days[start].prefix(4)), x(start), top + tall + 180, anchor: .middle, size: 12, colour: "#56606b"))
            lastLabel = x(start)
        }
        var key = left
        var labels: [(y: Tenths, words: String, colour: String)] = []
        for (number, line) in series.enumerated() {
            let colour = LineChart.colours[number % LineChart.colours.count]
            let dash = LineChart.dashes[number % LineChart.dashes.count]
            var sample = SVG.line(key, 130, key + 280, 130, colour)
            sample.set("stroke-width", "2.5")
            if !dash.isEmpty { sample.set("stroke-dasharray", dash) }
            elements.append(sample)
            elements.append(.words(line.name, key + 330, 175, size: 12))
            key += 330 + Digits.width(of: line.name, size: 120) + 160
            // A gap in knowledge is a gap in the line.
            var path = ""
            var isDown = false
            for (place, value) in line.values.enumerated() {
                guard let value else {
                    isDown = false
                    continue
                }
                path += isDown ? "L" : "M"
                path += x(place).text
                path += " "
                path += y(value).text
                isDown = true
            }
            guard !path.isEmpty else { continue }
            var drawn = SVG("path", ("d", .words(path)), ("fill", "none"), ("stroke", .words(colour)), ("stroke-width", "2.2"))
            if !dash.isEmpty { drawn.set("stroke-dasharray", dash) }
            elements.append(drawn)
            if let last = line.values.indices.last(where: { line.values[$0] != nil }), let value = line.values[last] {
                elements.append(
                    SVG("circle", ("cx", .tenths(x(last))), ("cy", .tenths(y(value))), ("r", "3.2"), ("fill", .words(colour)))
                        .told("\(line.name) \(days[last]): \(Axis.label(value))"))
                labels.append((y(value), Axis.label(value), colour))
            }
        }
        // The last numbers beside their lines, moved apart where they would touch.
        var lowest = Tenths.min / 2
        for end in labels.sorted(by: { ($0.y, $0.words) < ($1.y, $1.words) }) {
            lowest = max(end.y, lowest + 150)
            elements.append(.words(end.words, width - right + 70, lowest + 45, size: 12, colour: end.colour))
        }
        return SVG.drawing(id, width: width, height: height, title: title, description: description, elements)
    }
}
