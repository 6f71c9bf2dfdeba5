// What Swift cannot say itself: system calls that glibc declares as variadic or for _GNU_SOURCE only, and a hint to the cache.
#include <sys/syscall.h>
#include <unistd.h>

// Exchanges two names in one step (Linux 3.15); 0, or -1 with errno.
static inline int tuowei_exchange(const char *one, const char *other) {
    return (int)syscall(SYS_renameat2, -100 /* AT_FDCWD */, one, -100, other, 2 /* RENAME_EXCHANGE */);
}

// Asks for the cache line at this address; never faults.
static inline void tuowei_prefetch(const void *address) { __builtin_prefetch(address); }

// Makes a mapping longer, moving it where it must; no byte is copied. MAP_FAILED with errno where it cannot.
static inline void *tuowei_remap(void *memory, unsigned long old_size, unsigned long new_size) {
    return (void *)syscall(SYS_mremap, memory, old_size, new_size, 1 /* MREMAP_MAYMOVE */);
}
