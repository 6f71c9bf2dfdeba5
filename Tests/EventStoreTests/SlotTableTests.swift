import TestSupport
import Testing

@testable import EventStore

/// A ``SlotTable`` against a plain dictionary: growing, lines that overflow, around the end too, and numbers taken out again.
struct SlotTableTests {
    /// The numbers that a search for this hash meets.
    private func found(_ view: SlotView, _ hash: UInt64) -> Set<UInt32> {
        var numbers: Set<UInt32> = []
        var line = view.home(hash)
        while true {
            let (found, empty) = view.look(line, hash)
            for slot in 0..<SlotView.width where found >> UInt32(slot) & 1 != 0 {
                numbers.insert(UInt32(truncatingIfNeeded: view.slots[line * SlotView.width + slot]) - 1)
            }
            if empty >= 0 { return numbers }
            line = view.after(line)
        }
    }

    /// Hashes that crowd: of each five one anywhere, the others at the table's end, its beginning, or one place in it.
    private func hash(_ generator: inout SeededGenerator) -> UInt64 {
        let random = generator.next()
        switch random % 5 {
        case 0: return 0xFFFF_FFFF_FFFF_FFFF - (random >> 8) % (1 << 53)
        case 1: return (random >> 8) % (1 << 52)
        case 2: return 0x7000_0000_0000_0000 + (random >> 8) % (1 << 50)
        default: return generator.next()
        }
    }

    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func findsWhatADictionaryFinds(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var table = SlotTable()
        var hashes: [UInt32: UInt64] = [:]
        var number: UInt32 = 0
        for _ in 0..<40 {
            for _ in 0..<Int.random(in: 1...400, using: &generator) {
                let hash = hash(&generator)
                table.insert(number, hash: hash)
                hashes[number] = hash
                number += 1
            }
            // The last ones go, as at a rollback; and now and then one that is not there.
            for _ in 0..<Int.random(in: 0...200, using: &generator) where number > 0 {
                number -= 1
                table.remove(number, hash: hashes.removeValue(forKey: number) ?? 0)
            }
            table.remove(number + 5, hash: generator.next())
            #expect(table.count == hashes.count)
            let view = table.view
            for (number, hash) in hashes where !found(view, hash).contains(number) { Issue.record("\(number) is lost") }
        }
        let view = table.view
        var held = 0
        for hash in Set(hashes.values.map(SlotView.tag)) { held += found(view, hash).count }
        #expect(held == hashes.count)
    }
}
