import Events

/// A facility of the sample.
struct SampleFacility {
    let id: String
    let name: String
    let form: String
    let community: Int
    let registered: Int
    /// Places by class from a day on, ascending.
    var capacity: [(from: Int, places: [Int])] = []
    /// The day it was filed, and the day it was recognized as inclusive.
    var filed: Int?
    var inclusive: Int?
    var demonstrations: [(day: Int, level: String)] = []
    /// The last day on which anything happens: the day it closed or fell silent.
    var end = Clock.last
    /// Whether it closed with the registrar; one that fell silent without it keeps its filing and its empty places.
    var isClosed = false
    /// How full it is against others, in thousandths.
    var popularity = 1000

    func places(at day: Int) -> [Int] { capacity.last { $0.from <= day }?.places ?? [0, 0, 0, 0] }
    func isActive(at day: Int) -> Bool { registered <= day && day <= end && (day < end || !isClosed) }
}

/// The filings log: registrations, capacities, filings, credentials, inspections, closings.
struct Facilities {
    private(set) var all: [SampleFacility] = []
    private(set) var events: [SampleEvent] = []
    private let geography: Geography
    private var dice: Dice
    private var kindergartens: Set<Int> = []

    /// Registrations by year; before 2019 those that the register took over.
    private static let registrations = [(2018, 4), (2019, 6), (2020, 6), (2021, 12), (2022, 30), (2023, 33), (2024, 33), (2025, 24)]
    /// Closings by year: some 6 % of the open ones.
    private static let closings = [(2019, 1), (2020, 1), (2021, 1), (2022, 2), (2023, 4), (2024, 6), (2025, 7)]
    /// From this day facilities could file (the province's notice of 2020-09-03).
    private static let filingBegins = Time.day(2020, 9, 21)
    /// The four that the plan of 2021 asked for: the days of their filing and recognition, the last just in time.
    private static let firstInclusive: [(filed: Int, inclusive: Int)] = [
        (Time.day(2020, 11, 26), Time.day(2020, 12, 18)), (Time.day(2021, 4, 9), Time.day(2021, 5, 20)),
        (Time.day(2021, 8, 12), Time.day(2021, 9, 15)), (Time.day(2021, 12, 27), Time.day(2021, 12, 30)),
    ]
    /// Places at the end of September 2025: just above 4.5 for 1,000 residents, before a centre of 60 closes in November.
    private static let placesInSeptember = 5652

    private static let brands = Array(
        ["小橡树", "启蒙星", "童悦", "贝安", "向阳花", "小荷", "蒲公英", "摇篮", "春芽", "苗苗", "乐芽", "朵朵", "小海豚", "晨曦", "亲亲", "宝贝湾", "彩虹桥", "豆豆"])
    private static let returns = ["消防安全检查合格证明未提交", "卫生评价报告已过期", "场地证明不完整", "工作人员健康证明缺失"]

    init(_ geography: Geography, _ dice: Dice) {
        self.geography = geography
        self.dice = dice
        for (year, count) in Facilities.registrations {
            for day in days(in: year, count: count) { found(day) }
        }
        chooseClosings()
        for place in all.indices { file(place) }
        calibrate()
        for place in all.indices { run(place) }
        addSlips()
    }

    private mutating func days(in year: Int, count: Int) -> [Int] {
        // None after September 2025: what opens later is a matter for the next report.
        let span = year == 2025 ? 262 : 364
        return (0..<count).map { _ in Time.day(year, 1, 1) + dice.number(0...span) }.sorted()
    }

    private mutating func add(
        _ type: String, _ facility: Int, _ day: Int, usual: Int = 12, late: Int = 50, _ fields: [(name: String, value: String)] = []
    ) {
        let recorded =
            day < Clock.first
            ? Time.day(2019, 1, 8) * 86_400 + dice.number(3600...30_000)
            : Clock.recorded(day, usual: usual, late: late, &dice)
        events.append(
            SampleEvent(log: .filings, type: type, day: day, recorded: recorded, fields: [("facility", all[facility].id)] + fields))
    }

    // MARK: One facility's beginning

