// What Swift cannot say itself: system calls that glibc declares as variadic or for _GNU_SOURCE only, and what the processor
// does with several numbers at once.
#include <errno.h>
#include <malloc.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

// Exchanges two names in one step (Linux 3.15); 0, or -1 with errno.
static inline int tuowei_exchange(const char *one, const char *other) {
    return (int)syscall(SYS_renameat2, -100 /* AT_FDCWD */, one, -100, other, 2 /* RENAME_EXCHANGE */);
}

// Brings a whole file system to the disk (Linux 2.6.39, glibc declares it for _GNU_SOURCE only); 0, or -1 with errno.
static inline int tuowei_synchronize(int descriptor) { return (int)syscall(SYS_syncfs, descriptor); }

// Has the pages of a range mapped, as if each was written to, and changes nothing in them (MADV_POPULATE_WRITE, Linux 5.14); 0, or -1.
static inline int tuowei_populate(void *start, unsigned long bytes) { return madvise(start, bytes, 23); }

// Asks for the cache line at this address; never faults.
static inline void tuowei_prefetch(const void *address) { __builtin_prefetch(address); }

// Looks at a line of eight slots, each a number (0: the slot is empty) below and a tag above: a bit for each slot that holds the tag
// (bits 0 to 7) and for each that is empty (bits 8 to 15).
static inline unsigned tuowei_line(const unsigned long long *slots, unsigned tag) {
#if defined(__SSE2__)
    __m128i wanted = _mm_set1_epi32((int)tag), zero = _mm_setzero_si128();
    __m128i alike[2], empty[2];
    for (int half = 0; half < 2; half++) {
        __m128 one = _mm_loadu_ps((const float *)(slots + 4 * half)), other = _mm_loadu_ps((const float *)(slots + 4 * half + 2));
        __m128i numbers = _mm_castps_si128(_mm_shuffle_ps(one, other, 0x88)), tags = _mm_castps_si128(_mm_shuffle_ps(one, other, 0xDD));
        empty[half] = _mm_cmpeq_epi32(numbers, zero);
        alike[half] = _mm_andnot_si128(empty[half], _mm_cmpeq_epi32(tags, wanted));
    }
    return (unsigned)_mm_movemask_epi8(_mm_packs_epi16(_mm_packs_epi32(alike[0], alike[1]), _mm_packs_epi32(empty[0], empty[1])));
#else
    unsigned marks = 0;
    for (int slot = 0; slot < 8; slot++) {
        if ((unsigned)slots[slot] == 0) marks |= 256u << slot;
        else if ((unsigned)(slots[slot] >> 32) == tag) marks |= 1u << slot;
    }
    return marks;
#endif
}

// Which of the 32 bytes from here on end or bend a JSON text of plain ASCII, a bit each: quote, backslash, control, any byte above 7F.
static inline unsigned tuowei_text_marks(const unsigned char *place) {
#if defined(__SSE2__)
    unsigned marks[2];
    for (int half = 0; half < 2; half++) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(place + 16 * half));
        __m128i found = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')), _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')));
        // As signed numbers the bytes above 7F are below the controls.
        found = _mm_or_si128(found, _mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20)));
        marks[half] = (unsigned)_mm_movemask_epi8(found);
    }
    return marks[0] | marks[1] << 16;
#else
    unsigned marks = 0;
    for (int i = 0; i < 32; i++)
        marks |= (unsigned)((place[i] == '"') | (place[i] == '\\') | (place[i] < 0x20) | (place[i] > 0x7F)) << i;
    return marks;
#endif
}

// Whether `count` bytes of a line are those of a pattern wherever its mask has ones; the pattern has zeroes where the mask has. Reads up
// to 15 bytes behind each.
static inline int tuowei_is_alike(const unsigned char *line, const unsigned char *pattern, const unsigned char *mask, long count) {
#if defined(__SSE2__)
    __m128i other = _mm_setzero_si128();
    for (long start = 0; start < count; start += 16) {
        __m128i bytes = _mm_and_si128(_mm_loadu_si128((const __m128i *)(line + start)), _mm_loadu_si128((const __m128i *)(mask + start)));
        other = _mm_or_si128(other, _mm_xor_si128(bytes, _mm_loadu_si128((const __m128i *)(pattern + start))));
    }
    return _mm_movemask_epi8(_mm_cmpeq_epi8(other, _mm_setzero_si128())) == 0xFFFF;
#else
    unsigned char other = 0;
    for (long i = 0; i < count; i++) other |= (unsigned char)((line[i] & mask[i]) ^ pattern[i]);
    return other == 0;
#endif
}

