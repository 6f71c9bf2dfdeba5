/// Groups of upright bars: a few kinds of counts for each of a few groups. Kinds differ in fill and in hatching.
struct GroupedBars {
    let id: String
    let title: String
    let description: String
    let groups: [String]
    /// A name and a number for each group, nil where the kind does not exist in the group.
    let kinds: [(name: String, values: [Int?])]
    /// One on top of the other instead of side by side.
    var isStacked = false

    static let fills = ["#0b5cad", "#e69f00", "#56b4e9", "#6b4c9a", "#a0a7ae"]

    var svg: String {
        let (width, height) = (4800, 2700)
        let (left, right, top, bottom) = (620, 100, 420, 300)
        let totals = groups.indices.map { group in kinds.reduce(0) { $0 + max(0, $1.values[group] ?? 0) } }
        let axis = Axis(holding: isStacked ? totals : kinds.flatMap { $0.values.compactMap { $0 } })
        let (inner, tall) = (width - left - right, height - top - bottom)
        func y(_ value: Int) -> Tenths { top + tall - axis.place(value, over: tall) }
        var elements: [SVG] = []
        for tick in axis.ticks {
            elements.append(.line(left, y(tick), width - right, y(tick)))
            elements.append(.words(Axis.label(tick), left - 60, y(tick) + 45, anchor: .end, size: 12, colour: "#56606b"))
        }
        var key = left
        var keyLine = 40
        for (number, kind) in kinds.enumerated() {
            let needed = 170 + Digits.width(of: kind.name, size: 120) + 160
            if key + needed > width, key > left {
                key = left
                keyLine += 170
            }
            elements.append(contentsOf: bar(key, keyLine, 120, 120, number))
            elements.append(.words(kind.name, key + 170, keyLine + 105, size: 12))
            key += needed
        }
        let slot = inner / max(1, groups.count)
        let count = isStacked ? 1 : max(1, kinds.count)
        let thick = max(10, min(420, (slot - slot / 5) / count))
        for (group, name) in groups.enumerated() {
            let middle = left + slot * group + slot / 2
            var base = 0
            for (number, kind) in kinds.enumerated() {
                guard let value = kind.values[group] else { continue }
                let start = isStacked ? middle - thick / 2 : middle - thick * count / 2 + thick * number
                let (from, to) = isStacked ? (base, base + value) : (0, value)
                base = to
                let (upper, lower) = (y(max(from, to)), y(min(from, to)))
                for (layer, element) in bar(start, upper, thick - 20, lower - upper, number).enumerated() {
                    elements.append(layer == 0 ? element.told("\(name) · \(kind.name): \(Axis.label(value))") : element)
                }
                if !isStacked, thick >= 250 {
                    elements.append(.words(Axis.label(value), start + thick / 2, upper - 40, anchor: .middle, size: 11))
                }
            }
            if isStacked, slot >= 330 {
                elements.append(.words(Axis.label(totals[group]), middle, y(totals[group]) - 40, anchor: .middle, size: 11))
            }
            if slot >= 330 || group % ((330 + slot - 1) / max(1, slot)) == 0 {
                elements.append(.words(name, middle, top + tall + 180, anchor: .middle, size: 12))
            }
        }
        elements.append(.line(left, y(0), width - right, y(0), "#1b1f24"))
        return SVG.drawing(id, width: width, height: height, title: title, description: description, elements)
    }

    /// A bar of a kind: its fill, and from the second kind on lines over it.
    private func bar(_ x: Tenths, _ y: Tenths, _ width: Tenths, _ height: Tenths, _ kind: Int) -> [SVG] {
        var bars = [SVG.box(x, y, width, height, fill: GroupedBars.fills[kind % GroupedBars.fills.count], stroke: "#1b1f24")]
        guard kind % 5 != 0, height > 30, kind > 0 else { return bars }
        let gap = kind % 2 == 1 ? 60 : 110
        for offset in stride(from: gap, to: height, by: gap) { bars.append(.line(x, y + offset, x + width, y + offset, "#1b1f24")) }
        return bars
    }
}

/// Two panels of lying bars for the same rows, side by side, so that one is not read without the other.
struct PairedBars {
    let id: String
    let title: String
    let description: String
    let leftName: String
    let rightName: String
    let rows: [(name: String, left: Int, right: Int)]

    var svg: String {
        let width = 4800
        let top = 330
        let pitch = 235
        let names = min(1500, max(500, rows.map { Digits.width(of: $0.name, size: 120) }.max() ?? 0) + 100)
        let panel = (width - names - 700) / 2
        let leftAxis = Axis(holding: rows.map(\.left), ticks: 4)
        let rightAxis = Axis(holding: rows.map(\.right), ticks: 4)
        let height = top + pitch * rows.count + 120
        var elements: [SVG] = [
            .words(leftName, names, 130, size: 12), .words(rightName, names + panel + 450, 130, size: 12),
        ]
        for (axis, start) in [(leftAxis, names), (rightAxis, names + panel + 450)] {
            // Zero is always named, its neighbours only where there is room.
            let zero = start + axis.place(0, over: panel)
            var last: Tenths?
            for tick in axis.ticks {
                let x = start + axis.place(tick, over: panel)
                elements.append(.line(x, top - 50, x, height - 100, tick == 0 ? "#1b1f24" : "#d5dae0"))
                let room = 260 + Digits.width(of: Axis.label(tick), size: 110) / 2
                if tick != 0, abs(x - zero) < room || last.map({ x - $0 < room }) ?? false { continue }
                elements.append(.words(Axis.label(tick), x, top - 80, anchor: .middle, size: 11, colour: "#56606b"))
                last = x
            }
        }
        for (place, row) in rows.enumerated() {
            let y = top + pitch * place
            elements.append(.words(Digits.clipped(row.name, to: names - 60, size: 120), names - 80, y + 150, anchor: .end, size: 12))
            for (axis, start, value, isLeft) in [(leftAxis, names, row.left, true), (rightAxis, names + panel + 450, row.right, false)] {
                let zero = axis.place(0, over: panel)
                let end = axis.place(value, over: panel)
                // A surplus is drawn hollow: it is not the opposite colour that tells it from a gap.
                let box = SVG.box(
                    start + min(zero, end), y + 40, max(end - zero, zero - end), pitch - 80,
                    fill: isLeft ? (value > 0 ? "#b34700" : "#fff") : "#56b4e9", stroke: isLeft ? "#b34700" : "#0b5cad")
                elements.append(box.told("\(row.name) · \(isLeft ? leftName : rightName): \(Axis.label(value))"))
            }
        }
        return SVG.drawing(id, width: width, height: height, title: title, description: description, elements)
    }
}
