import Events

/// The subsidies log: grants of all five schemes, payments and recoveries.
struct Subsidies {
    private(set) var events: [SampleEvent] = []
    private var dice: Dice
    private var numbers: [Int: Int] = [:]

    init(_ children: [SampleChild], _ facilities: [SampleFacility], _ enrolments: Enrolments, _ dice: Dice) {
        self.dice = dice
        for (place, facility) in facilities.enumerated() {
            construction(facility)
            operating(facility, place, enrolments.counts)
            for (day, level) in facility.demonstrations {
                let amount = ["province": 500_000, "city": 200_000][level] ?? 100_000
                let grant = grant("demonstration", facility: facility.id, day + self.dice.number(30...70), amount * 100)
                pay(grant, amount * 100)
            }
        }
        vouchers(facilities, enrolments.starts, children)
        childrearing(children)
        addOddities(facilities)
    }

    private struct Grant {
        let id: String
        let day: Int
    }

    /// Yuan of fen, two places only where there are fen.
    private static func yuan(_ fen: Int) -> String {
        let rest = fen % 100
        return "\(fen / 100)" + (rest == 0 ? "" : "." + (rest < 10 ? "0\(rest)" : "\(rest)"))
    }

    private mutating func add(_ type: String, _ day: Int, _ fields: [(name: String, value: String)], late: Int = 50) {
        guard day <= Clock.last else { return }
        let recorded = Clock.recorded(day, usual: 10, late: late, &dice)
        events.append(SampleEvent(log: .subsidies, type: type, day: day, recorded: recorded, fields: fields))
    }

    private mutating func grant(_ scheme: String, facility: String? = nil, child: String? = nil, _ day: Int, _ fen: Int) -> Grant {
        let year = Time.year(day)
        let number = (numbers[year] ?? 0) + 1
        numbers[year] = number
        let digits = String(number)
        let id = "TZBZ\(year)-" + String(repeating: "0", count: max(0, 5 - digits.count)) + digits
        let payee = facility.map { ("facility", $0) } ?? ("child", child ?? "")
        add("subsidy_granted", day, [("grant", id), ("scheme", scheme), (name: payee.0, value: payee.1), ("amount", Subsidies.yuan(fen))])
        return Grant(id: id, day: day)
    }

    private mutating func pay(_ grant: Grant, _ fen: Int, after: ClosedRange<Int> = 15...75, late: Int = 60) {
        add("subsidy_paid", grant.day + dice.number(after), [("grant", grant.id), ("amount", Subsidies.yuan(fen))], late: late)
    }

    private mutating func recover(_ grant: Grant, _ fen: Int, _ day: Int) {
        add("subsidy_recovered", day, [("grant", grant.id), ("amount", Subsidies.yuan(fen))])
    }

    /// 10,000 yuan for a new place of a centre, 2,000 for one of a community site, in two instalments.
    private mutating func construction(_ facility: SampleFacility) {
        guard let filed = facility.filed, facility.form != "home", dice.chance(facility.form == "center" ? 620 : 450) else { return }
        let rate = facility.form == "center" ? 10_000 : 2_000
        let fen = facility.capacity[0].places.reduce(0, +) * rate * 100
        let made = grant("construction", facility: facility.id, filed + dice.number(40...160), fen)
        pay(made, fen * 6 / 10, after: 20...60)
        if dice.chance(850) { pay(made, fen - fen * 6 / 10, after: 150...330) }
        // A place must stay in use: who closes within three years gives a third back, if the office comes after it.
        if facility.isClosed, facility.end < made.day + 1100, made.day + 60 < facility.end, dice.chance(750) {
            recover(made, fen / 3, facility.end + dice.number(60...150))
        }
    }

    /// 300 yuan for a child and month, once a year to inclusive facilities, 12.5 % less where an inspection found gaps.
    private mutating func operating(_ facility: SampleFacility, _ place: Int, _ counts: [[Int]]) {
        guard let inclusive = facility.inclusive else { return }
        for year in 2021...2025 {
            let day = Time.day(year, 11, 25) + dice.number(0...20)
            guard inclusive < day, facility.end > day else { continue }
            let months = (0..<11).filter { Time.day(year, $0 + 1, 15) >= inclusive }
            let childMonths = months.reduce(0) { $0 + counts[(year - 2019) * 12 + $1][place] }
            guard childMonths > 0 else { continue }
            let fen = childMonths * 30_000 * (dice.chance(120) ? 875 : 1000) / 1000
            let made = grant("operating", facility: facility.id, day, fen)
            pay(made, fen, after: 5...70)
        }
    }

    /// Vouchers of 200 to 500 yuan for families at inclusive facilities, from 2024 on.
    private mutating func vouchers(
        _ facilities: [SampleFacility], _ starts: [(child: Int, facility: Int, day: Int)], _ children: [SampleChild]
    ) {
        for start in starts where start.day >= Time.day(2024, 3, 1) && dice.chance(260) {
            guard let inclusive = facilities[start.facility].inclusive, inclusive < start.day else { continue }
            let day = start.day + dice.number(5...40)
            guard day <= Clock.last else { continue }
            let fen = dice.one([20_000, 30_000, 50_000])
            let made = grant("voucher", child: children[start.child].id, day, fen)
            if dice.chance(930) { pay(made, fen, after: 10...40, late: 30) }
        }
    }

    /// The national childrearing allowance of 2025: 3,600 yuan a year, 300 a month for those born before 2025. The first batch only.
    private mutating func childrearing(_ children: [SampleChild]) {
        for child in children {
            let day = Time.day(2025, 9, 1) + dice.number(0...110)
            guard child.born > Time.day(2022, 1, 31), child.born < day, child.home(at: day) != nil, dice.chance(270) else { continue }
            let months = child.born >= Time.day(2025, 1, 1) ? 12 : max(1, min(12, 36 - Time.months(child.born, at: Time.day(2025, 1, 1))))
            let made = grant("childrearing", child: child.id, day, months * 30_000)
            if dice.chance(880) { pay(made, months * 30_000, after: 8...35, late: 20) }
        }
    }

    /// What auditors look for: paid more than granted, paid to nobody, a grant twice, a grant to a facility that never filed.
    private mutating func addOddities(_ facilities: [SampleFacility]) {
        let unfiled = facilities.filter { $0.filed == nil && $0.end == Clock.last }
        for facility in unfiled.prefix(2) {
            let made = grant("operating", facility: facility.id, Time.day(2024, 12, 5), 3_600_000)
            pay(made, 3_600_000)
        }
        if let filed = facilities.first(where: { $0.filed != nil && $0.end == Clock.last }) {
            let made = grant("construction", facility: filed.id, Time.day(2023, 3, 14), 25_000_050)
            pay(made, 25_000_050, after: 10...20)
            pay(made, 5_000_000, after: 30...50)
            recover(made, 32_000_000, Time.day(2024, 2, 6))
            add(
                "subsidy_granted", Time.day(2023, 4, 2),
                [("grant", made.id), ("scheme", "construction"), ("facility", filed.id), ("amount", "250000.50")])
        }
        add("subsidy_paid", Time.day(2024, 7, 9), [("grant", "TZBZ2024-99999"), ("amount", "1800")])
    }
}
