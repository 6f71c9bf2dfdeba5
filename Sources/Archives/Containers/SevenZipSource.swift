import CIsal

/// The entries of a 7z in LZMA or LZMA2, decoded by decoders of our own in the order in which they stand.
///
/// A folder must end where its last file does, and its packed bytes there too: what stands beyond that was lost or added.
final class SevenZipSource: EntrySource {
    private static let inputBytes = 256 << 10

    private let layout: SevenZipLayout
    private let file: OuterFile
    private let meter: Meter
    private let piece = PieceBuffer()
    private var nextFile = 0
    /// The file that is being read, with the bytes of it that are still to come.
    private var current: (file: SevenZipLayout.File, left: Int)?
    private var checksum: UInt32 = 0

    private var folder: Int?
    private var decoder: (any LzmaDecoder)?
    private let inputBuffer = UnsafeMutableRawBufferPointer.allocate(byteCount: inputBytes, alignment: 64)
    private var input = UnsafeRawBufferPointer(start: nil, count: 0)
    private var position = 0
    /// Bytes of the folder that have not been read from the file.
    private var unread = 0

    init(_ layout: SevenZipLayout, file: OuterFile, meter: Meter) {
        self.layout = layout
        self.file = file
        self.meter = meter
    }

    deinit { inputBuffer.deallocate() }

    func next() throws(ArchiveError) -> SourcePiece {
        if let (file, left) = current {
            guard left > 0 else {
                if let recorded = file.checksum, recorded != checksum { throw meter.unreadable(.checksum) }
                if file.endsFolder { try finishFolder() }
                current = nil
                meter.leaveEntry()
                return try next()
            }
            let bytes = try decode(left)
            checksum = crc32_gzip_refl(checksum, bytes.assumingMemoryBound(to: UInt8.self).baseAddress, UInt64(bytes.count))
            current?.left = left - bytes.count
            try meter.add(bytes.count)
            try meter.addToEntry(bytes.count)
            return .bytes(bytes)
        }
        guard nextFile < layout.files.count else { return .end }
        let file = layout.files[nextFile]
        nextFile += 1
        try meter.begin(file.name.text, nameBytes: file.name.bytes)
        if let folder = file.folder, folder != self.folder { try open(folder) }
        checksum = 0
        current = (file, file.size)
        return .entry(ArchiveEntry(name: file.name.text, kind: file.kind))
    }

    private func open(_ index: Int) throws(ArchiveError) {
        let folder = layout.folders[index]
        self.folder = index
        (position, unread) = (folder.offset, folder.packedBytes)
        input = UnsafeRawBufferPointer(start: nil, count: 0)
        decoder = nil
        do throws(CodecFailure) {
            let symbols = try LzmaSymbols(dictionaryBytes: folder.coder.memory)
            if folder.coder.method == [0x21] {
                decoder = Lzma2Decoder(symbols: symbols)
            } else if let properties = LzmaSymbols.Properties(folder.coder.properties[0]) {
                decoder = LzmaStreamDecoder(symbols: symbols, properties: properties, packedBytes: folder.packedBytes)
            }
        } catch {
            throw meter.refusal(error)
        }
    }

    /// The next bytes of the folder, at most a piece of them and at least one.
    private func decode(_ left: Int) throws(ArchiveError) -> UnsafeRawBufferPointer {
        guard let decoder else { throw meter.unreadable(.truncated) }
        let room = piece.room(left)
        var count = 0
        while count < room.count {
            try fill()
            let before = input.count
            let written: Int
            do throws(CodecFailure) {
                written = try decoder.decode(&input, into: UnsafeMutableRawBufferPointer(rebasing: room[count...]))
            } catch {
                throw meter.refusal(error)
            }
            count += written
            guard written > 0 || input.count < before || input.isEmpty && unread > 0 else { throw meter.unreadable(.truncated) }
        }
        return UnsafeRawBufferPointer(room)
    }

    /// Reads the folder's next packed bytes, where all are taken.
    private func fill() throws(ArchiveError) {
        guard input.isEmpty, unread > 0 else { return }
        let wanted = min(unread, inputBuffer.count)
        let got = try file.read(into: UnsafeMutableRawBufferPointer(rebasing: inputBuffer[..<wanted]), at: position)
        guard got == wanted else { throw meter.unreadable(.truncated) }
        position += got
        unread -= got
        input = UnsafeRawBufferPointer(rebasing: inputBuffer[..<got])
    }

    /// Holds the end of the folder against that of its packed bytes.
    private func finishFolder() throws(ArchiveError) {
        guard let decoder else { return }
        self.decoder = nil
        while true {
            try fill()
            do throws(CodecFailure) {
                if try decoder.finish(&input) { break }
            } catch {
                throw meter.refusal(error)
            }
            guard unread > 0 else { throw meter.unreadable(.truncated) }
        }
        guard input.isEmpty, unread == 0 else { throw meter.unreadable(.trailing) }
    }
}
