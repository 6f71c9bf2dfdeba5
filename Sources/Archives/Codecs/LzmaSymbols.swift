import CLzmaDecoder
import Glibc

/// LZMA's symbols, decoded into a window that holds what matches may reach.
///
/// 1.4 times as fast as liblzma on lines of events, of whose identifiers each bit is random; what differs is in `CLzmaDecoder`. What it
/// takes and what it makes of it are liblzma's.
final class LzmaSymbols {
    /// Properties of a stream, as LZMA packs them into a byte.
    struct Properties: Equatable {
        var literalContextBits: UInt32
        var literalPositionBits: UInt32
        var positionBits: UInt32

        /// Nil for what LZMA does not know, and for more than four bits of context and position together, which liblzma does not take either.
        init?(_ byte: UInt8) {
            guard byte < 9 * 5 * 5 else { return nil }
            literalContextBits = UInt32(byte % 9)
            literalPositionBits = UInt32(byte / 9 % 5)
            positionBits = UInt32(byte / 45)
            guard literalContextBits + literalPositionBits <= 4 else { return nil }
        }
    }

    /// Bytes behind the input that must be readable.
    static let inputPadding = Int(TUOWEI_LZMA_INPUT_PADDING)

    private var state = tuowei_lzma()
    private let memory: UnsafeMutableRawPointer
    private var properties: Properties?
    /// Nothing can be decoded any more.
    private var isDamaged = false

    /// A decoder with a dictionary of so many bytes, which the caller has held against the limit.
    init(dictionaryBytes: Int) throws(CodecFailure) {
        let dictionary = Self.rounded(dictionaryBytes)
        let padding = Int(TUOWEI_LZMA_WINDOW_PADDING)
        let window = dictionary + padding
        // 64 bytes before the window, of which the last is the byte before its first, and padding behind it. What was not written is never
        // reached, so nothing needs to be cleared.
        guard let memory = malloc(64 + window + padding) else { throw .memory }
        self.memory = memory
        state.window = (memory + 64).bindMemory(to: UInt8.self, capacity: window + padding)
        state.window_size = window
        state.dictionary_size = dictionary
        state.probabilities = .allocate(capacity: Int(TUOWEI_LZMA_PROBABILITIES))
        forget()
    }

    deinit {
        free(memory)
        state.probabilities.deallocate()
    }

    /// As liblzma rounds it, since what a match may reach depends on it.
    private static func rounded(_ dictionaryBytes: Int) -> Int { (max(dictionaryBytes, 4_096) + 15) & ~15 }

    /// Whether this decoder may be used again for a dictionary of so many bytes.
    func isFor(_ dictionaryBytes: Int) -> Bool { !isDamaged && state.dictionary_size == Self.rounded(dictionaryBytes) }

    /// Whether the last symbol is written whole.
    var isBetweenSymbols: Bool { state.pending == 0 }

    /// Forgets all bytes, and what was learnt of them.
    func forget() {
        state.position = 0
        state.reachable = 0
        state.window[-1] = 0
        learn(Properties(0))
    }

    /// Forgets what was learnt, for a stream of these properties.
    func learn(_ properties: Properties?) {
        guard let properties else { return }
        self.properties = properties
        tuowei_lzma_reset(&state, properties.literalContextBits, properties.literalPositionBits, properties.positionBits)
    }

    /// Forgets what was learnt, and keeps the properties.
    func learnAnew() { learn(properties) }

    /// Starts at the five bytes that the coded data begin with.
    func begin(_ first: UnsafePointer<UInt8>) throws(CodecFailure) {
        state.range = .max
        state.code = UInt32(first[1]) << 24 | UInt32(first[2]) << 16 | UInt32(first[3]) << 8 | UInt32(first[4])
        // The code lies below the range in all that an encoder makes, and the decoder relies on it.
        guard first[0] == 0, state.code < state.range else { throw .damage(.damaged("LZMA data")) }
    }

    /// Decodes `output.count` bytes, or as many as there are before `input` reaches `stop`, behind which `inputPadding` bytes must be readable.
    /// Gives their number; `input` moves behind what was taken, and then may lie beyond `stop`.
    func decode(
        _ input: inout UnsafePointer<UInt8>, stop: UnsafePointer<UInt8>, into output: UnsafeMutableRawBufferPointer
    ) throws(CodecFailure) -> Int {
        guard !isDamaged, let start = output.baseAddress else { throw .damage(.damaged("LZMA data")) }
        state.input = input
        defer { input = state.input }
        var written = 0
        while written < output.count {
            closeCircle()
            let from = state.position
            let wanted = min(output.count - written, state.window_size - from)
            let result = tuowei_lzma_decode(&state, from + wanted, stop)
            let made = state.position - from
            memcpy(start + written, state.window + from, made)
            written += made
            guard result == Int32(TUOWEI_LZMA_FINE) else {
                isDamaged = true
                throw .damage(.damaged("LZMA data"))
            }
            if made < wanted { break }
        }
        return written
    }

    /// Takes bytes that are stored as they are, which matches may reach, and copies them to `output`.
    func store(_ bytes: UnsafeRawBufferPointer, into output: UnsafeMutableRawPointer) {
        guard let start = bytes.baseAddress else { return }
        memcpy(output, start, bytes.count)
        var stored = 0
        while stored < bytes.count {
            closeCircle()
            let count = min(bytes.count - stored, state.window_size - state.position)
            memcpy(state.window + state.position, start + stored, count)
            state.position += count
            stored += count
        }
        state.reachable = min(state.reachable + bytes.count, state.dictionary_size)
    }

    /// Behind the last symbol: whether the coded data end there, as an encoder ends them. `input` moves behind the last byte.
    func isFinished(_ input: inout UnsafePointer<UInt8>) -> Bool {
        state.input = input
        tuowei_lzma_finish(&state)
        input = state.input
        return isBetweenSymbols && state.code == 0
    }

    /// Whether the next symbol is the mark of the end, and the coded data end behind it. What `decode` says of `input` and `stop` holds here.
    func isEndMark(_ input: inout UnsafePointer<UInt8>, stop: UnsafePointer<UInt8>) -> Bool {
        guard !isDamaged else { return false }
        state.input = input
        closeCircle()
        let result = tuowei_lzma_decode(&state, state.position + 1, stop)
        isDamaged = true  // nothing comes behind the end
        input = state.input
        return result == Int32(TUOWEI_LZMA_END_MARK) && isFinished(&input)
    }

    private func closeCircle() {
        guard state.position == state.window_size else { return }
        state.window[-1] = state.window[state.window_size - 1]
        state.position = 0
    }
}
