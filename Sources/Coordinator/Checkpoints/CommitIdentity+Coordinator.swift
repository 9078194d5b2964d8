// SPDX-License-Identifier: Apache-2.0
// Who the coordinator's commits are by.

import Git

extension CommitIdentity {
  /// The coordinator, at a moment that comes from the claim, so that doing it again after a crash
  /// gives the same object id.
  static func coordinator(at seconds: Int) -> CommitIdentity {
    CommitIdentity(name: "orchestrate", email: "orchestrate@localhost", seconds: seconds)
  }
}
