import CArchive
import Glibc

/// Where libarchive gets its bytes from.
protocol Feed: AnyObject {
    /// The next bytes, valid until the next call; none at the end.
    func nextBytes() throws(ArchiveError) -> UnsafeRawBufferPointer
    /// Goes to an offset, of which the new one is the answer; nil where the feed only runs forwards.
    func seek(_ offset: Int64, whence: Int32) -> Int64?
}

/// One archive read by libarchive: one format, no filters, so that detection never adds formats or layers of its own.
final class LibArchive {
    enum Format { case tar, zip, sevenZip }

    /// A header as libarchive tells it.
    struct Header {
        var name: [UInt8]
        var kind: ArchiveEntry.Kind
        var isEncrypted: Bool
    }

    private let handle: OpaquePointer
    private let client: Client
    private let meter: Meter
    private let locale: Locale

    /// What the C callbacks are given: the feed, and the refusal that a callback cannot throw through C.
    private final class Client {
        let feed: any Feed
        var failure: ArchiveError?
        init(_ feed: any Feed) { self.feed = feed }
    }

    init(_ format: Format, feed: any Feed, seekable: Bool, meter: Meter) throws(ArchiveError) {
        guard let handle = archive_read_new() else { throw .inaccessible(archive: meter.archive, errno: ENOMEM) }
        self.handle = handle
        self.meter = meter
        client = Client(feed)
        locale = format == .tar ? .c : .utf8
        switch format {
        case .tar: archive_read_support_format_tar(handle)
        case .zip: archive_read_support_format_zip_seekable(handle)
        case .sevenZip: archive_read_support_format_7zip(handle)
        }
        archive_read_set_callback_data(handle, Unmanaged.passUnretained(client).toOpaque())
        archive_read_set_read_callback(handle) { _, data, target in
            guard let data, let target else { return -1 }
            let client = Unmanaged<Client>.fromOpaque(data).takeUnretainedValue()
            do throws(ArchiveError) {
                let bytes = try client.feed.nextBytes()
                target.pointee = bytes.baseAddress
                return bytes.count
            } catch {
                client.failure = error
                return -1
            }
        }
        if seekable {
            archive_read_set_seek_callback(handle) { _, data, offset, whence in
                guard let data else { return -1 }
                return Unmanaged<Client>.fromOpaque(data).takeUnretainedValue().feed.seek(offset, whence: whence) ?? -1
            }
        }
        try check(archive_read_open1(handle))
    }

    deinit { archive_read_free(handle) }

    /// The next entry's header; nil at the end of the archive.
    func nextHeader() throws(ArchiveError) -> Header? {
        // libarchive converts names to the locale's charset, here to a thread's own, which leaves the process's untouched. From UTF-8 to
        // UTF-8 it normalises; in the C locale it gives up, and leaves tar's names as they stand. zip's and 7z's are read from our own
        // look at their directories.
        let previous = uselocale(locale.locale)
        defer { uselocale(previous) }
        var entry: OpaquePointer?
        let result = archive_read_next_header(handle, &entry)
        if result == ARCHIVE_EOF { return nil }
        if result != ARCHIVE_WARN || !message.contains("converted") { try check(result) }
        guard let entry else { throw meter.unreadable(.damaged("no header")) }
        let name = archive_entry_pathname(entry)
        let kind: ArchiveEntry.Kind =
            switch archive_entry_filetype(entry) {
            // C's macros for these are casts, which Swift does not import; the numbers are those of stat(2).
            case 0o100000 where archive_entry_hardlink(entry) == nil: .file
            case 0o040000: .directory
            default: .other
            }
        return Header(
            name: name.map { UnsafeBufferPointer(start: $0, count: strlen($0)).map { UInt8(bitPattern: $0) } } ?? [],
            kind: kind, isEncrypted: archive_entry_is_encrypted(entry) != 0)
    }

    /// The next bytes of the entry and their offset in it; at the entry's end none, with the entry's length.
    func nextBlock() throws(ArchiveError) -> (bytes: UnsafeRawBufferPointer, offset: Int, isEnd: Bool) {
        var start: UnsafeRawPointer?
        var count = 0
        var offset: Int64 = 0
        let result = archive_read_data_block(handle, &start, &count, &offset)
        if result == ARCHIVE_EOF { return (UnsafeRawBufferPointer(start: nil, count: 0), Int(offset), true) }
        try check(result)
        return (UnsafeRawBufferPointer(start: start, count: count), Int(offset), false)
    }

    /// Where in the feed's bytes the last header began, or was looked for.
    var headerPosition: Int { Int(archive_read_header_position(handle)) }

    /// How many of the feed's bytes have been consumed.
    var position: Int { Int(archive_filter_bytes(handle, 0)) }

    private var message: String {
        archive_error_string(handle).map { String(cString: $0) } ?? "unknown damage"
    }

    /// Refuses every answer but "fine": libarchive only warns of a wrong CRC or size.
    private func check(_ result: Int32) throws(ArchiveError) {
        if let failure = client.failure { throw failure }
        guard result != ARCHIVE_OK else { return }
        let words = message
        func says(_ parts: String...) -> Bool { parts.contains { words.contains($0) } }
        if says("ncrypt", "assphrase", "Crypto") { throw meter.unreadable(.encrypted) }
        if says("runcated") { throw meter.unreadable(.truncated) }
        if says("CRC", "wrong size") { throw meter.unreadable(.checksum) }
        if words.hasPrefix("Unsupported ") { throw meter.unreadable(.unsupported("a " + words.dropFirst(12))) }
        throw meter.unreadable(.damaged(words))
    }
}

/// Locales that every glibc since 2.35 has built in. `@unchecked Sendable`: they are constant.
private struct Locale: @unchecked Sendable {
    let locale: locale_t?
    static let utf8 = Locale(locale: newlocale(LC_CTYPE_MASK, "C.UTF-8", nil))
    static let c = Locale(locale: newlocale(LC_CTYPE_MASK, "C", nil))
}
