/// A 7z's directory, looked through before libarchive reads it.
///
/// libarchive grants whatever the directory asks for: a dictionary of 4 GiB, tables for a hundred million files claimed in a few bytes. This
/// looks at the claims alone, refuses what passes a limit or is encrypted, and holds the file's length against the directory's place.
/// The format is described in 7-Zip's `7zFormat.txt`.
struct SevenZipDirectory {
    /// A directory, packed or not, of more bytes than this is a bomb: 100,000 files with long names take some 20 MB.
    private static let directoryBytes = 64 << 20

    /// The files' names, in the order in which they stand.
    private(set) var names: [ListedName] = []
    /// What stands where, of what is needed to read the plain case without libarchive.
    private(set) var streams: Streams?
    private(set) var files = SevenZipFiles()
    /// Where in the file the directory stands; what is packed must end before it.
    private(set) var position = 32
    /// Whether the checksum of a packed directory fits it, and nothing in it is left out here.
    private(set) var isWhole = true

    private let meter: Meter

    init(file: OuterFile, meter: Meter) throws(ArchiveError) {
        self.meter = meter
        // Signature, version, CRC of what follows; then where the directory stands behind these 32 bytes, its length and its CRC.
        var start = LittleEndian(try file.bytes(at: 8, count: 24, meter))
        guard let startChecksum = start.number(4) else { throw meter.unreadable(.truncated) }
        guard crc32(start.rest) == startChecksum else { throw meter.unreadable(.checksum) }
        guard let offset = start.number(8), let count = start.number(8), let checksum = start.number(4), offset <= file.size - 32,
            count <= file.size - 32 - offset
        else { throw meter.unreadable(.truncated) }
        guard 32 + offset + count == file.size else { throw meter.unreadable(.trailing) }
        guard count > 0 else { return }
        position = 32 + offset
        guard count <= Self.directoryBytes else { throw meter.over(.entries, meter.limits.entries) }
        var bytes = try file.bytes(at: 32 + offset, count: count, meter)
        guard crc32(bytes[...]) == checksum else { throw meter.unreadable(.checksum) }
        // A directory is packed once; more than a few layers are made by hand.
        for _ in 0..<4 {
            var fields = SevenZipFields(bytes)
            switch fields.byte() {
            case 0x01:
                try check(&fields)
                return
            case 0x17: bytes = try unpack(&fields, file)
            default: throw meter.unreadable(.damaged("7z directory"))
            }
        }
        throw meter.unreadable(.damaged("7z directory"))
    }

    // MARK: The packed directory

    /// Unpacks a directory that is packed itself.
    private mutating func unpack(_ fields: inout SevenZipFields, _ file: OuterFile) throws(ArchiveError) -> [UInt8] {
        let streams = try streams(&fields)
        guard let packed = streams.packed, streams.folders.count == 1, let folder = streams.folders.first, folder.coders.count == 1,
            let coder = folder.coders.first, let size = folder.sizes.first
        else { throw meter.unreadable(.damaged("7z directory")) }
        guard size <= Self.directoryBytes else { throw meter.over(.entries, meter.limits.entries) }
        guard let count = packed.sizes.first, packed.position <= file.size - 32, count <= file.size - 32 - packed.position else {
            throw meter.unreadable(.truncated)
        }
        guard count <= Self.directoryBytes else { throw meter.over(.entries, meter.limits.entries) }
        isWhole = isWhole && 32 + packed.position + count <= position
        let bytes = try file.bytes(at: 32 + packed.position, count: count, meter)
        do throws(CodecFailure) {
            let directory = try decodeLzma(bytes, method: coder.method, properties: coder.properties, count: size)
            if let checksum = folder.checksum { isWhole = isWhole && crc32(directory[...]) == Int(checksum) }
            return directory
        } catch {
            throw meter.refusal(error)
        }
    }

    // MARK: The directory

