import Events

/// The enrolments log: waiting, enrolment, changes of class, withdrawal, month by month from 2019 to 2025.
struct Enrolments {
    private(set) var events: [SampleEvent] = []
    /// The number of children enrolled at each facility at the end of each month, from January 2019.
    private(set) var counts: [[Int]] = []
    /// Enrolments of children known here that were active at some month's end, for vouchers: child, facility, first day.
    private(set) var starts: [(child: Int, facility: Int, day: Int)] = []

    private let geography: Geography
    private let children: [SampleChild]
    private let facilities: [SampleFacility]
    private var dice: Dice
    private let near: [[Int]]

    private struct Seat {
        var child: Int
        var id: String
        var born: Int
        var placeClass: Int
        var since: Int
        var origin: Origin
        /// Whether its leaving will never be recorded.
        var isForgotten = false
    }
    private var seats: [[Seat]]
    /// Where a child at a facility lives.
    private enum Origin: Int { case sameCommunity, otherCommunity, outside }
    /// Of a thousand children that join: of those enrolled then a quarter comes from elsewhere, of them a fifth from outside the district,
    /// since some families move while their child is enrolled.
    private static let origins = [780, 176, 44]
    /// The seats taken now, by origin.
    private var seated = [0, 0, 0]
    private var taken: Set<Int> = []
    /// The day on which a child last left a facility; it comes back to none before a while has passed.
    private var left: [Int: Int] = [:]
    /// Children of each community by day of birth.
    private var byHome: [[Int]]

    private static let classes = ["infant", "toddler", "preschool", "mixed"]
    private static let ages = [6...11, 12...23, 24...35, 18...35]
    /// The usual share of places taken by class, in thousandths: the older, the fuller.
    private static let usual = [150, 225, 805, 300]
    /// By month: full after the spring festival and in September, emptier before the festival and in summer.
    private static let season = [880, 940, 1060, 1040, 1020, 980, 900, 860, 1050, 1060, 1030, 1000]
    /// The communities nearest to each from which children are brought, its own left out.
    private static let neighbours = 12

    init(_ geography: Geography, _ children: [SampleChild], _ facilities: [SampleFacility], _ dice: Dice) {
        self.geography = geography
        self.children = children
        self.facilities = facilities
        self.dice = dice
        seats = Array(repeating: [], count: facilities.count)
        var byHome = [[Int]](repeating: [], count: geography.communities.count)
        for (number, child) in children.enumerated() {
            if let home = child.homes.first?.community { byHome[home].append(number) }
        }
        self.byHome = byHome.map { $0.sorted { (children[$0].born, $0) < (children[$1].born, $1) } }
        near = geography.communities.indices.map { Enrolments.nearest($0, geography) }
        for year in 2019...2025 {
            for month in 1...12 {
                for facility in facilities.indices { turn(facility, year, month) }
                counts.append(seats.map(\.count))
            }
        }
        addOddities()
    }

    /// The nearest communities. A degree of longitude is 85 hundredths of one of latitude here.
    private static func nearest(_ place: Int, _ geography: Geography) -> [Int] {
        func squared(_ other: Int) -> Int {
            let (a, b) = (geography.communities[place], geography.communities[other])
            let (east, north) = ((a.longitude - b.longitude) * 85 / 100, a.latitude - b.latitude)
            return east * east + north * north
        }
        let others = geography.communities.indices.filter { $0 != place }.map { (squared($0), $0) }
        return others.sorted { $0 < $1 }.prefix(neighbours).map { $0.1 }
    }

    private mutating func add(
        _ type: String, _ id: String, _ facility: String, _ day: Int, _ fields: [(name: String, value: String)] = [], late: Int = 45
    ) {
        let recorded = Clock.recorded(day, usual: 8, late: late, &dice)
        events.append(
            SampleEvent(
                log: .enrollments, type: type, day: day, recorded: recorded, fields: [("child", id), ("facility", facility)] + fields))
    }

    private mutating func turn(_ place: Int, _ year: Int, _ month: Int) {
        let facility = facilities[place]
        let first = Time.day(year, month, 1)
        let end = first + Time.monthLength(year, month) - 1
        guard facility.registered + 20 <= end else { return }
        if facility.end < end, facility.end < Clock.last {
            if facility.end >= first { clear(place) }
            return
        }
        leave(place, first, end, month)
        promote(place, end)
        fill(place, first, month, facility.places(at: end))
    }

