// SPDX-License-Identifier: Apache-2.0
// The nineteen rows of the universal catalogue, in M2's order.

extension UniversalGate {
  /// Every universal gate.
  package static let all = foundational + development + coordination + documentation + analysis

  private static let foundational = [
    UniversalGate(
      id: "critical_thinking_validation", category: .foundational, moment: .pre, level: .blocking,
      demand: "Thought comes before work: each designed task has a design that was accepted.",
      thresholds: [
        GateThreshold(value: "5", unit: "questions answered", source: "M1: raised from 3"),
        GateThreshold(value: "> 3", unit: "alternatives and consequences", source: "M1"),
      ], answer: .measured(.session(.designsAccepted))),
    UniversalGate(
      id: "requirement_clarity", category: .foundational, moment: .pre, level: .blocking,
      demand: "What is asked for is clear enough to be tested.", thresholds: [],
      answer: .attested),
    UniversalGate(
      id: "module_integration_compliance", category: .foundational, moment: .pre, level: .blocking,
      demand: "The framework's prompt modules are loaded and followed.", thresholds: [],
      answer: .notApplicable(
        "it is about prompt files that a model loads; here the program itself holds every stage "
          + "to its rules")),
    UniversalGate(
      id: "error_handling_completeness", category: .foundational, moment: .during,
      level: .blocking, demand: "Every way to fail is handled and tested.",
      thresholds: [GateThreshold(value: "100", unit: "% of error paths covered", source: "M7")],
      answer: .measuredByProject(example: "a linter for unhandled errors")),
  ]

  private static let development = [
    UniversalGate(
      id: "tdd_compliance", category: .development, moment: .during, level: .blocking,
      demand: "Each piece of code was preceded by a test that was seen to fail.", thresholds: [],
      answer: .measured(.session(.redBeforeGreen))),
    UniversalGate(
      id: "test_coverage_tool_enforcement", category: .development, moment: .post,
      level: .blocking, demand: "A tool measures that the tests go through the code.",
      thresholds: [
        GateThreshold(value: "90", unit: "% of lines", source: "M2: coverage 90 %"),
        GateThreshold(value: "85", unit: "% of branches", source: "M7"),
      ], answer: .measuredByKind(.coverage)),
    UniversalGate(
      id: "code_quality_standards", category: .development, moment: .during, level: .blocking,
      demand: "Functions are short and simple.",
      thresholds: [
        GateThreshold(value: "≤ 10", unit: "cyclomatic complexity", source: "M2"),
        GateThreshold(value: "< 50", unit: "lines a function", source: "M2"),
      ], answer: .measuredByProject(example: "ruff, lizard, clippy")),
    UniversalGate(
      id: "security_requirements", category: .development, moment: .post, level: .blocking,
      demand: "What is to be kept safe is, and nothing known to be unsafe is used.",
      thresholds: [], answer: .measuredByProject(example: "bandit, cargo audit, govulncheck")),
    UniversalGate(
      id: "performance_validation", category: .development, moment: .post, level: .blocking,
      demand: "It is fast enough.",
      thresholds: [
        GateThreshold(value: "200", unit: "ms at the 95th percentile", source: "M2"),
        GateThreshold(value: "500", unit: "ms at the 99th percentile", source: "M2"),
      ], answer: .measuredByKind(.performance)),
    UniversalGate(
      id: "parallel_execution_optimization", category: .development, moment: .during,
      level: .blocking, demand: "Independent work runs side by side.",
      thresholds: [GateThreshold(value: "70", unit: "% faster than in turn", source: "M2")],
      answer: .notApplicable(
        "nobody runs the same work in turn to compare with; limits.jobs says how many tasks may "
          + "run at once")),
    UniversalGate(
      id: "context_window_efficiency", category: .development, moment: .during, level: .blocking,
      demand: "No agent's run outgrows its context window.",
      thresholds: [
        GateThreshold(value: "budget.windowTokens", unit: "tokens a run", source: "S2, M3")
      ], answer: .measured(.session(.windowKept))),
    UniversalGate(
      id: "thinking_pattern_integration", category: .development, moment: .pre, level: .blocking,
      demand: "The model's thinking patterns are put to use.", thresholds: [],
      answer: .notApplicable(
        "it names prompt patterns of one model; agents of any kind are judged by what they hand in"
      )),
  ]

  private static let coordination = [
    UniversalGate(
      id: "multi_agent_synchronization", category: .coordination, moment: .during,
      level: .blocking, demand: "No two agents' work was taken for one handoff.", thresholds: [],
      answer: .measured(.session(.fencesHeld))),
    UniversalGate(
      id: "session_tracking_completeness", category: .coordination, moment: .during,
      level: .blocking, demand: "All that happened in the session is recorded, and unaltered.",
      thresholds: [], answer: .measured(.session(.journalWhole))),
    UniversalGate(
      id: "integration_validation", category: .coordination, moment: .post, level: .blocking,
      demand: "Everything works together: every test passes on the merged tree.", thresholds: [],
      answer: .measured(.testsPass)),
  ]

  private static let documentation = [
    UniversalGate(
      id: "documentation_standards_compliance", category: .documentation, moment: .post,
      level: .blocking, demand: "A change of the code comes with one of its documents.",
      thresholds: [], answer: .measured(.documentationUpdated)),
    UniversalGate(
      id: "tdd_methodology_documentation", category: .documentation, moment: .post,
      level: .blocking, demand: "How each stage was proved is kept and can be read.",
      thresholds: [], answer: .measured(.session(.evidenceKept))),
  ]

  private static let analysis = [
    UniversalGate(
      id: "research_comprehensiveness", category: .analysis, moment: .pre, level: .conditional,
      demand: "What is known about the problem was looked for before it was solved anew.",
      thresholds: [], answer: .attested),
    UniversalGate(
      id: "routing_decision_quality", category: .analysis, moment: .pre, level: .blocking,
      demand: "Each stage went to the role that its workflow names for it.", thresholds: [],
      answer: .measured(.session(.rolesKept))),
  ]
}
