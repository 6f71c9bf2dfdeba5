import Events
import Figures
import Yams

/// How each key of the pipeline file is read; one function a key.
enum Settings {
    static func optional<Value>(
        _ section: Section, _ key: String, _ expected: String, words: [String] = [], _ read: (String) -> Value?
    ) throws(PipelineError) -> Value? {
        guard let node = section.node(key) else { return nil }
        return try section.value(node, key, expected: expected, words: words, read)
    }

    static func digits(_ text: String, _ count: Int) -> String? {
        text.utf8.count == count && text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? text : nil
    }

    static func day(_ section: Section, _ key: String) throws(PipelineError) -> Day {
        try section.value(section.required(key), key, expected: "a date, YYYY-MM-DD") { Day($0) }
    }

    static func district(_ top: Section) throws(PipelineError) -> District {
        _ = try top.required("district")
        guard let section = try top.section("district", keys: Keys.district) else {
            throw .missingKey(top.place, key: "code", section: "district")
        }
        let code = try section.value(section.required("code"), "code", expected: "a code of 12 digits") { digits($0, 12) }
        return District(code: code, name: try section.requiredText("name", maximum: 100))
    }

    static func encoding(_ node: Node?, in section: Section) throws(PipelineError) -> TextEncoding? {
        guard let node else { return nil }
        return try section.value(
            node, "encoding", expected: "`utf-8` or `gb18030`", words: TextEncoding.allCases.map(\.rawValue)
        ) { TextEncoding(rawValue: $0) }
    }

    static func archives(_ top: Section, _ usual: TextEncoding) throws(PipelineError) -> [ArchivePattern] {
        _ = try top.required("archives")
        var patterns: [ArchivePattern] = []
        for item in try top.list("archives") {
            let place = top.place(of: item)
            if case .mapping = item {
                let section = try Section(item, file: top.file, name: "archives", keys: Keys.archive)
                let pattern = try section.requiredText("files", maximum: 4096)
                let own = try Settings.encoding(section.node("encoding"), in: section)
                patterns.append(ArchivePattern(pattern: pattern, encoding: own ?? usual, place: place))
            } else {
                let pattern = try top.text(item, key: "archives")
                guard !pattern.isEmpty, !pattern.utf8.contains(0) else {
                    throw top.invalid(item, "archives", pattern, "a path or a pattern such as `archives/*`")
                }
                patterns.append(ArchivePattern(pattern: pattern, encoding: usual, place: place))
            }
        }
        return patterns
    }

    static func logs(_ top: Section) throws(PipelineError) -> [LogName] {
        guard let section = try top.section("logs", keys: nil) else { return [] }
        let builtIn = Log.allCases.map(\.name)
        var names: [LogName] = []
        for (key, place, node) in section.entries {
            let log = try section.value(node, key, expected: "one of \(builtIn.joined(separator: ", "))", words: builtIn) { Log(name: $0) }
            guard !key.isEmpty, !key.unicodeScalars.contains("/") else {
                throw .invalidValue(
                    place, key: "logs", value: key, expected: "a mapping whose keys are beginnings of entry names, without `/`",
                    nearest: nil)
            }
            // Names are compared ASCII case aside, so one spelling must not mean two logs.
            let earlier = Log.allCases.map { LogName(name: $0.name, log: $0) } + names
            if let other = earlier.first(where: { foldASCII($0.name) == foldASCII(key) && $0.log != log }) {
                throw .ambiguousLog(place, name: key, log: other.log.name)
            }
            names.append(LogName(name: key, log: log))
        }
        return names
    }