    /// Looks through a directory for claims that pass a limit.
    private mutating func check(_ fields: inout SevenZipFields) throws(ArchiveError) {
        while let part = fields.byte() {
            switch part {
            case 0x00:
                isWhole = isWhole && fields.isAtEnd
                return
            case 0x02: try passProperties(&fields)
            case 0x03:
                isWhole = false
                _ = try streams(&fields)
            case 0x04:
                isWhole = isWhole && streams == nil && names.isEmpty
                streams = try streams(&fields)
            case 0x05:
                guard let files = fields.number() else { throw damaged }
                guard files <= meter.limits.entries else { throw meter.over(.entries, meter.limits.entries) }
                isWhole = isWhole && names.isEmpty
                try readFiles(&fields, count: files)
            default: throw damaged
            }
        }
        isWhole = false
    }

    /// Reads the names out of what is told of the files: UTF-16, each ended by a zero. What else is told has its length, and claims nothing.
    private mutating func readFiles(_ fields: inout SevenZipFields, count: Int) throws(ArchiveError) {
        while let property = fields.byte(), property != 0 {
            guard let length = fields.number(), let bytes = fields.bytes(length) else { throw damaged }
            guard property == 0x11 else {
                isWhole = files.take(property, bytes, count: count) && isWhole
                continue
            }
            guard bytes.first == 0, bytes.count % 2 == 1 else { throw meter.unreadable(.unsupported("a 7z directory in several places")) }
            var units: [UInt16] = []
            for place in stride(from: 1, to: bytes.count, by: 2) {
                let unit = UInt16(bytes[place]) | UInt16(bytes[place + 1]) << 8
                if unit != 0 {
                    units.append(unit)
                } else {
                    let text = EntryNames.text(units)
                    names.append(ListedName(text: text, bytes: text.utf8.count))
                    units.removeAll(keepingCapacity: true)
                }
            }
            guard units.isEmpty else { throw damaged }
        }
        guard names.count == count else { throw meter.unreadable(.disagreement("its directory lists another number of names")) }
    }

    private var damaged: ArchiveError { meter.unreadable(.damaged("7z directory")) }

    private func passProperties(_ fields: inout SevenZipFields) throws(ArchiveError) {
        while let property = fields.byte(), property != 0 {
            guard let count = fields.number(), fields.skip(count) else { throw damaged }
        }
    }

    struct Coder {
        var method: [UInt8]
        var properties: [UInt8]
        var inputs = 1
        var outputs = 1
    }

    struct Folder {
        var coders: [Coder] = []
        /// The unpacked size of each output.
        var sizes: [Int] = []
        var checksum: UInt32?
        /// The files in it: their sizes and checksums, where there is one.
        var files: [(size: Int, checksum: UInt32?)] = []
        var outputs: Int { coders.reduce(0) { $0 + $1.outputs } }
    }

    struct Streams {
        var packed: (position: Int, sizes: [Int])?
        var folders: [Folder] = []
    }

    private func streams(_ fields: inout SevenZipFields) throws(ArchiveError) -> Streams {
        var streams = Streams()
        var hasFiles = false
        while let part = fields.byte() {
            switch part {
            case 0x00:
                if !hasFiles { for index in streams.folders.indices { streams.folders[index].holdsOneFile() } }
                return streams
            case 0x06: streams.packed = try packed(&fields)
            case 0x07: streams.folders = try folders(&fields)
            case 0x08:
                hasFiles = true
                try readSubstreams(&fields, folders: &streams.folders)
            default: throw damaged
            }
        }
        throw damaged
    }

    private func packed(_ fields: inout SevenZipFields) throws(ArchiveError) -> (position: Int, sizes: [Int]) {
        guard let position = fields.number(), let count = fields.number() else { throw damaged }
        guard count <= meter.limits.entries else { throw meter.over(.entries, meter.limits.entries) }
        var sizes: [Int] = []
        while let part = fields.byte() {
            switch part {
            case 0x00: return (position, sizes)
            case 0x09:
                for _ in 0..<count {
                    guard let size = fields.number() else { throw damaged }
                    sizes.append(size)
                }
            case 0x0A: guard fields.digests(count) != nil else { throw damaged }
            default: throw damaged
            }
        }
        throw damaged
    }

