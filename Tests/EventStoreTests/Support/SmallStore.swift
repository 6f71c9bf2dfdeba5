import Events
import TestSupport

@testable import EventStore

/// A small store with everything in it: three states, two logs, rejects, skipped names, side files; signed where asked.
func smallStore(key: SigningKey? = nil) throws -> TemporaryStore {
    let folder = TemporaryStore()
    let writer = try StoreWriter.open(at: folder.path, origin: key?.verifier.name ?? "tuowei/test", signer: key)
    let reject = Reject(entry: "births.ndjson", line: 9, field: "community", reason: .missingField)
    try appendBatch(
        [SyntheticEvent(id: "B1", subject: "c1", object: "320612000001"), SyntheticEvent(id: "B2", subject: "c2", object: "320612000001")],
        to: writer, name: "a", rejects: [reject], skipped: ["readme.txt"])
    try writer.publish()
    var filing = SyntheticEvent(log: .filings, id: "F1", subject: "f1", object: "320612000002")
    Detail.append(Array("托育".utf8), to: &filing.detail)
    Detail.append([], to: &filing.detail)
    Detail.append([], to: &filing.detail)
    try appendBatch([filing, SyntheticEvent(id: "B3", subject: "c1", object: "320612000003")], to: writer, name: "b")
    try writer.publish()
    try appendBatch([SyntheticEvent(id: "B4", subject: "c9", object: "320612000003")], to: writer, name: "c")
    try writer.publish()
    writer.close()
    return folder
}

/// A store whose log passes a full tile: `batches` batches of one event each, published after each of `states` of them.
func longStore(batches: Int, states: Set<Int>, key: SigningKey? = nil) throws -> TemporaryStore {
    let folder = TemporaryStore()
    let writer = try StoreWriter.open(at: folder.path, origin: key?.verifier.name ?? "tuowei/test", signer: key)
    for batch in 0..<batches {
        try appendBatch([SyntheticEvent(id: "B\(batch)", subject: "c\(batch % 9)", object: "320612000001")], to: writer, name: "a\(batch)")
        if states.contains(batch + 1) { try writer.publish() }
    }
    try writer.publish()
    writer.close()
    return folder
}
