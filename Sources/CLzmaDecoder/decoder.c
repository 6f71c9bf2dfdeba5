// LZMA decodes one bit after another, each with a probability of its own, and each waits for the one before it. Where bits are
// random, as in identifiers, half the branches on them are foretold wrongly, and each of those costs more than the bit. So bits of
// numbers (literals, lengths, distances) are decoded without a branch, both outcomes being computed and one picked; only bits that
// say what comes next are branched on. Bits of equal probability are decoded many at a time by a division.
//
// In C, since Swift turns what should pick back into branches, and on x86-64 in part in assembly, since compilers do so too: measured in
// docs/performance.md.
//
// Safety. Positions: `position` < `limit` <= window_size where a byte is written; copies write at most 31 bytes behind their end, into
// the padding behind the window or over bytes that the dictionary no longer reaches. Distances are checked against `reachable` and
// `dictionary_size` when they are read, and only such are ever copied from. Probabilities: each index is a sum of bounded parts (state
// < 12, position bits < 16, a literal's context < 16, symbols within their trees). Input: a symbol takes at most 28 bytes (23
// normalisations outside direct bits, 1 + 4 within, and one byte looked at), and begins at or before `stop`.
#include "CLzmaDecoder.h"

#include <string.h>

// Where each table of probabilities begins.
enum {
    IS_MATCH = 0,         // [state][position]: 12 x 16
    IS_REPEAT = 192,      // [state]
    IS_REPEAT_0 = 204,    // [state]
    IS_REPEAT_1 = 216,    // [state]
    IS_REPEAT_2 = 228,    // [state]
    IS_LONG_0 = 240,      // [state][position]
    SLOT = 432,           // [length][tree of 6 bits]: 4 x 64
    SPECIAL = 688,        // trees of the low bits of distances in slots 4 to 13: 1 + 114
    ALIGN = 816,          // tree of 4 bits
    LENGTH = 832,         // two choices, [position][tree of 3], [position][tree of 3], tree of 8: 514
    REPEAT_LENGTH = 1346,
    LITERAL = 1860,       // [context][0x300]
};
_Static_assert(LITERAL + (0x300 << 4) == TUOWEI_LZMA_PROBABILITIES, "the literals come last");

#define INLINE static inline __attribute__((always_inline))

typedef struct {
    uint32_t range, code;
    const uint8_t *next;
} range_decoder;

INLINE void normalise(range_decoder *rc) {
    if (rc->range < 1u << 24) {
        rc->range <<= 8;
        rc->code = rc->code << 8 | *rc->next++;
    }
}

// A bit that decides what comes next.
INLINE int branch(range_decoder *rc, uint16_t *probability) {
    normalise(rc);
    uint32_t p = *probability, bound = (rc->range >> 11) * p;
    if (rc->code < bound) {
        rc->range = bound;
        *probability = (uint16_t)(p + ((2048 - p) >> 5));
        return 0;
    }
    rc->range -= bound;
    rc->code -= bound;
    *probability = (uint16_t)(p - (p >> 5));
    return 1;
}

// Moves a probability towards `target`: 2017 after a zero, which rounds as (2048 - p) / 32 does, or 0 after a one.
INLINE uint16_t adapted(uint32_t p, uint32_t target) { return (uint16_t)(p - (uint32_t)((int32_t)(p - target) >> 5)); }

#if defined(__x86_64__)

// Operands that are written before the last of the others is read are marked so ("&"): they share no register with those.

// Normalises, and gives range / 2048.
INLINE uint32_t unit(range_decoder *rc) {
    uint32_t unit = rc->range >> 11, short_unit = rc->range >> 3, wide = rc->range << 8;
    uint32_t more = rc->code << 8 | *rc->next;
    __asm__("cmpl $0x1000000, %[range]\n\t"
            "cmovb %[short_unit], %[unit]\n\t"
            "cmovb %[more], %[code]\n\t"
            "cmovb %[wide], %[range]\n\t"
            "adcq $0, %[next]"
            : [range] "+r"(rc->range), [code] "+&r"(rc->code), [unit] "+&r"(unit), [next] "+r"(rc->next)
            : [short_unit] "r"(short_unit), [more] "r"(more), [wide] "r"(wide)
            : "cc");
    return unit;
}