    private mutating func found(_ day: Int) {
        let isEarly = Time.year(day) < 2022
        let forms = ["center", "kindergarten", "community", "home", "employer"]
        let form = forms[dice.place(isEarly ? [680, 150, 110, 50, 10] : [350, 430, 105, 90, 25])]
        let community = site(form)
        let number = String(all.count + 1)
        let id = "TZ-F" + String(repeating: "0", count: 4 - number.count) + number
        var facility = SampleFacility(
            id: id, name: name(form, community), form: form, community: community, registered: day)
        facility.popularity = dice.number(620...1380)
        facility.capacity = [(day + dice.number(0...20), capacity(form, isEarly))]
        all.append(facility)
        let registrar =
            switch form {
            case "kindergarten": dice.chance(700) ? "institution" : "civil_affairs"
            case "center", "home": dice.chance(800) ? "market" : "civil_affairs"
            case "community": dice.chance(600) ? "civil_affairs" : "institution"
            default: "market"
            }
        let place = geography.communities[community]
        var fields = [("name", facility.name), ("registrar", registrar), ("form", form), ("community", place.code)]
        if !dice.chance(90) {
            fields.append(("longitude", Geography.degrees(place.longitude + dice.number(-3500...3500))))
            fields.append(("latitude", Geography.degrees(place.latitude + dice.number(-2800...2800))))
        }
        add("facility_registered", all.count - 1, day, usual: 15, late: 70, fields.map { (name: $0.0, value: $0.1) })
    }

    private mutating func site(_ form: String) -> Int {
        while true {
            let place = dice.place(geography.communities.map { $0.weight * (Town.all[$0.town].isUrban ? 14 : 10) / 10 })
            let community = geography.communities[place]
            // The farm has none, and no community has two kindergartens.
            if Town.all[community.town].code == "320612401" { continue }
            if form == "kindergarten", !kindergartens.insert(place).inserted { continue }
            return place
        }
    }

    private mutating func name(_ form: String, _ community: Int) -> String {
        let place = geography.communities[community]
        let stem = String(place.name.prefix(2))
        let town = String(Town.all[place.town].name.prefix(2))
        let brand = dice.one(Facilities.brands)
        return switch form {
        case "kindergarten": "\(town)\(stem)幼儿园托班"
        case "community": "\(place.name)托育服务点"
        case "home": "\(brand)家庭托育点（\(stem)）"
        case "employer": "\(town)\(brand)职工子女托育园"
        default: "\(town)\(brand)托育中心（\(stem)）"
        }
    }

    private mutating func capacity(_ form: String, _ isEarly: Bool) -> [Int] {
        switch form {
        case "kindergarten": [0, 0, dice.chance(860) ? 20 : 40, dice.chance(250) ? 18 : 0]
        case "community": [0, dice.chance(700) ? 15 : 30, 0, dice.chance(450) ? 18 : 0]
        case "home": [0, 0, 0, 5]
        case "employer": [0, 15, 20, 0]
        // The first centres were small.
        default:
            isEarly
                ? [dice.one([6, 10]), 15, 20, dice.one([0, 0, 18])]
                : [dice.one([6, 10, 10, 20]), dice.one([15, 30, 30]), 20, dice.one([0, 0, 18])]
        }
    }

    // MARK: What becomes of them

    /// The four of 2021 are the first centres with at least 30 places; the centre that closes in November 2025 is none of them.
    private var pioneers: [Int] {
        Array(all.indices.filter { all[$0].form == "center" && all[$0].registered < Time.day(2021, 7, 1) }.prefix(4))
    }

    private mutating func chooseClosings() {
        let kept = Set(pioneers)
        for (year, count) in Facilities.closings {
            let first = Time.day(year, 1, 1)
            let candidates = all.indices.filter { place in
                all[place].registered < first + 60 && all[place].end == Clock.last && !kept.contains(place)
                    && all[place].form != "employer"
            }
            for (turn, place) in dice.shuffled(candidates).prefix(count).enumerated() {
                all[place].end = first + dice.number(60...260)
                // A third is never deregistered.
                all[place].isClosed = turn % 3 != 2
            }
        }
        if let place = all.indices.last(where: {
            all[$0].form == "center" && all[$0].end == Clock.last && !kept.contains($0) && all[$0].registered < Time.day(2024, 1, 1)
        }) {
            all[place].end = Time.day(2025, 11, 20)
            all[place].isClosed = true
            all[place].capacity = [(all[place].capacity[0].from, [10, 30, 20, 0])]
        }
    }

