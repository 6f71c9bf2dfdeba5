import ArgumentParser
import Audit
import EventStore
import Events
import Foundation
import Pipelines

/// `tuowei prove`: a file that proves an event of the log to somebody who has not the store, and the check of such a file.
struct ProveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prove",
        abstract: "Prove that the log holds an event, or what a figure is made of; or check such a proof without the log.",
        discussion: """
            tuowei prove EVENT_ID --pipeline FILE [--log NAME] [--seen CHECKPOINT] [--out FILE]
            tuowei prove --figure NAME --code AREA --as-of DAY [--known-at MOMENT] --pipeline FILE [--seen CHECKPOINT] [--out FILE]
            tuowei prove --check FILE (--vkey KEY | --seen CHECKPOINT) [--pipeline FILE]

            A proof holds whole blocks of the log, so its reader sees the events beside the one that is proved: hand it on as you would \
            hand on the archive.
            """)

    @Argument(help: "The event's identifier.") var event: String?
    @Option(
        name: .long,
        help: ArgumentHelp(
            "The pipeline file (YAML); with --check, to hold a figure's rules and reference data against.", valueName: "file"))
    var pipeline: String?
    @Option(name: .long, help: ArgumentHelp("The event's log: births, filings, enrollments or subsidies.", valueName: "name"))
    var log: String?
    @Option(name: .long, help: ArgumentHelp("A figure to prove in place of an event: a numeric column of coverage.csv.", valueName: "name"))
    var figure: String?
    @Option(name: .long, help: ArgumentHelp("The figure's area: a code, or `unassigned`.", valueName: "code"))
    var code: String?
    @Option(name: .long, help: ArgumentHelp("The figure's day, YYYY-MM-DD.", valueName: "day"))
    var asOf: String?
    @Option(name: .long, help: ArgumentHelp("The moment as known at which: a day or an RFC 3339 instant.", valueName: "moment"))
    var knownAt: String?
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
        guard [event, figure, check].count(where: { $0 != nil }) == 1 else {
            throw ValidationError("give an event's identifier, or --figure, or --check and a proof")
        }
        if figure != nil, code == nil || asOf == nil { throw ValidationError("--figure needs --code and --as-of too") }
        if check == nil, pipeline == nil { throw ValidationError("--pipeline is needed to make a proof") }
        if check != nil, vkey == nil, seen == nil {
            throw ValidationError("a proof shows only that its checkpoint's log has the event; say with --vkey or --seen what you trust")
        }
    }

    func run() throws {
        let kept = try refusing { try seen.map { try KeptFiles.checkpoint($0) } }
        if let check { return try checkProof(check, kept) }
        guard let pipeline else { return }
        let settings = try refusing { try Pipeline.read(pipeline) }
        let chosen = try log.map { name in
            guard let found = Log(name: name) else { throw Refusal("--log \(shown(name)): not births, filings, enrollments or subsidies") }
            return found
        }
        let bytes: [UInt8] = try refusing(as: .checkFailed) {
            var store = try Stages.store(of: settings)
            if let kept {
                store = try store.atSize(kept.checkpoint.size)
                guard store.root == kept.checkpoint.root else {
                    throw Refusal("the log is not the one of \(shown(kept.file)); run `tuowei verify --seen`", status: .checkFailed)
                }
            }
            do {
                if let event { return try EventProof.make(event, log: chosen, in: store).encoded() }
                return try figureProof(settings, store).encoded()
            } catch let refused as ProofRefused {
                throw Refusal(refused.description)
            }
        }
        guard let out else { return printLine(String(decoding: bytes.dropLast(), as: UTF8.self)) }
        // Pseudonyms of children may stand in it, so nobody else may read it.
        guard FileManager.default.createFile(atPath: out, contents: Data(bytes), attributes: [.posixPermissions: 0o600]) else {
            throw Refusal("\(shown(out)): the proof cannot be written there")
        }
    }

    private func figureProof(_ pipeline: Pipeline, _ store: EventStore) throws -> FigureProof {
        let moment = try MomentOptions.parse(["--as-of", asOf ?? ""] + (knownAt.map { ["--known-at", $0] } ?? []))
        let reference = try refusing { try pipeline.reference() }
        let maker = ReportMaker(
            program: programVersion, store: store, pipeline: pipeline, reference: reference, asOf: try moment.day(),
            knownAt: try moment.instant(), threads: PipelineOptions.processors)
        let cell = try refusing { try Cell(figure: figure ?? "", code: code ?? "", areas: reference.areas) }
        return try FigureProof(cell, maker)
    }

    private func checkProof(_ path: String, _ kept: SeenCheckpoint?) throws {
        let key = try refusing { try vkey.map { try KeptFiles.verifierKey($0) } }
        guard let data = FileManager.default.contents(atPath: path) else { throw Refusal("\(shown(path)): missing, or cannot be read") }
        if let proof = FigureProof(data) { return try checkFigure(proof, path, key, kept) }
        guard let proof = EventProof(data) else { throw Refusal("\(shown(path)): not a proof", status: .checkFailed) }
        let result = try refusing(as: .checkFailed) { try proof.check() }
        try checkTrust(path, result.note, result.checkpoint, key, kept)
        printLine(result.event)
        printLine(
            "The event is row \(result.row) of entry \(result.entry) of the log \(shown(result.checkpoint.origin)), which had "
                + "\(grouped(result.checkpoint.size)) entries and the root \(result.checkpoint.root)")
    }

    private func checkFigure(_ proof: FigureProof, _ path: String, _ key: VerifierKey?, _ kept: SeenCheckpoint?) throws {
        let result = try refusing(as: .checkFailed) { try proof.check() }
        try checkTrust(path, result.note, result.checkpoint, key, kept)
        let manifest = try refusing { try seen.flatMap { try KeptFiles.manifest($0) } }
        let settings = try refusing { try pipeline.map { try Pipeline.read($0) } }
        let reference = try refusing { try settings?.reference() }
        do {
            if let manifest, let seen { try proof.check(inputs: manifest.inputs, of: seen) }
            if let settings, let reference { try proof.check(against: settings, reference) }
        } catch let refused as ProofRefused {
            throw Refusal("\(shown(path)): \(shown(refused.description))", status: .checkFailed)
        }
        guard result.addsUp else {
            throw Refusal(
                "\(shown(path)): the events add up to \(result.sum.isEmpty ? "an empty cell" : result.sum), the proof says "
                    + "\(proof.printed.isEmpty ? "an empty cell" : shown(proof.printed))", status: .checkFailed)
        }
        let known = proof.knownAt.map { ", as known at \($0)" } ?? ""
        printLine(
            "\(proof.figure) of \(shown(proof.code)) as of \(proof.asOf)\(known) is \(result.sum.isEmpty ? "empty" : result.sum)"
                + (result.arithmetic.isEmpty ? "" : ": \(result.arithmetic)"))
        printLine(
            "\(grouped(result.events)) events in \(grouped(proof.entries.count)) entries of the log \(shown(result.checkpoint.origin)) give it, which "
                + "had \(grouped(result.checkpoint.size)) entries and the root \(result.checkpoint.root)")
        if settings != nil { return printLine("Its communities, residents and rules are those of \(shown(pipeline ?? ""))") }
        printLine(
            "Taken as given, not checked: the area's communities, the residents and the rules of the figure, said to be from the files below"
                + (manifest == nil ? "" : ", which are the report's") + "; with --pipeline they are checked")
        for input in proof.inputs { printLine("  \(shown(input.path)), SHA-256 \(shown(input.sha256))") }
    }

    private func checkTrust(
        _ path: String, _ note: SignedNote, _ checkpoint: Checkpoint, _ key: VerifierKey?, _ kept: SeenCheckpoint?
    ) throws {
        if let key, !key.verifies(note) {
            throw Refusal("\(shown(path)): the checkpoint bears no valid signature of \(key)", status: .checkFailed)
        }
        if let kept, kept.checkpoint != checkpoint {
            throw Refusal(
                "\(shown(path)): the proof is by another checkpoint (\(grouped(checkpoint.size)) entries) than the one you kept "
                    + "(\(grouped(kept.checkpoint.size))); ask for one made with --seen", status: .checkFailed)
        }
    }
}
