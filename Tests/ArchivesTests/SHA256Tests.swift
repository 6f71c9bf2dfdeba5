import Events
import TestSupport
import Testing

@testable import Archives

@Suite struct SHA256Tests {
    /// FIPS 180-4's examples.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"),
    ])
    func hashesKnownMessages(_ message: String, _ digest: String) {
        #expect(SHA256.digest(of: Array(message.utf8)).description == digest)
    }

    @Test(arguments: 1...10) func hashesInPieces(_ seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        let message = (0..<Int.random(in: 0..<5_000, using: &generator)).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
        let hasher = SHA256()
        // The second round shows that a finished hasher starts afresh.
        for _ in 0..<2 {
            var place = 0
            while place < message.count {
                let end = min(message.count, place + Int.random(in: 0..<700, using: &generator))
                message[place..<end].withUnsafeBytes { hasher.update($0) }
                place = end
            }
            #expect(hasher.finalize() == SHA256.digest(of: message))
        }
    }
}
