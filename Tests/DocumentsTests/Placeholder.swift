// SPDX-License-Identifier: Apache-2.0
// Placeholder until the first test of this target lands.
