// SPDX-License-Identifier: Apache-2.0
// `orchestrate hook`: what agents' hooks call.

import Domain

enum HookCommand {
  static let spec = CommandSpec(
    ["hook"], summary: "Answer an agent's hook: pass, or block the tool call",
    discussion: """
      Reads the JSON that Claude Code and Codex give to their hooks. Exits 0 to let the tool call \
      through and 2, with the reason on stderr, to block it; a payload that cannot be read blocks.
      Without a name every rule holds: \
      \(HookRule.allCases.map { "\($0.rawValue) (\($0.summary))" }.joined(separator: ", ")). \
      handoff-reminder tells an agent that ends its turn what it has not handed in; session_loader \
      prints where things stand, status_line the same in a line.
      Hooks help agents to notice early. What holds is what the coordinator proves, hook or not. \
      'orchestrate init --hooks' registers them.
      """,
    examples: [
      Example("orchestrate hook < payload.json", "Every rule, as agents call it"),
      Example("orchestrate hook block-if-broken < payload.json", "One rule alone"),
    ],
    positionals: [Positional("name", "One rule, or another hook's name", .optional)]
  ) { (invocation) throws(Problem) in
    HookMain(environment: invocation.environment, output: invocation.output)
      .run(invocation.arguments("name"))
  }
}
