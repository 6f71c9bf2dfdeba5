import Figures
import Testing

@Suite struct AreasTests {
    @Test func listsAreasInTheOrderOfTables() throws {
        let areas = try district()
        #expect(
            areas.all.map(\.code) == [
                "320612000000", "320612101", "320612102", "unassigned", "320612101001", "320612101002", "320612102001", "unassigned",
            ])
        #expect(areas.all.map(\.level) == [.district, .town, .town, .town, .community, .community, .community, .community])
        #expect(areas.registered == [3, 2, 1, 0, 1, 1, 1, 0])
        #expect(areas.townOfSlot == [1, 1, 2, 3])
    }

    @Test func findsAreasByCodeAndNeverTheUnassigned() throws {
        let areas = try district()
        #expect(areas.number(of: .district, code: "320612000000") == 0)
        #expect(areas.number(of: .town, code: "320612102") == 2)
        #expect(areas.number(of: .community, code: "320612101002") == 5)
        #expect(areas.number(of: .community, code: "320612101") == nil)
        #expect(areas.number(of: .town, code: Areas.unassignedCode) == nil)
        #expect(areas.number(of: .community, code: Areas.unassignedCode) == nil)
        #expect(areas.slot(of: "320612999001") == areas.unassignedSlot)
        #expect(areas.townCode(of: "320612102001") == "320612102")
        #expect(areas.townCode(of: "320612999001") == nil)
        #expect(Array(areas.registered(at: .town)) == [1, 2])
        #expect(areas.slots(of: 1) == [0, 1])
        #expect(areas.slots(of: 0) == [0, 1, 2, 3])
        #expect(areas.slots(of: 7) == [3])
    }

    @Test func acceptsARegisterWithoutCommunities() throws {
        let areas = try Areas(districtCode: "320612000000", districtName: "区", communities: [])
        #expect(areas.all.map(\.code) == ["320612000000", "unassigned", "unassigned"])
    }

    @Test func refusesWhatBreaksTheRegister() {
        func refusal(_ communities: [Community]) -> FiguresError? {
            do {
                _ = try Areas(districtCode: "320612000000", districtName: "区", communities: communities)
                return nil
            } catch { return error }
        }
        let first = Community(code: "320612101001", name: "甲", townCode: "320612101", townName: "镇")
        let renamed = Community(code: "320612101002", name: "乙", townCode: "320612101", townName: "乡")
        let own = Community(code: "320612000000", name: "乙", townCode: "320612000", townName: "镇")
        let outside = Community(code: "320612101002", name: "乙", townCode: "320612102", townName: "镇")
        #expect(refusal([first, first]) == .communityTwice(row: 1, code: "320612101001"))
        #expect(refusal([first, renamed]) == .townNamedTwice(row: 1, code: "320612101"))
        #expect(refusal([first, own]) == .communityIsDistrict(row: 1, code: "320612000000"))
        #expect(refusal([outside]) == .townOutsideCode(row: 0, code: "320612101002"))
        #expect(refusal([first]) == nil)
    }
}
