// SPDX-License-Identifier: Apache-2.0
// What the module map takes of zlib.
#include <zlib.h>
