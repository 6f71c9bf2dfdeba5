import CFuzzer
import Glibc

@testable import Archives

private let limits = {
    var limits = ArchiveLimits()
    limits.entries = 500
    limits.entryBytes = 4 << 20
    limits.archiveBytes = 8 << 20
    limits.ratioFloor = 1 << 20
    limits.nameBytes = 2_000
    limits.decoderMemory = 8 << 20
    return limits
}()

/// Bytes as an archive of any kind: read to its end or refused, within the limits, and the same a second time.
func fuzzArchive(_ input: UnsafeRawBufferPointer) { readWhole(Array(input)) }

/// The same with the checksums of tar headers put right, so that what they say is believed.
func fuzzTar(_ input: UnsafeRawBufferPointer) {
    var bytes = Array(input)
    for block in stride(from: 0, to: bytes.count - 511, by: 512) {
        // Only what looks like a header: "ustar", or the first block.
        guard block == 0 || bytes[(block + 257)..<(block + 262)].elementsEqual("ustar".utf8) else { continue }
        for place in 148..<156 { bytes[block + place] = 0x20 }
        let sum = bytes[block..<(block + 512)].reduce(0) { $0 + Int($1) }
        let digits = String(sum, radix: 8)
        let field = Array((String(repeating: "0", count: 6 - digits.utf8.count) + digits).utf8) + [0, 0x20]
        bytes.replaceSubrange((block + 148)..<(block + 156), with: field)
    }
    readWhole(bytes)
}

/// The same with a zip's end record put right.
func fuzzZip(_ input: UnsafeRawBufferPointer) {
    var bytes = Array(input)
    guard bytes.count > 30, bytes.count < 60_000 else { return }
    bytes.replaceSubrange(0..<4, with: [0x50, 0x4B, 3, 4])
    // The directory begins where its first signature stands.
    if let start = (0..<(bytes.count - 4)).first(where: { bytes[$0..<($0 + 4)].elementsEqual([0x50, 0x4B, 1, 2]) }) {
        func little(_ value: Int, _ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
        let signatures = (start..<(bytes.count - 4)).count { bytes[$0..<($0 + 4)].elementsEqual([0x50, 0x4B, 1, 2]) }
        var end: [UInt8] = [0x50, 0x4B, 5, 6, 0, 0, 0, 0] + little(signatures, 2) + little(signatures, 2)
        end += little(bytes.count - start, 4) + little(start, 4) + [0, 0]
        readWhole(bytes + end)
    }
    readWhole(bytes)
}

/// Bytes as the directory of a 7z (a byte parts them from packed data), with its checksums put right.
func fuzzSevenZip(_ input: UnsafeRawBufferPointer) {
    guard input.count > 2 else { return }
    let packedCount = min(Int(input[0]), input.count - 1)
    let packed = Array(input[1..<(1 + packedCount)])
    let directory = Array(input[(1 + packedCount)...])
    func little(_ value: Int, _ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
    let start = little(packed.count, 8) + little(directory.count, 8) + little(crc32(directory[...]), 4)
    readWhole([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C, 0, 4] + little(crc32(start[...]), 4) + start + packed + directory)
}

/// igzip against zlib: what zlib inflates, igzip inflates to the same bytes. igzip also takes tables of codes that are not complete, which RFC
/// 1951 does not forbid and zlib refuses; the checksum behind them vouches for what comes out.
func fuzzGzip(_ input: UnsafeRawBufferPointer) {
    guard input.count > 2 else { return }
    let step = Int(input[0]) + 1
    let bytes = Array(input[2...])
    let igzip = inflated(bytes, IsalInflater(), step: step)
    guard let inflater = try? ZlibInflater() else { return }
    let zlib = inflated(bytes, inflater, step: bytes.count + 1)
    guard zlib == nil || igzip == zlib else {
        fatalError("igzip \(String(describing: igzip?.count)), zlib \(String(describing: zlib?.count))")
    }
}

private func inflated(_ bytes: [UInt8], _ inflater: any Inflater, step: Int) -> [UInt8]? {
    // The members' checksums stay wrong under mutation, so the inflaters are asked without them.
    let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 64)
    defer { room.deallocate() }
    var output: [UInt8] = []
    guard (try? inflater.restart()) != nil else { return nil }
    var place = 0
    while output.count < 1 << 20 {
        let end = min(place + step, bytes.count)
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: max(end - place, 1), alignment: 8)
        defer { piece.deallocate() }
        piece.copyBytes(from: bytes[place..<end])
        var rest = UnsafeRawBufferPointer(rebasing: piece[..<(end - place)])
        let before = rest.count
        guard let written = try? inflater.inflate(&rest, into: room) else { return nil }
        output += room[..<written]
        place += before - rest.count
        if inflater.isFinished { return output }
        if written == 0, before == rest.count { return nil }
    }
    return Array(output[..<(1 << 20)])
}

