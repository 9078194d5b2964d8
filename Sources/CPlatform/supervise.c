// SPDX-License-Identifier: Apache-2.0
// A supervising process, as long as it has only to start its command and to wait for it.
//
// It happens before Swift's runtime and the libraries set themselves up, which takes longer than
// many a command: where nothing of the command is left when it ends, they never do. Everything
// else is left to `superviseMain`.

#include "platform.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

static orchestrate_supervision supervision = {.exit_code = EX_USAGE};

const orchestrate_supervision *orchestrate_supervised(void) { return &supervision; }

/// Whatever would end this process by default must end the tree first; SIGPIPE is an errno.
static const int handled_signals[] = {SIGCHLD, SIGTERM, SIGINT,  SIGHUP, SIGQUIT,
                                      SIGUSR1, SIGUSR2, SIGALRM, SIGPIPE};

enum { HANDLED_SIGNALS = sizeof handled_signals / sizeof handled_signals[0] };

void orchestrate_supervision_report(int32_t kind, int32_t value) {
  int32_t message[2] = {kind, value};
  // A coordinator that has gone needs no report.
  (void)orchestrate_send(ORCHESTRATE_LIFELINE, message, sizeof message);
}

// MARK: Starting the command

/// Reads `ORCHESTRATE __supervise --grace-ms N -- PROGRAM [ARGUMENT…]`.
///
/// Returns the command's arguments, or null.
static char **command_of(int count, char **arguments, int64_t *grace_milliseconds) {
  enum { DIGITS_MAX = 15 };
  if (count < 6 || strcmp(arguments[2], "--grace-ms") != 0 || strcmp(arguments[4], "--") != 0) {
    return NULL;
  }
  const char *digit = arguments[3];
  *grace_milliseconds = 0;
  for (; *digit >= '0' && *digit <= '9' && digit - arguments[3] < DIGITS_MAX; digit++) {
    *grace_milliseconds = *grace_milliseconds * 10 + (*digit - '0');
  }
  return digit > arguments[3] && *digit == '\0' ? arguments + 5 : NULL;
}

/// The command's variables out of this process's environment (SealedEnvironment.swift), to be
/// freed; null where there is no memory.
static char **unsealed(char **environment) {
  size_t count = 0;
  while (environment[count] != NULL) count++;
  char **variables = malloc((count + 1) * sizeof *variables);
  if (variables == NULL) return NULL;
  char **next = variables;
  for (char **string = environment; *string != NULL; string++) {
    if (**string == ORCHESTRATE_ENVIRONMENT_SEAL) *next++ = *string + 1;
  }
  *next = NULL;
  return variables;
}

static const char *search_path_of(char **environment) {
  for (; *environment != NULL; environment++) {
    if (strncmp(*environment, "PATH=", 5) == 0) return *environment + 5;
  }
  return "/usr/bin:/bin";
}

static int check_executable(const char *path) {
  struct stat information;
  if (stat(path, &information) != 0) return errno;
  if (!S_ISREG(information.st_mode)) return EACCES;
  return access(path, X_OK) == 0 ? 0 : errno;
}

/// Looks up a program as a shell would, relative to the current directory. Empty entries of the
/// search path, which would stand for that directory too, are skipped.
///
/// ENOENT where there is no such file, EACCES where there is one that may not be executed.
static int look_up(const char *program, const char *entry, char place[PATH_MAX],
                   const char **found) {
  // The kernel gives the better answer for a path: it also knows scripts and formats.
  *found = program;
  if (strchr(program, '/') != NULL) return 0;
  *found = place;
  size_t name = strlen(program);
  int error = ENOENT;
  for (const char *end;; entry = end + 1) {
    end = strchrnul(entry, ':');
    size_t folder = (size_t)(end - entry);
    if (folder > 0 && folder + 1 + name < PATH_MAX) {
      memcpy(place, entry, folder);
      place[folder] = '/';
      memcpy(place + folder + 1, program, name + 1);
      int code = check_executable(place);
      if (code == 0) return 0;
      if (code == EACCES) error = EACCES;
    }
    if (*end == '\0') return error;
  }
}

/// Starts the command; should this process be killed outright, its root at least dies with it.
static int start(char **command, char **environment) {
  char **variables = unsealed(environment);
  if (variables == NULL) return ENOMEM;
  char place[PATH_MAX];
  orchestrate_spawn_request request = {
      .arguments = command,
      .environment = variables,
      .input = 0,
      .output = 1,
      .error = 2,
      .extra = -1,
      .parent_death_signal = SIGKILL,
      .announce_to = ORCHESTRATE_LIFELINE,
      .announcement = ORCHESTRATE_RECORD_STARTED,
  };
  int step;
  int error = look_up(command[0], search_path_of(variables), place, &request.path);
  if (error == 0) error = orchestrate_spawn(&request, &supervision.root, NULL, &step);
  free(variables);
  return error;
}

// MARK: Waiting for it

bool orchestrate_supervision_reap(orchestrate_supervision *tree) {
  while (true) {
    orchestrate_ending ending;
    if (orchestrate_reap(&ending) != 0) return false;
    if (ending.pid == 0) return true;
    if (ending.pid != tree->root || tree->root_has_ended) continue;
    orchestrate_supervision_report(
        ending.signalled ? ORCHESTRATE_RECORD_SIGNALLED : ORCHESTRATE_RECORD_EXITED, ending.code);
    tree->root_has_ended = true;
  }
}

void orchestrate_supervision_take_signals(orchestrate_supervision *tree) {
  int number;
  while ((number = orchestrate_signalfd_next(tree->signals)) != 0) {
    if (number != SIGCHLD && number != SIGPIPE) tree->is_asked_to_end = true;
  }
}

/// Returns only where the tree has to be ended.
static void await_end(void) {
  struct pollfd events[] = {{.fd = ORCHESTRATE_LIFELINE, .events = POLLIN},
                            {.fd = supervision.signals, .events = POLLIN}};
  while (orchestrate_supervision_reap(&supervision)) {
    if (supervision.root_has_ended || supervision.is_asked_to_end) return;
    if (poll(events, 2, -1) <= 0) continue;
    if (events[0].revents != 0) return;
    orchestrate_supervision_take_signals(&supervision);
  }
  orchestrate_supervision_report(ORCHESTRATE_RECORD_CLEARED, 0);
  _exit(0);
}

void orchestrate_supervise(int count, char **arguments, char **environment) {
  if (count < 2 || strcmp(arguments[1], "__supervise") != 0) return;
  char **command = command_of(count, arguments, &supervision.grace_milliseconds);
  if (command == NULL || !orchestrate_is_socket_pair_end(ORCHESTRATE_LIFELINE)) return;
  supervision.exit_code = EX_OSERR;
  if (orchestrate_close_on_exec(ORCHESTRATE_LIFELINE) != 0) return;
  if (orchestrate_become_subreaper() != 0) return;
  supervision.signals = orchestrate_signalfd(handled_signals, HANDLED_SIGNALS);
  if (supervision.signals < 0) return;
  int error = start(command, environment);
  if (error != 0) {
    orchestrate_supervision_report(ORCHESTRATE_RECORD_NOT_STARTED, error);
    _exit(0);
  }
  supervision.exit_code = 0;
  (void)orchestrate_silence_standard_streams();
  await_end();
}
