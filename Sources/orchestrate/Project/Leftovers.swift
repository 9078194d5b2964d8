// SPDX-License-Identifier: Apache-2.0
// What a killed coordinator was in the middle of writing, and of running.

import Coordinator
import Documents
import Supervision

/// Temporary files and folders that nobody uses any more.
enum Leftovers {
  /// Removes them. What a live process uses is locked, and stays.
  static func remove(of paths: ProjectPaths) {
    for folder in [paths.claude, paths.state, paths.progress, paths.sessions, paths.memory] {
      AtomicFile.removeLeftovers(in: folder)
    }
    PrivateDirectory.removeLeftovers()
  }
}
