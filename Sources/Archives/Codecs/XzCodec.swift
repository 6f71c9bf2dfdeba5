import CLzma
import Glibc

/// xz streams one behind the other, with padding, every check verified, and a dictionary within the limit.
///
/// The headers and the index are read by liblzma, and what stands in a block of LZMA2 by decoders of our own.
final class XzCodec: Codec {
    private enum Stage {
        case streamHeader, blockHeader, block, blockEnd, index, footer
        /// So many zeros stand behind a stream.
        case padding(Int)
    }

    private let memory: UInt64
    private var stage = Stage.streamHeader
    /// Bytes of a header that is not whole yet.
    private var gathered: [UInt8] = []
    private var flags = lzma_stream_flags()
    private var index: OpaquePointer?
    private let block = UnsafeMutablePointer<lzma_block>.allocate(capacity: 1)
    private let filters = UnsafeMutablePointer<lzma_filter>.allocate(capacity: 5)
    private var decoder: (any XzBlock)?
    /// What decoded the last block in LZMA2, for the next one.
    private var lzma2: Lzma2Decoder?
    private var symbols: LzmaSymbols?

    /// `memory`: the dictionary that a block may ask for, in bytes.
    init(memory: Int) throws(CodecFailure) {
        // The decoder's own tables take some 100 KiB beside the dictionary.
        self.memory = UInt64(max(memory, 0)) + (1 << 20)
        block.initialize(to: lzma_block())
        filters.initialize(repeating: lzma_filter(id: .max, options: nil), count: 5)
    }

    deinit {
        lzma_index_hash_end(index, nil)
        block.deallocate()
        filters.deallocate()
    }

    var isComplete: Bool { if case .padding(let zeros) = stage { zeros % 4 == 0 } else { false } }

    func decode(
        _ input: inout UnsafeRawBufferPointer, ended: Bool, into output: UnsafeMutableRawBufferPointer
    ) throws(CodecFailure) -> Int {
        var written = 0
        while true {
            switch stage {
            case .streamHeader:
                guard gather(12, &input) else { return written }
                try checkXz(lzma_stream_header_decode(&flags, gathered))
                gathered.removeAll(keepingCapacity: true)
                // A check of another kind would pass unverified.
                guard XzCheck(flags.check) != nil else { throw .damage(.unsupported("an unknown option of xz")) }
                guard let index = lzma_index_hash_init(index, nil) else { throw .memory }
                self.index = index
                stage = .blockHeader
            case .blockHeader:
                guard let first = gathered.first ?? input.first else { return written }
                if first == 0 {
                    stage = .index
                    continue
                }
                guard gather((Int(first) + 1) * 4, &input) else { return written }
                try beginBlock()
                gathered.removeAll(keepingCapacity: true)
                stage = .block
            case .block:
                guard let decoder else { return written }
                let before = input.count
                let room = UnsafeMutableRawBufferPointer(rebasing: output[written...])
                let made = try decoder.decode(&input, into: room)
                written += made
                if decoder.isFinished { stage = .blockEnd } else if made == 0, before == input.count || room.isEmpty { return written }
            case .blockEnd:
                if let decoder { try checkXz(lzma_index_hash_append(index, decoder.unpaddedBytes, decoder.unpackedBytes)) }
                decoder = nil
                stage = .blockHeader
            case .index:
                guard !input.isEmpty else { return written }
                var taken = 0
                let result = lzma_index_hash_decode(index, input.assumingMemoryBound(to: UInt8.self).baseAddress, &taken, input.count)
                input.drop(taken)
                if result == LZMA_STREAM_END { stage = .footer } else { try checkXz(result) }
            case .footer:
                guard gather(12, &input) else { return written }
                var footer = lzma_stream_flags()
                try checkXz(lzma_stream_footer_decode(&footer, gathered))
                gathered.removeAll(keepingCapacity: true)
                guard lzma_index_hash_size(index) == footer.backward_size else { throw .damage(.damaged("xz data")) }
                try checkXz(lzma_stream_flags_compare(&flags, &footer))
                stage = .padding(0)
            case .padding(let zeros):
                guard let byte = input.first else {
                    guard !ended || zeros % 4 == 0 else { throw .damage(.damaged("xz data")) }
                    return written
                }
                if byte == 0 {
                    input.drop(1)
                    stage = .padding((zeros + 1) % 4)
                } else {
                    guard zeros == 0 else { throw .damage(.damaged("xz data")) }
                    stage = .streamHeader
                }
            }
        }
    }

    /// Takes bytes until there are so many; false where the input ends before.
    private func gather(_ count: Int, _ input: inout UnsafeRawBufferPointer) -> Bool {
        let taken = min(input.count, count - gathered.count)
        gathered += input[..<taken]
        input.drop(taken)
        return gathered.count == count
    }

    /// Reads the header that was gathered, and makes what decodes the block.
    private func beginBlock() throws(CodecFailure) {
        block.pointee = lzma_block()
        block.pointee.version = 1
        block.pointee.check = flags.check
        block.pointee.header_size = UInt32(gathered.count)
        block.pointee.filters = filters
        try checkXz(lzma_block_header_decode(block, nil, gathered))
        // LZMA_VLI_UNKNOWN, a macro that Swift does not import, ends the filters.
        let end = lzma_vli.max
        defer {
            var place = 0
            while place < 4, filters[place].id != end {
                free(filters[place].options)
                filters[place] = lzma_filter(id: end, options: nil)
                place += 1
            }
        }
        let needed = lzma_raw_decoder_memusage(filters)
        guard needed != .max else { throw .damage(.unsupported("an unknown option of xz")) }
        guard needed <= memory else { throw .memory }
        // LZMA_FILTER_LZMA2, a macro too.
        guard filters[0].id == 0x21, filters[1].id == end, let options = filters[0].options, let check = XzCheck(flags.check) else {
            decoder = try XzFilteredBlock(header: block)
            return
        }
        let dictionary = Int(options.assumingMemoryBound(to: lzma_options_lzma.self).pointee.dict_size)
        let symbols: LzmaSymbols
        if let last = self.symbols, last.isFor(dictionary) {
            symbols = last
        } else {
            symbols = try LzmaSymbols(dictionaryBytes: dictionary)
        }
        self.symbols = symbols
        let lzma2 = self.lzma2 ?? Lzma2Decoder(symbols: symbols)
        lzma2.restart(symbols: symbols)
        self.lzma2 = lzma2
        decoder = XzLzma2Block(header: block.pointee, check: check, decoder: lzma2)
    }
}
