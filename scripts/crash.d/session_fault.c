// SPDX-License-Identifier: Apache-2.0
// Ends or stops a coordinator at a call that changes files, for `scripts/crash session`.
//
// Loaded before a built program (LD_PRELOAD), it counts the calls by which any thread of the process
// changes a regular file or a folder, and acts right before the one that FAULT_AT names. Children
// do not get it. strace cannot do this, since it counts each thread's calls by themselves; what it
// sees of such calls in one run is what is counted here.
//
//   FAULT_AT      the call to act at, 1 for the first; none where it is not set
//   FAULT_SIGNAL  the signal that the process then gets; 9 by default
//   FAULT_LOG     gets the name and the path of the call that it acted at, or else how many there were
//   FAULT_TIME    the wall clock stands at this second

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>
#include <utime.h>

static atomic_long calls;
static long fault_at, fixed_time;
static int fault_signal = SIGKILL;
static pid_t process;
static char log_path[4096];

static void say(const char *call, const char *path) {
  if (log_path[0] == 0) return;
  char text[8192];
  int length = snprintf(text, sizeof text, "%ld %s %s\n", atomic_load(&calls), call, path);
  int log = syscall(SYS_openat, AT_FDCWD, log_path, O_WRONLY | O_CREAT | O_APPEND, 0600);
  if (log < 0) return;
  syscall(SYS_write, log, text, length);
  syscall(SYS_close, log);
}

__attribute__((constructor)) static void begin(void) {
  process = getpid();
  const char *at = getenv("FAULT_AT"), *number = getenv("FAULT_SIGNAL");
  const char *time = getenv("FAULT_TIME"), *log = getenv("FAULT_LOG");
  if (at != NULL) fault_at = atol(at);
  if (number != NULL) fault_signal = atoi(number);
  if (time != NULL) fixed_time = atol(time);
  if (log != NULL) snprintf(log_path, sizeof log_path, "%s", log);
  unsetenv("LD_PRELOAD");
}

__attribute__((destructor)) static void end(void) {
  if (getpid() == process) say("ended", "");
}

// The program leaves by it, which no destructor hears of.
void _exit(int status) {
  end();
  syscall(SYS_exit_group, status);
  __builtin_unreachable();
}

static void meet(const char *call, const char *path) {
  // Between vfork and exec a child runs in our memory.
  if (getpid() != process) return;
  if (atomic_fetch_add(&calls, 1) + 1 != fault_at) return;
  int error = errno;
  say(call, path);
  syscall(SYS_kill, process, fault_signal);
  errno = error;
}

/// Pipes, sockets and events hold nothing that a crash could spoil; what a person is told counts.
static void meet_file(const char *call, int file) {
  struct stat found;
  int error = errno;
  if (fstat(file, &found) == 0 && (S_ISREG(found.st_mode) || S_ISDIR(found.st_mode) || file == 1)) {
    char link[64], path[4096] = "";
    if (atomic_load(&calls) + 1 == fault_at) {
      snprintf(link, sizeof link, "/proc/self/fd/%d", file);
      ssize_t length = readlink(link, path, sizeof path - 1);
      path[length < 0 ? 0 : length] = 0;
    }
    errno = error;
    meet(call, path);
  }
  errno = error;
}

static void *next(void **slot, const char *name) {
  if (*slot == NULL) *slot = dlsym(RTLD_NEXT, name);
  return *slot;
}

