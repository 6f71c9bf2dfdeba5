public import Events

/// An entry of an archive.
public struct ArchiveEntry: Hashable, Sendable {
    /// What an entry is.
    public enum Kind: Hashable, Sendable {
        /// A regular file, whose bytes follow.
        case file
        /// A directory.
        case directory
        /// A link, a hard link, a device, a pipe: never read, and never followed.
        case other
    }

    /// Its whole name, path included, as it stands in the archive: not normalised, and possibly hostile. It only names; it is no path here.
    public let name: String
    /// What it is.
    public let kind: Kind

    /// An entry.
    public init(name: String, kind: Kind) {
        self.name = name
        self.kind = kind
    }

    /// What stands behind the name's last slash.
    public var baseName: String { Archives.baseName(name) }
}

/// What a whole archive was.
public struct ArchiveSummary: Hashable, Sendable {
    /// SHA-256 of the whole outer file.
    public let digest: Digest
    /// Bytes of the outer file.
    public let size: Int
    /// Bytes that were made of them: tar's headers included, zip's and 7z's own not.
    public let uncompressedBytes: Int
    /// What it was.
    public let kind: ArchiveKind
}

/// What an archive gives next.
public enum ArchivePiece {
    /// An entry begins.
    case entry(ArchiveEntry)
    /// The next bytes of the entry, a regular file: at most 512 KiB, and as many as there are, save at the edges of the reader's own blocks.
    /// They are valid until the next call of `next()`, and 64 more bytes behind them may be read, whatever they hold.
    case bytes(UnsafeRawBufferPointer)
    /// The archive was read to its end and is whole.
    case end(ArchiveSummary)
}

/// Reads an archive from front to back, a piece at a time, in bounded memory, without ever unpacking to disk.
///
/// The kind is told by the content: tar or a single file, under one layer of gzip, xz, zstd or bzip2 or none; zip; 7z. Nothing else is tried.
/// The checksums that a format carries are verified; of a 7z's, those of its directory and of each file, and not those of packed bytes or of
/// several files together. Every entry is read to its end, wanted or not.
///
/// A reader may stop at any piece and go on later. It is used by one thread at a time. `@unchecked Sendable`: nothing in it is bound to a
/// thread, so between two calls it may move to another.
public final class ArchiveReader: @unchecked Sendable {
    /// The path as it was given.
    public let path: String
    /// Bytes of the outer file.
    public let size: Int
    /// What the archive is; nil before the first call of `next()`.
    public private(set) var kind: ArchiveKind?

    private let file: OuterFile
    private let meter: Meter
    private let decoders: Decoders
    private let readsAhead: ReadAhead
    private var ahead: AheadSource?
    private var source: (any EntrySource)?
    private var known: Digest?
    private var outcome: Result<ArchiveSummary, ArchiveError>?

    /// What decodes gzip, xz and 7z: igzip and decoders of our own, or zlib, liblzma and libarchive, to hold the fast ones against.
    enum Decoders { case fast, reference }

    /// Which archives a thread of its own reads some pieces ahead.
    public enum ReadAhead: Sendable {
        /// None.
        case never
        /// Those in xz, bzip2 or 7z: the others are decoded faster than their lines are read.
        case slowOnes
        /// Every compressed one: where threads are free, that is worth the copy of each piece.
        case always
    }

    /// Opens the file at this path, without reading it.
    ///
    /// `readsAhead` lets a thread of its own decode the next pieces of an archive while one is being worked on.
    ///
    /// - Throws: `ArchiveError.inaccessible`, or `.notARegularFile` for a folder, pipe, device or socket, at once and without waiting.
    public convenience init(path: String, limits: ArchiveLimits = ArchiveLimits(), readsAhead: ReadAhead = .never) throws(ArchiveError) {
        try self.init(path: path, limits: limits, decoders: .fast, readsAhead: readsAhead)
    }

    init(path: String, limits: ArchiveLimits, decoders: Decoders, readsAhead: ReadAhead = .never) throws(ArchiveError) {
        file = try OuterFile(path: path)
        self.path = path
        self.decoders = decoders
        self.readsAhead = readsAhead
        size = file.size
        meter = Meter(archive: path, outerBytes: file.size, limits: limits)
    }

    /// What decodes ahead ends before what it reads goes.
    deinit { ahead?.stop() }

    /// The base name of the path, which names the archive in answers and rejects.
    public var name: String { baseName(path) }

    /// The bytes of the outer file that have been read, for progress: 0 to `size`.
    public var bytesRead: Int { ahead?.bytesRead ?? file.bytesRead }

    /// Begins to decode ahead where that was asked for, before anybody asks for the first piece. What is wrong with the archive is said by
    /// ``next()``.
    public func begin() {
        guard outcome == nil, source == nil else { return }
        do throws(ArchiveError) {
            source = try open()
            ahead?.begin()
        } catch {
            outcome = .failure(error)
        }
    }

