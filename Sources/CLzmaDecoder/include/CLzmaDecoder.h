// Decodes the symbols of LZMA: literals and matches, as they stand in a chunk of LZMA2 or in a stream of LZMA.
#ifndef CLZMADECODER_H
#define CLZMADECODER_H

#include <stddef.h>
#include <stdint.h>

enum {
    // Probabilities of a model with four bits of context for literals, which liblzma takes at most.
    TUOWEI_LZMA_PROBABILITIES = 1860 + (0x300 << 4),
    // Bytes that must be readable behind the last byte of input that a symbol may begin at: a symbol takes 28 at most.
    TUOWEI_LZMA_INPUT_PADDING = 64,
    // Bytes of the window that the dictionary does not reach, and bytes that must be writable behind the window: matches are copied
    // in blocks of 32, beyond their ends.
    TUOWEI_LZMA_WINDOW_PADDING = 64,
    // Answers: all is well; a match reaches before the beginning; an end mark stands here.
    TUOWEI_LZMA_FINE = 0,
    TUOWEI_LZMA_DAMAGE = 1,
    TUOWEI_LZMA_END_MARK = 2,
};

typedef struct {
    // The last bytes written, in a circle; the byte before it is the window's last, or 0 where nothing stands before.
    uint8_t *window;
    size_t window_size;
    // How far back a match may reach; at least TUOWEI_LZMA_WINDOW_PADDING less than the window.
    size_t dictionary_size;
    // Where in the window the next byte goes, and how many bytes stand before it that a match may reach.
    size_t position, reachable;
    const uint8_t *input;
    uint16_t *probabilities;
    uint32_t range, code;
    uint32_t distances[4];
    uint32_t state;
    // Bytes of a match for which there was no room yet.
    uint32_t pending;
    uint32_t literal_context_bits, literal_position_mask, position_mask;
} tuowei_lzma;

// Forgets what was learnt, for a stream of these properties; at most four bits of context and position for literals together.
void tuowei_lzma_reset(tuowei_lzma *self, uint32_t literal_context_bits, uint32_t literal_position_bits, uint32_t position_bits);

// Decodes until `limit` of the window (at most its size) is reached, or a symbol has ended behind `stop` of the input.
// The code must be less than the range, as it is in what any encoder makes.
int tuowei_lzma_decode(tuowei_lzma *self, size_t limit, const uint8_t *stop);

// What a decoder does behind the last symbol: takes the byte that is due.
void tuowei_lzma_finish(tuowei_lzma *self);

#endif
