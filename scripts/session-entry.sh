#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The session entry protocol for the project at PATH, by default here: `orchestrate enter` under
# the name that people's notes and hooks know.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
for orchestrate in \
  "$(command -v orchestrate || true)" \
  "$root/.build/release/orchestrate" \
  "$root/.build/debug/orchestrate"; do
  if [[ -x $orchestrate ]]; then
    exec "$orchestrate" enter "${1:-.}"
  fi
done
echo "orchestrate is neither in PATH nor built. Build it with $root/scripts/build release" >&2
exit 69