    private mutating func file(_ place: Int) {
        let facility = all[place]
        if let turn = pioneers.firstIndex(of: place) {
            all[place].filed = Facilities.firstInclusive[turn].filed
            all[place].inclusive = Facilities.firstInclusive[turn].inclusive
            if turn == 0 { all[place].demonstrations = [(Time.day(2021, 11, 18), "province")] }
            return
        }
        // Some never file; home sites least.
        if dice.chance(facility.form == "home" ? 300 : 70) { return }
        var day = max(Facilities.filingBegins, facility.registered + dice.number(25...140))
        // Of the early ones half waited until after 2021.
        if day < Time.day(2022, 1, 1), dice.chance(500) { day = Time.day(2022, 1, 10) + dice.number(0...300) }
        guard day < facility.end - 30, day <= Clock.last else { return }
        all[place].filed = day
        let share = ["kindergarten": 760, "community": 800, "center": 420, "employer": 500, "home": 150][facility.form] ?? 0
        guard dice.chance(share) else { return }
        let inclusive = max(Time.day(2022, 2, 1), day + dice.number(20...200))
        if inclusive < facility.end - 60, inclusive <= Clock.last { all[place].inclusive = inclusive }
    }

    /// Opens second classes at centres and enlarges or reduces those of kindergartens for the autumn of 2025, until the places
    /// meet the known total.
    private mutating func calibrate() {
        let september = Time.day(2025, 9, 30)
        func open(_ facility: SampleFacility) -> Bool {
            facility.registered <= september && (!facility.isClosed || facility.end > september)
        }
        var missing = Facilities.placesInSeptember - all.filter(open).reduce(0) { $0 + $1.places(at: september).reduce(0, +) }
        for place in all.indices where all[place].form == "center" && all[place].end == Clock.last && missing >= 15 {
            var places = all[place].places(at: september)
            guard places[1] == 15 else { continue }
            places[1] = 30
            missing -= 15
            all[place].capacity.append((max(Time.day(2025, 8, 11) + place % 13, all[place].capacity[0].from + 1), places))
        }
        for place in all.indices where all[place].form == "kindergarten" && all[place].end == Clock.last && missing != 0 {
            var places = all[place].places(at: september)
            let change = missing > 0 ? min(missing, 20) : max(missing, -20)
            guard places[2] + change >= 10, places[2] + change <= 60 else { continue }
            places[2] += change
            missing -= change
            all[place].capacity.append((max(Time.day(2025, 8, 18) + place % 9, all[place].capacity[0].from + 1), places))
        }
    }

    private mutating func run(_ place: Int) {
        let facility = all[place]
        let last = facility.isClosed ? facility.end - 1 : min(facility.end, Clock.last)
        for (day, places) in facility.capacity where day <= last {
            let names = ["infant", "toddler", "preschool", "mixed"]
            add("capacity_set", place, day, zip(names, places).map { (name: $0, value: String($1)) })
        }
        let places = facility.capacity[0].places.reduce(0, +)
        if !dice.chance(80) {
            let hundredths = places * dice.number(580...960) + dice.number(0...99)
            let fraction = hundredths % 100
            let area = "\(hundredths / 100)" + (fraction == 0 ? "" : "." + (fraction < 10 ? "0\(fraction)" : "\(fraction)"))
            add("site_reported", place, min(last, facility.registered + dice.number(5...40)), [("indoor_m2", area)])
        }
        submit(place, last)
        credentials(place, last)
        inspections(place, last)
        staffing(place, last)
        honours(place, last)
        if facility.isClosed {
            if facility.filed != nil, dice.chance(350) {
                add("filing_cancelled", place, facility.end - dice.number(1...15), [("reason", "机构申请注销备案")])
            }
            add("facility_closed", place, facility.end, usual: 30, late: 150, dice.chance(700) ? [("reason", "生源不足停办")] : [])
        }
    }

    private mutating func submit(_ place: Int, _ last: Int) {
        guard let filed = all[place].filed else {
            // Some are still waiting for an answer, or were told to complete their papers and never did.
            let day = max(Facilities.filingBegins, all[place].registered + dice.number(20...90))
            guard day + 20 < last else { return }
            if dice.chance(450) {
                add("filing_submitted", place, day)
                if dice.chance(600) { add("filing_returned", place, day + dice.number(3...14), [("reason", dice.one(Facilities.returns))]) }
            }
            return
        }
        // The answer is due within five working days; now and then it takes weeks.
        let wait = dice.chance(120) ? dice.number(10...32) : dice.number(2...7)
        let submitted = max(all[place].registered + 1, filed - wait)
        if dice.chance(150), submitted - 60 > all[place].registered {
            let first = submitted - dice.number(25...55)
            add("filing_submitted", place, first)
            add("filing_returned", place, first + dice.number(3...15), [("reason", dice.one(Facilities.returns))])
        }
        // One in fifty was accepted on paper: the submission is in no log.
        if !dice.chance(20) || pioneers.contains(place) { add("filing_submitted", place, submitted) }
        let receipt = "TZTY" + Time.date(filed).replacing("-", with: "") + "-" + String(place + 1)
        add("filing_accepted", place, filed, usual: 6, late: pioneers.contains(place) ? 0 : 60, [("receipt", receipt)])
        if let inclusive = all[place].inclusive {
            add("inclusive_recognized", place, inclusive, usual: 9, late: pioneers.contains(place) ? 0 : 40)
            let withdrawn = inclusive + 400 + dice.number(0...300)
            if dice.chance(40), !pioneers.contains(place), withdrawn < last { add("inclusive_withdrawn", place, withdrawn) }
        }
    }