    static func foldASCII(_ text: String) -> [UInt8] { text.utf8.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 } }

    static func fields(_ top: Section) throws(PipelineError) -> [ColumnName] {
        guard let section = try top.section("fields", keys: nil) else { return [] }
        var columns: [ColumnName] = []
        for (key, place, node) in section.entries {
            guard !key.isEmpty else {
                throw .invalidValue(place, key: "fields", value: key, expected: "a mapping whose keys are column names", nearest: nil)
            }
            let field = try section.value(node, key, expected: "the name of a field", words: EventType.fieldNames) { name in
                EventType.fieldNames.first { $0 == name }
            }
            columns.append(ColumnName(column: key, field: field))
        }
        return columns
    }

    static func values(_ top: Section) throws(PipelineError) -> ([CellValue], warnings: [String]) {
        guard let section = try top.section("values", keys: nil) else { return ([], []) }
        var cells: [CellValue] = []
        var warnings: [String] = []
        let mappable = EventType.fieldNames.filter { $0 != EnvelopeField.eventID }
        for (field, place, node) in section.entries {
            guard mappable.contains(field) else {
                throw .invalidValue(
                    place, key: "values", value: field, expected: "a mapping whose keys are fields other than `event_id`",
                    nearest: NearestKey.likely(field, in: mappable))
            }
            let known = words(of: field)
            for (cell, cellPlace, value) in try Section(node, file: top.file, name: field, keys: nil).entries {
                guard !cell.isEmpty else {
                    throw .invalidValue(
                        cellPlace, key: field, value: cell, expected: "a mapping whose keys are cells (an empty cell is an absent field)",
                        nearest: nil)
                }
                let meaning = try section.text(value, key: cell)
                if !meaning.isEmpty, !known.isEmpty, !known.contains(meaning) {
                    let near = NearestKey.likely(meaning, in: known).map { " The nearest one is \(Echo.quoted($0))." } ?? ""
                    warnings.append(
                        "\(section.place(of: value)): \(Echo.quoted(meaning)) is no value of `\(field)`, so events with it are rejected.\(near)"
                    )
                }
                cells.append(CellValue(field: field, cell: cell, value: meaning))
            }
        }
        return (cells, warnings)
    }

    /// The words that a field may hold in some event; empty where a field of that name has another form.
    static func words(of name: String) -> [String] {
        var found: [String] = []
        for log in Log.allCases {
            for type in EventType.all(of: log) {
                if name == EnvelopeField.type { found.append(type.name) }
                for field in type.fields where field.name == name {
                    guard case .word(let list) = field.form else { return [] }
                    found += list
                }
            }
        }
        return found
    }

    static func demand(_ top: Section) throws(PipelineError) -> DemandRules {
        let section = try Section(top.required("intent"), file: top.file, name: "intent", keys: Keys.intent)
        func share(_ key: String) throws(PipelineError) -> TenThousandths {
            try section.value(section.required(key), key, expected: "a decimal from 0 to 1 with at most 4 places") { text in
                TenThousandths(text).flatMap { $0.rawValue <= 10_000 ? $0 : nil }
            }
        }
        let norm = try optional(top, "planning_norm", "a decimal from 0 to 1000000 with at most 4 places") { TenThousandths($0) }
        return DemandRules(
            months0to5: try share("m0_5"), months6to11: try share("m6_11"), months12to23: try share("m12_23"),
            months24to35: try share("m24_35"), planningNorm: norm ?? DemandRules.defaultNorm)
    }

    static func catchment(_ top: Section) throws(PipelineError) -> Double {
        try top.value(
            top.required("catchment_m"), "catchment_m", expected: "metres, a decimal above 0 and up to 1000000 with at most 4 places"
        ) { text in
            // The text is checked before the double is read from it, so that no other notation slips in.
            guard let scaled = TenThousandths(text), scaled.rawValue > 0 else { return nil }
            return Double(text)
        }
    }

    static func thresholds(_ top: Section) throws(PipelineError) -> PageThresholds {
        guard let section = try top.section("thresholds", keys: Keys.thresholds) else { return PageThresholds() }
        func number(_ key: String, from least: Int) throws(PipelineError) -> Int? {
            try optional(section, key, "a whole number from \(least) to 10000") { text in
                DecimalText.whole(text, maximum: 10_000).flatMap { $0 >= least ? $0 : nil }
            }
        }
        let usual = PageThresholds()
        return PageThresholds(
            desertChildrenPerPlace: try number("desert_children_per_place", from: 1) ?? usual.desertChildrenPerPlace,
            desertLeastChildren: try number("desert_least_children", from: 0) ?? usual.desertLeastChildren,
            credentialDays: try number("credential_days", from: 0) ?? usual.credentialDays,
            answerWorkingDays: try number("answer_working_days", from: 0) ?? usual.answerWorkingDays,
            listed: try number("listed", from: 1) ?? usual.listed)
    }

    static func limits(_ top: Section) throws(PipelineError) -> LimitSettings {
        var limits = LimitSettings()
        guard let section = try top.section("limits", keys: Keys.limits) else { return limits }
        func number(_ key: String) throws(PipelineError) -> Int? {
            try optional(section, key, "a whole number from 1 to 1000000000000000") { text in
                DecimalText.whole(text, maximum: 1_000_000_000_000_000).flatMap { $0 > 0 ? $0 : nil }
            }
        }
        limits.entries = try number("entries")
        limits.entryBytes = try number("entry_bytes")
        limits.archiveBytes = try number("archive_bytes")
        limits.expansionRatio = try number("expansion_ratio")
        limits.ratioFloor = try number("ratio_floor_bytes")
        limits.nameBytes = try number("name_bytes")
        limits.allNameBytes = try number("all_name_bytes")
        limits.decoderMemory = try number("decoder_bytes")
        return limits
    }
}
