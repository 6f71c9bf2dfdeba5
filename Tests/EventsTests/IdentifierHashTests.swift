import Testing

@testable import Events

@Suite struct IdentifierHashTests {
    @Test("Numbered identifiers of all lengths have hashes of their own")
    func numbered() {
        var hashes: [UInt64: String] = [:]
        for prefix in ["", "e", "B", "child-", "2019-", "org_0000000", "登记"] {
            for number in 0..<60_000 {
                let text = prefix + String(number)
                var bytes = Array(text.utf8)
                let hash = bytes.withUnsafeMutableBufferPointer { bytes in
                    bytes.baseAddress.map { IdentifierHash.hash($0, count: bytes.count) } ?? 0
                }
                let other = hashes.updateValue(text, forKey: hash)
                #expect(other == nil, "\(text) and \(other ?? "")")
            }
        }
    }
}
