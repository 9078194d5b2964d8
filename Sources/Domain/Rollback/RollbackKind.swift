// SPDX-License-Identifier: Apache-2.0
// The eight types of rollback (M4), and when one happens without being asked for.

/// A type of rollback, by the name that people call it.
package enum RollbackKind: String, Hashable, Sendable, Codable, CaseIterable {
  /// The checked-out branch goes back to its commit's parent, or to an earlier one that is named.
  case immediate
  /// A task goes back to a stage, on an earlier checkpoint of its own.
  case phase
  /// A whole task goes back to before its first stage.
  case command
  /// The files below some folders go back.
  case module
  /// The session's branch goes back to its newest commit whose tests pass.
  case quality
  /// The session ends, and its branch is removed.
  case complete
  /// Single files go back.
  case selective
  /// Everything that is not committed goes.
  case emergency

  /// What a rollback changes.
  package enum Ground: Hashable, Sendable {
    /// The person's own files, and perhaps the branch that they have checked out.
    case project
    /// Tasks of a session, and perhaps its branch; never a file that a person has.
    case session
  }

  /// What this type changes.
  package var ground: Ground {
    switch self {
    case .immediate, .module, .selective, .emergency: .project
    case .phase, .command, .quality, .complete: .session
    }
  }
}

/// Why a rollback happened that nobody asked for (M4). The gates' triggers are not among them: what
/// a gate refuses never reaches the branch.
package enum RollbackTrigger: String, Hashable, Sendable, Codable, CaseIterable {
  /// Before a merge, the tests fail where the session's branch stands.
  case test
  /// The last look at the whole branch found tests that fail (S4-18).
  case validation
}

/// What was seen of a session's branch.
package struct BranchEvidence: Hashable, Sendable {
  /// When it was looked at.
  package let trigger: RollbackTrigger
  /// What the tests say where the branch stands, those that failed before any work and those that
  /// fail now and then left out.
  package let head: Verdict
  /// The newest earlier commit of the branch on which they pass, here and now; `nil` for none.
  package let passing: ObjectID?

  package init(trigger: RollbackTrigger, head: Verdict, passing: ObjectID?) {
    self.trigger = trigger
    self.head = head
    self.passing = passing
  }

  /// The rollback that this asks for; `nil` for none.
  ///
  /// Tests that did not run say nothing. Where nothing earlier passes either, it is not the work
  /// that broke: the machine did, and going back would only hide that.
  ///
  /// - Parameter isAutomatic: the project's `rollback.automatic`.
  package func rollback(isAutomatic: Bool) -> RollbackKind? {
    guard isAutomatic, passing != nil else { return nil }
    switch head {
    case .fail: return .quality
    case .pass, .didNotRun: return nil
    }
  }
}
