// SPDX-License-Identifier: Apache-2.0
// Starts a process by vfork and exec, with nothing leaking into it.

#include "platform.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

typedef struct {
  int error;
  int step;
} failure;

/// How long a program that is open for writing is waited for.
enum { BUSY_SECONDS_MAX = 5 };

/// Where the child keeps its way back to the parent until exec closes it: right after the
/// descriptors that the new program gets.
enum { REPORT_DESCRIPTOR = 4, CALL_OFF_DESCRIPTOR = 5, FIRST_SPARE_DESCRIPTOR = 10 };

static int close_from(unsigned first) {
  if (syscall(SYS_close_range, first, ~0U, 0) == 0) return 0;
  // A kernel before 5.9, or a container that forbids what it does not know.
  long limit = sysconf(_SC_OPEN_MAX);
  if (limit < 0 || limit > 65536) limit = 65536;
  for (int descriptor = (int)first; descriptor < limit; descriptor++) close(descriptor);
  return 0;
}

/// Lifts a descriptor out of the range 0…9, so that placing one cannot overwrite another.
static int lift(int descriptor, int flags) {
  if (descriptor >= 0) return fcntl(descriptor, F_DUPFD, FIRST_SPARE_DESCRIPTOR);
  return open("/dev/null", flags);
}

static int place_descriptors(const orchestrate_spawn_request *request) {
  int sources[4] = {request->input, request->output, request->error, request->extra};
  for (int i = 0; i < 4; i++) {
    if (i == 3 && sources[i] < 0) continue;
    int lifted = lift(sources[i], i == 0 ? O_RDONLY : O_WRONLY);
    if (lifted < 0) return errno;
    if (lifted < FIRST_SPARE_DESCRIPTOR) {  // /dev/null, opened into a low slot
      int low = lifted;
      lifted = fcntl(low, F_DUPFD, FIRST_SPARE_DESCRIPTOR);
      int error = errno;
      close(low);
      if (lifted < 0) return error;
    }
    sources[i] = lifted;
  }
  for (int i = 0; i < 4; i++) {
    if (sources[i] < 0) {
      close(i);
    } else if (dup2(sources[i], i) < 0) {
      return errno;
    }
  }
  return 0;
}

static void reset_signals(void) {
  // The kernel's own call, since the C library's refuses the two signals that it keeps for itself
  // and that a parent may have left ignored. All zero is SIG_DFL without flags or mask.
  static const unsigned long by_default[8];
  for (int number = 1; number < NSIG; number++) {
    syscall(SYS_rt_sigaction, number, by_default, NULL, NSIG / 8);
  }
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
}

static ssize_t announce(const orchestrate_spawn_request *request) {
  if (request->announce_to < 0) return 0;
  int32_t message[2] = {request->announcement, getpid()};
  return send(request->announce_to, message, sizeof message, MSG_NOSIGNAL);
}

/// Executes the program; returns only where that fails. One that was written a moment ago may be
/// open for writing in a child that another thread has forked, until that child executes its own.
///
/// What comes on `call_off` ends the wait: whoever announced the process may not want it any more.
static void execute(const orchestrate_spawn_request *request, int call_off) {
  struct pollfd event = {.fd = call_off, .events = POLLIN};
  struct timespec start, now;
  clock_gettime(CLOCK_MONOTONIC, &start);
  while (true) {
    execve(request->path, request->arguments, request->environment);
    if (errno != ETXTBSY) return;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (now.tv_sec - start.tv_sec >= BUSY_SECONDS_MAX) {
      errno = ETXTBSY;
      return;
    }
    if (poll(&event, 1, 5) > 0) {
      errno = ECANCELED;
      return;
    }
  }
}

/// Runs in the child, which still shares its parent's memory: async-signal-safe calls only.
static failure become(const orchestrate_spawn_request *request, int *report, pid_t parent) {
  int lifted = fcntl(*report, F_DUPFD_CLOEXEC, FIRST_SPARE_DESCRIPTOR);
  if (lifted < 0) return (failure){errno, ORCHESTRATE_SPAWN_SETUP};
  *report = lifted;
  int call_off = -1;
  if (request->announce_to >= 0) {
    call_off = fcntl(request->announce_to, F_DUPFD_CLOEXEC, FIRST_SPARE_DESCRIPTOR);
    if (call_off < 0) return (failure){errno, ORCHESTRATE_SPAWN_SETUP};
  }
  setsid();
  if (request->parent_death_signal != 0) {
    if (prctl(PR_SET_PDEATHSIG, request->parent_death_signal) != 0) {
      return (failure){errno, ORCHESTRATE_SPAWN_SETUP};
    }
    // The parent may have gone before the request was in place.
    if (getppid() != parent) return (failure){ECANCELED, ORCHESTRATE_SPAWN_SETUP};
  }
  reset_signals();
  if (announce(request) < 0) return (failure){errno, ORCHESTRATE_SPAWN_SETUP};
  int error = place_descriptors(request);
  if (error != 0) return (failure){error, ORCHESTRATE_SPAWN_SETUP};
  if (dup3(*report, REPORT_DESCRIPTOR, O_CLOEXEC) < 0) {
    return (failure){errno, ORCHESTRATE_SPAWN_SETUP};
  }
  *report = REPORT_DESCRIPTOR;
  if (call_off >= 0) {
    if (dup3(call_off, CALL_OFF_DESCRIPTOR, O_CLOEXEC) < 0) {
      return (failure){errno, ORCHESTRATE_SPAWN_SETUP};
    }
    call_off = CALL_OFF_DESCRIPTOR;
  }
  close_from(CALL_OFF_DESCRIPTOR + 1);
  if (request->working_directory != NULL && chdir(request->working_directory) != 0) {
    return (failure){errno, ORCHESTRATE_SPAWN_WORKING_DIRECTORY};
  }
  execute(request, call_off);
  return (failure){errno, ORCHESTRATE_SPAWN_EXECUTE};
}

/// Reads what went wrong; end of file means that exec has closed the child's end.
static failure read_failure(int descriptor) {
  failure failed = {0, 0};
  ssize_t count;
  do {
    count = read(descriptor, &failed, sizeof failed);
  } while (count < 0 && errno == EINTR);
  return count == (ssize_t)sizeof failed ? failed : (failure){0, 0};
}

int orchestrate_spawn(const orchestrate_spawn_request *request, pid_t *pid, int *pidfd,
                      int *failed_step) {
  *failed_step = ORCHESTRATE_SPAWN_SETUP;
  int report[2];
  if (pipe2(report, O_CLOEXEC) != 0) return errno;
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &before);
  pid_t parent = getpid();
  pid_t child = vfork();
  if (child == 0) {
    int descriptor = report[1];
    failure failed = become(request, &descriptor, parent);
    ssize_t written = write(descriptor, &failed, sizeof failed);
    (void)written;
    _exit(127);
  }
  int error = child < 0 ? errno : 0;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  close(report[1]);
  if (error == 0) {
    failure failed = read_failure(report[0]);
    error = failed.error;
    if (error != 0) {
      *failed_step = failed.step;
      while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {
      }
    }
  }
  close(report[0]);
  if (error != 0) return error;
  *pid = child;
  if (pidfd == NULL) return 0;
  *pidfd = orchestrate_pidfd_open(child);
  if (*pidfd >= 0) return 0;
  error = errno;
  kill(child, SIGKILL);
  while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {
  }
  return error;
}
