import Figures
import Testing

@testable import Pipelines

private let soundCommunities = #"""
    code,name,town_code,town_name,longitude,latitude
    320612101001,"甲, ""一""",320612101,东镇,121.00,32.00
    320612101002,乙村,320612101,东镇,,
    320612102001,丙村,320612102,西镇,121.010000000001,-0.5

    """#
private let soundPopulation = """
    code,year,residents
    320612101001,2020,1000
    320612101001,2021,
    320612102,2020,77
    320612000000,2020,5000

    """

private func read(
    _ communities: String = soundCommunities, _ population: String = soundPopulation, yaml: String = soundPipeline
) throws(PipelineError) -> ReferenceData {
    try Pipeline.parse(Array(yaml.utf8), file: "x.yaml").reference(communities: Array(communities.utf8), population: Array(population.utf8))
}

private func refusal(_ communities: String, _ population: String, yaml: String = soundPipeline) -> String? {
    do throws(PipelineError) {
        _ = try read(communities, population, yaml: yaml)
        return nil
    } catch { return error.description }
}

@Suite("Reference data")
struct ReferenceGalleryTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let sound: String
        let broken: String
        let message: String
        var testDescription: String { broken }
        init(_ sound: String, _ broken: String, _ message: String) {
            self.sound = sound
            self.broken = broken
            self.message = message
        }
    }

    static let communityCases = [
        Case(
            "320612101002", "32061210100",
            "communities.csv:3: `code` is `32061210100`, but must be a code of 12 digits."),
        Case(
            "320612101002", "３20612101002",
            "communities.csv:3: `code` is `３20612101002`, but must be a code of 12 digits."),
        Case(
            "320612101002", "320612101001",
            "communities.csv:3: the code `320612101001` stands here again, first on line 2. Keep one of the rows."),
        Case(
            "320612101002,乙村,320612101", "320612000000,乙村,320612000",
            "communities.csv:3: the community has the district's code `320612000000`. Give it its own 12-digit code."),
        Case(
            "乙村,320612101", "乙村,320612102",
            "communities.csv:3: the code `320612101002` does not begin with its town's code `320612102`. Correct one of them."),
        Case(
            "乙村,320612101", "乙村,3206121",
            "communities.csv:3: `town_code` is `3206121`, but must be a code of 9 digits."),
        Case(
            "乙村,320612101,东镇", "乙村,320612101,东镇 ",
            "communities.csv:3: the town `320612101` has another name on line 2. Use one name for one town."),
        Case(
            "乙村", "", "communities.csv:3: `name` is empty, but must be a text of 1 to 200 characters without control characters."),
        Case(
            "乙村", "乙\u{7}村",
            "communities.csv:3: `name` is `乙\\u{7}村`, but must be a text of 1 to 200 characters without control characters."),
        Case("东镇,,", "东镇,121,", "communities.csv:3: `longitude` and `latitude` must both be given or both be empty."),
        Case(
            "-0.5", "-90.000001",
            "communities.csv:4: `latitude` is `-90.000001`, but must be degrees from -90 to 90 with at most 12 places."),
        Case(
            "121.00,", "1.21e2,",
            "communities.csv:2: `longitude` is `1.21e2`, but must be degrees from -180 to 180 with at most 12 places."),
        Case(
            "东镇,,", "东镇,,,",
            "communities.csv:3: the row has 7 cells and the header 6. Correct the row (RFC 4180, one record a line)."),
        Case(
            "乙村", "\"乙村",
            "communities.csv:3: a quoted cell does not end on its line. Correct the row (RFC 4180, one record a line)."),
        Case(
            "乙村", "\"乙\"村",
            "communities.csv:3: text stands behind a closing quote. Correct the row (RFC 4180, one record a line)."),
        Case(
            "乙村", "乙\"村",
            "communities.csv:3: a quote stands inside an unquoted cell. Correct the row (RFC 4180, one record a line)."),
        Case(
            "town_code,", "town,",
            "communities.csv:1: the column `town_code` is missing. Add it to the header row."),
        Case(
            "longitude,latitude", "name,name",
            "communities.csv:1: the column `name` stands twice. Keep one of them."),
    ]

    @Test("a broken row of communities.csv is named by its line", arguments: communityCases)
    func communities(_ item: Case) {
        #expect(soundCommunities.contains(item.sound))
        #expect(refusal(soundCommunities.replacing(item.sound, with: item.broken, maxReplacements: 1), soundPopulation) == item.message)
    }

    static let populationCases = [
        Case(
            "320612102,2020", "320612101001,2020",
            "population.csv:4: the year 2020 of `320612101001` stands here again, first on line 2. Keep one of the rows."),
        Case("320612102,", "320612x02,", "population.csv:4: `code` is `320612x02`, but must be a code of digits."),
        Case(
            "2020,77", "20,77 ",
            "population.csv:4: `residents` is `77 `, but must be empty or a whole number from 0 to 10000000000."),
        Case(
            "2020,77", "2020,10000000001",
            "population.csv:4: `residents` is `10000000001`, but must be empty or a whole number from 0 to 10000000000."),
        Case(
            "2020,77", "2020,077",
            "population.csv:4: `residents` is `077`, but must be empty or a whole number from 0 to 10000000000."),
        Case("2020,77", "2020.0,77", "population.csv:4: `year` is `2020.0`, but must be a year from 1 to 9999."),
        Case("2020,77", "0,77", "population.csv:4: `year` is `0`, but must be a year from 1 to 9999."),
        Case("code,year", "code;year", "population.csv:1: the column `code` is missing. Add it to the header row."),
    ]

    @Test("a broken row of population.csv is named by its line", arguments: populationCases)
    func population(_ item: Case) {
        #expect(soundPopulation.contains(item.sound))
        #expect(refusal(soundCommunities, soundPopulation.replacing(item.sound, with: item.broken, maxReplacements: 1)) == item.message)
    }

    @Test("what is not UTF-8, and what is empty") func wholeFiles() throws {
        let pipeline = try Pipeline.parse(Array(soundPipeline.utf8), file: "x.yaml")
        #expect(throws: PipelineError.notUTF8(FilePlace("communities.csv", line: 2))) {
            try pipeline.reference(communities: Array("code\n".utf8) + [0xC4, 0xE3], population: [])
        }
        #expect(refusal("", soundPopulation) == "communities.csv: the column `code` is missing. Add it to the header row.")
        #expect(refusal(soundCommunities, "\n\n") == "population.csv: the column `code` is missing. Add it to the header row.")
    }

    @Test("rows are read as written; a mark, CRLF, empty lines and other columns do no harm") func sound() throws {
        let columns = soundPopulation.replacing("code,year,residents", with: "year,code,note,residents")
            .replacing("320612101001,2020,1000", with: "2020,320612101001,x,1000").replacing(
                "320612101001,2021,", with: "2021,320612101001,,"
            )
            .replacing("320612102,2020,77", with: "\n2020,999999999999,,5\n2020,320612102,,77")
            .replacing("320612000000,2020,5000", with: "2020,320612000000,,5000")
        let data = try read("\u{FEFF}" + soundCommunities.replacing("\n", with: "\r\n"), columns)
        #expect(data.areas.communities.map(\.name) == ["甲, \"一\"", "乙村", "丙村"])
        #expect(data.areas.communities.map(\.position?.latitude) == [32, nil, -0.5])
        #expect(data.areas.communities[2].position?.longitude == 121.010000000001)
        // District and the second town by their own rows, the first town unknown with its second village.
        #expect(data.population.residents(in: 2021) == [5000, nil, 77, nil, 1000, nil, nil, nil])
        #expect(
            data.warnings == [
                "population.csv: the column `note` is passed over.",
                "population.csv:5: the code `999999999999` is no community, town or district here; its rows are passed over.",
            ])
    }

    @Test("a target's code must be in the register") func targets() {
        func yaml(_ target: String) -> String { soundPipeline.replacing("level: district", with: target) }
        #expect(refusal(soundCommunities, soundPopulation, yaml: yaml("level: town, code: 320612102")) == nil)
        #expect(refusal(soundCommunities, soundPopulation, yaml: yaml("level: community, code: '320612101002'")) == nil)
        #expect(refusal(soundCommunities, soundPopulation, yaml: yaml("level: district, code: 320612000000")) == nil)
        #expect(
            refusal(soundCommunities, soundPopulation, yaml: yaml("level: town, code: 320612103"))
                == "x.yaml:20:68: `code` is `320612103`, but must be the code of a town in communities.csv. The nearest one is `320612101`."
        )
        #expect(
            refusal(soundCommunities, soundPopulation, yaml: yaml("level: community, code: 990000000000"))
                == "x.yaml:20:73: `code` is `990000000000`, but must be the code of a community in communities.csv.")
    }
}
