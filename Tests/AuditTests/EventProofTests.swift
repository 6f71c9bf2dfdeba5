import EventStore
import Events
import Foundation
import Pipelines
import TestSupport
import Testing

@testable import Audit

/// Proofs of single events, made and checked.
@Suite struct EventProofTests {
    @Test("Events of every block of a case are proved, with all their required fields in the canonical text")
    func everyEvent() throws {
        let published = try PublishedReport("corrections", asOf: "2024-12-31", isSigned: true)
        let store = try EventStore.open(at: published.pipeline.store)
        let columns = EventColumns()
        let key = try #require(try store.verifierKey())
        var proved = 0
        for log in Log.allCases {
            for block in 0..<store.blockCount(of: log) {
                try store.readBlock(block, of: log, texts: true, into: columns)
                for row in stride(from: 0, to: columns.count, by: 17) {
                    let id = String(decoding: columns.id(row), as: UTF8.self)
                    let proof = try EventProof.make(id, log: log, in: store)
                    let read = try #require(EventProof(try proof.encoded()))
                    let shown = try read.check()
                    #expect(shown.entry == store.entryIndex(ofBlock: block, of: log) && shown.row == row)
                    #expect(key.verifies(shown.note) && shown.checkpoint.root == store.root)
                    let object = try #require(
                        try JSONSerialization.jsonObject(with: Data(shown.event.utf8)) as? [String: String])
                    #expect(object["event_id"] == id && object["log"] == log.name)
                    #expect(object["type"] == EventType.of(log, code: columns.type[row])?.name)
                    let required = EventType.of(log, code: columns.type[row])?.fields.filter(\.required).map(\.name) ?? []
                    for name in required { #expect(object[name]?.isEmpty == false, "\(name)") }
                    proved += 1
                }
            }
        }
        #expect(proved > 20)
    }

    @Test("No flipped bit and no cut leaves a proof that holds")
    func tampered() throws {
        let published = try PublishedReport(isSigned: true)
        let store = try EventStore.open(at: published.pipeline.store)
        let key = try #require(try store.verifierKey())
        let columns = EventColumns()
        try store.readBlock(0, of: .filings, texts: true, into: columns)
        let id = String(decoding: columns.id(columns.count - 1), as: UTF8.self)
        let bytes = try EventProof.make(id, log: .filings, in: store).encoded()
        func holds(_ bytes: [UInt8]) -> Bool {
            guard let proof = EventProof(bytes), let shown = try? proof.check() else { return false }
            return key.verifies(shown.note)
        }
        #expect(holds(bytes))
        for bit in Sweep.bits(bytes.count, every: 11) {
            var changed = bytes
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(!holds(changed), "bit \(bit)")
        }
        for length in Sweep.lengths(bytes.count, every: 7) { #expect(!holds(Array(bytes[..<length]))) }
    }

    @Test("The verbs: a proof is made, checked offline by key or kept checkpoint, and refused without either")
    func verbs() throws {
        let published = try PublishedReport(isSigned: true)
        let store = try EventStore.open(at: published.pipeline.store)
        let columns = EventColumns()
        try store.readBlock(0, of: .births, texts: true, into: columns)
        let id = String(decoding: columns.id(0), as: UTF8.self)
        try published.run(["prove", id, "--pipeline", "pipeline.yaml", "--log", "births", "--out", "event.proof"])
        let path = published.folder.url.path + "/event.proof"
        #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
        let key = try #require(try store.verifierKey())
        for trust in [["--vkey", "\(key)"], ["--seen", "report/manifest.json"]] {
            let outcome = try published.run(["prove", "--check", "event.proof"] + trust)
            #expect(outcome.output.contains("\"event_id\":\"\(id)\"") && outcome.output.contains("The event is row 0 of entry "))
        }
        let stranger = try SigningKey.generate(name: "tuowei/tiny").verifier
        #expect(
            try published.run(["prove", "--check", "event.proof", "--vkey", "\(stranger)"], allowing: [1]).errors.contains(
                "no valid signature"))
        for wrong in [
            ["prove"], ["prove", id], ["prove", "--check", "event.proof"], ["prove", "nobody", "--pipeline", "pipeline.yaml"],
            ["prove", id, "--pipeline", "pipeline.yaml", "--log", "bills"], ["prove", id, "--check", "event.proof", "--vkey", "\(key)"],
        ] { #expect(try Program.run(wrong, in: published.folder.url).status == 2, "\(wrong)") }
    }
}
