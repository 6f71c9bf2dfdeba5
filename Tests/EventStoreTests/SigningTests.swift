import Events
import Foundation
import TestSupport
import Testing

@testable import EventStore

/// A log is signed from its first checkpoint or not at all.
@Suite struct SigningTests {
    @Test("Giving a key later signs every kept checkpoint anew, changes no entry, and is asked for from then on")
    func resigning() throws {
        let folder = try longStore(batches: 20, states: [3, 9])
        let before = try folder.files(below: "log/tile")
        let key = try SigningKey.generate(name: "tuowei/test")
        let writer = try StoreWriter.open(at: folder.path, origin: "tuowei/test", signer: key)
        #expect(writer.resigned == 3)
        writer.close()
        #expect(try folder.files(below: "log/tile") == before)
        let outcome = StoreCheck(at: folder.path, verifier: key.verifier).run()
        #expect(outcome.isSound && outcome.counts[.signatures] == 4)
        #expect(throws: StoreError.keyNeeded(name: "tuowei/test")) { try StoreWriter.open(at: folder.path, origin: "tuowei/test") }
        let other = try SigningKey.generate(name: "tuowei/test")
        #expect(throws: StoreError.self) { try StoreWriter.open(at: folder.path, origin: "tuowei/test", signer: other) }
        let stranger = try SigningKey.generate(name: "tuowei/other")
        #expect(throws: StoreError.self) { try StoreWriter.open(at: folder.path, origin: "tuowei/test", signer: stranger) }
        #expect(StoreCheck(at: folder.path).run().writer == nil, "a refusal leaves nothing behind")
        let again = try StoreWriter.open(at: folder.path, origin: "tuowei/test", signer: key)
        #expect(again.resigned == 0)
    }

    @Test("A checkpoint that the log does not bear out is not signed")
    func nothingFalseIsSigned() throws {
        let folder = try longStore(batches: 20, states: [3, 9])
        let path = folder.path + "/log/checkpoints/6"
        try rewrite(path, Data(Checkpoint(origin: "tuowei/test", size: 6, root: TreeHasher.emptyRoot).text.utf8))
        let key = try SigningKey.generate(name: "tuowei/test")
        #expect(throws: StoreError.self) { try StoreWriter.open(at: folder.path, origin: "tuowei/test", signer: key) }
        #expect(try EventStore.open(at: folder.path).verifierKey() == nil)
    }

    @Test("With vkey each checkpoint is signed by it, without it none is")
    func mixed() throws {
        let key = try SigningKey.generate(name: "tuowei/test")
        let (signed, bare) = (try longStore(batches: 20, states: [3], key: key), try longStore(batches: 20, states: [3]))
        #expect(try signed.files(below: "log/tile") == bare.files(below: "log/tile"))
        for (one, other) in [(signed, bare), (bare, signed)] {
            let mixed = try one.copy()
            try remove(mixed.path + "/log/checkpoints/6")
            try FileManager.default.copyItem(atPath: other.path + "/log/checkpoints/6", toPath: mixed.path + "/log/checkpoints/6")
            #expect(StoreCheck(at: mixed.path).run().faults.first?.file.hasSuffix("checkpoints/6") == true)
        }
    }

    @Test("A key file is its owner's alone; one that others can read is refused")
    func keyFiles() throws {
        let folder = TemporaryStore()
        try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
        let path = folder.path + "/key"
        let key = try SigningKey.generate(name: "tuowei/test")
        try key.write(to: path)
        #expect(throws: StoreError.self) { try key.write(to: path) }
        #expect(try SigningKey.read(at: path).verifier == key.verifier)
        #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
        for mode in [0o640, 0o604, 0o660, 0o606, 0o644] {
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
            #expect(throws: StoreError.self) { try SigningKey.read(at: path) }
        }
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        try FileManager.default.createSymbolicLink(atPath: folder.path + "/link", withDestinationPath: path)
        #expect(throws: StoreError.self) { try SigningKey.read(at: folder.path + "/link") }
        #expect(throws: StoreError.self) { try SigningKey.read(at: folder.path) }
        for junk in ["", "PRIVATE+KEY+x", key.text + "\n\n", key.text.replacingOccurrences(of: "PRIVATE", with: "private")] {
            try rewrite(path, Data(junk.utf8))
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
            #expect(throws: StoreError.self) { try SigningKey.read(at: path) }
        }
    }
}
