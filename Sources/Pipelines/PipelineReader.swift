extension Pipeline {
    /// Reads and checks a pipeline file. The reference data and archives that it names are not opened.
    ///
    /// - Throws: ``PipelineError`` with the place of the first thing wrong.
    public static func read(_ file: String) throws(PipelineError) -> Pipeline {
        try parse(TextFile.read(file, limit: TextFile.pipelineLimit), file: file)
    }

    /// Checks the bytes of a pipeline file as if they stood in `file`.
    public static func parse(_ bytes: [UInt8], file: String) throws(PipelineError) -> Pipeline {
        let top = try Section(PipelineDocument.compose(bytes, file: file), file: file, name: "", keys: Keys.top)
        let folder = TextFile.folder(of: file)
        func path(_ key: String) throws(PipelineError) -> String {
            TextFile.resolve(try top.requiredText(key, maximum: 4096), in: folder)
        }
        let name = try top.requiredText("name", maximum: 100)
        let district = try Settings.district(top)
        let encoding = try Settings.encoding(top.node("encoding"), in: top) ?? .utf8
        let (values, warnings) = try Settings.values(top)
        let (targets, targetPlaces) = try Settings.targets(top, district)
        return Pipeline(
            file: file, source: bytes, name: name, district: district,
            communities: try path("communities"), population: try path("population"),
            holidays: top.node("holidays") == nil ? nil : try path("holidays"),
            archives: try Settings.archives(top, encoding), store: try path("store"), reports: try path("reports"),
            encoding: encoding, logs: try Settings.logs(top), fields: try Settings.fields(top), values: values,
            rejectLimit: try Settings.optional(top, "reject_limit", "a whole number from 0 to 1000000000") {
                DecimalText.whole($0, maximum: 1_000_000_000)
            } ?? 0,
            from: try Settings.day(top, "from"), demand: try Settings.demand(top), catchment: try Settings.catchment(top),
            targets: targets, targetPlaces: targetPlaces, thresholds: try Settings.thresholds(top), limits: try Settings.limits(top),
            signingKey: top.node("signing_key") == nil ? nil : try path("signing_key"),
            synthetic: try Settings.optional(top, "synthetic", "`true` or `false`", words: ["true", "false"]) {
                ["true": true, "false": false][$0]
            } ?? false,
            warnings: warnings)
    }
}

/// The keys that exist, by section. A further key is a line here and a line where it is read.
enum Keys {
    static let top = [
        "name", "district", "communities", "population", "archives", "store", "reports", "encoding", "logs", "fields", "values",
        "reject_limit", "from", "intent", "planning_norm", "catchment_m", "targets", "limits", "signing_key", "synthetic", "holidays",
        "thresholds",
    ]
    static let district = ["code", "name"]
    static let archive = ["files", "encoding"]
    static let intent = ["m0_5", "m6_11", "m12_23", "m24_35"]
    static let target = ["name", "figure", "level", "code", "by", "at_least", "at_most"]
    static let thresholds = [
        "desert_children_per_place", "desert_least_children", "credential_days", "answer_working_days", "listed",
    ]
    static let limits = [
        "entries", "entry_bytes", "archive_bytes", "expansion_ratio", "ratio_floor_bytes", "name_bytes", "all_name_bytes",
        "decoder_bytes",
    ]
}
