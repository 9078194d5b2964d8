// SPDX-License-Identifier: Apache-2.0
// Lines that only state a version: no test is expected to miss them.

import Testing

@testable import Coordinator

@Suite struct ReleaseLineTests {
  @Test(arguments: [
    "__version__ = \"1.2.0\"", "__version__ = '0.14.2'", "VERSION = \"2.0.0-rc.1\",",
    "pub const VERSION: &str = \"1.2.0\";", "let toolVersion = \"1.2\"",
    "  appVersion='2026.1+7'",
  ])
  func `a literal for a name that ends in version states a version`(line: String) {
    #expect(ReleaseLine.statesVersion(line))
  }

  @Test(arguments: [
    "version = read()", "version == \"1.2.0\"", "if version != \"1\":", "x = \"1.2.0\"",
    "version = \"\"", "version = \"rm -rf /\"", "version = a + \"1\"", "def version(self):",
    "return \"1.2.0\"",
  ])
  func `anything else is code`(line: String) {
    #expect(!ReleaseLine.statesVersion(line))
  }
}
