// What Swift cannot say itself: system calls that glibc declares as variadic or for _GNU_SOURCE only, and a hint to the cache.
#include <malloc.h>
#include <sys/syscall.h>
#include <unistd.h>

// Exchanges two names in one step (Linux 3.15); 0, or -1 with errno.
static inline int tuowei_exchange(const char *one, const char *other) {
    return (int)syscall(SYS_renameat2, -100 /* AT_FDCWD */, one, -100, other, 2 /* RENAME_EXCHANGE */);
}

// Brings a whole file system to the disk (Linux 2.6.39, glibc declares it for _GNU_SOURCE only); 0, or -1 with errno.
static inline int tuowei_synchronize(int descriptor) { return (int)syscall(SYS_syncfs, descriptor); }

// Asks for the cache line at this address; never faults.
static inline void tuowei_prefetch(const void *address) { __builtin_prefetch(address); }

// Makes a mapping longer, moving it where it must; no byte is copied. MAP_FAILED with errno where it cannot.
static inline void *tuowei_remap(void *memory, unsigned long old_size, unsigned long new_size) {
    return (void *)syscall(SYS_mremap, memory, old_size, new_size, 1 /* MREMAP_MAYMOVE */);
}

// Begins to write a stretch of a file to the disk, and waits for nothing.
static inline void tuowei_begin_writing(int descriptor, long start, long count) {
    syscall(SYS_sync_file_range, descriptor, start, count, 2 /* SYNC_FILE_RANGE_WRITE */);
}

// Has malloc take memory from one region, and keep there what is freed.
static inline void tuowei_keep_memory(void) {
    mallopt(M_TRIM_THRESHOLD, 2147483647);
    mallopt(M_MMAP_MAX, 0);
    mallopt(M_ARENA_MAX, 1);
}