// Decodes a bit of probability p; gives `symbol`, or `symbol` + 1 after a one, and of the two probabilities that of the next bit.
INLINE uint32_t pick(range_decoder *rc, uint32_t p, uint16_t *probability, uint32_t symbol, uint32_t *if_zero, uint32_t if_one) {
    uint32_t range = unit(rc) * p;
    uint32_t rest = rc->range - range, less = rc->code, target = 2017, next = *if_zero;
    __asm__("subl %[range], %[less]\n\t"
            "cmovae %[rest], %[range]\n\t"
            "cmovae %[less], %[code]\n\t"
            "cmovae %[if_one], %[next]\n\t"
            "cmovae %[none], %[target]\n\t"
            "sbbl $-1, %[symbol]"
            : [range] "+&r"(range), [less] "+&r"(less), [code] "+&r"(rc->code), [next] "+&r"(next), [target] "+r"(target), [symbol] "+r"(symbol)
            : [rest] "r"(rest), [if_one] "r"(if_one), [none] "rm"(0)
            : "cc");
    rc->range = range;
    *probability = adapted(p, target);
    *if_zero = next;
    return symbol;
}

// The same without a next bit.
INLINE uint32_t pick_last(range_decoder *rc, uint32_t p, uint16_t *probability, uint32_t symbol) {
    uint32_t range = unit(rc) * p;
    uint32_t rest = rc->range - range, less = rc->code, target = 2017;
    __asm__("subl %[range], %[less]\n\t"
            "cmovae %[rest], %[range]\n\t"
            "cmovae %[less], %[code]\n\t"
            "cmovae %[none], %[target]\n\t"
            "sbbl $-1, %[symbol]"
            : [range] "+&r"(range), [less] "+&r"(less), [code] "+&r"(rc->code), [target] "+r"(target), [symbol] "+r"(symbol)
            : [rest] "r"(rest), [none] "rm"(0)
            : "cc");
    rc->range = range;
    *probability = adapted(p, target);
    return symbol;
}

// Doubles `value`, and adds a bit of equal probability.
INLINE uint32_t halve(uint32_t range, uint32_t *code, uint32_t value) {
    uint32_t less = *code, kept = *code;
    value <<= 1;
    __asm__("subl %[range], %[less]\n\tcmovae %[less], %[kept]\n\tsbbl $-1, %[value]"
            : [less] "+r"(less), [kept] "+r"(kept), [value] "+r"(value)
            : [range] "r"(range)
            : "cc");
    *code = kept;
    return value;
}

#else

INLINE uint32_t pick(range_decoder *rc, uint32_t p, uint16_t *probability, uint32_t symbol, uint32_t *if_zero, uint32_t if_one) {
    normalise(rc);
    uint32_t bound = (rc->range >> 11) * p;
    uint32_t one = rc->code >= bound, mask = 0 - one;
    rc->range = (bound & ~mask) | ((rc->range - bound) & mask);
    rc->code -= bound & mask;
    *probability = adapted(p, 2017 & ~mask);
    *if_zero = (*if_zero & ~mask) | (if_one & mask);
    return symbol + one;
}

INLINE uint32_t pick_last(range_decoder *rc, uint32_t p, uint16_t *probability, uint32_t symbol) {
    uint32_t none = 0;
    return pick(rc, p, probability, symbol, &none, 0);
}

INLINE uint32_t halve(uint32_t range, uint32_t *code, uint32_t value) {
    uint32_t one = *code >= range;
    *code -= range & (0 - one);
    return value * 2 + one;
}

#endif

// A number of so many bits, highest first, with a 1 before them. The probability of the next bit is fetched for either outcome.
INLINE uint32_t tree(range_decoder *rc, uint16_t *probabilities, int bits) {
    uint32_t symbol = 1, p = probabilities[1];
#pragma GCC unroll 8
    for (int bit = 1; bit < bits; bit++) {
        uint32_t next = probabilities[symbol * 2];
        uint32_t doubled = pick(rc, p, probabilities + symbol, symbol * 2, &next, probabilities[symbol * 2 + 1]);
        symbol = doubled;
        p = next;
    }
    return pick_last(rc, p, probabilities + symbol, symbol * 2);
}

INLINE uint32_t match_length(range_decoder *rc, uint16_t *probabilities, uint32_t position) {
    if (!branch(rc, probabilities)) return tree(rc, probabilities + 2 + (position << 3), 3) - 6;
    if (!branch(rc, probabilities + 1)) return tree(rc, probabilities + 130 + (position << 3), 3) + 2;
    return tree(rc, probabilities + 258, 8) - 238;
}

