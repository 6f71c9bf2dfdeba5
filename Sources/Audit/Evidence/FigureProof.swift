public import EventStore
import Events
import Figures
import Foundation
public import Pipelines
import Projections

/// A file that proves, without the store, that a cell of `coverage.csv` is what events of the log add up to: the entries that hold the
/// events, each with its inclusion proof, and the reference data and rules that the figure needs.
///
/// It shows that each event is in the log and that together they give the figure. That no other event was left out only the whole log
/// can show (`tuowei verify --report`). The entries are whole blocks: whoever is given the file sees the other events in them too.
public struct FigureProof: Sendable, ProofFile, Equatable {
    /// The form's name and version.
    public static let currentFormat = "tuowei-figure-proof/1"
    /// The greatest number of bytes of entries that a proof is made of.
    public static let largest = 256 << 20

    /// Which communities the area has.
    enum Scope: String, Sendable, Codable {
        /// Those listed.
        case listed
        /// All that are not listed: the register is.
        case others
        /// All of them, listed or not.
        case everything
    }

    /// ``currentFormat``.
    public var format: String
    /// The figure's name.
    public var figure: String
    /// The area's code.
    public var code: String
    /// D.
    public var asOf: String
    /// K in UTC; absent: everything was known.
    public var knownAt: String?
    /// The cell as the report prints it.
    public var printed: String
    var scope: Scope
    var communities: [String]
    /// How many communities of the register the area has.
    var registered: Int64
    /// The residents; absent: unknown.
    var population: Int64?
    /// Intents of the four bands in ten-thousandths, and the planning norm.
    var rules: [Int64]
    /// The pipeline and the reference data that the three above were taken from.
    public var inputs: [Manifest.File]
    /// Each event: the place of its entry in `entries`, and its row there.
    var events: [[Int]]
    /// The entries in the order of the log.
    public var entries: [ProvedEntry]

    /// The file's bytes: JSON with sorted members.
    public func encoded() throws -> [UInt8] { try json() }

    /// Reads a proof's file; nil where the bytes are not the very ones that ``encoded()`` gives.
    public init?(_ bytes: some Sequence<UInt8>) {
        let bytes = Array(bytes)
        guard let proof = FigureProof.read(bytes), (try? proof.json()) == bytes else { return nil }
        self = proof
    }

    // MARK: Making

    /// Proves a cell of the report that a maker makes, by the published checkpoint of its store.
    ///
    /// - Throws: ``ProofRefused`` where it cannot be proved; what the store throws.
    public init(_ cell: Cell, _ maker: ReportMaker) throws {
        let store = maker.store
        guard let bytes = try store.checkpointNote(), let note = SignedNote(bytes) else {
            throw ProofRefused(description: "the log has no published checkpoint of \(store.size) entries to prove the figure by")
        }
        format = FigureProof.currentFormat
        figure = cell.figure.name
        code = maker.reference.areas.all[cell.area].code
        asOf = maker.asOf.description
        knownAt = maker.knownAt?.description
        printed = try maker.figuresOfDay().printed(cell.figure, of: cell.area)?.text ?? ""
        let given = Given(cell, maker.asOf, maker.pipeline, maker.reference)
        (scope, communities, registered) = (given.scope, given.communities, given.registered)
        (population, rules, inputs) = (given.population, given.rules, given.inputs)
        events = []
        entries = []
        try gather(try wanted(maker, cell), store, note)
        let result = try check()
        guard result.addsUp else {
            throw ProofRefused(
                description: "the events add up to \(result.sum), printed is \(printed): run `tuowei explain` and `tuowei verify`")
        }
    }

    /// What a figure needs beside events, from the pipeline and the reference data.
    private struct Given {
        let scope: Scope
        let communities: [String]
        let registered: Int64
        let population: Int64?
        let rules: [Int64]
        let inputs: [Manifest.File]

        init(_ cell: Cell, _ day: Day, _ pipeline: Pipeline, _ reference: ReferenceData) {
            let areas = reference.areas
            let slots = areas.slots(of: cell.area)
            scope = cell.area == 0 ? .everything : areas.all[cell.area].isUnassigned ? .others : .listed
            communities = (scope == .listed ? slots.map { areas.communities[$0] } : areas.communities).map(\.code)
            registered = areas.registered[cell.area]
            population = reference.population.residents(in: day.civil.year)[cell.area]
            let demand = pipeline.demand
            rules = [demand.months0to5, demand.months6to11, demand.months12to23, demand.months24to35, demand.planningNorm].map(\.rawValue)
            inputs = Manifest.inputs(pipeline, reference)
        }
    }

