/// A town of 通州区: code and name are real, the weight (its share of the people, in thousandths) is invented.
struct Town {
    let code: String
    let name: String
    let weight: Int
    /// About where it lies: degrees east and north in millionths.
    let longitude: Int
    let latitude: Int
    /// Whether it is a subdistrict (街道), where more communities are residents' committees.
    let isUrban: Bool

    static let all = [
        Town(code: "320612001", name: "金沙街道", weight: 150, longitude: 121_073_000, latitude: 32_066_000, isUrban: true),
        Town(code: "320612002", name: "兴东街道", weight: 42, longitude: 120_982_000, latitude: 32_072_000, isUrban: true),
        Town(code: "320612003", name: "先锋街道", weight: 65, longitude: 121_008_000, latitude: 32_031_000, isUrban: true),
        Town(code: "320612004", name: "金新街道", weight: 80, longitude: 121_062_000, latitude: 32_034_000, isUrban: true),
        Town(code: "320612101", name: "西亭镇", weight: 40, longitude: 121_032_000, latitude: 32_132_000, isUrban: false),
        Town(code: "320612102", name: "二甲镇", weight: 60, longitude: 121_196_000, latitude: 32_056_000, isUrban: false),
        Town(code: "320612103", name: "东社镇", weight: 50, longitude: 121_238_000, latitude: 32_118_000, isUrban: false),
        Town(code: "320612104", name: "三余镇", weight: 63, longitude: 121_378_000, latitude: 32_162_000, isUrban: false),
        Town(code: "320612107", name: "十总镇", weight: 52, longitude: 121_178_000, latitude: 32_164_000, isUrban: false),
        Town(code: "320612110", name: "石港镇", weight: 65, longitude: 120_986_000, latitude: 32_192_000, isUrban: false),
        Town(code: "320612112", name: "刘桥镇", weight: 50, longitude: 120_882_000, latitude: 32_156_000, isUrban: false),
        Town(code: "320612114", name: "平潮镇", weight: 75, longitude: 120_786_000, latitude: 32_082_000, isUrban: false),
        Town(code: "320612116", name: "五接镇", weight: 35, longitude: 120_738_000, latitude: 32_038_000, isUrban: false),
        Town(code: "320612117", name: "兴仁镇", weight: 43, longitude: 120_928_000, latitude: 32_098_000, isUrban: false),
        Town(code: "320612119", name: "张芝山镇", weight: 55, longitude: 121_052_000, latitude: 31_988_000, isUrban: false),
        Town(code: "320612120", name: "川姜镇", weight: 70, longitude: 121_108_000, latitude: 32_004_000, isUrban: false),
        Town(code: "320612401", name: "环本农场", weight: 5, longitude: 121_432_000, latitude: 32_128_000, isUrban: false),
    ]
}

/// An invented community: code by the rule of village codes, a name that reads like a real one.
struct SampleCommunity {
    let code: String
    let name: String
    let town: Int
    let longitude: Int
    let latitude: Int
    /// Its share of the people, in no unit.
    let weight: Int
}

/// The places of the sample: the real towns, 250 invented communities and their residents by year.
struct Geography {
    let communities: [SampleCommunity]
    /// The places in `communities` of each town's.
    let ofTown: [[Int]]
    /// Residents of each community by year from 2018.
    let residents: [[Int]]

    static let district = "320612000000"
    static let communityCount = 250
    static let firstYear = 2018
    /// Residents of the district by year from 2018; 2020 is the census (1,258,739), which replaced a lower estimate.
    static let districtResidents = [1_139_600, 1_141_200, 1_258_739, 1_261_300, 1_260_100, 1_257_400, 1_254_800, 1_252_300]
    /// A village that was merged before 2019: some offices still write its code, which no register has.
    static let revokedCode = "320612110219"

