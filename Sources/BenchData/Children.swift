import Events

extension World {
    /// Tells a child's whole life: births log, enrolments, and grants to the child.
    func live(child: Int, _ harvest: inout Harvest) {
        var random = Random(seed, 3, child)
        let start = start(of: child)
        let movedIn = random.chance(700)
        let born = movedIn ? start - random.below(900) : start
        // One in three hundred lives in a community that the register does not know.
        var home = random.chance(33) ? communities + random.below(7) : community(&random)
        let firstHome = home
        let last = min(born + 1130, start + 1130)
        if movedIn {
            harvest.tell(.births, 1, start, child, home, value: born, by: &random)
        } else {
            harvest.tell(.births, 0, start, child, home, by: &random)
            if random.chance(7800) { harvest.tell(.births, 2, start + 3 + random.below(25), child, by: &random) }
            if random.chance(1500) { harvest.tell(.births, 2, start + 10 + random.below(19), child, by: &random) }
            if random.chance(250) { harvest.tell(.births, 2, start + 29 + random.below(20), child, by: &random) }
            if random.chance(120) { harvest.tell(.births, 0, start + random.below(60), child, community(&random), by: &random) }
        }
        var day = start
        for _ in 0..<5 {
            day += 50 + random.below(1000)
            if day > last { break }
            let lot = random.below(1000)
            if lot < 760 {
                home = community(&random)
                harvest.tell(.births, 3, day, child, home, by: &random)
            } else if lot < 970 {
                harvest.tell(.births, 4, day, child, by: &random)
                if random.chance(600) { harvest.tell(.births, 3, day + 1 + random.below(40), child, community(&random), by: &random) }
                guard random.chance(3500) else { break }
                day += 20 + random.below(250)
                home = community(&random)
                harvest.tell(.births, 1, day, child, home, value: random.chance(9800) ? born : born - 1, by: &random)
            } else if lot < 990 {
                home = community(&random)
                harvest.tell(.births, 1, day, child, home, value: born, by: &random)
            } else {
                harvest.tell(.births, 5, day, child, by: &random)
                if random.chance(500) { harvest.tell(.births, 5, day + random.below(30), child, by: &random) }
                break
            }
        }
        guard random.chance(8000) else { return }
        enrol(child, born: born, start: start, home: firstHome, &harvest, &random)
    }

    /// The child's ways into facilities: first a waiting list or not, then a class, another class, and out.
    private func enrol(_ child: Int, born: Int, start: Int, home: Int, _ harvest: inout Harvest, _ random: inout Random) {
        var join = max(start, born + 150 + random.below(650))
        let limit = start + 1130
        for attempt in 0..<3 {
            guard join < limit, let facility = facility(near: home, on: join, &random) else { return }
            var enrolled = join
            if random.chance(6000) {
                harvest.tell(.enrollments, 0, join, child, facility, by: &random)
                enrolled = join + 1 + random.below(80)
                if random.chance(1500) {
                    if random.chance(6000) { harvest.tell(.enrollments, 1, enrolled, child, facility, by: &random) }
                    return
                }
            }
            let months = (enrolled - born) / 30
            let mixed = random.chance(1500)
            var room: UInt8 = mixed ? 3 : months < 12 ? 0 : months < 24 ? 1 : 2
            let mode: UInt8 = random.chance(8000) ? 0 : random.chance(5000) ? 1 : 2
            harvest.tell(.enrollments, 2, enrolled, child, facility, words: room | mode << 2, by: &random)
            if attempt == 0, random.chance(1850) { grant(child, 8 + Int(random.next() & 1), enrolled, &harvest, &random) }
            if random.chance(150) { harvest.tell(.enrollments, 0, enrolled + 5, child, facility, by: &random) }
            var leave = min(enrolled + 90 + random.below(800), born + 1095 + random.below(40))
            leave = max(leave, enrolled + 1)
            var change = born + (room == 0 ? 365 : 730)
            while !mixed, room < 2, change < leave, change < limit {
                if change > enrolled, random.chance(8500) {
                    room += 1
                    harvest.tell(.enrollments, 3, change, child, facility, words: room, by: &random)
                }
                change += 365
            }
            guard leave < limit, random.chance(9200) else { return }
            harvest.tell(.enrollments, 4, leave, child, facility, value: random.below(8), by: &random)
            if random.chance(200) { harvest.tell(.enrollments, 4, leave + random.below(10), child, facility, value: 9, by: &random) }
            guard random.chance(2600) else { return }
            // The next one; in one case of five before the last one ended.
            join = random.chance(2000) ? max(enrolled + 1, leave - 30) : leave + random.below(60)
        }
    }

    /// A grant to a child: vouchers (consumption coupons) and child-rearing allowances, paid in one to four parts.
    private func grant(_ child: Int, _ words: Int, _ day: Int, _ harvest: inout Harvest, _ random: inout Random) {
        let amount = 30_000 + random.below(30) * 10_000
        let scheme = UInt8(words & 1 == 0 ? 3 : 4)
        harvest.tell(.subsidies, 0, day, child, 0, value: amount, words: scheme | payeeIsChildBit, by: &random)
        let parts = 1 + random.below(4)
        for part in 0..<parts {
            harvest.tell(.subsidies, 1, day + 10 + part * 60, child, 0, value: amount / parts, words: payeeIsChildBit, by: &random)
        }
        if random.chance(300) {
            harvest.tell(.subsidies, 2, day + 250, child, 0, value: amount / parts / 2, words: payeeIsChildBit, by: &random)
        }
        if random.chance(60) { harvest.tell(.subsidies, 1, day + 30, child, 1, value: amount, words: payeeIsChildBit, by: &random) }
    }
}
