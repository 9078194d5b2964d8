// SPDX-License-Identifier: Apache-2.0
// Apart from the rest, so that only the program whose `main` ends a command's tree begins one.

#include "early_supervision.h"

#include "platform.h"

/// Called before every constructor, those of the libraries included.
__attribute__((used, section(".preinit_array"))) static void (*supervises_first)(
    int, char **, char **) = orchestrate_supervise;
