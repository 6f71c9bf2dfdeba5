import Events

/// Checks the batch records against the entries between them.
enum BatchCheck {
    static func run(_ state: inout CheckState, _ table: EntryTable, size: Int) {
        guard table.count == size else { return }
        let paths = state.paths
        func fault(_ entry: Int, _ problem: String) -> StoreFault {
            let bundle = entry / tileWidth
            let path = paths.bundle(bundle, width: min(tileWidth, size - bundle * tileWidth))
            return StoreFault(file: path, offset: Int(table.offsets[entry]), problem: problem)
        }
        let reader = LogReader(files: BundleFiles(paths: paths, size: size), table: table)
        var next = 0
        var block = 0
        var archives: Set<Digest> = []
        for entry in table.batches {
            state.outcome.count(.batches)
            do throws(StoreError) {
                let record = try reader.batch(entry)
                var problem: String?
                if record.firstEntry != next { problem = "the batch does not begin where the one before it ends" }
                if !archives.insert(record.sha256).inserted { problem = problem ?? "the log has a batch of the same archive before" }
                var events = [0, 0, 0, 0]
                while block < table.blocks.count, table.blocks[block].entry < entry {
                    events[Int(table.blocks[block].header.log.rawValue)] += table.blocks[block].header.count
                    block += 1
                }
                if record.events != events { problem = problem ?? "the batch counts other events than its blocks hold" }
                problem = problem ?? disorder(table, next..<entry)
                if problem == nil {
                    let rejects = try reader.rejects(of: record)
                    let counts = RejectReason.allCases.map { reason in rejects.count { $0.reason == reason } }
                    if counts != record.rejects { problem = "the batch counts other rejects than its entries list" }
                }
                if let problem { state.add(fault(entry, problem)) }
            } catch {
                state.add(StoreFault(error, file: fault(entry, "").file))
            }
            next = entry + 1
        }
        if next != size { state.add(fault(next, "the last entries belong to no batch")) }
    }

    /// Blocks, then rejects, then skipped names: so a batch is written.
    private static func disorder(_ table: EntryTable, _ entries: Range<Int>) -> String? {
        var last = EntryKind.events.rawValue
        for entry in entries {
            guard table.kinds[entry].rawValue >= last else { return "the entries of the batch are out of order" }
            last = table.kinds[entry].rawValue
        }
        return nil
    }
}
