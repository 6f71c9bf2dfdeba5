import Testing

@testable import Archives

@Suite struct Ed25519Tests {
    struct Vector: Sendable { var seed, key, message, signature: String }

    /// RFC 8032, section 7.1.
    static let vectors = [
        Vector(
            seed: "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            key: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", message: "",
            signature: "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
                + "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
        Vector(
            seed: "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            key: "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", message: "72",
            signature: "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ]

    private func bytes(_ hex: String) -> [UInt8] {
        let digits = Array(hex)
        return stride(from: 0, to: digits.count, by: 2).compactMap { UInt8(String(digits[$0...($0 + 1)]), radix: 16) }
    }

    @Test(arguments: vectors) func signsAsTheStandardSays(_ vector: Vector) throws {
        let seed = bytes(vector.seed)
        let key = try #require(Ed25519.publicKey(seed: seed))
        #expect(key == bytes(vector.key))
        let message = bytes(vector.message)
        let signature = try #require(Ed25519.signature(of: message, seed: seed))
        #expect(signature == bytes(vector.signature))
        #expect(Ed25519.isValid(signature: signature, of: message, publicKey: key))
        for place in signature.indices {
            var flipped = signature
            flipped[place] ^= 1
            #expect(!Ed25519.isValid(signature: flipped, of: message, publicKey: key))
        }
        #expect(!Ed25519.isValid(signature: signature, of: message + [0], publicKey: key))
    }

    @Test func takesNothingOfAnotherLength() throws {
        #expect(Ed25519.publicKey(seed: []) == nil)
        #expect(Ed25519.signature(of: [1], seed: [1, 2]) == nil)
        #expect(!Ed25519.isValid(signature: [], of: [1], publicKey: [UInt8](repeating: 0, count: 32)))
        #expect(!Ed25519.isValid(signature: [UInt8](repeating: 0, count: 64), of: [1], publicKey: [1]))
        let one = Ed25519.newSeed()
        #expect(one.count == 32)
        #expect(one != Ed25519.newSeed())
        #expect(Ed25519.publicKey(seed: one)?.count == 32)
    }
}
