import CArchive
import Glibc

/// An archive made at test time by libarchive's writer.
public struct Packing: Sendable {
    /// The container; `raw` is a single file without one, `stored` a zip that compresses nothing.
    public enum Format: Sendable { case tar, pax, gnu, zip, stored, sevenZip, raw }
    /// The layer of compression around it.
    public enum Filter: CaseIterable, Sendable { case none, gzip, xz, zstd, bzip2 }

    /// The container.
    public var format: Format
    /// The compression.
    public var filter: Filter
    /// The password of an encrypted zip.
    public var password: String?

    /// A way to pack.
    public init(format: Format = .tar, filter: Filter = .none, password: String? = nil) {
        self.format = format
        self.filter = filter
        self.password = password
    }

    /// The bytes of an archive of these files, in this order (in 7z, libarchive puts empty ones last).
    public func pack(_ files: [(name: String, content: [UInt8])]) throws -> [UInt8] {
        // libarchive's writer converts names from the locale's charset, to 7z's UTF-16 for one.
        let locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nil)
        let previous = uselocale(locale)
        defer {
            uselocale(previous)
            freelocale(locale)
        }
        let archive = try made(archive_write_new())
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
        try done(formatted == ARCHIVE_OK)
        let filtered =
            switch filter {
            case .none: archive_write_add_filter_none(archive)
            case .gzip: archive_write_add_filter_gzip(archive)
            case .xz: archive_write_add_filter_xz(archive)
            case .zstd: archive_write_add_filter_zstd(archive)
            case .bzip2: archive_write_add_filter_bzip2(archive)
            }
        try done(filtered == ARCHIVE_OK)
        if filter == .gzip { try done(archive_write_set_options(archive, "gzip:!timestamp") == ARCHIVE_OK) }
        if format == .stored { try done(archive_write_zip_set_compression_store(archive) == ARCHIVE_OK) }
        if let password {
            try done(archive_write_set_options(archive, "zip:encryption=aes256") == ARCHIVE_OK)
            try done(archive_write_set_passphrase(archive, password) == ARCHIVE_OK)
        }
        if format != .tar && format != .pax && format != .gnu { archive_write_set_bytes_in_last_block(archive, 1) }
        var memory = [UInt8](repeating: 0, count: 1 << 20 + files.reduce(0) { $0 + $1.content.count * 2 })
        var used = 0
        let count = memory.count
        try memory.withUnsafeMutableBytes { memory in
            // libarchive keeps the address until the archive is closed, which is in here.
            try done(archive_write_open_memory(archive, memory.baseAddress, count, &used) == ARCHIVE_OK)
            for file in files {
                let entry = try made(archive_entry_new())
                defer { archive_entry_free(entry) }
                archive_entry_set_pathname(entry, file.name)
                archive_entry_set_filetype(entry, file.name.hasSuffix("/") ? 0o040000 : 0o100000)
                archive_entry_set_perm(entry, 0o644)
                archive_entry_set_size(entry, Int64(file.content.count))
                try done(archive_write_header(archive, entry) >= ARCHIVE_WARN)
                try done(archive_write_data(archive, file.content, file.content.count) == file.content.count)
            }
            try done(archive_write_close(archive) == ARCHIVE_OK)
        }
        return Array(memory[..<used])
    }

    private func made(_ pointer: OpaquePointer?) throws -> OpaquePointer {
        guard let pointer else { throw PackingError() }
        return pointer
    }

    private func done(_ isDone: Bool) throws {
        guard isDone else { throw PackingError() }
    }
}

/// libarchive could not write what a test asked for.
public struct PackingError: Error {}
