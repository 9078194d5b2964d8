// SPDX-License-Identifier: Apache-2.0
// The files that the program carries in itself: agents/, config/, and the reporters of test runners.
#ifndef ORCHESTRATE_EMBEDDED_H
#define ORCHESTRATE_EMBEDDED_H

#include <stddef.h>

/// One file. Both pointers are valid for as long as the process lives.
struct orchestrate_embedded_file {
  /// Its path in the repository, such as "agents/architect.md".
  const char *_Nonnull path;
  const unsigned char *_Nonnull bytes;
  size_t length;
};

/// How many files of agents/ and config/ there are.
size_t orchestrate_embedded_file_count(void);

/// The file at `index`, which must be below the count.
struct orchestrate_embedded_file orchestrate_embedded_file_at(size_t index);

/// What test runners of other languages are given, so that they tell what became of each test, and
/// of the right code.
struct orchestrate_embedded_file orchestrate_reporter_node(void);
struct orchestrate_embedded_file orchestrate_reporter_prove(void);
struct orchestrate_embedded_file orchestrate_reporter_pytest(void);
struct orchestrate_embedded_file orchestrate_reporter_unittest(void);

#endif
