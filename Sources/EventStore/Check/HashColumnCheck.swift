import Events

/// A side file of identifiers' hashes as it stands, for comparison with the events of the log.
final class HashColumnFile: Sendable {
    struct Chunk: Sendable {
        let place: Int
        let first: Int
        let count: Int
        let logSize: Int
        let root: Digest
        let checksum: UInt64
    }

    let path: String
    let chunks: [Chunk]
    private let file: OpenFile

    /// The number of hashes.
    var count: Int { chunks.last.map { $0.first + $0.count } ?? 0 }

    private init(path: String, file: OpenFile, chunks: [Chunk]) {
        self.path = path
        self.file = file
        self.chunks = chunks
    }

    /// Reads the chunks' headers strictly; nil where there is no file.
    static func open(_ path: String) throws -> HashColumnFile? {
        guard let file = try OpenFile.reading(path) else { return nil }
        let size = try file.size()
        var chunks: [Chunk] = []
        var place = 0
        var total = 0
        while place < size {
            guard size - place >= HashColumn.headerBytes else { throw StoreFault(file: path, offset: place, problem: "it is cut short") }
            var reader = ByteReader(try file.bytes(at: place, count: HashColumn.headerBytes))
            guard reader.take(UInt64.self) == HashColumn.magic, let first = reader.takeCount(), first == total,
                let count = reader.takeCount(), count > 0, let logSize = reader.takeCount(),
                let root = reader.take(count: 32).flatMap({ Digest($0) }), let checksum = reader.take(UInt64.self)
            else { throw StoreFault(file: path, offset: place, problem: "not the header of a piece of the file") }
            guard count <= (size - place - HashColumn.headerBytes) / 8 else {
                throw StoreFault(file: path, offset: place, problem: "it is cut short")
            }
            chunks.append(Chunk(place: place, first: first, count: count, logSize: logSize, root: root, checksum: checksum))
            place += HashColumn.headerBytes + 8 * count
            total += count
        }
        return HashColumnFile(path: path, file: file, chunks: chunks)
    }

    /// Compares these hashes, of what stands from `first` on, with the file, as far as it reaches.
    func compare(_ hashes: [UInt64], from first: Int) -> StoreFault? {
        for chunk in chunks where chunk.first < first + hashes.count && chunk.first + chunk.count > first {
            let from = max(first, chunk.first)
            let to = min(first + hashes.count, chunk.first + chunk.count)
            let place = chunk.place + HashColumn.headerBytes + 8 * (from - chunk.first)
            do throws(StoreError) {
                var reader = ByteReader(try file.bytes(at: place, count: 8 * (to - from)))
                for ordinal in from..<to where reader.take(UInt64.self) != hashes[ordinal - first] {
                    return StoreFault(
                        file: path, offset: place + 8 * (ordinal - from), problem: "the hash is not that of the identifier")
                }
            } catch {
                return StoreFault(error, file: path)
            }
        }
        return nil
    }

    /// The checksum of a chunk as it must be.
    func checksum(of chunk: Chunk) throws(StoreError) -> UInt64 {
        var sum = Checksum()
        sum.add(header: try file.bytes(at: chunk.place, count: HashColumn.headerBytes - 8))
        let piece = 1 << 17
        var done = 0
        while done < chunk.count {
            let words = min(piece, chunk.count - done)
            let bytes = try file.bytes(at: chunk.place + HashColumn.headerBytes + 8 * done, count: 8 * words)
            bytes.withUnsafeBytes { sum.add($0.bindMemory(to: UInt64.self)) }
            done += words
        }
        return sum.value
    }
}

/// Checks the side files of identifiers' hashes (``HashColumn``).
enum HashColumnCheck {
    /// Opens the file of each list; what cannot be compared with events is told at once.
    static func open(_ state: inout CheckState) -> [HashColumnFile?] {
        var columns: [HashColumnFile?] = []
        for list in HashedList.all {
            let path = list.path(state.paths)
            state.expect(path)
            do {
                columns.append(try HashColumnFile.open(path))
            } catch let fault as StoreFault {
                state.addDerived(fault)
                columns.append(nil)
            } catch let error as StoreError {
                state.add(StoreFault(error, file: path))
                columns.append(nil)
            } catch {
                columns.append(nil)
            }
        }
        return columns
    }

    /// Checks what each piece of the files says of the log it was derived from, and that the files reach as far as the log.
    static func finish(_ state: inout CheckState, _ entries: EntryCheck.Entries, _ tree: CheckedTree) {
        let table = entries.table
        for fault in entries.derived { state.addDerived(fault) }
        // With another root than the head's nothing fits, and that is told already.
        guard table.count == tree.size, tree.root == state.outcome.checkpoint?.root else { return }
        for list in HashedList.all {
            let place = list.place
            let path = list.path(state.paths)
            if let column = entries.columns[place] {
                for chunk in column.chunks {
                    state.outcome.count(.derived)
                    var earlier = table
                    earlier.truncate(to: chunk.logSize)
                    let isKnown =
                        chunk.logSize <= table.count && tree.root(ofSize: chunk.logSize) == chunk.root
                        && list.count(earlier) == chunk.first + chunk.count
                    if !isKnown {
                        state.addDerived(StoreFault(file: path, offset: chunk.place, problem: "it was not derived from this log"))
                    } else if (try? column.checksum(of: chunk)) != chunk.checksum {
                        state.addDerived(StoreFault(file: path, offset: chunk.place, problem: "the checksum is not that of the bytes"))
                    }
                }
            }
            let have = entries.columns[place]?.count ?? 0
            if have < list.count(table), !state.outcome.faults.contains(where: { $0.file == path }) {
                let problem = "it holds \(have) of \(list.count(table)) hashes; the next ingest completes it"
                state.addDerived(StoreFault(file: path, offset: nil, problem: problem))
            }
        }
    }
}