    private func folders(_ fields: inout SevenZipFields) throws(ArchiveError) -> [Folder] {
        guard fields.byte() == 0x0B, let count = fields.number() else { throw damaged }
        guard count <= meter.limits.entries else { throw meter.over(.entries, meter.limits.entries) }
        guard fields.byte() == 0 else { throw meter.unreadable(.unsupported("a 7z directory in several places")) }
        var folders: [Folder] = []
        for _ in 0..<count { folders.append(try folder(&fields)) }
        guard fields.byte() == 0x0C else { throw damaged }
        for index in folders.indices {
            for _ in 0..<folders[index].outputs {
                guard let size = fields.number() else { throw damaged }
                folders[index].sizes.append(size)
            }
        }
        guard let next = fields.byte() else { throw damaged }
        if next == 0x0A {
            guard let checksums = fields.digests(count), fields.byte() == 0 else { throw damaged }
            for index in folders.indices { folders[index].checksum = checksums[index] }
        } else if next != 0 {
            throw damaged
        }
        return folders
    }

    private func folder(_ fields: inout SevenZipFields) throws(ArchiveError) -> Folder {
        // libarchive takes four at most; each costs memory.
        guard let count = fields.number(), count > 0 else { throw damaged }
        guard count <= 4 else { throw meter.unreadable(.unsupported("more than four coders in a row")) }
        var folder = Folder()
        var inputs = 0
        for _ in 0..<count {
            let coder = try coder(&fields)
            inputs += coder.inputs
            folder.coders.append(coder)
        }
        let bonds = folder.outputs - 1
        for _ in 0..<bonds { guard fields.number() != nil, fields.number() != nil else { throw damaged } }
        guard inputs >= bonds else { throw damaged }
        if inputs - bonds > 1 {
            for _ in 0..<(inputs - bonds) { guard fields.number() != nil else { throw damaged } }
        }
        return folder
    }

    private func coder(_ fields: inout SevenZipFields) throws(ArchiveError) -> Coder {
        guard let flags = fields.byte(), flags & 0xC0 == 0, let method = fields.bytes(Int(flags & 0x0F)) else { throw damaged }
        var coder = Coder(method: method, properties: [])
        if flags & 0x10 != 0 {
            guard let inputs = fields.number(), let outputs = fields.number(), (1...32).contains(inputs), (1...32).contains(outputs) else {
                throw damaged
            }
            (coder.inputs, coder.outputs) = (inputs, outputs)
        }
        if flags & 0x20 != 0 {
            guard let count = fields.number(), let properties = fields.bytes(count) else { throw damaged }
            coder.properties = properties
        }
        if coder.method == [0x06, 0xF1, 0x07, 0x01] { throw meter.unreadable(.encrypted) }
        guard coder.memory <= meter.limits.decoderMemory else { throw meter.over(.decoderMemory, meter.limits.decoderMemory) }
        return coder
    }

    /// The files in each folder, for which libarchive makes tables.
    private func readSubstreams(_ fields: inout SevenZipFields, folders: inout [Folder]) throws(ArchiveError) {
        var counts = [Int](repeating: 1, count: folders.count)
        var part = fields.byte()
        if part == 0x0D {
            var total = 0
            for index in counts.indices {
                guard let count = fields.number() else { throw damaged }
                guard count <= meter.limits.entries - total else { throw meter.over(.entries, meter.limits.entries) }
                total += count
                counts[index] = count
            }
            part = fields.byte()
        }
        for index in folders.indices {
            // The last file of a folder has what the others leave of it; less than nothing is nobody's.
            var left = folders[index].sizes.last ?? 0
            guard counts[index] > 0 else { continue }
            if part == 0x09 {
                for _ in 1..<counts[index] {
                    guard let size = fields.number() else { throw damaged }
                    folders[index].files.append((size, nil))
                    left = left.subtractingReportingOverflow(size).partialValue
                }
            } else {
                folders[index].files = Array(repeating: (-1, nil), count: counts[index] - 1)
            }
            folders[index].files.append((left, nil))
        }
        if part == 0x09 { part = fields.byte() }
        // A folder of one file has its checksum once: here, or with the folder.
        func isKnown(_ folder: Folder) -> Bool { folder.files.count == 1 && folder.checksum != nil }
        for index in folders.indices where isKnown(folders[index]) { folders[index].files[0].checksum = folders[index].checksum }
        if part == 0x0A {
            let unknown = folders.reduce(0) { $0 + (isKnown($1) ? 0 : $1.files.count) }
            guard let checksums = fields.digests(unknown) else { throw damaged }
            var place = 0
            for index in folders.indices where !isKnown(folders[index]) {
                for file in folders[index].files.indices {
                    folders[index].files[file].checksum = checksums[place]
                    place += 1
                }
            }
            part = fields.byte()
        }
        guard part == 0 else { throw damaged }
    }
}

