// Runs a program and makes one of its system calls fail, write short or come too late: a fault injector below every library.
//
//   inject --root DIR --trace FILE [--data FILE] [--reads] [--at NAME PATH K --fault FAULT [--sticky]] -- PROGRAM ARGUMENT...
//
// A seccomp filter stops the program (all its threads and children) at each system call that is not on the list of those known to
// change no file; ptrace does the rest. So no library escapes, stdio and SQLite included, and a call that this file does not
// know is reported as `unknown` instead of being passed over.
//
// --at names a call by system call, path below DIR and count: the K-th `NAME` on PATH, from 1. --fault is
//   error:N   the call is not made and fails with errno N         short     a write takes only half of its bytes
//   after:N   the call is made and then reported as failed        kill      the program is killed just before the call
//   signal:N  the program is sent signal N just before the call
// With --sticky each later call that changes a file fails too (of those that take space, where N is ENOSPC).
// --reads also stops at calls that read files and folders.
//
// The trace has a line a call, tab-separated: name, path, second path, K, bytes asked or flags, result, device:inode, data.
// With --at it begins at that call, and ends there too where nothing that comes later can depend on it (a fault that is neither sticky nor
// of a call that makes something durable). Paths below DIR are relative to it; the process's own number is written PID, a random name *. With --data, what a file holds when it is
// made durable is appended to that file, and `data` is offset:length. Last line: `exit N` or `signal N`; before it, where the
// fault came about, a line `injected`. A syncfs makes every file durable: with --data, lines `held` before it say what each file
// below DIR held, nameless ones too.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef __x86_64__
#error "the injector knows the system calls of x86-64 only"
#endif

// How a call names the file it is about.
enum Kind {
    FD,         // by the descriptor in argument 0
    PATH,       // by the path in argument 0
    PATH_AT,    // by the folder in argument 0 and the path in argument 1
    PATHS,      // paths in arguments 0 and 1
    PATHS_AT,   // folders in 0 and 2, paths in 1 and 3
    LINK_AT,    // symlinkat: target in 0, folder in 1, path in 2
    SHARED_MAP, // mmap of a file to be written through memory: descriptor in argument 4
    BARE,       // no file
};
enum Use { CHANGE, SPACE, DURABLE, CLOSE, READ, NETWORK };  // SPACE: a change that may need space on the disk

struct Call {
    int number;
    const char *name;
    enum Kind kind;
    enum Use use;
};