    /// What comes next. After `.end` or an error it gives that again.
    ///
    /// - Throws: `ArchiveError`; what was given before it must then be thrown away, for the archive is refused whole.
    public func next() throws(ArchiveError) -> ArchivePiece {
        if let outcome { return .end(try outcome.get()) }
        do throws(ArchiveError) {
            let source = if let source { source } else { try open() }
            self.source = source
            switch try source.next() {
            case .entry(let entry): return .entry(entry)
            case .bytes(let bytes): return .bytes(bytes)
            case .end:
                let summary = ArchiveSummary(digest: try digest(), size: size, uncompressedBytes: meter.bytes, kind: try knownKind())
                outcome = .success(summary)
                return .end(summary)
            }
        } catch {
            outcome = .failure(error)
            throw error
        }
    }

    /// SHA-256 of the whole outer file. May be asked for at any time, after a refusal too, but ends the reading: what has not been read
    /// is read for its digest alone.
    public func digest() throws(ArchiveError) -> Digest {
        if let known { return known }
        ahead?.stop()
        let digest = try file.finishDigest()
        known = digest
        return digest
    }

    /// The source, read ahead where that was asked for.
    private func decodedAhead(_ source: any EntrySource, of stream: ByteStream? = nil, isSlow: Bool) -> any EntrySource {
        guard isDecodedAhead(isSlow: isSlow) else { return source }
        let ahead = AheadSource(source, of: stream, file: file)
        self.ahead = ahead
        return ahead
    }

    private func isDecodedAhead(isSlow: Bool) -> Bool { readsAhead == .always || readsAhead == .slowOnes && isSlow }

    private func knownKind() throws(ArchiveError) -> ArchiveKind {
        guard let kind else { throw meter.unreadable(.damaged("no kind")) }
        return kind
    }

    /// Decides the kind.
    private func open() throws(ArchiveError) -> any EntrySource {
        var head = [UInt8](repeating: 0, count: 16)
        let count = try head.withUnsafeMutableBufferPointer { head throws(ArchiveError) in
            try file.peek(into: UnsafeMutableRawBufferPointer(head))
        }
        let names = EntryNames()
        switch head.withUnsafeBytes({ Opening(UnsafeRawBufferPointer(rebasing: $0[..<count])) }) {
        case .zip:
            kind = ArchiveKind(compression: .none, container: .zip)
            let entries = try ZipDirectory(file: file, names: names, meter: meter).entries
            if entries.isEmpty { return EmptySource() }
            let listed = entries.map { ListedName(text: $0.text(names), bytes: $0.name.count) }
            return decodedAhead(try DirectorySource(.zip, names: listed, file: file, meter: meter), isSlow: false)
        case .sevenZip:
            kind = ArchiveKind(compression: .none, container: .sevenZip)
            let directory = try SevenZipDirectory(file: file, meter: meter)
            if directory.names.isEmpty { return EmptySource() }
            let source: any EntrySource
            if decoders == .fast, let layout = SevenZipLayout(directory) {
                source = SevenZipSource(layout, file: file, meter: meter)
            } else {
                source = try DirectorySource(.sevenZip, names: directory.names, file: file, meter: meter)
            }
            return decodedAhead(source, isSlow: true)
        case .compressed(let compression): return try openStream(compression, names: names)
        case .other: return try openStream(.none, names: names)
        }
    }

    private func openStream(_ compression: ArchiveKind.Compression, names: EntryNames) throws(ArchiveError) -> any EntrySource {
        kind = ArchiveKind(compression: compression, container: .single)
        let codec: (any Codec)?
        do throws(CodecFailure) {
            codec =
                switch compression {
                case .none: nil
                case .gzip: GzipCodec(inflater: decoders == .fast ? IsalInflater() : try ZlibInflater())
                case .xz where decoders == .reference: try LibraryXzCodec(memory: meter.limits.decoderMemory)
                case .xz: try XzCodec(memory: meter.limits.decoderMemory)
                case .zstd: try ZstdCodec(memory: meter.limits.decoderMemory)
                case .bzip2: try Bzip2Codec()
                }
        } catch {
            throw meter.refusal(error)
        }
        let isSlow = compression == .xz || compression == .bzip2
        let keeping = compression != .none && isDecodedAhead(isSlow: isSlow) ? AheadSource.room : 0
        let stream = ByteStream(file: file, codec: codec, meter: meter, keeping: keeping)
        let first = try stream.next()
        let isEmptyTar = first.count < ByteStream.pieceBytes && Archives.isEmptyTar(first)
        if isTarHeader(first) || isEmptyTar { kind = ArchiveKind(compression: compression, container: .tar) }
        if isEmptyTar { return EmptySource() }
        let source: any EntrySource
        if isTarHeader(first) {
            source = try TarSource(first: first, stream: stream, names: names, meter: meter)
        } else {
            let name = singleEntryName(path: path, isCompressed: compression != .none)
            source = SingleSource(name: name, first: first, stream: stream, meter: meter)
        }
        return compression == .none ? source : decodedAhead(source, of: stream, isSlow: isSlow)
    }
}
