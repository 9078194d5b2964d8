// SPDX-License-Identifier: Apache-2.0
// A commit, as read and as written.

package import Domain

/// A commit with what its message says.
package struct CommitRecord: Hashable, Sendable {
  /// A `Key: value` line of a message's last paragraph.
  package struct Trailer: Hashable, Sendable {
    package let key: String
    package let value: String
  }

  package let id: ObjectID
  package let parents: [ObjectID]
  package let tree: ObjectID
  package let message: String
  /// The message's first paragraph in one line.
  package let subject: String
  package let authorName: String
  /// When it was committed, in seconds since 1970.
  package let time: Int
  /// In the message's order; a key may come more than once.
  package let trailers: [Trailer]
}

/// Who a commit is by, and when. Nothing is taken from git's configuration or from a clock, so the
/// same input always gives the same commit.
package struct CommitIdentity: Hashable, Sendable {
  package let name: String
  package let email: String
  /// Since 1970; the time zone is UTC.
  package let seconds: Int

  package init(name: String, email: String, seconds: Int) {
    self.name = name
    self.email = email
    self.seconds = seconds
  }
}
