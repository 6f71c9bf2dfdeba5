import CKernel

/// What lines look like that were read before: most lines of an entry differ in the bytes of a few values alone.
///
/// **What a shape is.** All bytes of a line from its brace to its line feed but those of its plain values: values whose forms have no room
/// for a quote, a backslash, a control or a byte above 7F, and none for what is no number where they are one. The values of `type` and of
/// free texts belong to the shape. It is learnt of a line that ``NDJSONScanner`` took and that became an event.
///
/// **Why a line of a known shape needs no scanner.** It has the shape's bytes around the plain values. If the converter takes what stands
/// where these stood, nothing in them ends or bends a text or a number, so the scanner would find the same fields there. If it does not,
/// the strict reader reads the line anew.
///
/// Where looking for shapes costs more than it saves (identifiers of many lengths, names), it rests for some thousand lines.
struct LineShapes {
    private let memory = ShapeMemory()
    /// Where the value of `type` stood in the first line learnt since the last rest: the eight bytes that stand there tell in which set a
    /// line's shape is looked for. Where identifiers are a little shorter or longer, these are still some of the type's.
    private var typePlace = 0
    /// What looking for shapes has brought so far; below 0, how many lines it still rests.
    private var credit = LineShapes.greatestCredit

    /// What finding a shape saves, and learning one costs, in looks in vain.
    private static let gain = 2
    private static let price = 8
    private static let greatestCredit = 1024
    /// What there is behind a rest, and how many lines a rest takes: some lines in a hundred are looked at in vain at most.
    private static let newCredit = 128
    private static let rest = 1 << 13

    /// From how many readable bytes on a line may be looked at.
    static var reach: Int { ShapeMemory.longest }

    var isTried: Bool {
        @inline(__always) get { credit >= 0 }
    }

    /// Counts a line for which no shape is looked for.
    @inline(__always)
    mutating func rest() {
        credit &+= 1
        if credit == 0 { (credit, typePlace) = (LineShapes.newCredit, 0) }
    }

    /// Takes from the credit; what is left of none is a rest.
    @inline(__always)
    private mutating func pay(_ price: Int) {
        credit &-= price
        if credit < 0 { credit = -LineShapes.rest }
    }

    /// The shape of the line at `start`, whose fields it then writes; nil: no known one. ``reach`` bytes from `start` on are readable.
    @inline(__always)
    mutating func find(_ start: UnsafePointer<UInt8>, _ fields: inout LineFields) -> UnsafePointer<LineShape>? {
        var shape = memory.set(Word.load(start + typePlace))
        let end = shape + ShapeMemory.ways
        while shape < end, shape.pointee.length > 0 {
            let length = shape.pointee.length
            if start[length] == 0x0A, tuowei_is_alike(start, shape.pointee.pattern, shape.pointee.mask, length + 1) != 0 {
                fields.clear()
                fields.present = shape.pointee.present
                fields.numbers = shape.pointee.numbers
                for field in 0..<shape.pointee.fields {
                    let value = shape.pointee.values[field]
                    fields.spans[field] = Span(start: start + value.start, count: value.count)
                }
                credit = min(credit &+ LineShapes.gain, LineShapes.greatestCredit)
                return UnsafePointer(shape)
            }
            shape += 1
        }
        pay(1)
        return nil
    }

