// SPDX-License-Identifier: Apache-2.0
// What comes with the program is whole, and what it does not carry is named.

import Documents
import Domain
import Testing

@Suite struct ShippedFilesTests {
  @Test func `every shipped table is read`() throws {
    let shipped = try RepositoryFiles.shipped()
    #expect(try shipped.statusAliases().status(of: "done").meaning == .completed)
    #expect(try shipped.roleAliases().role(of: "qa") == .testEngineer)
    #expect(
      try shipped.gates().map(\.id) == [
        "compiles", "tests-pass", "no-console-errors", "performance", "documentation-updated",
        "micro-task-size",
      ])
    #expect(try shipped.gates().last?.limits.linesMax == 99)
    #expect(try shipped.workflows().count == 3)
  }

  @Test func `the program embeds every file of agents and config`() throws {
    let source = try RepositoryFiles.text("Sources/CPlatform/embedded.c")
    for path in try RepositoryFiles.shipped().paths {
      #expect(source.contains("#embed \"../../\(path)\""), "\(path)")
      #expect(source.contains("{\"\(path)\", "), "\(path)")
    }
  }

  @Test func `a file that is not carried is named`() {
    let shipped = ShippedFiles(["config/roles.json": []])
    #expect(
      complaint { _ = try shipped.bytes(of: "config/role.json") }
        == "config/role.json: 'config/role.json' is no file that the program carries; "
        + "did you mean 'config/roles.json'?")
    #expect(complaint { _ = try shipped.roleAliases() }.hasPrefix("config/roles.json:1:1:"))
  }
}
