// SPDX-License-Identifier: Apache-2.0
// Follows, signals and reaps processes.

#include "platform.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

int orchestrate_pidfd_open(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

int orchestrate_pidfd_signal(int pidfd, int signal_number) {
  return syscall(SYS_pidfd_send_signal, pidfd, signal_number, NULL, 0) == 0 ? 0 : errno;
}

static int wait_for(idtype_t type, id_t id, int options, orchestrate_ending *ending) {
  siginfo_t info;
  memset(&info, 0, sizeof info);
  int result;
  do {
    result = waitid(type, id, &info, WEXITED | options);
  } while (result < 0 && errno == EINTR);
  if (result < 0) return errno;
  ending->pid = info.si_pid;
  ending->signalled = info.si_code != CLD_EXITED;
  ending->code = info.si_status;
  return 0;
}

int orchestrate_pidfd_wait(int pidfd, bool blocking, orchestrate_ending *ending) {
  return wait_for((idtype_t)P_PIDFD, (id_t)pidfd, blocking ? 0 : WNOHANG, ending);
}

int orchestrate_reap(orchestrate_ending *ending) { return wait_for(P_ALL, 0, WNOHANG, ending); }

int orchestrate_become_subreaper(void) {
  return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0 ? 0 : errno;
}
