import Events

/// A block's columns as bare pointers for the loops that read every event, after their lengths were checked once.
struct Columns {
    let count: Int
    let firstOrdinal: Int
    let type: UnsafePointer<UInt8>
    let code: UnsafePointer<UInt8>
    let occurredOn: UnsafePointer<Int32>
    let recordedAt: UnsafePointer<Int64>
    let subject: UnsafePointer<UInt32>
    let object: UnsafePointer<UInt32>
    let value: UnsafePointer<Int64>
}

extension EventColumns {
    /// Calls `body` with the columns, unless the block is empty. Nothing may change them meanwhile.
    ///
    /// - Throws: ``ProjectionError/inconsistentBlock(log:block:)`` where a column is too short.
    func withColumns(block: Int, _ body: (Columns) throws -> Void) throws {
        guard count > 0 else { return }
        guard type.count >= count, code.count >= count, occurredOn.count >= count, recordedAt.count >= count, subject.count >= count,
            object.count >= count, value.count >= count
        else { throw ProjectionError.inconsistentBlock(log: log, block: block) }
        try type.withUnsafeBufferPointer { type in
            try code.withUnsafeBufferPointer { code in
                try occurredOn.withUnsafeBufferPointer { occurredOn in
                    try recordedAt.withUnsafeBufferPointer { recordedAt in
                        try subject.withUnsafeBufferPointer { subject in
                            try object.withUnsafeBufferPointer { object in
                                try value.withUnsafeBufferPointer { value in
                                    guard let type = type.baseAddress, let code = code.baseAddress, let occurredOn = occurredOn.baseAddress,
                                        let recordedAt = recordedAt.baseAddress, let subject = subject.baseAddress,
                                        let object = object.baseAddress, let value = value.baseAddress
                                    else { return }
                                    try body(
                                        Columns(
                                            count: count, firstOrdinal: firstOrdinal, type: type, code: code, occurredOn: occurredOn,
                                            recordedAt: recordedAt, subject: subject, object: object, value: value))
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// Whether the identifiers are there and whole.
    var hasIdentifiers: Bool { hasTexts(idStart, idBytes) }
    /// Whether the details are there and whole.
    var hasDetails: Bool { hasTexts(detailStart, detailBytes) }

    private func hasTexts(_ starts: [UInt32], _ bytes: [UInt8]) -> Bool {
        guard starts.count > count else { return false }
        var before: UInt32 = 0
        for place in 0...count {
            guard starts[place] >= before else { return false }
            before = starts[place]
        }
        return Int(before) <= bytes.count
    }
}
