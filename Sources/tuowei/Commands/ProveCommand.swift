import ArgumentParser
import Audit
import EventStore
import Events
import Foundation
import Pipelines

/// `tuowei prove`: a file that proves an event of the log to somebody who has not the store, and the check of such a file.
struct ProveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prove", abstract: "Prove that the log holds an event, or check such a proof without the log.",
        discussion: """
            tuowei prove EVENT_ID --pipeline FILE [--log NAME] [--seen CHECKPOINT] [--out FILE]
            tuowei prove --check FILE (--vkey KEY | --seen CHECKPOINT)

            A proof holds whole blocks of the log, so its reader sees the events beside the one that is proved: hand it on as you would \
            hand on the archive.
            """)

    @Argument(help: "The event's identifier.") var event: String?
    @Option(name: .long, help: ArgumentHelp("The pipeline file (YAML).", valueName: "file")) var pipeline: String?
    @Option(name: .long, help: ArgumentHelp("The event's log: births, filings, enrollments or subsidies.", valueName: "name"))
    var log: String?
    @Option(name: .long, help: ArgumentHelp("Write the proof into this file instead of standard output.", valueName: "file"))
    var out: String?
    @Option(name: .long, help: ArgumentHelp("Check this proof; nothing else is read.", valueName: "file"))
    var check: String?
    @Option(name: .long, help: ArgumentHelp("The verifier key, or its file, that must have signed the checkpoint.", valueName: "key"))
    var vkey: String?
    @Option(
        name: .long,
        help: ArgumentHelp("A checkpoint, or a report's manifest, at which to prove, or by which to check.", valueName: "file"))
    var seen: String?

    func validate() throws {
        guard (event == nil) != (check == nil) else { throw ValidationError("give an event's identifier, or --check and a proof") }
        if event != nil, pipeline == nil { throw ValidationError("--pipeline is needed to make a proof") }
        if check != nil, vkey == nil, seen == nil {
            throw ValidationError("a proof shows only that its checkpoint's log has the event; say with --vkey or --seen what you trust")
        }
    }

    func run() throws {
        let kept = try refusing { try seen.map { try KeptFiles.checkpoint($0) } }
        if let check { return try checkProof(check, kept) }
        guard let event, let pipeline else { return }
        let settings = try refusing { try Pipeline.read(pipeline) }
        let chosen = try log.map { name in
            guard let found = Log(name: name) else { throw Refusal("--log \(shown(name)): not births, filings, enrollments or subsidies") }
            return found
        }
        let proof = try refusing(as: .checkFailed) {
            var store = try EventStore.open(at: settings.store)
            if let kept {
                store = try store.atSize(kept.checkpoint.size)
                guard store.root == kept.checkpoint.root else {
                    throw Refusal("the log is not the one of \(shown(kept.file)); run `tuowei verify --seen`", status: .checkFailed)
                }
            }
            do {
                return try EventProof.make(event, log: chosen, in: store)
            } catch let refused as EventProof.Refused {
                throw Refusal(refused.description)
            }
        }
        let bytes = try proof.encoded()
        guard let out else { return printLine(String(decoding: bytes.dropLast(), as: UTF8.self)) }
        // Pseudonyms of children may stand in it, so nobody else may read it.
        guard FileManager.default.createFile(atPath: out, contents: Data(bytes), attributes: [.posixPermissions: 0o600]) else {
            throw Refusal("\(shown(out)): the proof cannot be written there")
        }
    }

    private func checkProof(_ path: String, _ kept: SeenCheckpoint?) throws {
        let key = try refusing { try vkey.map { try KeptFiles.verifierKey($0) } }
        guard let data = FileManager.default.contents(atPath: path) else { throw Refusal("\(shown(path)): missing, or cannot be read") }
        guard let proof = EventProof(data) else { throw Refusal("\(shown(path)): not a proof", status: .checkFailed) }
        let result = try refusing(as: .checkFailed) { try proof.check() }
        if let key, !key.verifies(result.note) {
            throw Refusal("\(shown(path)): the checkpoint bears no valid signature of \(key)", status: .checkFailed)
        }
        if let kept, kept.checkpoint != result.checkpoint {
            throw Refusal(
                "\(shown(path)): the proof is by another checkpoint (\(grouped(result.checkpoint.size)) entries) than the one you kept "
                    + "(\(grouped(kept.checkpoint.size))); ask for one made with --seen", status: .checkFailed)
        }
        printLine(result.event)
        printLine(
            "The event is row \(result.row) of entry \(result.entry) of the log \(shown(result.checkpoint.origin)), which had "
                + "\(grouped(result.checkpoint.size)) entries and the root \(result.checkpoint.root)")
    }
}
