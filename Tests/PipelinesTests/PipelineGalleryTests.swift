import Testing

@testable import Pipelines

/// A pipeline that is right, one key a line, so that a case can break one line of it.
let soundPipeline = """
    name: tongzhou
    district: { code: "320612000000", name: 通州区 }
    communities: communities.csv
    population: population.csv
    archives:
      - archives/*
      - { files: gbk/*.zip, encoding: gb18030 }
    store: out/store
    reports: out/reports
    encoding: utf-8
    logs: { 出生: births }
    fields: { 出生日期: born_on }
    values: { mode: { 全日托: full_day } }
    reject_limit: 20
    from: 2019-01-31
    intent: { m0_5: 0, m6_11: 0.08, m12_23: 0.25, m24_35: 0.55 }
    planning_norm: 4.5
    catchment_m: 1500
    targets:
      - { name: 普惠备案, figure: facilities_inclusive, level: district, by: 2021-12-31, at_least: 4 }
    """

/// The message with which the pipeline is refused, or nil where it is not.
func refusal(of yaml: String) -> String? {
    do throws(PipelineError) {
        _ = try Pipeline.parse(Array(yaml.utf8), file: "p/x.yaml")
        return nil
    } catch {
        return error.description
    }
}

/// One broken line and the message it brings.
struct BrokenLine: Sendable, CustomTestStringConvertible {
    let sound: String
    let broken: String
    let message: String
    var testDescription: String { broken.isEmpty ? "without \(sound)" : broken }

    init(_ sound: String, _ broken: String, _ message: String) {
        self.sound = sound
        self.broken = broken
        self.message = message
    }