// A literal behind a match, of which the byte that would have followed in the match foretells the bits until the first that differs.
INLINE uint32_t matched_literal(range_decoder *rc, uint16_t *probabilities, uint32_t match) {
    uint32_t offset = 0x100, symbol = 1;
#pragma GCC unroll 8
    for (int bit = 0; bit < 8; bit++) {
        match <<= 1;
        uint16_t *probability = probabilities + offset + (match & offset) + symbol;
        symbol = pick_last(rc, *probability, probability, symbol * 2);
        offset &= (symbol & 1) ? match : ~match;
    }
    return symbol;
}

// Appends bits of equal probability to `value`: 1 to 26. Each halves the range.
INLINE uint32_t direct_bits(range_decoder *rc, uint32_t value, uint32_t bits) {
    normalise(rc);
    // One by one until the range is to be normalised: halving it rounds it.
    uint32_t first = 8 - (uint32_t)__builtin_clz(rc->range);
    if (first > bits) first = bits;
    bits -= first;
    uint32_t range = rc->range, code = rc->code;
    do {
        range >>= 1;
        value = halve(range, &code, value);
    } while (--first);
    // From there on the range ends in as many zeros as it is halved, so the bits are the quotient.
    if (bits) {
        uint32_t bytes = (bits + 7) / 8;
        uint32_t ahead = (uint32_t)rc->next[0] << 24 | (uint32_t)rc->next[1] << 16 | (uint32_t)rc->next[2] << 8 | rc->next[3];
        uint64_t more = ((uint64_t)code << 32 | ahead) >> (32 - 8 * bytes);
        range <<= 8 * bytes - bits;
        uint64_t quotient = more / range;
        code = (uint32_t)(more - quotient * range);
        value = value << bits | (uint32_t)quotient;
        rc->next += bytes;
    }
    rc->range = range;
    rc->code = code;
    return value;
}

INLINE uint32_t match_distance(range_decoder *rc, uint16_t *probabilities, uint32_t length) {
    uint32_t slot = tree(rc, probabilities + SLOT + ((length < 5 ? length - 2 : 3) << 6), 6) - 64;
    if (slot < 4) return slot;
    uint32_t bits = (slot >> 1) - 1, distance = 2 | (slot & 1);
    if (slot < 14) {
        distance <<= bits;
        uint16_t *low = probabilities + SPECIAL + distance - slot;
        uint32_t symbol = 1;
        for (uint32_t place = 0; place < bits; place++) {
            symbol = pick_last(rc, low[symbol], low + symbol, symbol * 2);
            distance += (symbol & 1) << place;
        }
        return distance;
    }
    distance = direct_bits(rc, distance, bits - 4);
    uint32_t low = tree(rc, probabilities + ALIGN, 4);
    return distance << 4 | (low & 1) << 3 | (low & 2) << 1 | (low & 4) >> 1 | (low & 8) >> 3;
}

// Where in the window the byte stands that was written `distance` + 1 bytes ago.
INLINE size_t behind(const tuowei_lzma *self, size_t position, uint32_t distance) {
    return position - distance - 1 + (position <= distance ? self->window_size : 0);
}

INLINE void copy_match(const tuowei_lzma *self, size_t position, uint32_t distance, uint32_t count) {
    size_t from = behind(self, position, distance);
    uint8_t *to = self->window + position;
    const uint8_t *source = self->window + from;
    if (distance >= 15 && from + count <= self->window_size) {
        uint8_t *end = to + count;
        do {
            memcpy(to, source, 16);
            memcpy(to + 16, source + 16, 16);
            to += 32;
            source += 32;
        } while (to < end);
        return;
    }
    // Near, so that bytes repeat, or across the window's end.
    while (count--) {
        *to++ = *source++;
        if (source == self->window + self->window_size) source = self->window;
    }
}

void tuowei_lzma_reset(tuowei_lzma *self, uint32_t literal_context_bits, uint32_t literal_position_bits, uint32_t position_bits) {
    self->literal_context_bits = literal_context_bits;
    self->literal_position_mask = (1u << literal_position_bits) - 1;
    self->position_mask = (1u << position_bits) - 1;
    size_t count = LITERAL + ((size_t)0x300 << (literal_context_bits + literal_position_bits));
    for (size_t index = 0; index < count; index++) self->probabilities[index] = 1024;
    memset(self->distances, 0, sizeof self->distances);
    self->state = 0;
    self->pending = 0;
}

