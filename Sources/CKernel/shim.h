// Two things that Swift cannot say itself: a system call that glibc declares only for _GNU_SOURCE, and a hint to the cache.
#include <sys/syscall.h>
#include <unistd.h>

// Exchanges two names in one step (Linux 3.15); 0, or -1 with errno.
static inline int tuowei_exchange(const char *one, const char *other) {
    return (int)syscall(SYS_renameat2, -100 /* AT_FDCWD */, one, -100, other, 2 /* RENAME_EXCHANGE */);
}

// Asks for the cache line at this address; never faults.
static inline void tuowei_prefetch(const void *address) { __builtin_prefetch(address); }
