# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Sourced by the scripts beside it: sees to it that `swift` is in PATH, or says what is missing.

if ! command -v swift >/dev/null; then
  for folder in /opt/swift/usr/bin /usr/libexec/swift/bin "${HOME:-}/.local/share/swiftly/bin"; do
    if [[ -x $folder/swift ]]; then
      export PATH="$folder:$PATH"
      break
    fi
  done
fi
if ! command -v swift >/dev/null; then
  echo "Swift is missing: neither PATH nor /opt/swift/usr/bin has it." >&2
  echo "Install Swift 6.2 or later, https://www.swift.org/install, and try again." >&2
  exit 69
fi
