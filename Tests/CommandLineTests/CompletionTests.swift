// SPDX-License-Identifier: Apache-2.0
// Completion scripts, the one for bash in a real bash.

import Testing

@testable import orchestrate

@Suite struct CompletionTests {
  /// What bash offers for a line that ends where the cursor is.
  private func completions(_ line: String) throws -> Set<String> {
    let script = try CapturedFile(CompletionScript(table: sampleTable).render(.bash))
    let words = line.split(separator: " ", omittingEmptySubsequences: false).map { "'\($0)'" }
    let (status, text) = try shell(
      "source \(script.path); COMP_WORDS=(\(words.joined(separator: " "))); "
        + "COMP_CWORD=\(words.count - 1); set -u; _orchestrate; "
        + "if ((${#COMPREPLY[@]})); then printf '%s\\n' \"${COMPREPLY[@]}\"; fi")
    #expect(status == 0, "\(text)")
    return Set(text.split(separator: "\n").map(String.init))
  }

  @Test func `bash completes commands, options and values`() throws {
    #expect(try completions("orchestrate sta") == ["status"])
    #expect(try completions("orchestrate handoff ").isSuperset(of: ["claim", "list", "--json"]))
    #expect(try completions("orchestrate handoff c") == ["claim"])
    #expect(try completions("orchestrate handoff claim --w") == ["--wait"])
    #expect(try completions("orchestrate handoff claim --order ") == ["oldest", "newest"])
    #expect(try completions("orchestrate handoff claim --order o") == ["oldest"])
    #expect(try completions("orchestrate --json handoff cl") == ["claim"])
    #expect(try completions("orchestrate status --color n") == ["never"])
    #expect(try completions("orchestrate gate --a") == ["--all"])
    #expect(try completions("orchestrate handoff claim --wait ") == [])
    #expect(try completions("orchestrate status --project /us").contains("/usr"))
    #expect(try completions("orchestrate handoff list --w") == [])
  }

  @Test(arguments: CompletionScript.Shell.allCases)
  func `every shell's script names every command`(shell: CompletionScript.Shell) {
    let script = CompletionScript(table: sampleTable).render(shell)
    for word in ["status", "handoff", "claim", "gate", "completion", "color", "order"] {
      #expect(script.contains(word))
    }
  }
}
