// SPDX-License-Identifier: Apache-2.0
// A commit, as read and as written.

package import Domain

/// A commit with what its message says.
package struct CommitRecord: Hashable, Sendable {
  /// A `Key: value` line of a message's last paragraph.
  package struct Trailer: Hashable, Sendable {
    /// What stands before the colon, as it was written.
    package let key: String
    /// What stands after the colon, without the spaces around it.
    package let value: String
  }

  /// The commit's own id.
  package let id: ObjectID
  /// In the commit's order; empty for a root, two or more for a merge.
  package let parents: [ObjectID]
  /// The root tree of the project as committed.
  package let tree: ObjectID
  /// The whole message: subject, body and trailers.
  package let message: String
  /// The message's first paragraph in one line.
  package let subject: String
  /// Who wrote the change; the committer may be another.
  package let authorName: String
  /// When it was committed, in seconds since 1970.
  package let time: Int
  /// In the message's order; a key may come more than once.
  package let trailers: [Trailer]
}

/// Who a commit is by, and when. Nothing is taken from git's configuration or from a clock, so the
/// same input always gives the same commit.
package struct CommitIdentity: Hashable, Sendable {
  /// As `git log` shows it before the address.
  package let name: String
  /// Without the angle brackets.
  package let email: String
  /// Since 1970; the time zone is UTC.
  package let seconds: Int

  package init(name: String, email: String, seconds: Int) {
    self.name = name
    self.email = email
    self.seconds = seconds
  }
}
