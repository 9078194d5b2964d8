// SPDX-License-Identifier: Apache-2.0
// The system calls that Swift cannot reach: variadic, cast in a macro, or only in <linux/…>.
//
// Unless a comment says otherwise, a function returns 0 or an errno value, and every descriptor it
// makes is close-on-exec.
#ifndef ORCHESTRATE_PLATFORM_H
#define ORCHESTRATE_PLATFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// MARK: Starting a process

/// What a new process is to be. All pointers are borrowed for the duration of the call.
typedef struct {
  /// The file to execute; no search is made.
  const char *_Nonnull path;
  /// Null-terminated.
  char *_Nullable const *_Nonnull arguments;
  /// Null-terminated `NAME=value` strings: the whole environment.
  char *_Nullable const *_Nonnull environment;
  /// Null: stay in the caller's.
  const char *_Nullable working_directory;
  /// The caller's descriptors that become 0, 1 and 2; -1 stands for /dev/null.
  int input, output, error;
  /// The caller's descriptor that becomes 3; -1 for none.
  int extra;
  /// Sent to the new process when the calling *thread* ends; 0 for none.
  int parent_death_signal;
  /// The caller's socket to which, before the program runs, two 32-bit integers are sent:
  /// `announcement` and the new process's number; -1 for none.
  int announce_to;
  int32_t announcement;
} orchestrate_spawn_request;

/// The step at which a start failed.
enum {
  ORCHESTRATE_SPAWN_SETUP = 1,
  ORCHESTRATE_SPAWN_WORKING_DIRECTORY = 2,
  ORCHESTRATE_SPAWN_EXECUTE = 3,
};

/// Starts a process in a session of its own, with default signal dispositions, no signal blocked
/// and no descriptor open beyond those asked for. When this returns 0 the new program is running.
/// A file that is open for writing is waited for, about five seconds at most (ETXTBSY), and no longer
/// once anything can be read from `announce_to` (ECANCELED).
///
/// `pid` and `pidfd` are set on success only; the caller reaps the child and closes `pidfd`, which
/// is null where nobody follows it. `failed_step` is set on failure only.
int orchestrate_spawn(const orchestrate_spawn_request *_Nonnull request, pid_t *_Nonnull pid,
                      int *_Nullable pidfd, int *_Nonnull failed_step);

// MARK: Following a process

/// A descriptor that polls readable once the process has ended, or -1 with errno set.
int orchestrate_pidfd_open(pid_t pid);

int orchestrate_pidfd_signal(int pidfd, int signal_number);

/// How a child ended.
typedef struct {
  /// 0: it has not ended (only where not blocking).
  pid_t pid;
  /// Whether a signal ended it; `code` is then the signal's number, else the exit code.
  bool signalled;
  int code;
} orchestrate_ending;

/// Reaps the child behind a pidfd.
int orchestrate_pidfd_wait(int pidfd, bool blocking, orchestrate_ending *_Nonnull ending);

/// Reaps any one child without waiting. ECHILD where there is none left at all.
int orchestrate_reap(orchestrate_ending *_Nonnull ending);

/// Makes orphaned descendants become children of the calling process.
int orchestrate_become_subreaper(void);

// MARK: Supervising

enum {
  /// A supervising process's descriptor that leads to its coordinator.
  ORCHESTRATE_LIFELINE = 3,
  /// Stands before each of a command's variables in its supervisor's environment.
  ORCHESTRATE_ENVIRONMENT_SEAL = ':',
};

/// What a supervising process tells over its lifeline: two 32-bit integers, one of these and a
/// value (SupervisionRecord.swift).
enum {
  ORCHESTRATE_RECORD_STARTED = 1,
  ORCHESTRATE_RECORD_NOT_STARTED = 2,
  ORCHESTRATE_RECORD_EXITED = 3,
  ORCHESTRATE_RECORD_SIGNALLED = 4,
  ORCHESTRATE_RECORD_CLEARED = 5,
};

/// A command that this process supervises.
typedef struct {
  /// 0 where there is one. Else the code to leave with: 64 where this process was not started by a
  /// coordinator, 71 where the system refuses what supervising needs.
  int exit_code;
  /// The command's own process.
  pid_t root;
  /// Whether it was reaped, and its end reported.
  bool root_has_ended;
  /// Whether a signal came that asks for the end of the tree.
  bool is_asked_to_end;
  /// Where signals are read.
  int signals;
  int64_t grace_milliseconds;
} orchestrate_supervision;

/// Where the arguments ask for it, starts a command and waits for it, and leaves where nothing of it
/// is left. Returns where they don't, where nothing could be begun, and where a tree has to be ended,
/// which `orchestrate_supervised` tells. Needs nothing of what constructors set up.
void orchestrate_supervise(int count, char *_Nonnull *_Nonnull arguments,
                           char *_Nullable *_Nonnull environment);

/// What this process supervises. Before `main` it has started the command and waited; it gets to
/// `main` only where the tree has to be ended, or nothing could be started.
const orchestrate_supervision *_Nonnull orchestrate_supervised(void);

/// Tells the coordinator.
void orchestrate_supervision_report(int32_t kind, int32_t value);

/// Reaps what has ended, and reports the end of the command's own process. Returns whether any
/// process of the tree is left.
bool orchestrate_supervision_reap(orchestrate_supervision *_Nonnull tree);

/// Takes the signals that are waiting.
void orchestrate_supervision_take_signals(orchestrate_supervision *_Nonnull tree);

// MARK: Descriptors

/// A pipe, `ends[0]` to read and `ends[1]` to write. The end that stays with the caller never
/// blocks; the other one behaves as a child expects.
int orchestrate_pipe(int ends[_Nonnull 2], bool caller_reads);

/// A connected pair of sockets that keeps message boundaries and reports the peer's end.
int orchestrate_socket_pair(int ends[_Nonnull 2]);

/// Whether a descriptor is a socket such as `orchestrate_socket_pair` makes.
bool orchestrate_is_socket_pair_end(int descriptor);

/// Sends one message, never raising SIGPIPE.
int orchestrate_send(int descriptor, const void *_Nonnull bytes, size_t count);

/// Makes a descriptor close on exec.
int orchestrate_close_on_exec(int descriptor);

/// Lets descriptors 0, 1 and 2 lead to /dev/null.
int orchestrate_silence_standard_streams(void);

/// A counter that polls readable once it was written to, or -1 with errno set.
int orchestrate_eventfd(void);

/// Blocks the given signals in the calling thread and returns a non-blocking descriptor that
/// reports them, or -1 with errno set.
int orchestrate_signalfd(const int *_Nonnull signals, size_t count);

/// The number of one signal that is waiting at a signalfd, or 0 for none.
int orchestrate_signalfd_next(int descriptor);

/// Takes an advisory lock on a whole file; EWOULDBLOCK where `blocking` is false and another
/// open file holds it.
int orchestrate_lock_file(int descriptor, bool exclusive, bool blocking);

int orchestrate_unlock_file(int descriptor);

// MARK: The machine

/// Fills a buffer from the kernel's generator.
int orchestrate_random(void *_Nonnull bytes, size_t count);

/// Nanoseconds since this machine started, time asleep included: no change of the wall clock
/// moves it, and it begins anew with every boot.
int64_t orchestrate_boot_time_nanoseconds(void);

/// Names the file system of a path where it is one that other machines write to as well
/// ("nfs", "virtiofs", …): its locks and its memory maps cannot be relied on.
///
/// Null with errno 0: it is a local one. Null with errno set: it could not be asked.
const char *_Nullable orchestrate_shared_file_system(const char *_Nonnull path);

#endif
