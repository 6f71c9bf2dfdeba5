/// The reference data beside the archives: the register of communities, the population, and the pipeline that names all.
enum Reference {
    /// The 12 digits of a community. Twelve a town, forty towns a county; numbers behind the register are of a town 999 of nobody.
    static func code(_ community: Int, of world: World) -> Int {
        if community >= world.communities { return 320_000_999_000 + community - world.communities + 1 }
        let town = community / World.townSize
        return (320_100_100 + town / 40 * 1000 + town % 40) * 1000 + community % World.townSize + 1
    }

    /// Where a community lies, in millionths of a degree: towns on a grid of some 10 km, their communities some 2 km apart.
    static func point(_ community: Int) -> (longitude: Int, latitude: Int) {
        let town = community / World.townSize
        let place = community % World.townSize
        return (118_000_000 + town % 70 * 100_000 + place % 4 * 22_000, 31_000_000 + town / 70 * 90_000 + place / 4 * 20_000)
    }

    static func communities(_ world: World) -> String {
        var text = "code,name,town_code,town_name,longitude,latitude\n"
        for community in 0..<world.communities {
            let code = code(community, of: world)
            let town = community / World.townSize
            let (longitude, latitude) = point(community)
            let place = "\(degrees(longitude)),\(degrees(latitude))"
            text += "\(code),第\(town + 1)镇第\(community % World.townSize + 1)社区,\(code / 1000),第\(town + 1)镇,\(place)\n"
        }
        return text
    }

    static func population(_ world: World) -> String {
        var text = "code,year,residents\n"
        for community in 0..<world.communities {
            for year in 2019...2025 {
                let residents = Int(world.residents[community]) * (1000 + (year - 2019) * (community % 9 - 4)) / 1000
                text += "\(code(community, of: world)),\(year),\(residents)\n"
            }
        }
        return text
    }

    /// A pipeline over `archives`, a list of globs beside it.
    static func pipeline(_ form: Form, archives: [String], store: String) -> String {
        var text = """
            name: bench
            district: { code: "320000000000", name: 基准省 }
            communities: communities.csv
            population: population.csv
            archives:

            """
        for glob in archives { text += "  - \(glob)\n" }
        text += """
            store: out/\(store)/store
            reports: out/\(store)/reports
            reject_limit: 0
            from: 2019-01-31
            intent: { m0_5: 0, m6_11: 0.08, m12_23: 0.25, m24_35: 0.55 }
            planning_norm: 4.5
            catchment_m: 1500
            targets:
              - { name: 每千人口托位数, figure: places_per_1000, level: district, by: 2025-12-31, at_least: 4.5 }
              - { name: 普惠占比, figure: inclusive_share, level: town, by: 2024-12-31, at_least: 0.6 }
              - { name: 社区有托位, figure: places_filed, level: community, by: 2025-12-31, at_least: 1 }

            """
        if form == .gb18030 {
            text += "encoding: gb18030\n"
            text += "fields: { \(Words.fields.map { "\($0.chinese): \($0.field)" }.joined(separator: ", ")) }\n"
            text += "values:\n"
            for (field, words) in Words.values {
                text += "  \(field): { \(words.map { "\($0.chinese): \($0.word)" }.joined(separator: ", ")) }\n"
            }
        }
        return text
    }

    private static func degrees(_ millionths: Int) -> String {
        let rest = String(millionths % 1_000_000)
        return "\(millionths / 1_000_000)." + String(repeating: "0", count: 6 - rest.count) + rest
    }
}
