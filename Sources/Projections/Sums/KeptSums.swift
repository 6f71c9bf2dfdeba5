/// Sums of which each list goes as soon as nobody asks for it any more: they are a good part of what a report holds, and what comes next
/// then lies where they lay. One thread lets go of lists, while no other asks for any.
final class KeptSums {
    private(set) var sums: DaySums

    init(_ sums: consuming DaySums) { self.sums = sums }

    func letGo<List: ExpressibleByArrayLiteral>(_ list: WritableKeyPath<DaySums, List>) { sums[keyPath: list] = [] }
}
