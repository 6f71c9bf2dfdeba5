import CArchive
import Events
import Glibc

/// What makes a delivery impossible.
struct DeliveryError: Error, CustomStringConvertible {
    let description: String
}

/// How an archive is packed.
enum Packing: String, CaseIterable, Sendable {
    case tarGzip = "tar.gz"
    case tarZstandard = "tar.zst"
    case tarXz = "tar.xz"
    case zip = "zip"
    case sevenZip = "7z"
}

/// An archive being written by libarchive. Names, owners and times are fixed, so that the same events give the same bytes.
final class Delivery {
    private let archive: OpaquePointer
    private let path: String

    init(_ path: String, _ packing: Packing) throws {
        guard let archive = archive_write_new() else { throw DeliveryError(description: "libarchive gives no archive") }
        self.archive = archive
        self.path = path
        switch packing {
        case .tarGzip:
            try check(archive_write_set_format_ustar(archive))
            try check(archive_write_add_filter_gzip(archive))
            try check(archive_write_set_options(archive, "gzip:compression-level=5,gzip:!timestamp"))
        case .tarZstandard:
            try check(archive_write_set_format_ustar(archive))
            try check(archive_write_add_filter_zstd(archive))
            try check(archive_write_set_options(archive, "zstd:compression-level=3"))
        case .tarXz:
            try check(archive_write_set_format_ustar(archive))
            try check(archive_write_add_filter_xz(archive))
            try check(archive_write_set_options(archive, "xz:compression-level=1"))
        case .zip:
            try check(archive_write_set_format_zip(archive))
            try check(archive_write_set_options(archive, "zip:compression=deflate,zip:compression-level=5"))
        case .sevenZip:
            try check(archive_write_set_format_7zip(archive))
            try check(archive_write_set_options(archive, "7zip:compression=lzma1,7zip:compression-level=1"))
        }
        try check(archive_write_open_filename(archive, path))
    }

    deinit { archive_write_free(archive) }

    /// Begins an entry of exactly `size` bytes.
    func begin(_ name: String, size: Int) throws {
        guard let entry = archive_entry_new() else { throw DeliveryError(description: "libarchive gives no entry") }
        defer { archive_entry_free(entry) }
        archive_entry_set_pathname(entry, name)
        archive_entry_set_size(entry, Int64(size))
        archive_entry_set_filetype(entry, 0o100000)
        archive_entry_set_perm(entry, 0o644)
        archive_entry_set_mtime(entry, 0, 0)
        try check(archive_write_header(archive, entry))
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws {
        guard bytes.count > 0 else { return }
        guard archive_write_data(archive, bytes.baseAddress, bytes.count) == bytes.count else { throw failure() }
    }

    func close() throws { try check(archive_write_close(archive)) }

    private func check(_ status: Int32) throws {
        // ARCHIVE_WARN (-20) is worse than nothing here: an option was not understood, and the bytes would not be the promised ones.
        if status != 0 { throw failure() }
    }

    private func failure() -> DeliveryError {
        DeliveryError(description: "\(path): \(archive_error_string(archive).map { String(cString: $0) } ?? "cannot be written")")
    }
}