    /// The end of a facility. Of those that closed every fourth forgets to record that some of its children left.
    private mutating func clear(_ place: Int) {
        let facility = facilities[place]
        for seat in seats[place] {
            if facility.isClosed, place % 4 == 3, dice.chance(400) { continue }
            add("child_withdrew", seat.id, facility.id, max(seat.since, facility.end - dice.number(0...12)), [("reason", "机构停办")])
        }
        for seat in seats[place] {
            seated[seat.origin.rawValue] -= 1
            taken.remove(seat.child)
            if seat.child >= 0 { left[seat.child] = facility.end }
        }
        seats[place] = []
    }

    private mutating func leave(_ place: Int, _ first: Int, _ end: Int, _ month: Int) {
        var kept: [Seat] = []
        let summer = month == 9 ? first - 1 : first + 400
        for var seat in seats[place] {
            if seat.isForgotten {
                // Until somebody looks through the list.
                if Time.months(seat.born, at: end) < 50 { kept.append(seat) }
                continue
            }
            var day: Int?
            var reason: String?
            if summer < first, Time.months(seat.born, at: summer) >= 36 {
                day = first - dice.number(1...7) + dice.number(0...12)
                reason = "升入幼儿园"
            } else if Time.months(seat.born, at: end) >= 42 || (Time.months(seat.born, at: end) >= 36 && dice.chance(240)) {
                day = first + dice.number(0...20)
            } else if seat.child >= 0, children[seat.child].home(at: end) == nil {
                day = first + dice.number(0...25)
                reason = "迁出"
                if dice.chance(150) { seat.isForgotten = true }
            } else if dice.chance(seat.placeClass == 0 ? 60 : 32) {
                day = first + dice.number(0...27)
                reason = dice.chance(400) ? "家庭原因" : nil
            }
            guard let day else {
                kept.append(seat)
                continue
            }
            if dice.chance(12) { seat.isForgotten = true }
            if seat.isForgotten {
                kept.append(seat)
            } else {
                add("child_withdrew", seat.id, facilities[place].id, max(seat.since, day), reason.map { [("reason", $0)] } ?? [])
                seated[seat.origin.rawValue] -= 1
                taken.remove(seat.child)
                if seat.child >= 0 { left[seat.child] = max(seat.since, day) }
            }
        }
        seats[place] = kept
    }

    private mutating func promote(_ place: Int, _ end: Int) {
        let places = facilities[place].places(at: end)
        for index in seats[place].indices {
            let seat = seats[place][index]
            let next = seat.placeClass + 1
            guard seat.placeClass < 2, Time.months(seat.born, at: end) > (seat.placeClass == 0 ? 13 : 25),
                seats[place].count(where: { $0.placeClass == next }) < places[next], dice.chance(600)
            else { continue }
            seats[place][index].placeClass = next
            add(
                "class_changed", seat.id, facilities[place].id, max(seat.since, end - dice.number(0...20)),
                [("class", Enrolments.classes[next])])
        }
    }

    private mutating func fill(_ place: Int, _ first: Int, _ month: Int, _ places: [Int]) {
        let facility = facilities[place]
        let age = min(12, (first + 30 - facility.registered) / 30)
        for placeClass in 0..<4 where places[placeClass] > 0 {
            let share = Enrolments.usual[placeClass] * facility.popularity / 1000 * (280 + 60 * age) / 1000
            let wanted = (places[placeClass] * share * Enrolments.season[month - 1] + 500_000) / 1_000_000
            let limit = min(places[placeClass], wanted)
            var missing = limit - seats[place].count { $0.placeClass == placeClass }
            var tries = 8 * max(0, missing)
            while missing > 0, tries > 0 {
                tries -= 1
                let day = first + dice.number(0...(month == 9 ? 14 : 24))
                guard day > facility.registered + 5, day <= Clock.last, let seat = pick(facility, placeClass, day) else { continue }
                join(place, seat)
                missing -= 1
            }
            // Families also queue at the better known ones, for a day of their own choice.
            if placeClass == 2, facility.popularity > 1080, age > 6, dice.chance(380),
                let seat = pick(facility, dice.number(1...2), first + 12)
            {
                wait(place, seat)
            }
        }
    }

    private mutating func pick(_ facility: SampleFacility, _ placeClass: Int, _ day: Int) -> Seat? {
        let ages = Enrolments.ages[placeClass]
        switch someOrigin() {
        case .outside:
            // No birth record here knows the child.
            let months = dice.number(ages)
            return Seat(child: -1, id: dice.pseudonym(), born: day - months * 30 - 20, placeClass: placeClass, since: day, origin: .outside)
        case .sameCommunity:
            if let seat = pick(from: facility.community, facility, placeClass, day) { return seat }
            // Where the community has no child left, the facility stays emptier than others, or looks around.
            return dice.chance(40) ? pick(from: dice.one(near[facility.community]), facility, placeClass, day) : nil
        case .otherCommunity:
            let home = dice.chance(850) ? dice.one(near[facility.community]) : dice.number(0...byHome.count - 1)
            return pick(from: home, facility, placeClass, day)
        }
    }

