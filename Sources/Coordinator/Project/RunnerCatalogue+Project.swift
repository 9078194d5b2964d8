// SPDX-License-Identifier: Apache-2.0
// What a project's top folder says of its tests, read without running anything.

import Documents
package import Supervision

extension RunnerCatalogue.Project {
  /// The names at the top of a project, and the test script of its `package.json`.
  package static func reading(_ root: String) -> RunnerCatalogue.Project {
    RunnerCatalogue.Project(
      names: Set(directoryEntries(root)), packageTestScript: testScript(root + "/package.json"))
  }

  /// A file that cannot be read says nothing; whoever uses it will name what is wrong with it.
  private static func testScript(_ path: String) -> String? {
    do {
      guard let bytes = try readFileIfPresent(path) else { return nil }
      let package = try JSONValue(parsing: String(decoding: bytes, as: UTF8.self))
      return package["scripts"]?["test"]?.string
    } catch {
      return nil
    }
  }
}
