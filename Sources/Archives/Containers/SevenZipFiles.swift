/// What a 7z's directory tells of its files beside their names, of what decides what they are.
struct SevenZipFiles {
    /// Files of which nothing is packed; nil: none are.
    private(set) var withoutStream: [Bool]?
    /// Which of those are empty files, and not folders.
    private(set) var empty: [Bool]?
    private(set) var attributes: [UInt32]?

    /// Takes a property of `count` files; false for what is not known here, or told twice.
    mutating func take(_ property: UInt8, _ bytes: [UInt8], count: Int) -> Bool {
        var fields = SevenZipFields(bytes)
        switch property {
        case 0x0E:
            guard withoutStream == nil, let bits = fields.bits(count), fields.isAtEnd else { return false }
            withoutStream = bits
        case 0x0F:
            guard empty == nil, let withoutStream, let bits = fields.bits(withoutStream.count { $0 }), fields.isAtEnd else { return false }
            empty = bits
        case 0x15:
            guard attributes == nil, let defined = fields.defined(count), fields.byte() == 0 else { return false }
            var values = [UInt32](repeating: 0, count: count)
            for index in 0..<count where defined[index] {
                guard let value = fields.uint32() else { return false }
                values[index] = value
            }
            guard fields.isAtEnd else { return false }
            attributes = values
        case 0x12, 0x13, 0x14, 0x19: break  // times, and bytes that pad
        default: return false
        }
        return true
    }
}

/// What stands where in a 7z that is read without libarchive: folders of one coder each, LZMA or LZMA2, with ordinary files in them, and
/// folders and empty files between.
struct SevenZipLayout {
    /// Files packed one behind the other.
    struct Folder {
        /// Where its packed bytes stand in the file, and how many they are.
        var offset: Int
        var packedBytes: Int
        var coder: SevenZipDirectory.Coder
    }

    struct File {
        var name: ListedName
        var kind: ArchiveEntry.Kind
        /// Where its bytes are packed; nil: it has none.
        var folder: Int?
        /// Whether it is the last one there.
        var endsFolder = false
        var size = 0
        var checksum: UInt32?
    }

    private(set) var folders: [Folder] = []
    private(set) var files: [File] = []

    /// Nil for any other 7z, and for one of which the directory contradicts itself: libarchive reads or refuses it.
    init?(_ directory: SevenZipDirectory) {
        guard directory.isWhole, let streams = directory.streams, let packed = streams.packed, packed.sizes.count == streams.folders.count
        else { return nil }
        var offset = packed.position
        let end = directory.position
        guard offset <= end - 32 else { return nil }
        offset += 32
        var waiting: [File] = []
        for (index, folder) in streams.folders.enumerated() {
            let packedBytes = packed.sizes[index]
            guard folder.coders.count == 1, let coder = folder.coders.first, coder.inputs == 1, coder.outputs == 1, coder.isLzma,
                packedBytes <= end - offset, let size = folder.sizes.first
            else { return nil }
            folders.append(Folder(offset: offset, packedBytes: packedBytes, coder: coder))
            offset += packedBytes
            var left = size
            guard !folder.files.isEmpty else { return nil }
            for file in folder.files {
                guard file.size > 0, file.size <= left else { return nil }
                left -= file.size
                waiting.append(
                    File(name: ListedName(text: "", bytes: 0), kind: .file, folder: index, size: file.size, checksum: file.checksum))
            }
            guard left == 0 else { return nil }
            waiting[waiting.count - 1].endsFolder = true
        }
        guard place(waiting, directory) else { return nil }
    }

    /// Gives each name what is packed for it.
    private mutating func place(_ packed: [File], _ directory: SevenZipDirectory) -> Bool {
        var nextPacked = 0
        var nextEmpty = 0
        let told = directory.files
        for (index, name) in directory.names.enumerated() {
            guard !name.text.isEmpty else { return false }
            let attributes = told.attributes?[index] ?? 0
            if let withoutStream = told.withoutStream, withoutStream[index] {
                let isFile = told.empty?[nextEmpty] ?? false
                nextEmpty += 1
                guard !isFile || isOrdinary(attributes) else { return false }
                files.append(File(name: name, kind: isFile ? .file : .directory))
            } else {
                guard nextPacked < packed.count, isOrdinary(attributes) else { return false }
                var file = packed[nextPacked]
                file.name = name
                nextPacked += 1
                files.append(file)
            }
        }
        return nextPacked == packed.count
    }

    /// Whether a file of these attributes is a regular one: by the mode of Unix in the upper half, where there is one, else by what Windows says.
    private func isOrdinary(_ attributes: UInt32) -> Bool {
        let mode = attributes >> 16
        return mode == 0 ? attributes & 0x10 == 0 : mode & 0o170000 == 0o100000 && attributes & 0x10 == 0
    }
}

extension SevenZipDirectory.Coder {
    /// Whether the coder is LZMA or LZMA2, with properties that are known.
    var isLzma: Bool {
        switch method {
        case [0x03, 0x01, 0x01]: properties.count == 5 && LzmaSymbols.Properties(properties[0]) != nil
        case [0x21]: properties.count == 1 && properties[0] <= 40
        default: false
        }
    }
}
