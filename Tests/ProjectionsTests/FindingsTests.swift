import Events
import TestSupport
import Testing

@testable import Projections

extension Findings {
    /// Their lines in `findings.csv`, asked for so many at a time.
    func lines(by part: Int) -> [String] {
        var lines: [String] = []
        for start in stride(from: 0, to: count, by: max(1, part)) {
            forEach(in: start..<min(count, start + part)) { finding, id, subject in
                let texts = [id, subject].map { String(decoding: $0, as: UTF8.self) }
                lines.append([finding.code.name, finding.log.name, texts[0], texts[1], finding.day.description].joined(separator: ","))
            }
        }
        return lines
    }
}

@Suite struct FindingsTests {
    /// Findings that are kept stand where their columns say, wherever one begins to read; those of subjects that changed and have them no
    /// more are passed over.
    @Test(arguments: 0..<6)
    func keptOnesAreReadFromAnywhere(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(40 + seed))
        let codes: [FindingCode] = [.bornOnMismatch, .duplicateBirth, .notApplicable]
        var columns = FindingColumns()
        var lines: [String] = []
        let subjects = 700
        let changed = Table<UInt64>(repeating: 0, count: (subjects + 63) / 64)
        for _ in 0..<seed * 40 {
            changed[Int.random(in: 0..<changed.count, using: &random)] |= 1 << UInt64.random(in: 0..<64, using: &random)
        }
        var ordinal: UInt32 = 0
        for code in codes {
            for number in 0..<Int.random(in: 900...2600, using: &random) {
                let subject = Int.random(in: 0..<subjects, using: &random)
                let id = "b" + String(1_000_000 + number) + String(repeating: "x", count: Int.random(in: 0...9, using: &random))
                let child = "c" + String(repeating: "y", count: subject % 7) + String(subject)
                columns.ordinals.append(ordinal)
                columns.days.append(Int32(number % 4000))
                columns.subjects.append(UInt32(subject))
                columns.facilities.append(0)
                columns.codes.append(code.rawValue)
                columns.idLengths.append(UInt8(id.utf8.count))
                columns.ids += id.utf8
                columns.subjectLengths.append(UInt8(child.utf8.count))
                columns.subjectTexts += child.utf8
                ordinal += 1
                guard changed[subject >> 6] >> UInt64(subject & 63) & 1 == 0 else { continue }
                lines.append([code.name, "births", id, child, Day(rawValue: Int32(number % 4000)).description].joined(separator: ","))
            }
        }
        var new: [RawFinding] = []
        let kept = KeptFindings(columns, &new, without: changed, facilities: nil)
        let source = try MemorySource([])
        let logs = try Log.allCases.map { try LogFindings([], beside: $0 == .births ? kept : nil, $0, in: source, threads: 1) }
        for threads in 1...2 {
            let findings = try Findings(logs, threads: threads)
            #expect(findings.count == lines.count)
            for part in [1, 31, 32, 33, 1000, lines.count] { #expect(findings.lines(by: part) == lines, "\(part) at a time") }
        }
        #expect(lines.count > 1024 && (seed == 0) == (lines.count == columns.count))
    }

    /// Numbers come back as they were, in as few bytes as the largest needs.
    @Test func numbersArePacked() {
        for (numbers, width) in [
            ([], 1), ([-1], 1), ([0, 254, -1], 1), ([255], 2), ([-1, 65_534, 7], 2), ([65_535, 0], 4), ([.max, -1], 4), ([.min, 0, 3], 4),
            ([-2], 4),
        ] as [([Int32], Int)] {
            let packed = PackedNumbers(numbers)
            #expect(packed.width == width && packed.bytes.count == numbers.count * width && packed.count == numbers.count)
            #expect(numbers.indices.map { packed[$0] } == numbers)
            #expect(packed.bounds == numbers.min().flatMap { least in numbers.max().map { least...$0 } })
            for first in 0...numbers.count {
                for end in first...numbers.count {
                    let copy = Table<Int32>(repeating: 77, count: numbers.count + 1)
                    packed.copy(first..<end, to: copy.base)
                    #expect(copy.elements == Array(numbers[first..<end]) + Array(repeating: 77, count: numbers.count + 1 - (end - first)))
                }
            }
        }
    }
}
