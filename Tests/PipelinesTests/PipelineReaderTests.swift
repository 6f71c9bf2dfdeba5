import Events
import Figures
import Testing

@testable import Pipelines

@Suite("What a pipeline says")
struct PipelineReaderTests {
    @Test("the text of a scalar counts") func texts() throws {
        let pipeline = try Pipeline.parse(
            Array(soundPipeline.replacing("\"320612000000\"", with: "320612000000").replacing("name: tongzhou", with: "name: 1e3").utf8),
            file: "some/folder/x.yaml")
        #expect(pipeline.name == "1e3")
        #expect(pipeline.district == District(code: "320612000000", name: "通州区"))
        #expect(pipeline.communities == "some/folder/communities.csv")
        #expect(pipeline.store == "some/folder/out/store")
        #expect(pipeline.encoding == .utf8)
        #expect(pipeline.archives.map(\.pattern) == ["archives/*", "gbk/*.zip"])
        #expect(pipeline.archives.map(\.encoding) == [.utf8, .gb18030])
        #expect(pipeline.logs == [LogName(name: "出生", log: .births)])
        #expect(pipeline.fields == [ColumnName(column: "出生日期", field: "born_on")])
        #expect(pipeline.values == [CellValue(field: "mode", cell: "全日托", value: "full_day")])
        #expect(pipeline.rejectLimit == 20)
        #expect(pipeline.from == Day("2019-01-31"))
        #expect([pipeline.demand.months0to5, pipeline.demand.months24to35].map(\.rawValue) == [0, 5500])
        #expect(pipeline.demand.planningNorm.rawValue == 45_000)
        #expect(pipeline.catchment == 1500)
        #expect(pipeline.limits == LimitSettings())
        #expect(!pipeline.synthetic)
        let target = try #require(pipeline.targets.first)
        #expect(target.name == "普惠备案")
        #expect(target.figure.name == "facilities_inclusive")
        #expect(target.level == .district)
        #expect(target.by == Day("2021-12-31"))
        #expect(ExactDecimal("4").map { target.bound == .atLeast($0) } == true)
    }

    @Test("what may be left out, and what it means then") func defaults() throws {
        let keys = ["encoding", "logs", "fields", "values", "reject_limit", "planning_norm", "targets"]
        let lines = soundPipeline.split(separator: "\n").filter { line in
            !keys.contains { line.hasPrefix($0 + ":") } && !line.hasPrefix("  - { name")
        }
        let pipeline = try Pipeline.parse(Array(lines.joined(separator: "\n").utf8), file: "x.yaml")
        #expect(pipeline.communities == "communities.csv")
        #expect(pipeline.encoding == .utf8)
        #expect(pipeline.logs.isEmpty && pipeline.fields.isEmpty && pipeline.values.isEmpty && pipeline.targets.isEmpty)
        #expect(pipeline.rejectLimit == 0)
        #expect(pipeline.demand.planningNorm.rawValue == 45_000)
        let empty = (lines.joined(separator: "\n") + "\ntargets:\nlogs:\nlimits:\n")
        #expect(try Pipeline.parse(Array(empty.utf8), file: "x.yaml").targets.isEmpty)
    }

    @Test("the safety limits and the mark of invented data") func additions() throws {
        #expect(try Pipeline.parse(Array(soundPipeline.utf8), file: "x.yaml").thresholds == PageThresholds())
        let thresholds = soundPipeline + "\nthresholds: { desert_children_per_place: 4, desert_least_children: 0 }\n"
        #expect(
            try Pipeline.parse(Array(thresholds.utf8), file: "x.yaml").thresholds
                == PageThresholds(desertChildrenPerPlace: 4, desertLeastChildren: 0))
        let yaml = soundPipeline + "\nsynthetic: true\nlimits: { entries: 10, expansion_ratio: 300, decoder_bytes: 1000000 }\n"
        let pipeline = try Pipeline.parse(Array(yaml.utf8), file: "x.yaml")
        #expect(pipeline.synthetic)
        var limits = LimitSettings()
        limits.entries = 10
        limits.expansionRatio = 300
        limits.decoderMemory = 1_000_000
        #expect(pipeline.limits == limits)
    }

    @Test("a cell that maps to no value of its field is a warning, one that maps to nothing is none") func warnings() throws {
        let yaml = soundPipeline.replacing("{ 全日托: full_day }", with: "{ 全日托: fullday, 无: '' }")
        let pipeline = try Pipeline.parse(Array(yaml.utf8), file: "x.yaml")
        #expect(pipeline.values.map(\.value) == ["fullday", ""])
        #expect(
            pipeline.warnings == [
                "x.yaml:13:24: `fullday` is no value of `mode`, so events with it are rejected. The nearest one is `full_day`."
            ])
    }

    @Test("an alias stands for its value") func alias() throws {
        let yaml = soundPipeline.replacing("name: tongzhou", with: "name: &n tongzhou").replacing("name: 通州区", with: "name: *n")
        #expect(try Pipeline.parse(Array(yaml.utf8), file: "x.yaml").district.name == "tongzhou")
    }

    @Test("a byte order mark and CRLF do no harm") func marks() throws {
        let bytes: [UInt8] = [0xEF, 0xBB, 0xBF] + Array(soundPipeline.replacing("\n", with: "\r\n").utf8)
        let pipeline = try Pipeline.parse(bytes, file: "x.yaml")
        #expect(pipeline.name == "tongzhou")
        #expect(pipeline.source == bytes)
    }

    @Test("distances between words") func nearest() {
        func distance(_ left: String, _ right: String) -> Int {
            NearestKey.distance(Array(left.unicodeScalars), Array(right.unicodeScalars))
        }
        #expect(distance("", "abc") == 3)
        #expect(distance("kitten", "sitting") == 3)
        #expect(distance("at_laest", "at_least") == 1)
        #expect(distance("出生日期", "出生年月") == 2)
        #expect(NearestKey.likely("zzzzzzzz", in: ["name", "store"]) == nil)
        #expect(NearestKey.nearest(to: "x", in: []) == nil)
    }
}
