/// Elements at an address that stays, for the loops that run once an event: an array in a class or struct would cost a check of its
/// bounds, its uniqueness and its exclusive use at each access there. Whoever reads by `base` stays below `count`.
final class Table<Element: BitwiseCopyable> {
    let base: UnsafeMutablePointer<Element>
    let count: Int

    /// A copy of an array's elements.
    convenience init(_ elements: [Element]) {
        self.init(count: elements.count)
        elements.withUnsafeBufferPointer { elements in
            if let start = elements.baseAddress { base.initialize(from: start, count: count) }
        }
    }

    init(repeating element: Element, count: Int) {
        self.count = count
        base = Self.room(for: count)
        base.initialize(repeating: element, count: count)
    }

    /// Room for elements, each of which is to be set before it is read.
    init(count: Int) {
        self.count = count
        base = Self.room(for: count)
    }

    /// Most tables are filled at once.
    private static func room(for count: Int) -> UnsafeMutablePointer<Element> {
        let base = UnsafeMutablePointer<Element>.allocate(capacity: max(1, count))
        LargePages.prefer(UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(start: base, count: count)))
        return base
    }

    deinit { base.deallocate() }

    /// Calls `body` with the elements where they are.
    func withElements<Result>(_ body: (UnsafeBufferPointer<Element>) throws -> Result) rethrows -> Result {
        try withExtendedLifetime(self) { try body(UnsafeBufferPointer(start: base, count: count)) }
    }

    /// A copy of the elements.
    var elements: [Element] { withElements { Array($0) } }

    @inline(__always)
    subscript(place: Int) -> Element {
        get { base[place] }
        set { base[place] = newValue }
    }
}