    /// The ordinals of the events behind the cell, by log: all that are in the groups told, and the voids.
    private func wanted(_ maker: ReportMaker, _ cell: Cell) throws -> [Log: Set<UInt32>] {
        // A subject that changes nothing may be told for one refused event; without what it was refused for, that would apply.
        var told: [Evidence.Subject: (events: [EvidenceEvent], voids: [(Log, [UInt8])], matters: Bool)] = [:]
        let view = Viewpoint(asOf: maker.asOf, knownAt: maker.knownAt, of: maker.store)
        _ = try explain(maker.store, try request(view, maker.threads)) { evidence in
            told[evidence.subject, default: ([], [], false)].events.append(evidence.event)
            if evidence.change != 0 || evidence.wouldChange ?? 0 != 0 { told[evidence.subject]?.matters = true }
            if case .voided(let void) = evidence.status { told[evidence.subject]?.voids.append((evidence.event.log, void)) }
        }
        var wanted: [Log: Set<UInt32>] = [:]
        var voids: [Log: Set<[UInt8]>] = [:]
        for subject in told.values where subject.matters {
            for event in subject.events { wanted[event.log, default: []].insert(event.ordinal) }
            for (log, void) in subject.voids { voids[log, default: []].insert(void) }
        }
        let columns = EventColumns()
        for (log, names) in voids {
            for block in 0..<maker.store.blockCount(of: log) {
                try maker.store.readBlock(block, of: log, texts: true, into: columns)
                for row in 0..<columns.count where columns.type[row] == EventType.voidCode && names.contains(Array(columns.id(row))) {
                    wanted[log, default: []].insert(UInt32(columns.firstOrdinal + row))
                }
            }
        }
        return wanted
    }

    private mutating func gather(_ wanted: [Log: Set<UInt32>], _ store: EventStore, _ note: SignedNote) throws {
        // Each event's entry, and the entries in which the communities that events name appear first.
        var places: [(index: Int, row: Int)] = []
        var indices: Set<Int> = []
        let columns = EventColumns()
        for log in Log.allCases {
            var ordinals = (wanted[log] ?? []).sorted()[...]
            for block in 0..<store.blockCount(of: log) where !ordinals.isEmpty {
                let first = store.firstOrdinal(ofBlock: block, of: log)
                let end =
                    block + 1 < store.blockCount(of: log) ? store.firstOrdinal(ofBlock: block + 1, of: log) : store.eventCount(of: log)
                guard let next = ordinals.first, Int(next) < end else { continue }
                try store.readBlock(block, of: log, texts: false, into: columns)
                let index = store.entryIndex(ofBlock: block, of: log)
                indices.insert(index)
                while let ordinal = ordinals.first, Int(ordinal) < end {
                    ordinals.removeFirst()
                    let row = Int(ordinal) - first
                    places.append((index, row))
                    let namesCommunity = EventType.of(log, code: columns.type[row])?.fields.contains { $0.slot == .object(.community) }
                    if namesCommunity == true, let introducing = store.entry(introducing: columns.object[row], in: .community) {
                        indices.insert(introducing)
                    }
                }
            }
        }
        let sorted = indices.sorted()
        var size = 0
        for index in sorted {
            size += try store.entry(index).count
            guard size <= FigureProof.largest else {
                throw ProofRefused(
                    description:
                        "the figure rests on \(sorted.count) entries of the log, more than \(FigureProof.largest >> 20) MiB: prove one of a "
                        + "smaller area, or give the whole log")
            }
            entries.append(try ProvedEntry(index, of: store, by: note))
        }
        let order = Dictionary(uniqueKeysWithValues: sorted.enumerated().map { ($1, $0) })
        events = places.compactMap { place in order[place.index].map { [$0, place.row] } }
    }

    // MARK: Checking

    /// Checks what the proof takes from the pipeline and the reference data against those files themselves.
    /// - Throws: ``ProofRefused`` with what is another.
    public func check(against pipeline: Pipeline, _ reference: ReferenceData) throws {
        try check(inputs: Manifest.inputs(pipeline, reference), of: pipeline.file)
        guard let cell = try? Cell(figure: figure, code: code, areas: reference.areas), let day = Day(asOf) else {
            throw ProofRefused(description: "the register has no area \(JSONText.of(code))")
        }
        let given = Given(cell, day, pipeline, reference)
        for (name, isSame) in [
            ("communities", scope == given.scope && communities == given.communities && registered == given.registered),
            ("population", population == given.population), ("rules", rules == given.rules),
        ] where !isSame {
            throw ProofRefused(description: "its \(name) differ from those of \(pipeline.file) and the files that it names")
        }
    }