static const struct Call calls[] = {
    {SYS_open, "open", PATH, SPACE}, {SYS_openat, "openat", PATH_AT, SPACE}, {SYS_creat, "creat", PATH, SPACE},
    {SYS_openat2, "openat2", PATH_AT, SPACE},
    {SYS_write, "write", FD, SPACE}, {SYS_pwrite64, "pwrite64", FD, SPACE}, {SYS_writev, "writev", FD, SPACE},
    {SYS_pwritev, "pwritev", FD, SPACE}, {SYS_pwritev2, "pwritev2", FD, SPACE}, {SYS_sendfile, "sendfile", FD, SPACE},
    {SYS_copy_file_range, "copy_file_range", FD, SPACE}, {SYS_splice, "splice", FD, SPACE},
    {SYS_fallocate, "fallocate", FD, SPACE}, {SYS_truncate, "truncate", PATH, CHANGE}, {SYS_ftruncate, "ftruncate", FD, CHANGE},
    {SYS_rename, "rename", PATHS, SPACE}, {SYS_renameat, "renameat", PATHS_AT, SPACE}, {SYS_renameat2, "renameat2", PATHS_AT, SPACE},
    {SYS_link, "link", PATHS, SPACE}, {SYS_linkat, "linkat", PATHS_AT, SPACE}, {SYS_symlink, "symlink", PATHS, SPACE},
    {SYS_symlinkat, "symlinkat", LINK_AT, SPACE}, {SYS_unlink, "unlink", PATH, CHANGE}, {SYS_unlinkat, "unlinkat", PATH_AT, CHANGE},
    {SYS_rmdir, "rmdir", PATH, CHANGE}, {SYS_mkdir, "mkdir", PATH, SPACE}, {SYS_mkdirat, "mkdirat", PATH_AT, SPACE},
    {SYS_mknod, "mknod", PATH, SPACE}, {SYS_mknodat, "mknodat", PATH_AT, SPACE},
    {SYS_chmod, "chmod", PATH, CHANGE}, {SYS_fchmod, "fchmod", FD, CHANGE}, {SYS_fchmodat, "fchmodat", PATH_AT, CHANGE},
    {SYS_chown, "chown", PATH, CHANGE}, {SYS_lchown, "lchown", PATH, CHANGE}, {SYS_fchown, "fchown", FD, CHANGE},
    {SYS_fchownat, "fchownat", PATH_AT, CHANGE}, {SYS_utime, "utime", PATH, CHANGE}, {SYS_utimes, "utimes", PATH, CHANGE},
    {SYS_utimensat, "utimensat", PATH_AT, CHANGE}, {SYS_setxattr, "setxattr", PATH, SPACE}, {SYS_lsetxattr, "lsetxattr", PATH, SPACE},
    {SYS_fsetxattr, "fsetxattr", FD, SPACE}, {SYS_removexattr, "removexattr", PATH, CHANGE},
    {SYS_fsync, "fsync", FD, DURABLE}, {SYS_fdatasync, "fdatasync", FD, DURABLE}, {SYS_syncfs, "syncfs", FD, DURABLE},
    {SYS_sync, "sync", BARE, DURABLE}, {SYS_sync_file_range, "sync_file_range", FD, DURABLE}, {SYS_msync, "msync", BARE, DURABLE},
    {SYS_mmap, "mmap", SHARED_MAP, SPACE}, {SYS_close, "close", FD, CLOSE},
    {SYS_read, "read", FD, READ}, {SYS_pread64, "pread64", FD, READ}, {SYS_readv, "readv", FD, READ}, {SYS_preadv, "preadv", FD, READ},
    {SYS_getdents64, "getdents64", FD, READ},
    {SYS_socket, "socket", BARE, NETWORK}, {SYS_socketpair, "socketpair", BARE, NETWORK}, {SYS_bind, "bind", BARE, NETWORK},
    {SYS_connect, "connect", BARE, NETWORK}, {SYS_listen, "listen", BARE, NETWORK}, {SYS_accept, "accept", BARE, NETWORK},
    {SYS_accept4, "accept4", BARE, NETWORK}, {SYS_sendto, "sendto", BARE, NETWORK}, {SYS_sendmsg, "sendmsg", BARE, NETWORK},
};
enum { callCount = sizeof calls / sizeof *calls };

// Calls that change no file and that nobody wants to hear of.
static const int harmless[] = {
    SYS_lseek, SYS_stat, SYS_fstat, SYS_lstat, SYS_newfstatat, SYS_statx, SYS_statfs, SYS_fstatfs, SYS_access, SYS_faccessat,
    SYS_faccessat2, SYS_readlink, SYS_readlinkat, SYS_getcwd, SYS_fcntl, SYS_flock, SYS_dup, SYS_dup2, SYS_dup3, SYS_poll, SYS_ppoll,
    SYS_select, SYS_pselect6, SYS_ioctl, SYS_pipe, SYS_pipe2, SYS_munmap, SYS_mprotect, SYS_mremap, SYS_madvise, SYS_mincore, SYS_brk,
    SYS_mlock, SYS_futex, SYS_clone, SYS_clone3, SYS_fork, SYS_vfork, SYS_execve, SYS_exit, SYS_exit_group, SYS_wait4, SYS_waitid,
    SYS_rt_sigaction, SYS_rt_sigprocmask, SYS_rt_sigreturn, SYS_rt_sigtimedwait, SYS_rt_sigpending, SYS_sigaltstack, SYS_kill, SYS_tgkill, SYS_tkill,
    SYS_getpid, SYS_getppid, SYS_gettid, SYS_getuid, SYS_geteuid, SYS_getgid, SYS_getegid, SYS_umask, SYS_uname, SYS_getrlimit,
    SYS_setrlimit, SYS_prlimit64, SYS_getrusage, SYS_sysinfo, SYS_times, SYS_gettimeofday, SYS_clock_gettime, SYS_clock_getres,
    SYS_clock_nanosleep, SYS_nanosleep, SYS_getrandom, SYS_sched_yield, SYS_sched_getaffinity, SYS_sched_setaffinity,
    SYS_sched_getparam, SYS_sched_getscheduler, SYS_sched_get_priority_max, SYS_sched_get_priority_min, SYS_getpriority,
    SYS_arch_prctl, SYS_prctl, SYS_set_tid_address, SYS_set_robust_list, SYS_get_robust_list, SYS_rseq, SYS_membarrier, SYS_getcpu,
    SYS_eventfd2, SYS_epoll_create1, SYS_epoll_ctl, SYS_epoll_wait, SYS_epoll_pwait, SYS_timerfd_create, SYS_timerfd_settime,
    SYS_memfd_create, SYS_fadvise64, SYS_readahead, SYS_restart_syscall, SYS_chdir, SYS_getpgrp, SYS_getpgid, SYS_setitimer, SYS_alarm,
    SYS_signalfd4, SYS_setpgid, SYS_setsid, SYS_getsid, SYS_get_mempolicy, SYS_setpriority, SYS_shutdown, SYS_getxattr, SYS_lgetxattr,
    SYS_fgetxattr, SYS_listxattr, SYS_capget, SYS_ioprio_get,
};
enum { harmlessCount = sizeof harmless / sizeof *harmless };

