// SPDX-License-Identifier: Apache-2.0
// What a run waits for instead of ending: space on the disk; and the claims that it watches itself.

import Domain

extension Coordinator {
  /// Waits a little where `problem` is that the disk is full, or nearly so; it is told once.
  ///
  /// - Throws: `problem` where it is any other.
  func awaitSpace(after problem: Problem) async throws(Problem) {
    guard problem.isLackOfSpace else { throw problem }
    if !isOutOfSpace {
      isOutOfSpace = true
      tell(
        .warning(
          "\(problem.message): nothing new is begun until there is space again"
            + (problem.reason.map { " (\($0))" } ?? "")))
    }
    await change(after: changeCount, limit: .seconds(1))
  }

  /// There is space: a run that waited for it goes on.
  func noteSpace() {
    guard isOutOfSpace else { return }
    isOutOfSpace = false
    tell(.note("there is space again; the session goes on"))
  }
}

extension Problem {
  /// Whether the disk is full, or nearly so.
  var isLackOfSpace: Bool { code == "STORE004" }
}
