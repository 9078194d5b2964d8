// SPDX-License-Identifier: Apache-2.0
// A program that depends on this target supervises a command before anything else of it is set up,
// where its arguments say so; there is nothing to call.
#ifndef ORCHESTRATE_EARLY_SUPERVISION_H
#define ORCHESTRATE_EARLY_SUPERVISION_H

#endif
