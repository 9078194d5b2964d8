// SPDX-License-Identifier: Apache-2.0
// Where a session starts from: the system, the session before it, its focus and means.

package import Domain

/// `session-NNN-context.md` (S4-20 … S4-23). Values are texts as they stand in the file.
package struct ContextDocument: Hashable, Sendable {
  /// Whether the project builds.
  package enum BuildStatus: Hashable, Sendable {
    case passing, failing
    /// Nobody looked.
    case notRun
    /// What a person wrote that is none of these.
    case other(String)
  }

  /// The session that it names; `nil` where it names none.
  package let session: SessionID?
  /// The git branch.
  package let branch: String
  /// The newest commit.
  package let lastCommit: String
  /// Whether the project builds.
  package let buildStatus: BuildStatus
  /// `87%`, or that it was not measured.
  package let testCoverage: String
  /// What is known to be wrong.
  package let knownIssues: String
  /// What the previous session did.
  package let completed: String
  /// What it left.
  package let pending: String
  /// What stood in its way.
  package let blockers: String
  /// The module that this session is about.
  package let module: String
  /// What it builds.
  package let feature: String
  /// Why now.
  package let priority: String
  /// Who is needed.
  package let agents: String
  /// Which MCP servers there are.
  package let servers: String
  /// How long it may take.
  package let timeBudget: String

  /// A context from its parts; empty texts are written as `None`.
  package init(
    session: SessionID?, branch: String, lastCommit: String, buildStatus: BuildStatus,
    testCoverage: String, knownIssues: String, completed: String, pending: String,
    blockers: String, module: String, feature: String, priority: String, agents: String,
    servers: String, timeBudget: String
  ) {
    func text(_ text: String) -> String {
      let line = oneLine(text)
      return line.isEmpty ? "None" : line
    }
    self.session = session
    self.branch = text(branch)
    self.lastCommit = text(lastCommit)
    self.buildStatus = buildStatus
    self.testCoverage = text(testCoverage)
    self.knownIssues = text(knownIssues)
    self.completed = text(completed)
    self.pending = text(pending)
    self.blockers = text(blockers)
    self.module = text(module)
    self.feature = text(feature)
    self.priority = text(priority)
    self.agents = text(agents)
    self.servers = text(servers)
    self.timeBudget = text(timeBudget)
  }

  /// Reads a context; what is not found is `None`.
  package init(parsing text: String) {
    let outline = MarkdownOutline(text)
    func value(_ section: String, _ key: String) -> String {
      outline.section(section)?.value(key) ?? ""
    }
    let system = "system state"
    let previous = "previous session summary"
    let focus = "current focus"
    let resources = "available resources"
    self.init(
      session: sessionInTitle(of: outline), branch: value(system, "branch"),
      lastCommit: value(system, "last commit"),
      buildStatus: BuildStatus(written: value(system, "build status")),
      testCoverage: value(system, "test coverage"), knownIssues: value(system, "known issues"),
      completed: value(previous, "completed"), pending: value(previous, "pending"),
      blockers: value(previous, "blockers"), module: value(focus, "module"),
      feature: value(focus, "feature"), priority: value(focus, "priority"),
      agents: value(resources, "agents"), servers: value(resources, "mcp servers"),
      timeBudget: value(resources, "time budget"))
  }

  /// The context as Markdown, in the template's order and headings.
  package var text: String {
    """
    # Session \(session?.padded ?? "XXX") Context

    ## System State
    - **Branch**: \(branch)
    - **Last Commit**: \(lastCommit)
    - **Build Status**: \(buildStatus.written)
    - **Test Coverage**: \(testCoverage)
    - **Known Issues**: \(knownIssues)

    ## Previous Session Summary
    - Completed: \(completed)
    - Pending: \(pending)
    - Blockers: \(blockers)

    ## Current Focus
    - Module: \(module)
    - Feature: \(feature)
    - Priority: \(priority)

    ## Available Resources
    - Agents: \(agents)
    - MCP Servers: \(servers)
    - Time Budget: \(timeBudget)

    """
  }
}

extension ContextDocument.BuildStatus {
  /// As the template writes it.
  var written: String {
    switch self {
    case .passing: "✅ Passing"
    case .failing: "❌ Failing"
    case .notRun: "Not run"
    case .other(let text): text
    }
  }

  init(written: String) {
    self =
      switch plainWords(written) {
      case "passing", "pass", "passed": .passing
      case "failing", "fail", "failed": .failing
      case "not run", "unknown", "none", "": .notRun
      default: .other(oneLine(written))
      }
  }
}
