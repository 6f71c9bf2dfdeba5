import Events

extension World {
    /// A province whose seven years hold some `events` events, sent again and voided ones counted. What a child and a facility
    /// tell on average is measured on a sample of lives rather than derived, so that the lives can change freely. Without a number of
    /// communities there are 2,200 for ten million events.
    static func sized(events: Int, communities wanted: Int?, seed: UInt64) -> (world: World, deltaEnd: Int) {
        let communities = wanted ?? max(12, Int((Double(events) * 2200 / 10_000_000).rounded()))
        let everything = (from: Calendar.opening, to: Calendar.close)

        let sampleFacilities = 2000
        var sample = World(seed: seed, communities: communities, facilities: sampleFacilities, children: 0)
        var harvest = Harvest(from: everything.from, to: everything.to)
        for facility in 0..<sampleFacilities { sample.live(facility: facility, &harvest) }
        let filings = harvest.drafts[Int(Log.filings.rawValue)].count
        let facilities = max(12, events / 50 * sampleFacilities / filings)
        let ofFacilities = harvest.drafts.reduce(0) { $0 + $1.count } * facilities / sampleFacilities

        let sampleChildren = max(20_000, min(200_000, events / 20))
        sample = World(seed: seed, communities: communities, facilities: facilities, children: sampleChildren)
        harvest = Harvest(from: everything.from, to: everything.to)
        // The delta is the first days after the close that bring one event for each hundred.
        var after = Harvest(from: Calendar.close, to: Calendar.end)
        for child in 0..<sampleChildren {
            sample.live(child: child, &harvest)
            sample.live(child: child, &after)
        }
        let told = harvest.drafts.reduce(0) { $0 + $1.count }
        let children = max(1, (events - ofFacilities) * sampleChildren / told)
        let moments = after.drafts.flatMap { $0 }.map(\.order).sorted()
        let last = min(moments.count - 1, told / 100)
        return (World(seed: seed, communities: communities, facilities: facilities, children: children), Int(moments[last] / 86_400) + 1)
    }

    /// Everything that is recorded, sent again or voided from `from` up to `to`, as it will be delivered.
    func harvest(from: Int, to: Int) -> Harvest {
        var harvest = Harvest(from: from, to: to)
        for facility in 0..<facilities { live(facility: facility, &harvest) }
        for child in children(from: from, to: to) { live(child: child, &harvest) }
        harvest.sort()
        return harvest
    }
}