extension SevenZipDirectory.Folder {
    /// What a folder holds of which nothing more is told.
    mutating func holdsOneFile() { files = [(sizes.last ?? 0, checksum)] }
}

extension SevenZipDirectory.Coder {
    /// The dictionary or model that the coder's properties ask for, in bytes.
    var memory: Int {
        switch method {
        case [0x03, 0x01, 0x01], [0x03, 0x04, 0x01]:  // LZMA, PPMd: a byte of settings, then the size
            var fields = LittleEndian(properties)
            guard fields.skip(1), let size = fields.number(4) else { return 0 }
            return size
        case [0x21]:  // LZMA2: half a power of two
            guard let power = properties.first else { return 0 }
            return power >= 40 ? 0xFFFF_FFFF : (2 | Int(power & 1)) << (Int(power) / 2 + 11)
        default: return 0
        }
    }
}

/// The numbers and lists of a 7z directory.
struct SevenZipFields {
    private var fields: LittleEndian

    init(_ bytes: [UInt8]) { fields = LittleEndian(bytes) }

    mutating func byte() -> UInt8? { fields.number(1).map { UInt8(truncatingIfNeeded: $0) } }
    mutating func bytes(_ count: Int) -> [UInt8]? { fields.bytes(count).map { Array($0) } }
    mutating func skip(_ count: Int) -> Bool { fields.skip(count) }
    mutating func uint32() -> UInt32? { fields.number(4).map { UInt32(truncatingIfNeeded: $0) } }

    /// A number of 1 to 9 bytes: the ones at the top of the first byte count the bytes that follow, its other bits are the number's highest.
    mutating func number() -> Int? {
        guard let first = byte() else { return nil }
        let more = (~first).leadingZeroBitCount
        guard let low = more == 0 ? 0 : fields.number(more) else { return nil }
        guard more < 7 else { return low }
        let high = Int(first) & (0x7F >> more)
        let (shifted, overflow) = high.multipliedReportingOverflow(by: 1 << (8 * more))
        return overflow ? nil : shifted | low
    }

    var isAtEnd: Bool { fields.isAtEnd }

    /// A list of bits, highest first.
    mutating func bits(_ count: Int) -> [Bool]? {
        guard let bytes = bytes((count + 7) / 8) else { return nil }
        return (0..<count).map { bytes[$0 / 8] & (0x80 >> UInt8($0 % 8)) != 0 }
    }

    /// A list of bits that may all be set.
    mutating func defined(_ count: Int) -> [Bool]? {
        guard let all = byte() else { return nil }
        return all == 0 ? bits(count) : [Bool](repeating: true, count: count)
    }

    /// A list of CRCs, of which some may be absent.
    mutating func digests(_ count: Int) -> [UInt32?]? {
        guard let defined = defined(count) else { return nil }
        var digests: [UInt32?] = []
        for isThere in defined {
            guard isThere else {
                digests.append(nil)
                continue
            }
            guard let digest = uint32() else { return nil }
            digests.append(digest)
        }
        return digests
    }
}