    private static let firsts = Array("新永福兴平育金双三长正志同光丰花石杨星瑞利团和盐英学富银季久岸庆复亭余忠海宝")
    private static let seconds = Array("桥港园庙埭灶圩荣民安乐河家店坝界闸场丰洪源北东南渡")

    init(_ dice: Dice) {
        var dice = dice
        let counts = Geography.counts()
        var communities: [SampleCommunity] = []
        var ofTown: [[Int]] = []
        for (number, town) in Town.all.enumerated() {
            var names: Set<String> = []
            let committees = counts[number] * (town.isUrban ? 55 : 18) / 100
            var code = 0
            var places: [Int] = []
            for index in 0..<counts[number] {
                let isCommittee = index < max(1, committees)
                if index == max(1, committees) { code = 199 }
                // Gaps stay where a code was withdrawn.
                code += dice.chance(120) ? 2 : 1
                if town.code + String(code) == Geography.revokedCode { code += 1 }
                var name = ""
                repeat {
                    name = String([dice.one(Geography.firsts), dice.one(Geography.seconds)]) + (isCommittee ? "社区" : "村")
                } while !names.insert(String(name.prefix(2))).inserted
                let digits = String(code)
                let spread = town.isUrban ? 18_000 : 32_000
                // Two dice make the middle of a town denser than its edge.
                func off() -> Int { (dice.number(-spread...spread) + dice.number(-spread...spread)) / 2 }
                let base = isCommittee ? dice.number(60...190) : dice.number(35...100)
                places.append(communities.count)
                communities.append(
                    SampleCommunity(
                        code: town.code + String(repeating: "0", count: 3 - digits.count) + digits, name: name, town: number,
                        longitude: town.longitude + off(), latitude: town.latitude + off() * 4 / 5, weight: base))
            }
            ofTown.append(places)
        }
        // Within each town by weight, towns by theirs.
        var weights = [Int](repeating: 0, count: communities.count)
        for (number, town) in Town.all.enumerated() {
            let parts = apportion(town.weight * 10_000, over: ofTown[number].map { communities[$0].weight })
            for (place, part) in zip(ofTown[number], parts) { weights[place] = part }
        }
        self.communities = communities.enumerated().map { place, community in
            SampleCommunity(
                code: community.code, name: community.name, town: community.town, longitude: community.longitude,
                latitude: community.latitude, weight: weights[place])
        }
        self.ofTown = ofTown
        // Towns drift a little against each other: the streets grow, the coast shrinks.
        residents = Geography.districtResidents.enumerated().map { year, total in
            apportion(
                total,
                over: communities.indices.map { weights[$0] * (1000 + (Town.all[communities[$0].town].isUrban ? 9 : -4) * year) })
        }
    }

    /// How many communities each town has: by weight, the largest share for the rural ones, two at least.
    private static func counts() -> [Int] {
        let shares = Town.all.map { $0.isUrban ? $0.weight * 7 : $0.weight * 10 }
        return apportion(communityCount - 2 * Town.all.count, over: shares).map { $0 + 2 }
    }

    /// A decimal of millionths.
    static func degrees(_ millionths: Int) -> String {
        let digits = String(millionths % 1_000_000)
        return "\(millionths / 1_000_000)." + String(repeating: "0", count: 6 - digits.count) + digits
    }

    /// `communities.csv`.
    var communitiesFile: String {
        var text = "code,name,town_code,town_name,longitude,latitude\n"
        for community in communities {
            let town = Town.all[community.town]
            let point = "\(Geography.degrees(community.longitude)),\(Geography.degrees(community.latitude))"
            text += "\(community.code),\(community.name),\(town.code),\(town.name),\(point)\n"
        }
        return text
    }

    /// `population.csv`.
    var populationFile: String {
        var text = "code,year,residents\n"
        for (place, community) in communities.enumerated() {
            for (year, residents) in residents.enumerated() {
                text += "\(community.code),\(Geography.firstYear + year),\(residents[place])\n"
            }
        }
        return text
    }
}