// Which of the 32 bytes from here on end or bend a CSV cell, a bit each: comma, quote, control; and in the upper half, which are above 7F.
static inline unsigned long long tuowei_cell_marks(const unsigned char *place) {
#if defined(__SSE2__)
    unsigned long long marks = 0;
    for (int half = 0; half < 2; half++) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(place + 16 * half));
        __m128i found = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(',')), _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')));
        found = _mm_or_si128(found, _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1F)), bytes));
        unsigned long long wide = (unsigned)_mm_movemask_epi8(bytes);
        marks |= ((unsigned)_mm_movemask_epi8(found) | wide << 32) << 16 * half;
    }
    return marks;
#else
    unsigned long long marks = 0;
    for (int i = 0; i < 32; i++) {
        unsigned stops = (place[i] == ',') | (place[i] == '"') | (place[i] < 0x20);
        marks |= (stops | (unsigned long long)(place[i] > 0x7F) << 32) << i;
    }
    return marks;
#endif
}

// Whether `count` bytes, at least one, are all of A-Z a-z 0-9 _ . : -. Reads up to 15 bytes behind them.
static inline int tuowei_are_identifier(const unsigned char *place, long count) {
#if defined(__SSE2__)
    for (;; place += 16, count -= 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)place);
        __m128i letters = _mm_sub_epi8(_mm_or_si128(bytes, _mm_set1_epi8(0x20)), _mm_set1_epi8('a'));
        __m128i digits = _mm_sub_epi8(bytes, _mm_set1_epi8('0'));  // and the colon behind 9
        __m128i points = _mm_sub_epi8(bytes, _mm_set1_epi8('-'));  // and the full stop behind it
        __m128i good = _mm_or_si128(
            _mm_or_si128(_mm_cmpeq_epi8(_mm_min_epu8(letters, _mm_set1_epi8(25)), letters),
                         _mm_cmpeq_epi8(_mm_min_epu8(digits, _mm_set1_epi8(10)), digits)),
            _mm_or_si128(_mm_cmpeq_epi8(_mm_min_epu8(points, _mm_set1_epi8(1)), points), _mm_cmpeq_epi8(bytes, _mm_set1_epi8('_'))));
        unsigned bad = (unsigned)_mm_movemask_epi8(good) ^ 0xFFFF;
        if (count <= 16) return (bad & (unsigned)((1ul << count) - 1)) == 0;
        if (bad) return 0;
    }
#else
    int good = 1;
    for (long i = 0; i < count; i++) {
        unsigned char letter = (unsigned char)((place[i] | 0x20) - 'a'), digit = (unsigned char)(place[i] - '0');
        good &= (letter < 26) | (digit < 11) | (place[i] == '-') | (place[i] == '.') | (place[i] == '_');
    }
    return good;
#endif
}

// Makes a mapping longer, moving it where it must; no byte is copied. MAP_FAILED with errno where it cannot.
static inline void *tuowei_remap(void *memory, unsigned long old_size, unsigned long new_size) {
    return (void *)syscall(SYS_mremap, memory, old_size, new_size, 1 /* MREMAP_MAYMOVE */);
}

// Begins to write a stretch of a file to the disk, or all from `start` where `count` is 0 (Linux 2.6.17); waits for nothing, and promises nothing.
static inline void tuowei_begin_writing(int descriptor, long start, long count) {
    syscall(SYS_sync_file_range, descriptor, start, count, 2 /* SYNC_FILE_RANGE_WRITE */);
}

// As pwrite does, but what was written does not stay in the system's cache once it is on the disk (RWF_DONTCACHE, Linux 6.14); where the
// system or the file system cannot do that, it stays. glibc has the call for _GNU_SOURCE only.
static inline ssize_t tuowei_write_past_cache(int descriptor, const void *bytes, unsigned long count, long offset) {
    struct iovec piece = {(void *)bytes, count};
    ssize_t done = syscall(SYS_pwritev2, descriptor, &piece, 1, offset, 0, 0x80);
    return done < 0 && (errno == EOPNOTSUPP || errno == EINVAL || errno == ENOSYS) ? pwrite(descriptor, bytes, count, offset) : done;
}

// Has malloc keep what is freed, and take no memory that goes back at once.
static inline void tuowei_keep_freed(void) {
    mallopt(M_TRIM_THRESHOLD, 2147483647);
    mallopt(M_MMAP_MAX, 0);
}

// The same, from one region for all threads.
static inline void tuowei_keep_memory(void) {
    tuowei_keep_freed();
    mallopt(M_ARENA_MAX, 1);
}

// The bytes that malloc has from the system and that are free (glibc 2.33).
static inline unsigned long tuowei_freed_memory(void) { return mallinfo2().fordblks; }