void tuowei_lzma_finish(tuowei_lzma *self) {
    range_decoder rc = {self->range, self->code, self->input};
    normalise(&rc);
    self->range = rc.range;
    self->code = rc.code;
    self->input = rc.next;
}

int tuowei_lzma_decode(tuowei_lzma *self, size_t limit, const uint8_t *stop) {
    range_decoder rc = {self->range, self->code, self->input};
    uint8_t *const window = self->window;
    uint16_t *const probabilities = self->probabilities;
    const uint32_t position_mask = self->position_mask, literal_position_mask = self->literal_position_mask;
    const uint32_t context_bits = self->literal_context_bits;
    size_t position = self->position;
    // What a match may reach at the beginning of the window, were it never to leave the dictionary.
    const size_t before = self->reachable - position;
    uint32_t state = self->state, pending = 0;
    uint32_t distance0 = self->distances[0], distance1 = self->distances[1], distance2 = self->distances[2], distance3 = self->distances[3];
    int result = TUOWEI_LZMA_FINE;

    if (self->pending && position < limit) {
        uint32_t count = self->pending < limit - position ? self->pending : (uint32_t)(limit - position);
        copy_match(self, position, distance0, count);
        position += count;
        pending = self->pending - count;
    } else {
        pending = self->pending;
    }
    while (position < limit && rc.next <= stop) {
        uint32_t place = (uint32_t)position & position_mask, length;
        if (!branch(&rc, probabilities + IS_MATCH + (state << 4) + place)) {
            uint32_t context = (((uint32_t)position & literal_position_mask) << context_bits) + (window[(ptrdiff_t)position - 1] >> (8 - context_bits));
            uint16_t *literal = probabilities + LITERAL + 0x300 * context;
            if (state < 7) {
                window[position++] = (uint8_t)tree(&rc, literal, 8);
                state = state < 4 ? 0 : state - 3;
            } else {
                uint32_t match = window[behind(self, position, distance0)];
                window[position++] = (uint8_t)matched_literal(&rc, literal, match);
                state = state < 10 ? state - 3 : state - 6;
            }
            continue;
        }
        if (!branch(&rc, probabilities + IS_REPEAT + state)) {
            distance3 = distance2;
            distance2 = distance1;
            distance1 = distance0;
            length = match_length(&rc, probabilities + LENGTH, place);
            distance0 = match_distance(&rc, probabilities, length);
            state = state < 7 ? 7 : 10;
            if (distance0 >= before + position || distance0 >= self->dictionary_size) {
                result = distance0 == UINT32_MAX ? TUOWEI_LZMA_END_MARK : TUOWEI_LZMA_DAMAGE;
                break;
            }
        } else {
            // The distances of before are all 0 where nothing is reachable yet.
            if (before + position == 0) {
                result = TUOWEI_LZMA_DAMAGE;
                break;
            }
            if (!branch(&rc, probabilities + IS_REPEAT_0 + state)) {
                if (!branch(&rc, probabilities + IS_LONG_0 + (state << 4) + place)) {
                    window[position] = window[behind(self, position, distance0)];
                    position++;
                    state = state < 7 ? 9 : 11;
                    continue;
                }
            } else {
                uint32_t distance;
                if (!branch(&rc, probabilities + IS_REPEAT_1 + state)) {
                    distance = distance1;
                } else {
                    if (!branch(&rc, probabilities + IS_REPEAT_2 + state)) {
                        distance = distance2;
                    } else {
                        distance = distance3;
                        distance3 = distance2;
                    }
                    distance2 = distance1;
                }
                distance1 = distance0;
                distance0 = distance;
            }
            length = match_length(&rc, probabilities + REPEAT_LENGTH, place);
            state = state < 7 ? 8 : 11;
        }
        uint32_t count = length < limit - position ? length : (uint32_t)(limit - position);
        copy_match(self, position, distance0, count);
        position += count;
        pending = length - count;
    }

    size_t reachable = before + position;
    self->reachable = reachable < self->dictionary_size ? reachable : self->dictionary_size;
    self->range = rc.range;
    self->code = rc.code;
    self->input = rc.next;
    self->position = position;
    self->state = state;
    self->pending = pending;
    self->distances[0] = distance0;
    self->distances[1] = distance1;
    self->distances[2] = distance2;
    self->distances[3] = distance3;
    return result;
}