    /// A child of a community that is of the class's age and free.
    private mutating func pick(from home: Int, _ facility: SampleFacility, _ placeClass: Int, _ day: Int) -> Seat? {
        let ages = Enrolments.ages[placeClass]
        let list = byHome[home]
        // Days of birth for the class's ages, a day inside them.
        let from = lowerBound(list, day - (ages.upperBound + 1) * 30)
        let to = lowerBound(list, day - ages.lowerBound * 31)
        guard from < to else { return nil }
        let candidates = list[from..<to].filter { child in
            !taken.contains(child) && left[child, default: 0] + 15 < day && children[child].home(at: day) == home
                && ages.contains(Time.months(children[child].born, at: day))
        }
        guard !candidates.isEmpty else { return nil }
        let child = dice.one(candidates)
        return Seat(
            child: child, id: children[child].id, born: children[child].born, placeClass: placeClass, since: day,
            origin: home == facility.community ? .sameCommunity : .otherCommunity)
    }

    /// An origin by lot, those that have fallen behind their share more often: a small community soon has no child left to bring.
    private mutating func someOrigin() -> Origin {
        let all = max(1, seated.reduce(0, +))
        let weights = zip(Enrolments.origins, seated).map { share, seated in max(0, share + 15 * (share - 1000 * seated / all)) }
        return Origin(rawValue: dice.place(weights)) ?? .sameCommunity
    }

    private func lowerBound(_ list: [Int], _ born: Int) -> Int {
        var low = 0
        var high = list.count
        while low < high {
            let middle = (low + high) / 2
            if children[list[middle]].born < born { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private mutating func join(_ place: Int, _ seat: Seat) {
        let facility = facilities[place]
        if dice.chance(110) {
            let day = max(seat.born + 60, seat.since - dice.number(10...70), facility.registered + 1, left[seat.child, default: 0] + 1)
            if day < seat.since { add("waitlist_joined", seat.id, facility.id, day) }
        }
        enroll(place, seat, "mode", ["full_day", "half_day", "hourly"][dice.place([880, 90, 30])])
        seats[place].append(seat)
        seated[seat.origin.rawValue] += 1
        if seat.child >= 0 {
            taken.insert(seat.child)
            starts.append((seat.child, place, seat.since))
        }
    }

    private mutating func enroll(_ place: Int, _ seat: Seat, _ field: String, _ mode: String) {
        add(
            "child_enrolled", seat.id, facilities[place].id, seat.since,
            [("class", Enrolments.classes[seat.placeClass]), (field, mode)])
    }

    private mutating func wait(_ place: Int, _ seat: Seat) {
        guard seat.child >= 0 else { return }
        taken.insert(seat.child)
        add("waitlist_joined", seat.id, facilities[place].id, seat.since)
        let day = seat.since + dice.number(30...200)
        if dice.chance(650), day <= Clock.last { add("waitlist_left", seat.id, facilities[place].id, day) }
    }

    /// What makes findings: children at two facilities, classes over their places, a site that is in no register.
    private mutating func addOddities() {
        let open = facilities.indices.filter { facilities[$0].end == Clock.last && seats[$0].count > 8 }
        for turn in 0..<14 {
            let place = open[turn * 3 % open.count]
            let other = open[(turn * 3 + 1) % open.count]
            guard let seat = seats[place].last(where: { $0.child >= 0 && !$0.isForgotten }) else { continue }
            let day = min(Clock.last, max(seat.since, Time.day(2025, 10, 1)) + turn)
            add("child_enrolled", seat.id, facilities[other].id, day, [("class", Enrolments.classes[seat.placeClass]), ("mode", "hourly")])
        }
        let small = open.filter { facilities[$0].places(at: Clock.last).reduce(0, +) <= 20 }.prefix(2)
        for place in small {
            for _ in 0..<60 {
                guard seats[place].count < facilities[place].places(at: Clock.last).reduce(0, +) + 3 else { break }
                let home = dice.one(near[facilities[place].community])
                if let seat = pick(from: home, facilities[place], 2, Time.day(2025, 11, 3)) { join(place, seat) }
            }
        }
        for turn in 0..<6 {
            var found: Seat?
            for place in open.dropFirst(turn) where found == nil { found = pick(facilities[place], 2, Time.day(2025, 9, 2) + turn) }
            guard let seat = found else { continue }
            add("child_enrolled", seat.id, "TZ-F9001", seat.since, [("class", "preschool"), ("mode", "full_day")])
        }
    }
}
