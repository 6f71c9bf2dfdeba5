import Figures

/// Communities and facilities where they lie. A bubble's area is the children, its fill the coverage (lighter is more) with a sign
/// in it for those who see no colour; a ring is a facility.
struct MapChart {
    struct Bubble {
        let position: Position
        let children: Int
        /// 0: no place; 1: a desert; 2: below the middle line; 3: above.
        let coverage: Int
        let words: String
    }

    struct Ring {
        let position: Position
        let words: String
    }

    let id: String
    let title: String
    let description: String
    let bubbles: [Bubble]
    let rings: [Ring]
    let legend: [String]
    let legendTitle: String
    let ringName: String
    let bubbleName: String

    static let fills = ["#7a1f0e", "#e07b39", "#f6cf65", "#bfe3d0"]

    var svg: String {
        let width = 4800
        let everything = bubbles.map(\.position) + rings.map(\.position)
        guard let first = everything.first else { return "" }
        var (west, east, south, north) = (first.longitude, first.longitude, first.latitude, first.latitude)
        for place in everything {
            (west, east) = (min(west, place.longitude), max(east, place.longitude))
            (south, north) = (min(south, place.latitude), max(north, place.latitude))
        }
        // An even projection is good enough for a district; a degree east is shorter by the cosine of the latitude.
        let shrink = MapChart.cosine(ofDegrees: (south + north) / 2)
        let margin = 300.0
        let room = Double(width) - 2 * margin
        let wide = max((east - west) * shrink, 0.01)
        let high = max(north - south, 0.01)
        let scale = min(room / wide, 4200.0 / high)
        let height = Int(high * scale) + 2 * Int(margin) + 900
        let shift = (room - wide * scale) / 2
        func x(_ place: Position) -> Tenths { Int((margin + shift + (place.longitude - west) * shrink * scale).rounded()) }
        func y(_ place: Position) -> Tenths { Int((margin + (north - place.latitude) * scale).rounded()) }
        let most = max(1, bubbles.map(\.children).max() ?? 1)
        // With many communities bubbles shrink, else they cover each other.
        let biggest = bubbles.count > 120 ? 110 : bubbles.count > 40 ? 150 : 240
        func radius(_ children: Int) -> Tenths { max(18, MapChart.root(children * biggest * biggest / most)) }
        var elements = [SVG.box(0, 0, width, height - 800, fill: "#f7f9fb")]
        for bubble in bubbles.sorted(by: { $0.children > $1.children }) {
            let circle = SVG(
                "circle", ("cx", .tenths(x(bubble.position))), ("cy", .tenths(y(bubble.position))), ("r", .tenths(radius(bubble.children))),
                ("fill", .words(MapChart.fills[bubble.coverage])), ("fill-opacity", "0.9"), ("stroke", "#1b1f24"), ("stroke-width", "0.6"))
            elements.append(circle.told(bubble.words))
            if bubble.coverage < 2 { elements.append(sign(bubble.coverage, x(bubble.position), y(bubble.position))) }
        }
        for ring in rings {
            elements.append(
                SVG(
                    "circle", ("cx", .tenths(x(ring.position))), ("cy", .tenths(y(ring.position))), ("r", "4"), ("fill", "none"),
                    ("stroke", "#0b3d91"), ("stroke-width", "1.6")
                ).told(ring.words))
        }
        elements.append(contentsOf: legend(at: height - 720, most: most, biggest: radius(most)))
        elements.append(contentsOf: scaleBar(degrees: scale, at: height - 880, width: width))
        return SVG.drawing(id, width: width, height: height, title: title, description: description, elements)
    }

    /// The sign in a bubble: a cross for none, a bar for a desert, nothing else.
    private func sign(_ coverage: Int, _ x: Tenths, _ y: Tenths) -> SVG {
        var sign = SVG("g", ("stroke", .words(coverage == 0 ? "#fff" : "#1b1f24")), ("stroke-width", "1"))
        if coverage == 0 {
            sign.add(SVG("path", ("d", .words("M\((x - 25).text) \((y - 25).text)l5 5M\((x + 25).text) \((y - 25).text)l-5 5"))))
        }
        if coverage == 1 { sign.add(SVG("path", ("d", .words("M\((x - 25).text) \(y.text)h5")))) }
        return sign
    }

    private func legend(at y: Tenths, most: Int, biggest: Tenths) -> [SVG] {
        var elements: [SVG] = [.words(legendTitle, 100, y + 100, size: 12)]
        for (place, name) in legend.enumerated() {
            let (column, row) = (place % 2, place / 2)
            let (x, line) = (100 + column * 2350, y + 270 + row * 200)
            elements.append(
                SVG(
                    "circle", ("cx", .tenths(x + 70)), ("cy", .tenths(line - 40)), ("r", "7"), ("fill", .words(MapChart.fills[place])),
                    ("stroke", "#1b1f24")))
            elements.append(sign(place, x + 70, line - 40))
            elements.append(.words(name, x + 190, line, size: 12))
        }
        elements.append(
            SVG(
                "circle", ("cx", "17"), ("cy", .tenths(y + 635)), ("r", "4"), ("fill", "none"), ("stroke", "#0b3d91"),
                ("stroke-width", "1.6")))
        elements.append(.words(ringName, 290, y + 680, size: 12))
        elements.append(.words("\(bubbleName) \(Axis.label(most))", 2350 + 100 + 250, y + 680, size: 12))
        elements.append(
            SVG(
                "circle", ("cx", .tenths(2350 + 170)), ("cy", .tenths(y + 635)), ("r", .tenths(min(biggest, 90))), ("fill", "none"),
                ("stroke", "#1b1f24")))
        return elements
    }

    /// A bar of a round number of kilometres, at most a quarter of the map.
    private func scaleBar(degrees scale: Double, at y: Tenths, width: Tenths) -> [SVG] {
        let kilometre = scale / 111.195
        guard kilometre > 0 else { return [] }
        let lengths = [1, 2, 5, 10, 20, 50, 100, 200, 500]
        let length = lengths.last { Double($0) * kilometre <= Double(width) / 4 } ?? 1
        let drawn = Int((Double(length) * kilometre).rounded())
        let start = width - 200 - drawn
        return [
            SVG("path", ("d", .words("M\(start.text) \((y - 40).text)v4h\(drawn.text)v-4")), ("fill", "none"), ("stroke", "#1b1f24")),
            .words("\(length) km", start + drawn / 2, y - 70, anchor: .middle, size: 11),
        ]
    }

    /// The cosine by its series, so that it does not depend on the system's library.
    static func cosine(ofDegrees degrees: Double) -> Double {
        let angle = degrees * 3.141592653589793 / 180
        var (term, sum) = (1.0, 1.0)
        for place in 1...12 {
            term *= -angle * angle / Double((2 * place - 1) * 2 * place)
            sum += term
        }
        return max(sum, 0.01)
    }

    /// The whole square root.
    static func root(_ number: Int) -> Int {
        guard number > 0 else { return 0 }
        var guess = Int(Double(number).squareRoot())
        while guess * guess > number { guess -= 1 }
        while (guess + 1) * (guess + 1) <= number { guess += 1 }
        return guess
    }
}
