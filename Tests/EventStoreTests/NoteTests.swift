import Events
import Foundation
import TestSupport
import Testing

@testable import EventStore

/// Notes, keys and checkpoints: the field's example, and strictness beyond it.
@Suite struct NoteTests {
    private static let verifier = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    private static let signer = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
    private static let text =
        "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
    private static let signature =
        "\u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"

    @Test("The example note of Go's documentation: its key, its signature, and signing it again")
    func goExample() throws {
        let key = try #require(VerifierKey(Self.verifier))
        let note = try #require(SignedNote(Array((Self.text + "\n" + Self.signature).utf8)))
        #expect(note.text == Self.text)
        #expect(key.verifies(note))
        let secret = try #require(SigningKey(Self.signer))
        #expect(secret.verifier == key)
        #expect(secret.sign(Self.text) == note)
    }

    @Test("The signed text has its final newline and not the empty line; lines of unknown keys are ignored")
    func unknownKeys() throws {
        let key = try SigningKey.generate(name: "tuowei/test")
        let other = try SigningKey.generate(name: "witness")
        let sameName = try SigningKey.generate(name: "tuowei/test")
        let checkpoint = Checkpoint(origin: "tuowei/test", size: 7, root: TreeHasher.emptyRoot)
        let signatures = [other, key, sameName].flatMap { $0.sign(checkpoint.text).signatures }
        let note = SignedNote(text: checkpoint.text, signatures: signatures)
        #expect(key.verifier.verifies(note))
        #expect(SignedNote(note.bytes) == note)
        #expect(!key.verifier.verifies(SignedNote(text: checkpoint.text, signatures: [signatures[0], signatures[2]])))
        #expect(!key.verifier.verifies(SignedNote(text: checkpoint.text + "more\n", signatures: signatures)))
        #expect(signatures[1].bytes.count == 68 && Array(signatures[1].bytes[..<4]) == key.verifier.id)
    }

    @Test("What lenient readers let pass is refused: unused bits, upper case, lines twice, white space")
    func strictness() throws {
        let good = Self.text + "\n" + Self.signature
        #expect(SignedNote(Array(good.utf8)) != nil)
        let bad = [
            good + Self.signature, String(good.dropLast()), good + "\n", good.replacingOccurrences(of: "AM=\n", with: "AN=\n"),
            good.replacingOccurrences(of: "\u{2014} ", with: "\u{2014}  "), good.replacingOccurrences(of: "\u{2014}", with: "-"),
            Self.text + "\n", good.replacingOccurrences(of: "\n\n", with: "\r\n\r\n"),
        ]
        for text in bad { #expect(SignedNote(Array(text.utf8)) == nil, "\(text.suffix(60))") }
        #expect(VerifierKey(Self.verifier.replacingOccurrences(of: "c74f20a3", with: "C74F20A3")) == nil)
        #expect(VerifierKey(Self.verifier.replacingOccurrences(of: "c74f20a3", with: "c74f20a4")) == nil)
        #expect(VerifierKey(Self.verifier + " ") == nil)
        for base64 in ["QQ==", "QUI=", "QUJD"] { #expect(Base64.decode(base64).map { Base64.encode($0) } == base64) }
        for base64 in ["QR==", "QUJ=", "QQ=", "QQ", "Q===", "QUJD ", "QU-D", "=QUJ"] { #expect(Base64.decode(base64) == nil) }
    }

    @Test("No flipped bit of a signed checkpoint leaves it valid")
    func flips() throws {
        let key = try SigningKey.generate(name: "tuowei/test")
        let note = key.sign(Checkpoint(origin: "tuowei/test", size: 123, root: TreeHasher.emptyRoot).text)
        let bytes = note.bytes
        for bit in 0..<bytes.count * 8 {
            var changed = bytes
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            let isValid = SignedNote(changed).map { key.verifier.verifies($0) } ?? false
            #expect(!isValid, "bit \(bit)")
        }
        for length in 0..<bytes.count { #expect(!(SignedNote(Array(bytes[..<length])).map { key.verifier.verifies($0) } ?? false)) }
    }

    @Test("A checkpoint is three lines, spelt one way")
    func checkpoints() {
        let root = Base64.encode(TreeHasher.emptyRoot.bytes)
        #expect(Checkpoint(text: "tuowei/test\n0\n\(root)\n")?.size == 0)
        for text in [
            "tuowei/test\n00\n\(root)\n", "tuowei/test\n+1\n\(root)\n", "tuowei/test\n-1\n\(root)\n", "tuowei/test\n1\n\(root)",
            "tuowei/test\n1\n\(root)\nmore\n", "tuowei test\n1\n\(root)\n", "\n1\n\(root)\n", "a+b\n1\n\(root)\n",
            "tuowei/test\n1\n\(root.dropLast())\n",
            "tuowei/test\n99999999999999999999\n\(root)\n",
        ] { #expect(Checkpoint(text: text) == nil, "\(text)") }
        #expect(Checkpoint.origin("tuowei/", "通州 2025+a") == "tuowei/通州-2025-a")
        #expect(Checkpoint.problem(inOrigin: Checkpoint.origin("tuowei/", String(repeating: "区", count: 100))) == nil)
    }

    @Test("A proof's file is C2SP tlog-proof, read as it is written only")
    func tlogProof() throws {
        let key = try SigningKey.generate(name: "tuowei/test")
        let folder = try longStore(batches: 20, states: [], key: key)
        let store = try EventStore.open(at: folder.path)
        let note = try #require(try store.checkpointNote().flatMap { SignedNote($0) })
        for index in 0..<store.size {
            let proof = try #require(InclusionProof(index: index, path: try store.inclusionProof(of: index), note: note))
            #expect(proof.text.hasPrefix("c2sp.org/tlog-proof@v1\nindex \(index)\n"))
            #expect(InclusionProof(proof.text) == proof)
            #expect(proof.proves(try store.entry(index)))
            #expect(!proof.proves(try store.entry((index + 1) % store.size)))
        }
        let text = try #require(InclusionProof(index: 3, path: try store.inclusionProof(of: 3), note: note)).text
        for wrong in [
            text.replacingOccurrences(of: "index 3", with: "index 03"), text.replacingOccurrences(of: "@v1", with: "@v2"),
            text.replacingOccurrences(of: "index 3\n", with: "extra AA==\nindex 3\n"), text + "\n",
        ] { #expect(InclusionProof(wrong) == nil) }
    }
}
