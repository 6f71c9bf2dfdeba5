import CArchive
import Events
import Glibc

/// Why a sample cannot be written.
public struct SampleError: Error, CustomStringConvertible {
    /// What happened to which file.
    public let description: String
}

/// How an archive of the sample is packed.
enum Packing: String {
    case tarGzip = "tar.gz"
    case tarXz = "tar.xz"
    case tarZstandard = "tar.zst"
    case tarBzip2 = "tar.bz2"
    case zip = "zip"
    case sevenZip = "7z"
    case gzip = "gz"
    case xz = "xz"
    case zstandard = "zst"
    case bzip2 = "bz2"

    /// Whether the compressed file is one entry without a name.
    var isSingle: Bool {
        switch self {
        case .gzip, .xz, .zstandard, .bzip2: true
        default: false
        }
    }
}

/// An entry of an archive: its name and bytes as they are to stand in it.
struct ArchiveEntry {
    /// The name's bytes: UTF-8, or GB18030 as Windows tools write it in zips.
    let name: [UInt8]
    let content: [UInt8]

    init(_ name: String, _ content: [UInt8], inGB18030: Bool = false) throws {
        self.name = inGB18030 ? try Encoding.gb18030(name) : Array(name.utf8)
        self.content = content
    }

    init(_ name: String, _ lines: [String]) throws {
        try self.init(name, Array(lines.map { $0 + "\n" }.joined().utf8))
    }
}

/// Writes archives whose bytes hang on their content alone: owners, modes and times are fixed.
enum ArchiveFile {
    /// 2026-04-01 00:00 UTC, when the sample's last archive would have come in.
    static let time = Time.day(2026, 4, 1) * 86_400

    static func write(_ entries: [ArchiveEntry], to path: String, _ packing: Packing, utf8Names: Bool = false) throws {
        guard let archive = archive_write_new() else { throw SampleError(description: "\(path): libarchive gives no archive") }
        defer { archive_write_free(archive) }
        func check(_ status: Int32) throws {
            // A warning is an option not understood: the bytes would not be the promised ones.
            guard status == ARCHIVE_OK else {
                throw SampleError(
                    description: "\(path): \(archive_error_string(archive).map { String(cString: $0) } ?? "cannot be written")")
            }
        }
        // Zip keeps local time, and libarchive marks names as UTF-8 by the locale: both are fixed here.
        setenv("TZ", "UTC", 1)
        tzset()
        setlocale(LC_ALL, utf8Names ? "C.UTF-8" : "C")
        defer { setlocale(LC_ALL, "C") }
        switch packing {
        case .tarGzip, .tarXz, .tarZstandard, .tarBzip2: try check(archive_write_set_format_pax_restricted(archive))
        case .zip: try check(archive_write_set_format_zip(archive))
        case .sevenZip: try check(archive_write_set_format_7zip(archive))
        case .gzip, .xz, .zstandard, .bzip2: try check(archive_write_set_format_raw(archive))
        }
        switch packing {
        case .tarGzip, .gzip:
            try check(archive_write_add_filter_gzip(archive))
            try check(archive_write_set_options(archive, "gzip:compression-level=9,gzip:!timestamp"))
        case .tarXz, .xz:
            try check(archive_write_add_filter_xz(archive))
            try check(archive_write_set_options(archive, "xz:compression-level=9"))
        case .tarZstandard, .zstandard:
            try check(archive_write_add_filter_zstd(archive))
            try check(archive_write_set_options(archive, "zstd:compression-level=19"))
        case .tarBzip2, .bzip2:
            try check(archive_write_add_filter_bzip2(archive))
            try check(archive_write_set_options(archive, "bzip2:compression-level=9"))
        case .zip: try check(archive_write_set_options(archive, "zip:compression=deflate,zip:compression-level=9"))
        case .sevenZip: try check(archive_write_set_options(archive, "7zip:compression=lzma2,7zip:compression-level=9"))
        }
        try check(archive_write_open_filename(archive, path))
        for entry in entries {
            guard let header = archive_entry_new() else { throw SampleError(description: "\(path): libarchive gives no entry") }
            defer { archive_entry_free(header) }
            (entry.name + [0]).withUnsafeBytes { bytes in
                if let start = bytes.baseAddress { archive_entry_set_pathname(header, start.assumingMemoryBound(to: CChar.self)) }
            }
            let isFolder = entry.name.last == UInt8(ascii: "/")
            archive_entry_set_filetype(header, isFolder ? 0o040000 : 0o100000)
            archive_entry_set_perm(header, isFolder ? 0o755 : 0o644)
            archive_entry_set_size(header, Int64(entry.content.count))
            archive_entry_set_mtime(header, time_t(time), 0)
            try check(archive_write_header(archive, header))
            if !entry.content.isEmpty {
                let written = entry.content.withUnsafeBytes { archive_write_data(archive, $0.baseAddress, $0.count) }
                guard written == entry.content.count else { throw SampleError(description: "\(path): an entry was cut short") }
            }
        }
        try check(archive_write_close(archive))
    }
}

/// Texts in the encodings of the sample.
enum Encoding {
    /// The text's bytes in GB18030.
    static func gb18030(_ text: String) throws -> [UInt8] {
        guard let converter = iconv_open("GB18030", "UTF-8"), Int(bitPattern: converter) != -1 else {
            throw SampleError(description: "this system's C library has no GB18030")
        }
        defer { iconv_close(converter) }
        var source = text.utf8.map { CChar(bitPattern: $0) }
        var target = [CChar](repeating: 0, count: source.count * 2 + 16)
        var rest = 0
        let failed = source.withUnsafeMutableBufferPointer { from in
            target.withUnsafeMutableBufferPointer { to in
                var start = from.baseAddress
                var left = from.count
                var end = to.baseAddress
                rest = to.count
                return iconv(converter, &start, &left, &end, &rest) == -1
            }
        }
        if failed { throw SampleError(description: "a text of the sample has no form in GB18030") }
        return target.prefix(target.count - rest).map { UInt8(bitPattern: $0) }
    }
}