    private mutating func credentials(_ place: Int, _ last: Int) {
        for (kind, years) in [("fire", 3), ("hygiene", 2), ("food", 5)] {
            // Home sites and kindergarten classes often need no kitchen licence of their own.
            if kind == "food", dice.chance(all[place].form == "center" ? 150 : 500) { continue }
            var day = all[place].registered + dice.number(3...45)
            while day <= last {
                let until = day + years * 365 - 1
                add("credential_issued", place, day, [("kind", kind), ("valid_until", Time.date(until))])
                if dice.chance(70) { break }
                day = dice.chance(130) ? until + dice.number(10...160) : until - dice.number(2...40)
            }
        }
    }

    private mutating func inspections(_ place: Int, _ last: Int) {
        var day = all[place].registered + dice.number(60...300)
        while day <= last {
            let result = ["pass", "rectify", "fail"][dice.place([860, 110, 30])]
            add("inspection_completed", place, day, [("result", result)])
            if result != "pass" {
                let again = day + dice.number(20...45)
                if again <= last, dice.chance(850) { add("inspection_completed", place, again, [("result", "pass")]) }
            }
            day += dice.number(240...430)
        }
    }

    private mutating func staffing(_ place: Int, _ last: Int) {
        if dice.chance(50) { return }
        var day = all[place].registered + dice.number(10...60)
        while day <= last {
            let places = all[place].places(at: max(day, all[place].capacity[0].from))
            // Enough for the usual number of children, more or less.
            let children = zip(places, [170, 350, 750, 400]).map { $0 * $1 / 1000 }
            let needed = zip(children, [3, 5, 7, 5]).reduce(0) { $0 + ($1.0 + $1.1 - 1) / $1.1 }
            let caregivers = max(2, needed * dice.number(80...135) / 100)
            add("staffing_reported", place, day, usual: 20, late: 90, [("caregivers", String(caregivers))])
            day += dice.number(150...210)
        }
    }

    private mutating func honours(_ place: Int, _ last: Int) {
        var awards = all[place].demonstrations
        if awards.isEmpty, let filed = all[place].filed, all[place].form != "home", filed + 500 < last, filed < Time.day(2024, 4, 1),
            dice.chance(110)
        {
            let level = dice.chance(450) ? "district" : "city"
            let day = max(Time.day(2022, 6, 1), filed + dice.number(200...480))
            awards = [(day, level)]
            if level == "city", dice.chance(400), day + 400 < last { awards.append((day + dice.number(200...390), "province")) }
        }
        for (day, level) in awards { add("demonstration_awarded", place, day, usual: 10, late: 0, [("level", level)]) }
        if awards.count == 1, awards[0].level == "district", dice.chance(250), awards[0].day + 300 < last {
            add("demonstration_withdrawn", place, awards[0].day + dice.number(100...290))
        }
        all[place].demonstrations = awards
    }

    /// What offices get wrong: a site registered again, one that moves after it closed.
    private mutating func addSlips() {
        let closed = all.indices.filter { all[$0].isClosed }
        if let place = closed.first {
            add("inspection_completed", place, all[place].end + 40, [("result", "pass")])
        }
        if let place = all.indices.dropFirst(9).first, let first = events.first(where: { $0.fields[0].value == all[place].id }) {
            var again = first
            again.day += 35
            again.recorded += 35 * 86_400
            events.append(again)
        }
        for place in all.indices where all[place].end == Clock.last && all[place].form == "center" && place % 11 == 5 {
            let day = all[place].registered + 420
            guard day < Clock.last else { continue }
            let near = dice.one(geography.ofTown[geography.communities[all[place].community].town])
            let target = geography.communities[near]
            add(
                "facility_relocated", place, day,
                [
                    ("community", target.code), ("longitude", Geography.degrees(target.longitude + 900)),
                    ("latitude", Geography.degrees(target.latitude - 700)),
                ])
        }
    }
}