// Where an open changes something; of O_TMPFILE, the bit that is no other flag's.
enum { changingFlags = O_CREAT | O_TRUNC | (O_TMPFILE & ~O_DIRECTORY) };

static const char *root = "";
static size_t rootLength;
static FILE *trace;
static int dataFile = -1;
static long dataEnd;
static int wantsReads;
static const char *atName, *atPath;
static long atCount;
static int fault;  // 0, or one of these letters: e(rror) a(fter) s(hort) k(ill) g (signal)
static int faultNumber, sticky, isInjected, isOver;
static pid_t program;

static void die(const char *what) {
    fprintf(stderr, "inject: %s: %s\n", what, strerror(errno));
    exit(99);
}

static void installFilter(void) {
    struct sock_filter filter[2 * (harmlessCount + callCount) + 20];
    int n = 0;
#define STATEMENT(code, value) filter[n++] = (struct sock_filter)BPF_STMT(code, value)
#define LOAD(field) STATEMENT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define RETURN(action) STATEMENT(BPF_RET | BPF_K, action)
#define IF(test, value, then, otherwise) filter[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_K | test, value, then, otherwise)
    LOAD(nr);
    for (int i = 0; i < harmlessCount; i++) {
        IF(BPF_JEQ, (unsigned)harmless[i], 0, 1);
        RETURN(SECCOMP_RET_ALLOW);
    }
    // Most calls only read; each stop that is not needed is time.
    if (!wantsReads) {
        for (int i = 0; i < callCount; i++)
            if (calls[i].use == READ) {
                IF(BPF_JEQ, (unsigned)calls[i].number, 0, 1);
                RETURN(SECCOMP_RET_ALLOW);
            }
        IF(BPF_JEQ, SYS_openat, 0, 4);
        LOAD(args[2]);
        IF(BPF_JSET, changingFlags, 1, 0);
        RETURN(SECCOMP_RET_ALLOW);
        RETURN(SECCOMP_RET_TRACE);
    }
    IF(BPF_JEQ, SYS_mmap, 0, 4);
    LOAD(args[3]);
    IF(BPF_JSET, MAP_SHARED, 1, 0);
    RETURN(SECCOMP_RET_ALLOW);
    RETURN(SECCOMP_RET_TRACE);
    RETURN(SECCOMP_RET_TRACE);
    struct sock_fprog program = {(unsigned short)n, filter};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) die("seccomp");
}

static void readText(pid_t thread, unsigned long address, char *text, size_t limit) {
    size_t done = 0;
    while (done + 1 < limit) {
        size_t piece = 256 - (address + done) % 256;
        if (piece > limit - 1 - done) piece = limit - 1 - done;
        struct iovec mine = {text + done, piece}, theirs = {(void *)(address + done), piece};
        ssize_t got = process_vm_readv(thread, &mine, 1, &theirs, 1, 0);
        if (got <= 0) break;
        if (memchr(text + done, 0, (size_t)got)) return;
        done += (size_t)got;
    }
    text[done] = 0;
}