/// Our decoders of LZMA2 and LZMA against liblzma: the same bytes of the same input, or no end.
func fuzzLzma(_ input: UnsafeRawBufferPointer) {
    guard input.count > 4 else { return }
    let lzma2 = input[0] & 1 != 0
    let step = Int(input[1]) * 16 + 1
    let packed = Array(input[3...])
    // Four or eight kilobytes, which inputs of this size pass round.
    let properties = lzma2 ? [input[0] >> 1 & 1] : [input[2], 0, input[0] >> 1 & 0x1F, 0, 0]
    let most = 1 << 18
    guard let known = LzmaSymbols.Properties(properties[0]) else { return }
    guard let theirs = libraryLzma(packed, lzma2: lzma2, properties: properties, most: most), theirs.content.count < most else { return }
    guard let symbols = try? LzmaSymbols(dictionaryBytes: lzma2 ? 4_096 << Int(properties[0]) : Int(properties[2]) << 8) else { return }
    // What no encoder begins with, we refuse at once, and liblzma decodes to something.
    let never: [UInt8] = [0, 0xFF, 0xFF, 0xFF, 0xFF]
    guard !packed.indices.contains(where: { packed[$0...].starts(with: never) }) else { return }
    let decoder: any LzmaDecoder =
        lzma2 ? Lzma2Decoder(symbols: symbols) : LzmaStreamDecoder(symbols: symbols, properties: known, packedBytes: packed.count)
    let ours = decoded(packed, decoder, step: step, most: lzma2 ? most : theirs.content.count)
    if !lzma2 || !theirs.isFinished {
        // liblzma gives what stands before damage; we may stop earlier, at the beginning of the chunk.
        guard theirs.content.starts(with: ours.content) else { fatalError("other bytes") }
    }
    // Of LZMA, we refuse what goes on behind the mark of the end; behind LZMA2, who asks for it looks.
    let isFinished = theirs.isFinished && (lzma2 || theirs.taken == packed.count)
    guard isFinished == ours.isFinished || !lzma2 && !theirs.isFinished else {
        fatalError("ours ends: \(ours.isFinished), liblzma's: \(isFinished)")
    }
    if isFinished {
        guard ours.content == theirs.content, ours.taken == theirs.taken || !lzma2 else {
            fatalError("\(ours.content.count) of \(ours.taken), \(theirs.content.count) of \(theirs.taken)")
        }
    }
}

private func decoded(
    _ packed: [UInt8], _ decoder: any LzmaDecoder, step: Int, most: Int
) -> (content: [UInt8], taken: Int, isFinished: Bool) {
    var content: [UInt8] = []
    var place = 0
    var buffer = [UInt8](repeating: 0, count: step)
    while true {
        // A copy of its own, so that the address sanitizer sees what is read behind it.
        let piece = Array(packed[place..<min(place + step, packed.count)])
        let room = min(step, most - content.count)
        let answer: (taken: Int, written: Int, isFinished: Bool)? = piece.withUnsafeBytes { piece in
            buffer.withUnsafeMutableBytes { buffer in
                var rest = piece
                do throws(CodecFailure) {
                    let written = try decoder.decode(&rest, into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<room]))
                    let isFinished = written == 0 && (room == 0 || rest.count == piece.count) ? try decoder.finish(&rest) : false
                    return (piece.count - rest.count, written, isFinished)
                } catch {
                    return nil
                }
            }
        }
        guard let answer else { return (content, place, false) }
        place += answer.taken
        content += buffer[..<answer.written]
        if answer.isFinished { return (content, place, true) }
        if answer.taken == 0 && answer.written == 0 { return (content, place, false) }
    }
}