    /// Learns the shape of a line of `length` bytes that was not found just now, and that the scanner and the converter took.
    @inline(never)
    mutating func learn(
        _ start: UnsafePointer<UInt8>, _ length: Int, _ fields: LineFields, _ type: UnsafePointer<TypePlan>
    ) {
        let plain = fields.present & type.pointee.plain & ~(1 << UInt64(LogPlan.type))
        guard length < ShapeMemory.longest, fields.others == 0, fields.numbers & ~type.pointee.numeric == 0 else { return }
        let top = 64 - fields.present.leadingZeroBitCount
        guard top <= ShapeMemory.fields else { return }
        pay(LineShapes.price)
        if typePlace == 0 { typePlace = min(fields.spans[LogPlan.type].start - start, ShapeMemory.longest - 8) }
        let shape = memory.oldest(Word.load(start + typePlace))
        let (pattern, mask, values) = (shape.pointee.pattern, shape.pointee.mask, shape.pointee.values)
        mask.update(repeating: 255, count: length + 1)
        (mask + (length + 1)).update(repeating: 0, count: ShapeMemory.longest - length - 1)
        for field in 0..<top {
            values[field] = ShapeValue(start: 0, count: 0)
            guard fields.present >> UInt64(field) & 1 != 0 else { continue }
            let span = fields.spans[field]
            values[field] = ShapeValue(start: span.start - start, count: span.count)
            if plain >> UInt64(field) & 1 != 0 { (mask + (span.start - start)).update(repeating: 0, count: span.count) }
        }
        for place in 0..<ShapeMemory.longest { pattern[place] = mask[place] == 0 ? 0 : start[place] }
        shape.pointee.length = length
        shape.pointee.fields = top
        shape.pointee.present = fields.present
        shape.pointee.numbers = fields.numbers
        shape.pointee.type = type
    }
}

/// A line's bytes around its plain values; see ``LineShapes``.
struct LineShape {
    /// The bytes before the line feed; 0: there is no shape here.
    fileprivate(set) var length = 0
    fileprivate(set) var type: UnsafePointer<TypePlan>?
    /// The fields that have a value, and how many fields there are up to the last of them.
    fileprivate var present: UInt64 = 0
    fileprivate var fields = 0
    /// Of these, numbers.
    fileprivate var numbers: UInt64 = 0
    /// Where each field's value stands; 0 and 0 for fields without one.
    fileprivate let values: UnsafeMutablePointer<ShapeValue>
    /// The line with zeroes for its plain values, and what has ones elsewhere; both ``ShapeMemory/longest`` bytes long.
    fileprivate let pattern: UnsafeMutablePointer<UInt8>
    fileprivate let mask: UnsafeMutablePointer<UInt8>
}

private struct ShapeValue {
    let start: Int
    let count: Int
}

/// The memory of the shapes of one reader: sets of them, by eight bytes of the type; a set that is full loses the shape it learnt first.
private final class ShapeMemory {
    /// A line with its line feed is at most as long.
    static let longest = 240
    static let fields = 32
    static let ways = 16
    private static let sets = 16

    private let shapes = UnsafeMutablePointer<LineShape>.allocate(capacity: sets * ways)
    private let values = UnsafeMutablePointer<ShapeValue>.allocate(capacity: sets * ways * fields)
    private let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: sets * ways * 2 * longest)
    /// How many shapes each set has learnt.
    private let learnt = UnsafeMutablePointer<Int>.allocate(capacity: sets)

    init() {
        learnt.initialize(repeating: 0, count: Self.sets)
        for place in 0..<Self.sets * Self.ways {
            let pattern = bytes + place * 2 * Self.longest
            (shapes + place).initialize(
                to: LineShape(values: values + place * Self.fields, pattern: pattern, mask: pattern + Self.longest))
        }
    }

    deinit {
        shapes.deallocate()
        values.deallocate()
        bytes.deallocate()
        learnt.deallocate()
    }

    @inline(__always)
    private func number(_ type: UInt64) -> Int { Int(truncatingIfNeeded: (type &* 0x9E37_79B9_7F4A_7C15) &>> 60) }

    /// The first shape of the set for these bytes.
    @inline(__always)
    func set(_ type: UInt64) -> UnsafeMutablePointer<LineShape> { shapes + number(type) &* Self.ways }

    /// The place for a new shape in that set: a free one, or that of the shape learnt first.
    func oldest(_ type: UInt64) -> UnsafeMutablePointer<LineShape> {
        let number = number(type)
        defer { learnt[number] &+= 1 }
        return shapes + number * Self.ways + learnt[number] % Self.ways
    }
}
