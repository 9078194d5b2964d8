// SPDX-License-Identifier: Apache-2.0
// The files of agents/ and config/, which the program carries in itself.
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

/// How many files there are.
size_t orchestrate_embedded_file_count(void);

/// The file at `index`, which must be below the count.
struct orchestrate_embedded_file orchestrate_embedded_file_at(size_t index);

#endif
