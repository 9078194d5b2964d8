// SPDX-License-Identifier: Apache-2.0
#ifndef ORCHESTRATE_PLATFORM_H
#define ORCHESTRATE_PLATFORM_H
#endif
