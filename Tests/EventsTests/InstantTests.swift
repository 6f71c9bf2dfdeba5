import Testing

@testable import Events

/// What can be read is written so that it can be read again.
@Suite struct InstantTests {
    @Test(arguments: [
        ("2024-03-10T08:00:00+08:00", "2024-03-10T00:00:00Z"), ("1969-12-31t23:59:59.9999999z", "1969-12-31T23:59:59.999999Z"),
        ("0000-01-01T00:00:00Z", "0000-01-01T00:00:00Z"), ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"),
        ("0000-01-01T00:00:00+23:59", "0000-01-01T00:00:00+23:59"), ("0000-01-01T00:00:00+00:01", "0000-01-01T23:58:00+23:59"),
        ("9999-12-31T23:59:59.5-23:59", "9999-12-31T23:59:59.500000-23:59"), ("9999-12-31T23:59:59-00:01", "9999-12-31T00:01:59-23:59"),
    ])
    func givesBackTheMoment(_ text: String, _ written: String) throws {
        let instant = try #require(Instant(text))
        #expect(instant.description == written)
        #expect(Instant(instant.description) == instant)
    }
}
