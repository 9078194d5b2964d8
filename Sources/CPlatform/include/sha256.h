// SPDX-License-Identifier: Apache-2.0
// SHA-256 over a stream, for what is too long to hold (FIPS 180-4, section 6.2).
#ifndef ORCHESTRATE_SHA256_H
#define ORCHESTRATE_SHA256_H

#include <stddef.h>
#include <stdint.h>

/// A digest under way; plain memory, copied freely.
typedef struct {
  uint32_t state[8];
  uint64_t length;
  uint8_t pending[64];
} orchestrate_sha256;

/// Begins a digest.
orchestrate_sha256 orchestrate_sha256_begin(void);

/// Takes in more bytes.
void orchestrate_sha256_update(orchestrate_sha256 *_Nonnull hash, const void *_Nullable bytes,
                               size_t count);

/// The digest of all that was taken in, as 64 lower-case hexadecimal digits and a final NUL.
void orchestrate_sha256_finish(orchestrate_sha256 hash, char digits[_Nonnull 65]);

#endif
