/// Elements at an address that stays, for the loops that run once an event: an array in a class or struct would cost a check of its
/// bounds, its uniqueness and its exclusive use at each access there. Whoever reads by `base` stays below `count`.
final class Table<Element: BitwiseCopyable> {
    let base: UnsafeMutablePointer<Element>
    let count: Int

    /// A copy of an array's elements.
    convenience init(_ elements: [Element]) {
        self.init(elements, count: elements.count) { _ in }
    }

    /// A copy of an array's elements, at most `count`, with others behind them up to `count`.
    convenience init(_ elements: [Element], filledWith element: Element, count: Int) {
        self.init(elements, count: count) { rest in rest.initialize(repeating: element) }
    }

    private init(_ elements: [Element], count: Int, fill: (UnsafeMutableBufferPointer<Element>) -> Void) {
        self.count = count
        base = .allocate(capacity: max(1, count))
        let copied = min(elements.count, count)
        elements.withUnsafeBufferPointer { elements in
            if let start = elements.baseAddress { base.initialize(from: start, count: copied) }
        }
        fill(UnsafeMutableBufferPointer(start: base + copied, count: count - copied))
    }

    init(repeating element: Element, count: Int) {
        self.count = count
        base = .allocate(capacity: max(1, count))
        base.initialize(repeating: element, count: count)
    }

    /// Room for elements, each of which is to be set before it is read.
    init(count: Int) {
        self.count = count
        base = .allocate(capacity: max(1, count))
    }

    deinit { base.deallocate() }

    /// A copy of the elements.
    var elements: [Element] { Array(UnsafeBufferPointer(start: base, count: count)) }

    @inline(__always)
    subscript(place: Int) -> Element {
        get { base[place] }
        set { base[place] = newValue }
    }
}