    static let all = [
        // Keys.
        BrokenLine(
            "catchment_m: 1500", "catchmentm: 1500",
            "p/x.yaml:18:1: there is no key `catchmentm`. The nearest one is `catchment_m`."),
        BrokenLine(
            "store: out/store", "stores: out/store",
            "p/x.yaml:8:1: there is no key `stores`. The nearest one is `store`."),
        BrokenLine(
            "m12_23: 0.25", "m12_24: 0.25", "p/x.yaml:16:33: there is no key `m12_24` in `intent`. The nearest one is `m12_23`."),
        BrokenLine(
            "at_least: 4", "atleast: 4", "p/x.yaml:20:82: there is no key `atleast` in `targets`. The nearest one is `at_least`."),
        BrokenLine(
            "encoding: gb18030", "encodings: gb18030",
            "p/x.yaml:7:25: there is no key `encodings` in `archives`. The nearest one is `encoding`."),
        BrokenLine(
            "name: 通州区", "nom: 通州区", "p/x.yaml:2:35: there is no key `nom` in `district`. The nearest one is `name`."),
        BrokenLine(
            "name: tongzhou", "<<: { name: x }",
            "p/x.yaml:1:1: there is no key `<<`. The nearest one is `name`."),
        BrokenLine(
            "reject_limit: 20", "'name': again",
            "p/x.yaml:1:1: the key `name` stands twice in one section. Keep one of them."),
        BrokenLine(
            "{ 出生: births }", "{ '1': births, 1: births }", "p/x.yaml:11:9: the key `1` stands twice in one section. Keep one of them."),
        BrokenLine("reject_limit: 20", "? [a, b]\n: 1", "p/x.yaml:14:3: `key` must be a text."),
        BrokenLine("name: tongzhou", "", "p/x.yaml:1:1: the key `name` is missing. Add it."),
        BrokenLine("from: 2019-01-31", "", "p/x.yaml:1:1: the key `from` is missing. Add it."),
        BrokenLine("m6_11: 0.08, ", "", "p/x.yaml:16:9: the key `m6_11` is missing in `intent`. Add it."),
        BrokenLine("code: \"320612000000\", ", "", "p/x.yaml:2:11: the key `code` is missing in `district`. Add it."),
        BrokenLine("by: 2021-12-31, ", "", "p/x.yaml:20:5: the key `by` is missing in `targets`. Add it."),
        // Kinds.
        BrokenLine("name: tongzhou", "name: [tongzhou]", "p/x.yaml:1:7: `name` must be a text."),
        BrokenLine("store: out/store", "store: { a: b }", "p/x.yaml:8:8: `store` must be a text."),
        BrokenLine("- archives/*", "- [archives/*]", "p/x.yaml:6:5: `archives` must be a text."),
        BrokenLine(
            "logs: { 出生: births }", "logs: births",
            "p/x.yaml:11:7: `logs` must be a mapping of keys to values."),
        BrokenLine("{ 全日托: full_day }", "full_day", "p/x.yaml:13:17: `mode` must be a mapping of keys to values."),
        BrokenLine(
            "{ m0_5: 0, m6_11: 0.08, m12_23: 0.25, m24_35: 0.55 }", "[0, 0.08, 0.25, 0.55]",
            "p/x.yaml:16:9: `intent` must be a mapping of keys to values."),
        BrokenLine(
            "- { name: 普惠备案, figure: facilities_inclusive, level: district, by: 2021-12-31, at_least: 4 }", "- 4",
            "p/x.yaml:20:5: `targets` must be a mapping of keys to values."),
        // Values.
        BrokenLine(
            "name: tongzhou", "name:",
            "p/x.yaml:1:6: `name` is empty, but must be a text of 1 to 100 characters without control characters."),
        BrokenLine(
            "\"320612000000\"", "320612", "p/x.yaml:2:19: `code` is `320612`, but must be a code of 12 digits."),
        BrokenLine(
            "encoding: utf-8", "encoding: UTF8",
            "p/x.yaml:10:11: `encoding` is `UTF8`, but must be `utf-8` or `gb18030`. The nearest one is `utf-8`."),
        BrokenLine(
            "出生: births", "出生: birth",
            "p/x.yaml:11:13: `出生` is `birth`, but must be one of births, enrollments, filings, subsidies. The nearest one is `births`."),
        BrokenLine(
            "出生: births", "Filings: births",
            "p/x.yaml:11:9: the name `Filings` already means the log `filings`. Choose another name."),
        BrokenLine(
            "出生: births", "ab: births, AB: filings",
            "p/x.yaml:11:21: the name `AB` already means the log `births`. Choose another name."),
        BrokenLine(
            "出生: births", "a/b: births",
            "p/x.yaml:11:9: `logs` is `a/b`, but must be a mapping whose keys are beginnings of entry names, without `/`."),
        BrokenLine(
            "出生日期: born_on", "出生日期: born_in",
            "p/x.yaml:12:17: `出生日期` is `born_in`, but must be the name of a field. The nearest one is `born_on`."),
        BrokenLine(
            "出生日期: born_on", "'': born_on",
            "p/x.yaml:12:11: `fields` is empty, but must be a mapping whose keys are column names."),
        BrokenLine(
            "mode: {", "modus: {",
            "p/x.yaml:13:11: `values` is `modus`, but must be a mapping whose keys are fields other than `event_id`. The nearest one is `mode`."
        ),
        BrokenLine(
            "mode: {", "event_id: {",
            "p/x.yaml:13:11: `values` is `event_id`, but must be a mapping whose keys are fields other than `event_id`."),
        BrokenLine(
            "全日托: full_day", "'': full_day",
            "p/x.yaml:13:19: `mode` is empty, but must be a mapping whose keys are cells (an empty cell is an absent field)."),
        BrokenLine(
            "reject_limit: 20", "reject_limit: -1",
            "p/x.yaml:14:15: `reject_limit` is `-1`, but must be a whole number from 0 to 1000000000."),
        BrokenLine(
            "reject_limit: 20", "reject_limit: 0x10",
            "p/x.yaml:14:15: `reject_limit` is `0x10`, but must be a whole number from 0 to 1000000000."),
        BrokenLine(
            "reject_limit: 20", "reject_limit: \(String(repeating: "9", count: 400))",
            "p/x.yaml:14:15: `reject_limit` is `\(String(repeating: "9", count: 320))…`, but must be a whole number from 0 to 1000000000."),
        BrokenLine(
            "from: 2019-01-31", "from: 2019-02-29", "p/x.yaml:15:7: `from` is `2019-02-29`, but must be a date, YYYY-MM-DD."),
        BrokenLine(
            "m24_35: 0.55", "m24_35: 1.0001",
            "p/x.yaml:16:55: `m24_35` is `1.0001`, but must be a decimal from 0 to 1 with at most 4 places."),
        BrokenLine(
            "m24_35: 0.55", "m24_35: 0.55000",
            "p/x.yaml:16:55: `m24_35` is `0.55000`, but must be a decimal from 0 to 1 with at most 4 places."),
        BrokenLine(
            "m24_35: 0.55", "m24_35: 5e-1",
            "p/x.yaml:16:55: `m24_35` is `5e-1`, but must be a decimal from 0 to 1 with at most 4 places."),
        BrokenLine(
            "planning_norm: 4.5", "planning_norm: .5",
            "p/x.yaml:17:16: `planning_norm` is `.5`, but must be a decimal from 0 to 1000000 with at most 4 places."),
        BrokenLine(
            "catchment_m: 1500", "catchment_m: 0",
            "p/x.yaml:18:14: `catchment_m` is `0`, but must be metres, a decimal above 0 and up to 1000000 with at most 4 places."),
        BrokenLine(
            "planning_norm: 4.5", "thresholds: { desert_children: 3 }",
            "p/x.yaml:17:15: there is no key `desert_children` in `thresholds`. The nearest one is `desert_least_children`."),
        BrokenLine(
            "planning_norm: 4.5", "thresholds: { desert_children_per_place: 0 }",
            "p/x.yaml:17:42: `desert_children_per_place` is `0`, but must be a whole number from 1 to 10000."),
        BrokenLine(
            "planning_norm: 4.5", "threshold: { desert_least_children: 20 }",
            "p/x.yaml:17:1: there is no key `threshold`. The nearest one is `thresholds`."),
        BrokenLine(
            "planning_norm: 4.5", "synthetic: yes",
            "p/x.yaml:17:12: `synthetic` is `yes`, but must be `true` or `false`."),
        BrokenLine(
            "store: out/store", "store: \"a\\u0000b\"",
            "p/x.yaml:8:8: `store` is `a\\u{0}b`, but must be a text of 1 to 4096 characters without control characters."),
        // Targets.
        BrokenLine(
            "figure: facilities_inclusive", "figure: facility_inclusive",
            "p/x.yaml:20:27: `figure` is `facility_inclusive`, but must be a figure of the timeline. The nearest one is `facilities_inclusive`."
        ),
        BrokenLine(
            "figure: facilities_inclusive", "figure: newborns",
            "p/x.yaml:20:27: `figure` is `newborns`, but must be a figure of the timeline."),
        BrokenLine(
            "level: district", "level: village",
            "p/x.yaml:20:56: `level` is `village`, but must be one of district, town, community."),
        BrokenLine(
            "level: district", "level: district, code: 320612001",
            "p/x.yaml:20:72: `code` is `320612001`, but must be the district's code `320612000000` or left out."),
        BrokenLine(
            "level: district", "level: town, code: unassigned",
            "p/x.yaml:20:68: `code` is `unassigned`, but must be a town's code of 9 digits."),
        BrokenLine(
            "level: district", "level: community, code: 320612001",
            "p/x.yaml:20:73: `code` is `320612001`, but must be a community's code of 12 digits."),
        BrokenLine(
            "at_least: 4", "at_least: many",
            "p/x.yaml:20:92: `at_least` is `many`, but must be a decimal of at most 40 characters."),
        BrokenLine(
            "at_least: 4", "at_least: 4, at_most: 5",
            "p/x.yaml:20:5: the target `普惠备案` must have exactly one of `at_least` and `at_most`."),
        BrokenLine(
            ", at_least: 4", "", "p/x.yaml:20:5: the target `普惠备案` must have exactly one of `at_least` and `at_most`."),
        // Limits.
        BrokenLine(
            "reject_limit: 20", "limits: { entries: 0 }",
            "p/x.yaml:14:20: `entries` is `0`, but must be a whole number from 1 to 1000000000000000."),
        BrokenLine(
            "reject_limit: 20", "limits: { ratio: 9 }",
            "p/x.yaml:14:11: there is no key `ratio` in `limits`. The nearest one is `entries`."),
        // YAML itself.
        BrokenLine(
            "name: tongzhou", "name: *tongzhou",
            "p/x.yaml:1:7: is not valid YAML: found undefined alias (a text that begins with * or & needs quotes). Correct the line."),
        BrokenLine(
            "- archives/*", "- *.zip",
            "p/x.yaml:6:6: is not valid YAML: did not find expected alphabetic or numeric character (a text that begins with * or & needs quotes). Correct the line."
        ),
        BrokenLine(
            "name: tongzhou", "name: 'tongzhou",
            "p/x.yaml:20:95: is not valid YAML: found unexpected end of stream. Correct the line."),
        BrokenLine(
            "catchment_m: 1500", "---\nname: second",
            "p/x.yaml:18:1: is not valid YAML: but found another document. Correct the line."),
    ]
}

