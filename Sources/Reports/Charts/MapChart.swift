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

    /// A name on the map, beside the points that it names.
    struct Label {
        let west: Double
        let east: Double
        let south: Double
        let north: Double
        let words: String
    }

    let id: String
    let title: String
    let description: String
    let bubbles: [Bubble]
    let rings: [Ring]
    let labels: [Label]
    let legend: [String]
    let legendTitle: String
    let ringName: String
    let bubbleName: String

    static let fills = ["#7a1f0e", "#e07b39", "#f6cf65", "#bfe3d0"]

    var svg: String {
        let width = 7600
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
        let scale = min(room / wide, 5200.0 / high)
        let height = Int(high * scale) + 2 * Int(margin) + 900
        let shift = (room - wide * scale) / 2
        func x(_ longitude: Double) -> Tenths { Int((margin + shift + (longitude - west) * shrink * scale).rounded()) }
        func y(_ latitude: Double) -> Tenths { Int((margin + (north - latitude) * scale).rounded()) }
        func x(_ place: Position) -> Tenths { x(place.longitude) }
        func y(_ place: Position) -> Tenths { y(place.latitude) }
        let most = max(1, bubbles.map(\.children).max() ?? 1)
        // With many communities bubbles shrink, else they cover each other.
        let biggest = bubbles.count > 600 ? 80 : bubbles.count > 120 ? 130 : bubbles.count > 40 ? 170 : 240
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
                    "circle", ("cx", .tenths(x(ring.position))), ("cy", .tenths(y(ring.position))),
                    ("r", .words(rings.count > 600 ? "2" : "4")), ("fill", "none"), ("stroke", "#0b3d91"),
                    ("stroke-width", .words(rings.count > 600 ? "0.8" : "1.6"))
                ).told(ring.words))
        }
        var taken: [Box] = []
        for label in labels {
            let half = Digits.width(of: label.words, size: 120) / 2
            let middle = ((x(label.west) + x(label.east)) / 2, (y(label.north) + y(label.south)) / 2)
            // Above, below, right or left of what it names: where it stays on the map and covers no name and the fewest bubbles.
            let choices = [
                (middle.0, y(label.north) - 150), (middle.0, y(label.south) + 260), (x(label.east) + half + 160, middle.1),
                (x(label.west) - half - 160, middle.1),
            ].map { place in Box(x: place.0, y: place.1, half: half) }
            let costs = choices.map { box in
                (box.lies(in: width, height - 800) ? 0 : 2_000_000) + (taken.contains { $0.touches(box) } ? 1_000_000 : 0)
                    + bubbles.count { box.covers(x($0.position), y($0.position)) }
            }
            let box = choices[costs.indices.min { costs[$0] < costs[$1] } ?? 0]
            taken.append(box)
            // A halo in the ground's colour keeps the name readable over bubbles.
            var name = SVG.words(label.words, box.x, box.y, anchor: .middle, size: 12)
            for (key, value) in [("font-weight", "600"), ("stroke", "#f7f9fb"), ("stroke-width", "3"), ("style", "paint-order:stroke")] {
                name.set(key, value)
            }
            elements.append(name)
        }
        elements.append(contentsOf: legend(at: height - 720, most: most, biggest: radius(most)))
        elements.append(contentsOf: scaleBar(degrees: scale, at: height - 880, width: width))
        return SVG.drawing(id, width: width, height: height, title: title, description: description, elements)
    }

    /// Where a name stands: the middle of its base line, and half its width.
    private struct Box {
        let x: Tenths
        let y: Tenths
        let half: Tenths

        func touches(_ other: Box) -> Bool { abs(x - other.x) < half + other.half + 60 && abs(y - other.y) < 170 }
        func covers(_ x: Tenths, _ y: Tenths) -> Bool { abs(x - self.x) < half + 60 && y > self.y - 190 && y < self.y + 90 }
        func lies(in width: Tenths, _ height: Tenths) -> Bool { x - half > 0 && x + half < width && y > 150 && y < height }
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
        var elements: [SVG] = [.words(legendTitle, 100, y + 100, size: 11)]
        for (place, name) in legend.enumerated() {
            let (x, line) = (100 + place * 1850, y + 290)
            elements.append(
                SVG(
                    "circle", ("cx", .tenths(x + 80)), ("cy", .tenths(line - 45)), ("r", "8"), ("fill", .words(MapChart.fills[place])),
                    ("stroke", "#1b1f24")))
            elements.append(sign(place, x + 80, line - 45))
            elements.append(.words(name, x + 210, line, size: 11))
        }
        let line = y + 540
        elements.append(
            SVG(
                "circle", ("cx", "18"), ("cy", .tenths(line - 45)), ("r", "4"), ("fill", "none"), ("stroke", "#0b3d91"),
                ("stroke-width", "1.6")))
        elements.append(.words(ringName, 310, line, size: 11))
        // Two sizes of bubbles, for the eye to measure others by.
        var x = 1950
        for children in [max(1, most / 4), most] {
            let radius = max(18, MapChart.root(children * biggest * biggest / most))
            elements.append(
                SVG(
                    "circle", ("cx", .tenths(x + radius)), ("cy", .tenths(line - 45)), ("r", .tenths(radius)), ("fill", "none"),
                    ("stroke", "#1b1f24")))
            let words = "\(Axis.label(children)) \(bubbleName)"
            elements.append(.words(words, x + 2 * radius + 80, line, size: 11))
            x += 2 * radius + 80 + Digits.width(of: words, size: 110) + 250
        }
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
