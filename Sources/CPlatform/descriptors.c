// SPDX-License-Identifier: Apache-2.0
// Pipes, socket pairs, counters, signal descriptors and file locks.

#include "platform.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

int orchestrate_pipe(int ends[2], bool caller_reads) {
  if (pipe2(ends, O_CLOEXEC) != 0) return errno;
  int own = caller_reads ? ends[0] : ends[1];
  // A larger pipe saves wake-ups; where the user's quota refuses it, 64 KiB do as well.
  (void)fcntl(own, F_SETPIPE_SZ, 1 << 20);
  if (fcntl(own, F_SETFL, O_NONBLOCK) == 0) return 0;
  int error = errno;
  close(ends[0]);
  close(ends[1]);
  return error;
}

int orchestrate_socket_pair(int ends[2]) {
  return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0 ? 0 : errno;
}

bool orchestrate_is_socket_pair_end(int descriptor) {
  int type = 0, domain = 0;
  socklen_t size = sizeof type;
  if (getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &size) != 0) return false;
  size = sizeof domain;
  if (getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &domain, &size) != 0) return false;
  return type == SOCK_SEQPACKET && domain == AF_UNIX;
}

int orchestrate_send(int descriptor, const void *bytes, size_t count) {
  ssize_t sent;
  do {
    sent = send(descriptor, bytes, count, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  return sent < 0 ? errno : 0;
}

int orchestrate_close_on_exec(int descriptor) {
  return fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0 ? 0 : errno;
}

int orchestrate_silence_standard_streams(void) {
  int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (null < 0) return errno;
  int error = 0;
  for (int descriptor = 0; descriptor <= 2 && error == 0; descriptor++) {
    if (dup2(null, descriptor) < 0) error = errno;
  }
  if (null > 2) close(null);
  return error;
}

int orchestrate_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

int orchestrate_signalfd(const int *signals, size_t count) {
  sigset_t set;
  sigemptyset(&set);
  for (size_t i = 0; i < count; i++) sigaddset(&set, signals[i]);
  int error = pthread_sigmask(SIG_BLOCK, &set, NULL);
  if (error != 0) {
    errno = error;
    return -1;
  }
  return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int orchestrate_signalfd_next(int descriptor) {
  struct signalfd_siginfo info;
  ssize_t count;
  do {
    count = read(descriptor, &info, sizeof info);
  } while (count < 0 && errno == EINTR);
  return count == (ssize_t)sizeof info ? (int)info.ssi_signo : 0;
}

int orchestrate_lock_file(int descriptor, bool exclusive, bool blocking) {
  int operation = (exclusive ? LOCK_EX : LOCK_SH) | (blocking ? 0 : LOCK_NB);
  int result;
  do {
    result = flock(descriptor, operation);
  } while (result != 0 && errno == EINTR);
  return result == 0 ? 0 : errno;
}

int orchestrate_unlock_file(int descriptor) {
  return flock(descriptor, LOCK_UN) == 0 ? 0 : errno;
}
