// SPDX-License-Identifier: Apache-2.0
// What the compiler sees of libsodium.
#include <sodium.h>