    /// Compares the digests of the pipeline and the reference data with those that `file` has.
    /// - Throws: ``ProofRefused`` with the first that is another.
    public func check(inputs known: [Manifest.File], of file: String) throws {
        guard inputs.count == known.count, let place = zip(inputs, known).first(where: { $0.sha256 != $1.sha256 || $0.size != $1.size })
        else {
            if inputs.count == known.count { return }
            throw ProofRefused(
                description: "it was made with \(inputs.count) files of reference data and settings, and \(file) has \(known.count)")
        }
        throw ProofRefused(
            description: "it was made with another \(place.0.path) than \(file) (SHA-256 \(place.0.sha256), there \(place.1.sha256)); "
                + "ask for one made with the same files")
    }

    /// What a proof shows once its hashes hold. Whether the checkpoint is to be believed is for a key or a kept checkpoint to say.
    public struct Shown: Sendable {
        /// The log's state.
        public let checkpoint: Checkpoint
        /// The checkpoint's note.
        public let note: SignedNote
        /// The number of events.
        public let events: Int
        /// What they give; empty where the cell is.
        public let sum: String
        /// The calculation with the numbers put in; empty for a plain sum.
        public let arithmetic: String
        /// Whether that is the printed cell.
        public let addsUp: Bool
    }

    /// Checks the proof by itself, and adds its events up anew.
    /// - Throws: ``ProofRefused`` with what does not hold.
    public func check() throws -> Shown {
        guard let figure = FigureCatalog.figure(named: figure), let day = Day(asOf), rules.count == 5,
            knownAt.map({ Instant($0)?.description == $0 }) ?? true, Set(communities).count == communities.count,
            rules.allSatisfy({ (0...TenThousandths.maximum.rawValue).contains($0) }),
            population.map({ (0...1_000_000_000_000_000).contains($0) }) ?? true
        else { throw ProofRefused(description: "the proof does not say which cell it proves") }
        let checked = try ProvedEntry.checked(entries)
        guard zip(checked, checked.dropFirst()).allSatisfy({ $0.proof.index < $1.proof.index }) else {
            throw ProofRefused(description: "the entries of the proof are not in the order of the log, each once")
        }
        let blocks = checked.map { ProvedBlock($0.bytes) }
        let placed = try events.map { place -> (block: ProvedBlock, row: Int) in
            guard place.count == 2, blocks.indices.contains(place[0]), let block = blocks[place[0]],
                (0..<block.columns.count).contains(place[1])
            else { throw ProofRefused(description: "the proof names a row that its entries do not have") }
            return (block, place[1])
        }
        guard let source = ProvenEvents(placed, blocks: blocks.compactMap { $0 }) else {
            throw ProofRefused(description: "an event is given twice, or names a community that no entry of the proof introduces")
        }
        var parts = AreaParts()
        let view = Viewpoint(asOf: day, knownAt: knownAt.flatMap { Instant($0) }, of: source)
        let request = try request(view, 1)
        for (term, sum) in zip(request.terms, try explain(source, request) { _ in }) { parts.set(term, Int64(clamping: sum)) }
        parts.population = population
        parts.communities = registered
        let demand = DemandRules(
            months0to5: TenThousandths(rawValue: rules[0]), months6to11: TenThousandths(rawValue: rules[1]),
            months12to23: TenThousandths(rawValue: rules[2]), months24to35: TenThousandths(rawValue: rules[3]),
            planningNorm: TenThousandths(rawValue: rules[4]))
        let sum = parts.printed(figure, demand)?.text ?? ""
        guard let first = checked.first?.proof else {
            // A figure of reference data alone, or one behind which there is no event.
            throw ProofRefused(description: "no event is behind \(self.figure) of \(code): there is nothing of the log to prove")
        }
        return Shown(
            checkpoint: first.checkpoint, note: first.note, events: events.count, sum: sum, arithmetic: parts.arithmetic(figure, demand),
            addsUp: sum == printed)
    }

    private func request(_ view: Viewpoint, _ threads: Int) throws -> EvidenceRequest {
        guard let figure = FigureCatalog.figure(named: figure) else { throw ProofRefused(description: "no figure has the proof's name") }
        var terms: [EvidenceTerm] = []
        for case .term(let term) in figure.ingredients { terms.append(term) }
        let isListed = [Bool](repeating: true, count: communities.count) + [false]
        let area: [Bool]? =
            switch scope {
            case .listed: isListed
            case .others: isListed.map { !$0 }
            case .everything: nil
            }
        return EvidenceRequest(view: view, communities: communities, area: area, terms: terms, threads: threads)
    }
}