static void linkText(const char *link, char *text, size_t limit) {
    ssize_t got = readlink(link, text, limit - 1);
    text[got < 0 ? 0 : got] = 0;
}

// The path of an open descriptor.
static void descriptorPath(pid_t thread, int descriptor, char *text, size_t limit) {
    char link[64];
    snprintf(link, sizeof link, "/proc/%d/fd/%d", thread, descriptor);
    linkText(link, text, limit);
    char *deleted = strstr(text, " (deleted)");
    if (deleted && deleted[10] == 0) *deleted = 0;
    char *unnamed = strstr(text, "/#");  // a file made without a name: its number differs from run to run
    if (unnamed && strspn(unnamed + 2, "0123456789") == strlen(unnamed + 2)) unnamed[2] = 0;
}

// The path of an argument, made absolute.
static void argumentPath(pid_t thread, int folder, unsigned long address, char *text, size_t limit) {
    char given[4096], base[4096] = "";
    readText(thread, address, given, sizeof given);
    if (given[0] != '/') {
        char link[64];
        if (folder == AT_FDCWD) {
            snprintf(link, sizeof link, "/proc/%d/cwd", thread);
            linkText(link, base, sizeof base);
        } else {
            descriptorPath(thread, folder, base, sizeof base);
        }
        snprintf(text, limit, "%s/%s", base, given);
    } else {
        snprintf(text, limit, "%s", given);
    }
    // `.` and empty parts say nothing.
    char *out = text;
    for (char *in = text; *in;) {
        if (in[0] == '/' && in[1] == '/') { in++; continue; }
        if (in[0] == '/' && in[1] == '.' && (in[2] == '/' || in[2] == 0)) { in += 2; continue; }
        *out++ = *in++;
    }
    *out = 0;
}

