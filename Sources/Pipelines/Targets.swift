import Events
import Figures
import Yams

extension Settings {
    /// The targets, and where the code of each, or else the target itself, stands.
    static func targets(_ top: Section, _ district: District) throws(PipelineError) -> ([Target], [FilePlace]) {
        var targets: [Target] = []
        var places: [FilePlace] = []
        for item in try top.list("targets") {
            let section = try Section(item, file: top.file, name: "targets", keys: Keys.target)
            targets.append(try target(section, district))
            places.append(section.node("code").map { section.place(of: $0) } ?? section.place)
        }
        return (targets, places)
    }

    private static func target(_ section: Section, _ district: District) throws(PipelineError) -> Target {
        let name = try section.requiredText("name", maximum: 100)
        let figures = FigureCatalog.timeline
        let figure = try section.value(
            section.required("figure"), "figure", expected: "a figure of the timeline", words: figures.map(\.name)
        ) { text in figures.first { $0.name == text } }
        let levels = Level.allCases.map(\.name)
        let level = try section.value(
            section.required("level"), "level", expected: "one of \(levels.joined(separator: ", "))", words: levels
        ) { Level(name: $0) }
        let code = try code(section, level, district)
        let by = try day(section, "by")
        return Target(name: name, figure: figure, level: level, code: code, by: by, bound: try bound(section, name))
    }

    private static func code(_ section: Section, _ level: Level, _ district: District) throws(PipelineError) -> String? {
        guard let node = section.node("code") else { return level == .district ? district.code : nil }
        switch level {
        case .district:
            return try section.value(node, "code", expected: "the district's code `\(district.code)` or left out") {
                $0 == district.code ? $0 : nil
            }
        case .town: return try section.value(node, "code", expected: "a town's code of 9 digits") { digits($0, 9) }
        case .community: return try section.value(node, "code", expected: "a community's code of 12 digits") { digits($0, 12) }
        }
    }

    private static func bound(_ section: Section, _ target: String) throws(PipelineError) -> Bound {
        func decimal(_ key: String) throws(PipelineError) -> ExactDecimal? {
            try optional(section, key, "a decimal of at most 40 characters") { $0.utf8.count <= 40 ? ExactDecimal($0) : nil }
        }
        switch (try decimal("at_least"), try decimal("at_most")) {
        case (let least?, nil): return .atLeast(least)
        case (nil, let most?): return .atMost(most)
        default: throw .oneBound(section.place, target: target)
        }
    }
}