#define NEXT(name)   \
  static void *slot; \
  __typeof__(&name) call = next(&slot, #name)

#define FILE_CALL(result, name, parameters, arguments, file) \
  result name parameters {                                   \
    NEXT(name);                                              \
    meet_file(#name, file);                                  \
    return call arguments;                                   \
  }

#define PATH_CALL(result, name, parameters, arguments, path) \
  result name parameters {                                   \
    NEXT(name);                                              \
    meet(#name, path);                                       \
    return call arguments;                                   \
  }

#define OPEN_CALL(name)                                              \
  int name(const char *path, int flags, ...) {                       \
    NEXT(name);                                                      \
    va_list rest;                                                    \
    va_start(rest, flags);                                           \
    mode_t mode = (flags & (O_CREAT | O_TMPFILE)) ? va_arg(rest, mode_t) : 0; \
    va_end(rest);                                                    \
    if (flags & (O_CREAT | O_TRUNC)) meet(#name, path);              \
    return call(path, flags, mode);                                  \
  }

#define OPENAT_CALL(name)                                            \
  int name(int folder, const char *path, int flags, ...) {           \
    NEXT(name);                                                      \
    va_list rest;                                                    \
    va_start(rest, flags);                                           \
    mode_t mode = (flags & (O_CREAT | O_TMPFILE)) ? va_arg(rest, mode_t) : 0; \
    va_end(rest);                                                    \
    if (flags & (O_CREAT | O_TRUNC)) meet(#name, path);              \
    return call(folder, path, flags, mode);                          \
  }

OPEN_CALL(open)
OPEN_CALL(open64)
OPENAT_CALL(openat)
OPENAT_CALL(openat64)
FILE_CALL(ssize_t, write, (int f, const void *b, size_t n), (f, b, n), f)
FILE_CALL(ssize_t, writev, (int f, const struct iovec *v, int n), (f, v, n), f)
FILE_CALL(ssize_t, pwrite, (int f, const void *b, size_t n, off_t o), (f, b, n, o), f)
FILE_CALL(ssize_t, pwrite64, (int f, const void *b, size_t n, off64_t o), (f, b, n, o), f)
FILE_CALL(int, fsync, (int f), (f), f)
FILE_CALL(int, fdatasync, (int f), (f), f)
FILE_CALL(int, ftruncate, (int f, off_t n), (f, n), f)
FILE_CALL(int, ftruncate64, (int f, off64_t n), (f, n), f)
FILE_CALL(int, fallocate, (int f, int m, off_t o, off_t n), (f, m, o, n), f)
FILE_CALL(int, fallocate64, (int f, int m, off64_t o, off64_t n), (f, m, o, n), f)
FILE_CALL(int, posix_fallocate64, (int f, off64_t o, off64_t n), (f, o, n), f)
FILE_CALL(int, fchmod, (int f, mode_t m), (f, m), f)
FILE_CALL(int, futimens, (int f, const struct timespec t[2]), (f, t), f)
FILE_CALL(int, futimes, (int f, const struct timeval t[2]), (f, t), f)
PATH_CALL(int, rename, (const char *a, const char *b), (a, b), b)
PATH_CALL(int, renameat, (int d, const char *a, int e, const char *b), (d, a, e, b), b)
PATH_CALL(int, renameat2, (int d, const char *a, int e, const char *b, unsigned f),
          (d, a, e, b, f), b)
PATH_CALL(int, link, (const char *a, const char *b), (a, b), b)
PATH_CALL(int, linkat, (int d, const char *a, int e, const char *b, int f), (d, a, e, b, f), b)
PATH_CALL(int, symlink, (const char *a, const char *b), (a, b), b)
PATH_CALL(int, symlinkat, (const char *a, int d, const char *b), (a, d, b), b)
PATH_CALL(int, unlink, (const char *p), (p), p)
PATH_CALL(int, unlinkat, (int d, const char *p, int f), (d, p, f), p)
PATH_CALL(int, remove, (const char *p), (p), p)
PATH_CALL(int, mkdir, (const char *p, mode_t m), (p, m), p)
PATH_CALL(int, mkdirat, (int d, const char *p, mode_t m), (d, p, m), p)
PATH_CALL(char *, mkdtemp, (char *p), (p), p)
PATH_CALL(int, rmdir, (const char *p), (p), p)
PATH_CALL(int, chmod, (const char *p, mode_t m), (p, m), p)
PATH_CALL(int, fchmodat, (int d, const char *p, mode_t m, int f), (d, p, m, f), p)
PATH_CALL(int, utimes, (const char *p, const struct timeval t[2]), (p, t), p)
PATH_CALL(int, utime, (const char *p, const struct utimbuf *t), (p, t), p)
PATH_CALL(int, utimensat, (int d, const char *p, const struct timespec t[2], int f), (d, p, t, f), p)

int clock_gettime(clockid_t clock, struct timespec *now) {
  NEXT(clock_gettime);
  int result = call(clock, now);
  if (result == 0 && clock == CLOCK_REALTIME && fixed_time > 0) {
    now->tv_sec = fixed_time;
    now->tv_nsec = 0;
  }
  return result;
}
