import CArchive
import Foundation
import Testing

@testable import Archives

/// An archive made at test time by libarchive's writer.
struct Packing {
    enum Format { case tar, pax, gnu, zip, stored, sevenZip, raw }
    enum Filter: CaseIterable { case none, gzip, xz, zstd, bzip2 }

    var format = Format.tar
    var filter = Filter.none
    var password: String?

    /// The bytes of an archive of these files, in this order (in 7z, libarchive puts empty ones last).
    func pack(_ files: [(name: String, content: [UInt8])]) throws -> [UInt8] {
        // libarchive's writer converts names from the locale's charset, to 7z's UTF-16 for one.
        let locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nil)
        let previous = uselocale(locale)
        defer {
            uselocale(previous)
            freelocale(locale)
        }
        let archive = try #require(archive_write_new())
        defer { archive_write_free(archive) }
        let formatted =
            switch format {
            case .tar: archive_write_set_format_ustar(archive)
            case .pax: archive_write_set_format_pax(archive)
            case .gnu: archive_write_set_format_gnutar(archive)
            case .zip, .stored: archive_write_set_format_zip(archive)
            case .sevenZip: archive_write_set_format_7zip(archive)
            case .raw: archive_write_set_format_raw(archive)
            }
        try #require(formatted == ARCHIVE_OK)
        let filtered =
            switch filter {
            case .none: archive_write_add_filter_none(archive)
            case .gzip: archive_write_add_filter_gzip(archive)
            case .xz: archive_write_add_filter_xz(archive)
            case .zstd: archive_write_add_filter_zstd(archive)
            case .bzip2: archive_write_add_filter_bzip2(archive)
            }
        try #require(filtered == ARCHIVE_OK)
        if filter == .gzip { try #require(archive_write_set_options(archive, "gzip:!timestamp") == ARCHIVE_OK) }
        if format == .stored { try #require(archive_write_zip_set_compression_store(archive) == ARCHIVE_OK) }
        if let password {
            try #require(archive_write_set_options(archive, "zip:encryption=aes256") == ARCHIVE_OK)
            try #require(archive_write_set_passphrase(archive, password) == ARCHIVE_OK)
        }
        if format != .tar && format != .pax && format != .gnu { archive_write_set_bytes_in_last_block(archive, 1) }
        var memory = [UInt8](repeating: 0, count: 1 << 20 + files.reduce(0) { $0 + $1.content.count * 2 })
        var used = 0
        let count = memory.count
        try memory.withUnsafeMutableBytes { memory in
            // libarchive keeps the address until the archive is closed, which is in here.
            try #require(archive_write_open_memory(archive, memory.baseAddress, count, &used) == ARCHIVE_OK)
            for file in files {
                let entry = try #require(archive_entry_new())
                defer { archive_entry_free(entry) }
                archive_entry_set_pathname(entry, file.name)
                archive_entry_set_filetype(entry, file.name.hasSuffix("/") ? 0o040000 : 0o100000)
                archive_entry_set_perm(entry, 0o644)
                archive_entry_set_size(entry, Int64(file.content.count))
                try #require(archive_write_header(archive, entry) >= ARCHIVE_WARN)
                try #require(archive_write_data(archive, file.content, file.content.count) == file.content.count)
            }
            try #require(archive_write_close(archive) == ARCHIVE_OK)
        }
        return Array(memory[..<used])
    }
}

/// What a reader gave until its end.
struct Reading: Equatable {
    var entries: [ArchiveEntry] = []
    var contents: [[UInt8]] = []
    var summary: ArchiveSummary?

    var names: [String] { entries.map(\.name) }

    /// Reads a file to its end.
    init(path: String, limits: ArchiveLimits = ArchiveLimits(), inflater: ArchiveReader.InflaterChoice = .igzip) throws(ArchiveError) {
        let reader = try ArchiveReader(path: path, limits: limits, inflater: inflater)
        while summary == nil {
            switch try reader.next() {
            case .entry(let entry):
                entries.append(entry)
                contents.append([])
            case .bytes(let bytes): contents[contents.count - 1].append(contentsOf: bytes)
            case .end(let end): summary = end
            }
        }
    }

    /// Writes these bytes to a file of this name and reads it to its end.
    init(
        _ bytes: [UInt8], name: String = "archive", limits: ArchiveLimits = ArchiveLimits(),
        inflater: ArchiveReader.InflaterChoice = .igzip
    ) throws {
        let folder = try TemporaryFolder()
        self = try Reading(path: folder.file(name, bytes), limits: limits, inflater: inflater)
    }
}

/// A folder that goes when the value goes.
final class TemporaryFolder {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "archives-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The path of a file with these bytes.
    func file(_ name: String, _ bytes: [UInt8]) throws -> String {
        let file = path + "/" + name
        try Data(bytes).write(to: URL(fileURLWithPath: file))
        return file
    }
}

/// The path of a file that is kept beside the tests.
func fixture(_ name: String) throws -> String {
    try #require(Bundle.module.resourcePath) + "/Fixtures/" + name
}

/// The damage for which bytes are refused; nil if they are read to their end.
func damage(_ bytes: [UInt8], name: String = "archive") throws -> ArchiveDamage? {
    do {
        _ = try Reading(bytes, name: name)
        return nil
    } catch ArchiveError.unreadable(_, _, let damage) {
        return damage
    }
}

let lines = Array(repeating: "{\"event_id\":\"b-1\",\"type\":\"birth_registered\"}\n", count: 40).joined()
let twoFiles: [(name: String, content: [UInt8])] = [("births-1.ndjson", Array(lines.utf8)), ("data/出生.csv", Array("event_id\n".utf8))]