/// Our reader of xz against liblzma: the same bytes, or both refuse.
func fuzzXz(_ input: UnsafeRawBufferPointer) {
    guard input.count > 12 else { return }
    let step = Int(input[0]) * 8 + 1
    // The stream header is put right, so that it is got past.
    var bytes = Array(input[1...])
    bytes.replaceSubrange(0..<6, with: [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0])
    let sum = crc32(bytes[6..<8])
    bytes.replaceSubrange(8..<12, with: (0..<4).map { UInt8(truncatingIfNeeded: sum >> (8 * $0)) })
    // So is the header of the first block.
    let header = bytes.count > 12 ? (Int(bytes[12]) + 1) * 4 : 0
    if header > 4, 12 + header <= bytes.count {
        let sum = crc32(bytes[12..<(8 + header)])
        bytes.replaceSubrange((8 + header)..<(12 + header), with: (0..<4).map { UInt8(truncatingIfNeeded: sum >> (8 * $0)) })
    }
    guard let own = try? XzCodec(memory: 4 << 20), let library = try? LibraryXzCodec(memory: 4 << 20) else { return }
    let ours = whole(bytes, own, step: step)
    let theirs = whole(bytes, library, step: bytes.count)
    guard ours == theirs else { fatalError("ours \(String(describing: ours?.count)), liblzma's \(String(describing: theirs?.count))") }
}

/// Nil where the bytes are refused or not complete, or come to more than a mebibyte.
private func whole(_ bytes: [UInt8], _ codec: any Codec, step: Int) -> [UInt8]? {
    var output: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 5_000)
    var place = 0
    while output.count < 1 << 20 {
        let piece = Array(bytes[place..<min(place + step, bytes.count)])
        let ended = place + piece.count == bytes.count
        let answer: (taken: Int, written: Int)? = piece.withUnsafeBytes { piece in
            buffer.withUnsafeMutableBytes { room in
                var rest = piece
                guard let written = try? codec.decode(&rest, ended: ended, into: room) else { return nil }
                return (piece.count - rest.count, written)
            }
        }
        guard let answer else { return nil }
        place += answer.taken
        output += buffer[..<answer.written]
        if answer.taken == 0 && answer.written == 0 { return place == bytes.count && codec.isComplete ? output : nil }
    }
    return nil
}

private func readWhole(_ bytes: [UInt8]) {
    let descriptor = memory_file()
    guard descriptor >= 0 else { fatalError("no memory file") }
    defer { close(descriptor) }
    var place = 0
    while place < bytes.count {
        let count = bytes[place...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        guard count > 0 else { fatalError("cannot write the memory file") }
        place += count
    }
    let path = "/proc/self/fd/\(descriptor)"
    guard outcome(path) == outcome(path) else { fatalError("two readings differ") }
}

private struct Outcome: Equatable {
    var entries: [ArchiveEntry] = []
    var sums: [UInt64] = []
    var error: ArchiveError?
    var summary: ArchiveSummary?
}

private func outcome(_ path: String) -> Outcome {
    var outcome = Outcome()
    do throws(ArchiveError) {
        let reader = try ArchiveReader(path: path, limits: limits)
        while outcome.summary == nil {
            switch try reader.next() {
            case .entry(let entry):
                outcome.entries.append(entry)
                outcome.sums.append(0)
                guard outcome.entries.count <= limits.entries else { fatalError("more entries than the limit") }
            case .bytes(let bytes):
                guard !outcome.sums.isEmpty else { fatalError("bytes of no entry") }
                var sum = outcome.sums[outcome.sums.count - 1]
                for byte in bytes { sum = sum &* 31 &+ UInt64(byte) }
                outcome.sums[outcome.sums.count - 1] = sum
                // The padding is readable.
                guard let end = bytes.baseAddress.map({ $0 + bytes.count }) else { continue }
                _ = end.loadUnaligned(fromByteOffset: 56, as: UInt64.self)
            case .end(let end):
                guard end.uncompressedBytes <= limits.archiveBytes else { fatalError("more bytes than the limit") }
                outcome.summary = end
            }
        }
    } catch {
        outcome.error = error
        guard !"\(error)".unicodeScalars.contains(where: { $0.value < 0x20 }) else { fatalError("a message of several lines") }
    }
    return outcome
}
