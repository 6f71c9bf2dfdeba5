import Events

extension World {
    /// Tells a facility's whole life: filings log and the grants to the facility.
    func live(facility: Int, _ harvest: inout Harvest) {
        let (opened, closed) = World.span(seed, facility)
        var random = Random(seed, 4, facility)
        func bits(_ random: inout Random) -> Int { Int(random.next() >> 34) }
        let end = min(closed, Calendar.end)
        let home = community(of: facility)
        let form = UInt8(random.below(5))
        harvest.tell(.filings, 0, opened, facility, home, value: bits(&random), words: UInt8(random.below(3)) | form << 2, by: &random)
        if random.chance(150) {
            harvest.tell(.filings, 0, opened + 20, facility, home, value: bits(&random), words: form << 2, by: &random)
        }
        harvest.tell(.filings, 2, opened + random.below(10), facility, value: bits(&random), by: &random)
        harvest.tell(.filings, 14, opened + random.below(30), facility, value: 8_000 + random.below(90_000), by: &random)
        for kind in 0..<3 where random.chance(9000) {
            credential(facility, UInt8(kind), opened + random.below(40), end, &harvest, &random)
        }
        var filed: Int?
        if random.chance(8500) {
            var day = opened + 20 + random.below(200)
            harvest.tell(.filings, 3, day, facility, by: &random)
            if random.chance(2500) {
                day += 5 + random.below(20)
                harvest.tell(.filings, 4, day, facility, value: random.below(8), by: &random)
                day += 10 + random.below(60)
                if random.chance(8500) { harvest.tell(.filings, 3, day, facility, by: &random) }
            }
            day += 5 + random.below(30)
            if random.chance(9300), day < end {
                filed = day
                harvest.tell(.filings, 5, day, facility, value: bits(&random), by: &random)
            }
        }
        if let filed {
            if random.chance(5500) {
                harvest.tell(.filings, 7, filed + random.below(300), facility, by: &random)
                if random.chance(800) { harvest.tell(.filings, 8, filed + 400 + random.below(600), facility, by: &random) }
            }
            if random.chance(1200) {
                harvest.tell(.filings, 9, filed + 200 + random.below(700), facility, words: UInt8(random.below(3)), by: &random)
                if random.chance(1000) { harvest.tell(.filings, 10, filed + 950 + random.below(400), facility, by: &random) }
            }
            if random.chance(400) {
                harvest.tell(.filings, 6, filed + 100 + random.below(900), facility, value: random.below(8), by: &random)
            }
        }
        if random.chance(300) { harvest.tell(.filings, 6, opened + 2, facility, value: 1, by: &random) }
        if random.chance(300) {
            harvest.tell(.filings, 1, opened + 100 + random.below(900), facility, community(&random), value: bits(&random), by: &random)
        }
        var day = max(opened, Calendar.opening) + 60 + random.below(300)
        while day < end {
            harvest.tell(.filings, 12, day, facility, words: UInt8(random.chance(8600) ? 0 : random.chance(7500) ? 1 : 2), by: &random)
            if random.chance(8500) { harvest.tell(.filings, 13, day + random.below(90), facility, value: random.below(24), by: &random) }
            if random.chance(1500) { harvest.tell(.filings, 2, day + random.below(200), facility, value: bits(&random), by: &random) }
            day += 320 + random.below(100)
        }
        if closed < Calendar.end {
            harvest.tell(.filings, 15, closed, facility, value: random.below(8), by: &random)
            if random.chance(1000) { harvest.tell(.filings, 12, closed + random.below(100), facility, by: &random) }
        }
        grants(facility, opened: opened, filed: filed, end: end, &harvest, &random)
    }

    private func credential(_ facility: Int, _ kind: UInt8, _ first: Int, _ end: Int, _ harvest: inout Harvest, _ random: inout Random) {
        var day = first
        while day < end {
            let years = 1 + random.below(3)
            harvest.tell(.filings, 11, day, facility, value: day + years * 365, words: kind, by: &random)
            guard random.chance(8000) else { return }
            day += years * 365 - random.below(40)
        }
    }

    /// Grants to a facility: one for its building, one for each year of work, sometimes one for a demonstration.
    private func grants(
        _ facility: Int, opened: Int, filed: Int?, end: Int, _ harvest: inout Harvest, _ random: inout Random
    ) {
        var number = 0
        func give(_ scheme: UInt8, _ day: Int, _ amount: Int, _ random: inout Random) {
            guard day < end else { return }
            number += 1
            harvest.tell(.subsidies, 0, day, facility, number, value: amount, words: scheme, by: &random)
            let parts = 1 + random.below(3)
            for part in 0..<parts {
                let paid = random.chance(9900) ? amount / parts : amount
                harvest.tell(.subsidies, 1, day + 15 + part * 90, facility, number, value: paid, by: &random)
            }
            if random.chance(500) { harvest.tell(.subsidies, 2, day + 300, facility, number, value: amount / 4 + 1, by: &random) }
        }
        if random.chance(4000) { give(0, opened + 30 + random.below(120), 5_000_000 + random.below(900) * 50_000, &random) }
        var day = (filed ?? opened + 100) + random.below(200)
        while day < end {
            if filed != nil || random.chance(200) { give(1, day, 500_000 + random.below(400) * 1_250 + random.below(100), &random) }
            day += 365
        }
        if filed != nil, random.chance(1000) { give(2, opened + 500 + random.below(600), 10_000_000, &random) }
    }
}
