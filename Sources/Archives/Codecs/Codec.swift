/// One layer of compression, decoded as a stream.
///
/// These call the compression libraries themselves where libarchive's filters leave open what an auditor must close: they do not check
/// gzip's CRC and length, pass over anything behind a bzip2 stream, and fix xz's memory at 1 GiB. Of xz, the library reads headers, the index
/// and blocks with other filters; blocks in LZMA2 alone have a decoder of our own. libarchive reads the containers.
protocol Codec: AnyObject {
    /// Decodes from the front of `input`, which is shortened by what was taken, and gives the number of bytes written to `output`.
    /// `ended` says that the file ends with `input`. Without room or input left, or at the end, nothing is taken or written.
    func decode(
        _ input: inout UnsafeRawBufferPointer, ended: Bool, into output: UnsafeMutableRawBufferPointer
    ) throws(CodecFailure) -> Int

    /// Whether everything that began has also come to its end: what must hold when there is no more input.
    var isComplete: Bool { get }
}

/// Why a layer cannot be decoded.
enum CodecFailure: Error {
    case damage(ArchiveDamage)
    /// It asks for more window or dictionary than `ArchiveLimits.decoderMemory`.
    case memory
}

extension UnsafeRawBufferPointer {
    /// Drops bytes from the front.
    mutating func drop(_ count: Int) {
        self = UnsafeRawBufferPointer(rebasing: self[count...])
    }
}