// Makes a path say the same in every run: relative to the root, PID for the process's number, * for a random name.
static void settle(char *path) {
    if (rootLength && strncmp(path, root, rootLength) == 0 && (path[rootLength] == '/' || path[rootLength] == 0)) {
        memmove(path, path + rootLength + (path[rootLength] == '/'), strlen(path + rootLength) + 1);
        if (path[0] == 0) strcpy(path, ".");
    }
    char number[16], *place;
    snprintf(number, sizeof number, "-%d", program);
    size_t length = strlen(number);
    if ((place = strstr(path, number)) && (place[length] < '0' || place[length] > '9')) {
        memmove(place + 4, place + length, strlen(place + length) + 1);
        memcpy(place, "-PID", 4);
    }
    static const char letters[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    place = strrchr(path, '/');
    if (place && strncmp(place, "/tmp.", 5) == 0 && strlen(place) == 15 && strspn(place + 5, letters) == 10) strcpy(place + 5, "*");
}

struct Counted { char *key; long count; struct Counted *next; };
static struct Counted *counted;

static long countOf(const char *name, const char *path) {
    char key[8300];
    snprintf(key, sizeof key, "%s\t%s", name, path);
    for (struct Counted *item = counted; item; item = item->next)
        if (strcmp(item->key, key) == 0) return ++item->count;
    struct Counted *item = malloc(sizeof *item);
    if (!item) die("memory");
    *item = (struct Counted){strdup(key), 1, counted};
    counted = item;
    return 1;
}

// What is known of a thread between the entry and the exit of a call.
struct Pending {
    pid_t thread;
    const struct Call *call;
    char path[4096], other[4096];
    long count;
    unsigned long asked;
    int injected;  // the result to report, if the call is made and then said to have failed
    int isCounted;
};
static struct Pending pendings[512];

static struct Pending *pendingOf(pid_t thread) {
    struct Pending *free = NULL;
    for (size_t i = 0; i < sizeof pendings / sizeof *pendings; i++) {
        if (pendings[i].thread == thread) return &pendings[i];
        if (!pendings[i].thread && !free) free = &pendings[i];
    }
    if (!free) { errno = EAGAIN; die("too many threads"); }
    free->thread = thread;
    return free;
}

// Appends what the file at a path holds to the data file; "offset:length" into `text`.
static void captureFile(const char *path, char *text, size_t limit) {
    char bytes[65536];
    struct stat status;
    text[0] = 0;
    if (dataFile < 0 || stat(path, &status) || !S_ISREG(status.st_mode)) return;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return;
    long start = dataEnd;
    ssize_t got;
    while ((got = read(file, bytes, sizeof bytes)) > 0) {
        if (write(dataFile, bytes, (size_t)got) != got) die("write the data");
        dataEnd += got;
    }
    close(file);
    snprintf(text, limit, "%ld:%ld", start, dataEnd - start);
}

static void recordHeld(const char *file, const char *path) {
    char data[64], settled[4096];
    captureFile(file, data, sizeof data);
    if (!data[0]) return;
    snprintf(settled, sizeof settled, "%s", path);
    settle(settled);
    fprintf(trace, "held\t%s\t\t1\t0\t0\t\t%s\n", settled, data);
}

static int visit(const char *path, const struct stat *status, int kind, struct FTW *place) {
    (void)status;
    (void)place;
    if (kind == FTW_F) recordHeld(path, path);
    return 0;
}

// What every file below the root holds, and what the thread has open without a name.
static void captureAll(pid_t thread) {
    char folder[64], link[400], path[4096];
    struct stat status;
    if (dataFile < 0) return;
    nftw(root, visit, 32, FTW_PHYS);
    snprintf(folder, sizeof folder, "/proc/%d/fd", thread);
    DIR *open = opendir(folder);
    if (!open) return;
    for (struct dirent *entry; (entry = readdir(open));) {
        if (entry->d_name[0] == '.') continue;
        snprintf(link, sizeof link, "%s/%s", folder, entry->d_name);
        if (stat(link, &status) || !S_ISREG(status.st_mode) || status.st_nlink) continue;
        descriptorPath(thread, atoi(entry->d_name), path, sizeof path);
        if (rootLength && strncmp(path, root, rootLength) == 0) recordHeld(link, path);
    }
    closedir(open);
}

static void record(struct Pending *p, long result, pid_t thread, int descriptor) {
    char data[64] = "", inode[64] = "", link[64];
    struct stat status;
    if (descriptor >= 0) {
        snprintf(link, sizeof link, "/proc/%d/fd/%d", thread, descriptor);
        if (stat(link, &status) == 0)
            snprintf(inode, sizeof inode, "%lu:%lu", (unsigned long)status.st_dev, (unsigned long)status.st_ino);
        if (p->call->use == DURABLE && result == 0) {
            if (p->call->number == SYS_syncfs) captureAll(thread);
            else captureFile(link, data, sizeof data);
        }
    }
    fprintf(trace, "%s\t%s\t%s\t%ld\t%lu\t%ld\t%s\t%s\n", p->call->name, p->path, p->other, p->count, p->asked, result, inode, data);
}

// Whether this call is one that a sticky fault makes fail too.
static int fails(const struct Call *call) {
    if (!sticky || !isInjected) return 0;
    if (faultNumber == ENOSPC) return call->use == SPACE || call->use == DURABLE;
    return call->use == SPACE || call->use == CHANGE || call->use == DURABLE;
}

// A stop at a call's entry. Returns whether its exit is of interest.
static int enter(pid_t thread) {
    struct user_regs_struct r;
    if (isOver) return 0;
    if (ptrace(PTRACE_GETREGS, thread, 0, &r)) return 0;
    const struct Call *call = NULL;
    for (int i = 0; i < callCount; i++)
        if (calls[i].number == (int)r.orig_rax) call = &calls[i];
    if (!call) {
        fprintf(trace, "unknown\t%ld\t\t1\t0\t0\t\t\n", (long)r.orig_rax);
        return 0;
    }
    if (call->use == NETWORK) {
        fprintf(trace, "%s\t\t\t1\t%lu\t0\t\t\n", call->name, (unsigned long)r.rdi);
        return 0;
    }
    struct Pending *p = pendingOf(thread);
    p->call = call;
    p->path[0] = p->other[0] = 0;
    p->injected = 0;
    p->asked = r.rdx;
    switch (call->kind) {
    case FD: descriptorPath(thread, (int)r.rdi, p->path, sizeof p->path); break;
    case PATH: argumentPath(thread, AT_FDCWD, r.rdi, p->path, sizeof p->path); break;
    case PATH_AT: argumentPath(thread, (int)r.rdi, r.rsi, p->path, sizeof p->path); break;
    case PATHS:
        argumentPath(thread, AT_FDCWD, r.rdi, p->path, sizeof p->path);
        argumentPath(thread, AT_FDCWD, r.rsi, p->other, sizeof p->other);
        break;
    case PATHS_AT:
        argumentPath(thread, (int)r.rdi, r.rsi, p->path, sizeof p->path);
        argumentPath(thread, (int)r.rdx, r.r10, p->other, sizeof p->other);
        p->asked = r.r8;
        // A file without a name gets one through its descriptor.
        if (strncmp(p->path, "/proc/self/fd/", 14) == 0) descriptorPath(thread, atoi(p->path + 14), p->path, sizeof p->path);
        break;
    case LINK_AT: argumentPath(thread, (int)r.rsi, r.rdx, p->path, sizeof p->path); break;
    case SHARED_MAP:
        if ((r.r10 & MAP_SHARED) == 0 || (r.rdx & PROT_WRITE) == 0 || (int)r.r8 < 0) return 0;
        descriptorPath(thread, (int)r.r8, p->path, sizeof p->path);
        break;
    case BARE: break;
    }
    if (p->path[0] != '/' && call->kind != BARE) return 0;  // a pipe, a socket, an event: no file
    int isBelow = rootLength && strncmp(p->path, root, rootLength) == 0;
    if (!isBelow && (strncmp(p->path, "/dev/", 5) == 0 || strncmp(p->path, "/proc/", 6) == 0 || strncmp(p->path, "/sys/", 5) == 0)) return 0;
    if (strncmp(p->path, "/memfd:", 7) == 0) return 0;
    if (call->number == SYS_open || call->number == SYS_openat) {
        unsigned long flags = call->number == SYS_open ? r.rsi : r.rdx;
        p->asked = flags;
        if ((flags & changingFlags) == 0) {
            static const struct Call reading = {SYS_openat, "open_to_read", PATH_AT, READ};
            p->call = call = &reading;
        }
    }
    if (call->use == CLOSE) {
        char info[64], line[128];
        unsigned flags = 0;
        snprintf(info, sizeof info, "/proc/%d/fdinfo/%d", thread, (int)r.rdi);
        FILE *file = fopen(info, "r");
        if (!file) return 0;
        while (fgets(line, sizeof line, file)) sscanf(line, "flags: %o", &flags);
        fclose(file);
        if ((flags & O_ACCMODE) == O_RDONLY) return 0;
    }
    if (call->use == READ && (!wantsReads || !isBelow)) return 0;
    settle(p->path);
    settle(p->other);
    p->count = countOf(call->name, p->path);
    int descriptor = call->kind == FD ? (int)r.rdi : -1;

    // Where a fault is aimed for, calls before it are counted only, and those behind it matter where they fail too or might try again.
    int isAimed = !isInjected && atName && p->count == atCount && strcmp(atName, call->name) == 0 && strcmp(atPath, p->path) == 0;
    if (!isAimed && !fails(call)) return !atName || isInjected;
    if (isAimed) {
        isInjected = 1;
        isOver = !sticky && call->use != DURABLE && fault != 'g';
        fprintf(trace, "injected\n");
    }
    switch (fault) {
    case 'k':
        record(p, -9999, thread, -1);
        kill(program, SIGKILL);
        return 0;
    case 'g':
        kill(program, faultNumber);
        return 1;
    case 's':
        if (r.rdx > 1) {
            r.rdx /= 2;
            ptrace(PTRACE_SETREGS, thread, 0, &r);
        }
        return 1;
    case 'a':
        p->injected = -faultNumber;
        return 1;
    default:
        record(p, -faultNumber, thread, descriptor);
        if (call->use == CLOSE) {  // a failed close has closed all the same
            p->injected = -faultNumber;
            return 1;
        }
        r.orig_rax = (unsigned long)-1;
        r.rax = (unsigned long)-faultNumber;
        ptrace(PTRACE_SETREGS, thread, 0, &r);
        return 0;
    }
}

// A stop at a call's exit.
static void leave(pid_t thread) {
    struct user_regs_struct r;
    struct Pending *p = pendingOf(thread);
    if (!p->call || ptrace(PTRACE_GETREGS, thread, 0, &r)) return;
    if (p->injected) {
        r.rax = (unsigned long)(long)p->injected;
        ptrace(PTRACE_SETREGS, thread, 0, &r);
    }
    long result = (long)r.rax;
    int descriptor = -1;
    if (p->call->kind == FD) descriptor = (int)r.rdi;
    if (p->call->number == SYS_open || p->call->number == SYS_openat || p->call->number == SYS_creat) descriptor = (int)result;
    record(p, result, thread, descriptor);
    p->call = NULL;
}

int main(int count, char **arguments) {
    int i = 1;
    const char *tracePath = NULL;
    for (; i < count && strcmp(arguments[i], "--") != 0; i++) {
        const char *name = arguments[i];
        if (!strcmp(name, "--sticky")) { sticky = 1; continue; }
        if (!strcmp(name, "--reads")) { wantsReads = 1; continue; }
        if (i + 1 >= count) break;
        if (!strcmp(name, "--root")) root = arguments[++i];
        else if (!strcmp(name, "--trace")) tracePath = arguments[++i];
        else if (!strcmp(name, "--data")) {
            dataFile = open(arguments[++i], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
            if (dataFile < 0) die("open the data file");
        } else if (!strcmp(name, "--at") && i + 3 < count) {
            atName = arguments[++i];
            atPath = arguments[++i];
            atCount = atol(arguments[++i]);
        } else if (!strcmp(name, "--fault")) {
            const char *text = arguments[++i];
            fault = !strncmp(text, "signal", 6) ? 'g' : text[0];
            const char *colon = strchr(text, ':');
            faultNumber = colon ? atoi(colon + 1) : 0;
        } else break;
    }
    if (i + 1 >= count || strcmp(arguments[i], "--") != 0 || !tracePath) {
        fprintf(stderr, "inject: see the head of inject.c for the arguments\n");
        return 99;
    }
    rootLength = strlen(root);
    trace = fopen(tracePath, "we");
    if (!trace) die("open the trace");

    program = fork();
    if (program < 0) die("fork");
    if (program == 0) {
        if (ptrace(PTRACE_TRACEME, 0, 0, 0)) die("trace");
        raise(SIGSTOP);
        installFilter();
        execvp(arguments[i + 1], arguments + i + 1);
        die(arguments[i + 1]);
    }
    int status;
    if (waitpid(program, &status, 0) != program || !WIFSTOPPED(status)) die("start");
    long options = PTRACE_O_TRACESECCOMP | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_EXITKILL
        | PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC;
    if (ptrace(PTRACE_SETOPTIONS, program, 0, options)) die("trace");
    ptrace(PTRACE_CONT, program, 0, 0);
    while (1) {
        pid_t thread = waitpid(-1, &status, __WALL);
        if (thread < 0) {
            if (errno == EINTR) continue;
            break;
        }
        if (WIFEXITED(status) || WIFSIGNALED(status)) {
            for (size_t k = 0; k < sizeof pendings / sizeof *pendings; k++)
                if (pendings[k].thread == thread) pendings[k].thread = 0;
            if (thread == program) {
                if (WIFEXITED(status)) fprintf(trace, "exit %d\n", WEXITSTATUS(status));
                else fprintf(trace, "signal %d\n", WTERMSIG(status));
                fclose(trace);
                return 0;
            }
            continue;
        }
        int event = status >> 16, signal = WSTOPSIG(status);
        if (event == PTRACE_EVENT_SECCOMP) {
            ptrace(enter(thread) ? PTRACE_SYSCALL : PTRACE_CONT, thread, 0, 0);
        } else if (signal == (SIGTRAP | 0x80)) {
            leave(thread);
            ptrace(PTRACE_CONT, thread, 0, 0);
        } else if (event) {
            ptrace(PTRACE_CONT, thread, 0, 0);
        } else {
            ptrace(PTRACE_CONT, thread, 0, signal == SIGSTOP || signal == SIGTRAP ? 0 : signal);
        }
    }
    errno = ECHILD;
    die("the program's end was missed");
}
