import Events

/// The province: how many of everything, where it lies, and which facilities are open when. Immutable; all threads read it.
struct World: Sendable {
    let seed: UInt64
    /// Communities of the register. Numbers from here on are of communities that nobody lists.
    let communities: Int
    let facilities: Int
    let children: Int
    /// The first day and the day of closing of each facility, by number; those of one community stand together.
    let opened: [Int16]
    let closed: [Int16]
    /// The number of the first facility of each community, and one more at the end.
    let firstFacility: [Int32]
    /// A community for each of 65,536 lots, so that communities differ in size by up to nine times.
    private let lots: [Int32]
    /// Residents of a community in 2019, by number.
    let residents: [Int32]

    /// Communities a town.
    static let townSize = 12
    /// Children are born or move in within these days.
    static let firstStart = Calendar.opening
    static let lastStart = Calendar.day(2026, 3, 1)

    init(seed: UInt64, communities: Int, facilities: Int, children: Int) {
        self.seed = seed
        self.communities = communities
        self.facilities = facilities
        self.children = children
        var weights: [Int] = []
        for community in 0..<communities {
            var random = Random(seed, 1, community)
            weights.append(1 + random.below(9))
        }
        let total = weights.reduce(0, +)
        var lots: [Int32] = []
        var first: [Int32] = []
        let count = max(65_536, communities * 8)
        var sum = 0
        for (community, weight) in weights.enumerated() {
            first.append(Int32(sum * facilities / total))
            sum += weight
            while lots.count < sum * count / total { lots.append(Int32(community)) }
        }
        self.lots = lots
        firstFacility = first + [Int32(facilities)]
        residents = weights.map { Int32($0 * max(children, 1) * 14 / total + 200) }
        var opened: [Int16] = []
        var closed: [Int16] = []
        for facility in 0..<facilities {
            let (open, close) = World.span(seed, facility)
            opened.append(Int16(open))
            closed.append(Int16(close))
        }
        self.opened = opened
        self.closed = closed
    }

    /// When a facility is registered and when, in one case of twelve, it closes for good. Three in ten are older than the record.
    static func span(_ seed: UInt64, _ facility: Int) -> (opened: Int, closed: Int) {
        var random = Random(seed, 2, facility)
        let opened =
            random.chance(3000)
            ? Calendar.day(2015, 1, 1) + random.below(1461) : Calendar.opening + random.below(Calendar.close - Calendar.opening - 60)
        let closed = random.chance(800) ? opened + 300 + random.below(1500) : Calendar.end
        return (opened, closed)
    }

    /// A community, the larger the likelier.
    func community(_ random: inout Random) -> Int { Int(lots[random.below(lots.count)]) }

    /// A facility that a family of that community would choose on that day: mostly its own community's, then its town's.
    func facility(near community: Int, on day: Int, _ random: inout Random) -> Int? {
        for attempt in 0..<4 {
            let lot = random.below(100)
            var low = 0
            var high = facilities
            if community < communities, lot < 95 {
                if lot < 75, attempt < 2 {
                    low = Int(firstFacility[community])
                    high = Int(firstFacility[community + 1])
                } else {
                    let town = community / World.townSize * World.townSize
                    low = Int(firstFacility[town])
                    high = Int(firstFacility[min(town + World.townSize, communities)])
                }
            }
            guard high > low else { continue }
            let facility = low + random.below(high - low)
            if opened[facility] <= day, closed[facility] > day { return facility }
            // Now and then a paper names a facility that is not open.
            if attempt == 3, random.chance(300) { return facility }
        }
        return nil
    }

    /// The community where a facility begins.
    func community(of facility: Int) -> Int {
        var low = 0
        var high = communities
        while low + 1 < high {
            let middle = (low + high) / 2
            if Int(firstFacility[middle]) <= facility { low = middle } else { high = middle }
        }
        return low
    }

    /// The day on which a child's record begins. Children are numbered in this order, so that a window touches a range of them.
    func start(of child: Int) -> Int { World.firstStart + child * (World.lastStart - World.firstStart) / max(children, 1) }

    /// The children who can have an event recorded, sent again or voided from `from` up to `to`.
    func children(from: Int, to: Int) -> Range<Int> {
        let span = World.lastStart - World.firstStart
        let low = max(0, from - World.longest - World.firstStart)
        let high = min(span, to - World.firstStart)
        guard high > low else { return 0..<0 }
        return low * children / span..<min(children, high * children / span + 1)
    }

    /// No event of a child is recorded or sent again later than this many days after its start.
    static let longest = 1130 + 290 + 181 + 182
}