@Suite("Every way in which a pipeline is refused")
struct PipelineGalleryTests {
    @Test("the sound one is not") func sound() {
        #expect(refusal(of: soundPipeline) == nil)
    }

    @Test("a broken line is named with its place and what to do", arguments: BrokenLine.all)
    func broken(_ line: BrokenLine) throws {
        #expect(soundPipeline.contains(line.sound))
        var yaml = soundPipeline.replacing(line.sound, with: line.broken, maxReplacements: 1)
        if line.broken.isEmpty, yaml.hasPrefix("\n") { yaml.removeFirst() }
        #expect(refusal(of: yaml) == line.message)
    }

    @Test("an empty file, one without a mapping, and one that is not UTF-8") func whole() throws {
        #expect(refusal(of: "") == "p/x.yaml: is not valid YAML: the file is empty. Correct the line.")
        #expect(refusal(of: "# nothing\n") == "p/x.yaml: is not valid YAML: the file is empty. Correct the line.")
        #expect(refusal(of: "- a") == "p/x.yaml:1:1: `pipeline` must be a mapping of keys to values.")
        #expect(throws: PipelineError.notUTF8(FilePlace("x", line: 2))) {
            try Pipeline.parse(Array("name: a\n".utf8) + [0xB3, 0xF6, 0x0A], file: "x")
        }
        #expect(PipelineError.notUTF8(FilePlace("x", line: 2)).description == "x:2: is not valid UTF-8. Save the file as UTF-8.")
    }

    @Test("aliases that multiply are refused before they are read", .timeLimit(.minutes(5))) func bomb() {
        var yaml = "a: &a [1]\n"
        for (level, name) in "bcdefghijklmno".enumerated() {
            let before = level == 0 ? "a" : String("bcdefghijklmno"["bcdefghijklmno".index("b".startIndex, offsetBy: level - 1)])
            yaml += "\(name): &\(name) [\((0..<9).map { _ in "*\(before)" }.joined(separator: ","))]\n"
        }
        yaml += "? *o\n: 1\n"
        #expect(refusal(of: yaml) == "p/x.yaml: uses more than 32 YAML aliases (*name). Write the values out.")
        let deep = String(repeating: "[", count: 100_000)
        #expect(refusal(of: deep)?.hasPrefix("p/x.yaml:1:") == true)
    }

    @Test("a missing file, a folder, a file beyond all measure") func files() {
        func message(_ path: String, limit: Int = 10) -> String? {
            do throws(PipelineError) {
                _ = try TextFile.read(path, limit: limit)
                return nil
            } catch { return error.description }
        }
        #expect(
            message("/nowhere/x.yaml")
                == "/nowhere/x.yaml: cannot be read: no such file. Check the path (paths are relative to the pipeline file) and its permissions."
        )
        #expect(message("/tmp")?.hasPrefix("/tmp: cannot be read: it is no regular file.") == true)
        #expect(message("/dev/zero")?.hasPrefix("/dev/zero: cannot be read: it is no regular file.") == true)
        #expect(message(#filePath) == "\(#filePath): is larger than 10 bytes. Check that it is the file you mean.")
    }
}
