import Events

/// A child of the sample.
struct SampleChild {
    let id: String
    let born: Int
    /// Where it lives from a day on: a community's place, or nil away and after death. Ascending.
    var homes: [(from: Int, community: Int?)]

    /// The community at a day.
    func home(at day: Int) -> Int? { homes.last { $0.from <= day }?.community }
}

/// The births log: births, newborn visits, moves and deaths, 2019 to 2025, and the children born from 2016 on who were entered
/// when the register began in January 2019.
struct Children {
    private(set) var all: [SampleChild] = []
    private(set) var events: [SampleEvent] = []
    private let geography: Geography
    private var dice: Dice
    private let totals: [Int]

    /// Births by year; from 2019 as assumed for the district, before it as many as a district of falling births would have had.
    static let births: [(year: Int, count: Int)] = [
        (2016, 8600), (2017, 8900), (2018, 8000), (2019, 7300), (2020, 6300), (2021, 5500), (2022, 5000), (2023, 4600), (2024, 4700),
        (2025, 4400),
    ]
    /// Births by month in thousandths: autumn is high, spring low.
    static let season = [84, 74, 80, 76, 79, 79, 86, 91, 93, 93, 85, 80]

    init(_ geography: Geography, _ dice: Dice) {
        self.geography = geography
        self.dice = dice
        var sum = 0
        totals = geography.communities.map { community in
            // Fewer children on the coast, more in the streets.
            sum += community.weight * (Town.all[community.town].isUrban ? 115 : 93) / 100
            return sum
        }
        for (year, count) in Children.births {
            for (month, births) in apportion(count, over: Children.season).enumerated() {
                for _ in 0..<births { bear(year, month + 1) }
            }
        }
        for year in 2019...2025 {
            for _ in 0..<420 { arrive(year) }
        }
    }

    private mutating func someCommunity() -> Int {
        let point = dice.number(0...(totals.last ?? 1) - 1)
        return totals.firstIndex { $0 > point } ?? 0
    }

    private mutating func add(_ type: String, _ day: Int, usual: Int, late: Int, _ fields: [(name: String, value: String)]) {
        let recorded = Clock.recorded(day, usual: usual, late: late, &dice)
        events.append(SampleEvent(log: .births, type: type, day: day, recorded: recorded, fields: fields))
    }

    private func code(_ community: Int) -> String { geography.communities[community].code }

    private mutating func bear(_ year: Int, _ month: Int) {
        let day = Time.day(year, month, dice.number(1...Time.monthLength(year, month)))
        let home = someCommunity()
        let child = all.count
        let id = dice.pseudonym()
        all.append(SampleChild(id: id, born: day, homes: [(day, home)]))
        // One in a thousand is still written under a code that was withdrawn with its village.
        let written = dice.chance(1) ? Geography.revokedCode : code(home)
        if day < Clock.first {
            let recorded = Time.day(2019, 1, dice.number(4...25)) * 86_400 + dice.number(1800...32_000)
            events.append(
                SampleEvent(
                    log: .births, type: "birth_registered", day: day, recorded: recorded, fields: [("child", id), ("community", written)]))
        } else {
            add("birth_registered", day, usual: 14, late: 60, [("child", id), ("community", written)])
            if dice.chance(903) {
                // A visit after the 28th day does not count, and is found.
                let visit = day + (dice.chance(4) ? dice.number(29...34) : dice.number(3...28))
                if visit <= Clock.last { add("newborn_visited", visit, usual: 10, late: 25, [("child", id)]) }
            }
        }
        live(child, from: max(day + 30, Clock.first))
    }

    /// What befalls a child until it is three years and some months old.
    private mutating func live(_ child: Int, from start: Int) {
        let born = all[child].born
        let id = all[child].id
        if born >= Clock.first, dice.chance(3) {
            let day = born + dice.number(0...200)
            if day <= Clock.last {
                add("child_died", max(day, start), usual: 20, late: 100, [("child", id)])
                all[child].homes.append((max(day, start), nil))
            }
            return
        }
        let end = min(born + 1200, Clock.last)
        var day = start
        while true {
            day += dice.number(20...220)
            guard day <= end else { return }
            let lot = dice.number(0...999)
            if lot < 8 {
                add("child_moved_out", day, usual: 40, late: 120, [("child", id)])
                all[child].homes.append((day, nil))
                guard dice.chance(180) else { return }
                day += dice.number(60...300)
                guard day <= end else { return }
                let home = someCommunity()
                add("child_moved_in", day, usual: 30, late: 100, [("child", id), ("community", code(home)), ("born_on", Time.date(born))])
                all[child].homes.append((day, home))
            } else if lot < 16, let home = all[child].home(at: day) {
                let near = geography.ofTown[geography.communities[home].town]
                let next = dice.chance(650) ? dice.one(near) : someCommunity()
                if next != home {
                    add("child_relocated", day, usual: 30, late: 80, [("child", id), ("community", code(next))])
                    all[child].homes.append((day, next))
                }
            }
        }
    }

    private mutating func arrive(_ year: Int) {
        let day = Time.day(year, 1, 1) + dice.number(0...364)
        let born = day - dice.number(20...1060)
        let home = someCommunity()
        let child = all.count
        let id = dice.pseudonym()
        all.append(SampleChild(id: id, born: born, homes: [(day, home)]))
        add("child_moved_in", day, usual: 25, late: 100, [("child", id), ("community", code(home)), ("born_on", Time.date(born))])
        live(child, from: day + 30)
    }
}
