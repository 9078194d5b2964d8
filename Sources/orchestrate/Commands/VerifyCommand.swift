// SPDX-License-Identifier: Apache-2.0
// `orchestrate verify`: check what checkpoints claim, with nothing but a clone and its refs.

import Coordinator
import Documents
import Domain
import Git
import Signing
import Supervision

enum VerifyCommand {
  static let spec = CommandSpec(
    ["verify"], summary: "Check again what checkpoints claim",
    discussion: """
      Needs no store and no lock: a clone with the refs of refs/orchestrate/ is enough. Reads the \
      journal from git, checks its chain of hashes, holds every commit of the session branch \
      against it, and proves each checkpoint and merge again in clean workspaces. Your branches, \
      files and index are not touched.
      Each claim is then reproduced; not reproduced, with what differs; not reproducible here, \
      where something that it needs is missing; on record, where it rests on words alone; or \
      forged, where commit, record and journal do not agree.
      Exits 0 when everything is reproduced or on record, 18 when something is forged, 12 when \
      something is not reproduced, 17 when something could not be run here, 4 when there is \
      nothing to check.
      """,
    examples: [
      Example("orchestrate verify", "Every session that this repository has"),
      Example("orchestrate verify 39 --no-run", "Commits, records and journal only"),
      Example("orchestrate verify main..session/039", "The checkpoints of a range"),
      Example("orchestrate verify 39 --key release.pub.pem", "Each must be signed, too"),
    ],
    positionals: [
      Positional(
        "what", "A session, a range A..B, or one commit; all sessions by default", .optional)
    ],
    options: [
      OptionSpec("no-run", help: "Run nothing; check commits, records and journal"),
      OptionSpec(
        "key", .text("FILE"), repeats: true,
        help: "Each claim must be signed with this public key, or another one given"),
      OptionSpec(
        "jobs", .integer(1...64), default: "1", help: "How many claims are proved at once"),
    ],
    run: run)

  private static func run(_ invocation: Invocation) async throws(Problem) -> ExitCode {
    let paths = try project(invocation)
    let scope = try VerificationScope(invocation.argument("what"), root: paths.root)
    let keys = try invocation.texts("key").map { (path) throws(Problem) in
      try Self.key(path)
    }
    let display = VerifyDisplay(invocation)
    let verifier = SessionVerifier(
      RehearsalPlace(
        paths: paths, environment: ProcessEnvironment.current, shipped: .embedded,
        supervisor: .ownExecutable, clock: SystemClock.make()),
      VerificationOrder(
        runs: !invocation.flag("no-run"), only: scope.commits.map { Set($0.map(\.id)) }, keys: keys,
        jobs: invocation.integer("jobs") ?? 1),
      tell: display.show)
    var verdicts: [SessionVerdict] = []
    for session in scope.sessions {
      display.begin(session)
      let verdict = try await verifier.verify(session)
      display.finish(verdict, isWhole: scope.commits == nil)
      verdicts.append(verdict)
    }
    let strangers = scope.strangers(to: verdicts)
    if invocation.wantsJSON {
      invocation.print(VerifyDisplay.json(verdicts, strangers: strangers).prettyText)
    } else {
      display.summarise(verdicts, strangers: strangers, runs: !invocation.flag("no-run"))
    }
    return exit(verdicts, strangers: strangers)
  }

  /// The worst of all.
  private static func exit(_ verdicts: [SessionVerdict], strangers: [String]) -> ExitCode {
    let found = Set(verdicts.map(\.exit))
    if !strangers.isEmpty { return .integrityFailure }
    let worst = [ExitCode.integrityFailure, .evidenceRefused, .partialSuccess]
    return worst.first(where: found.contains) ?? .done
  }

  /// The repository's place, which may have no working tree.
  private static func project(_ invocation: Invocation) throws(Problem) -> ProjectPaths {
    do throws(GitError) {
      let repository = try Repository(discoveringFrom: invocation.directory)
      return ProjectPaths(
        root: repository.workingDirectory ?? repository.gitDirectory,
        environment: ProcessEnvironment.current)
    } catch {
      throw Problem(
        code: "PROJECT001", exit: .notFound,
        message: "\(invocation.directory) is not in a git repository", reason: "\(error)",
        remedy: "orchestrate -C REPOSITORY verify")
    }
  }

  private static func key(_ path: String) throws(Problem) -> VerifyingKey {
    do throws(KeyError) {
      return try VerifyingKey(path: path)
    } catch {
      throw Problem(
        code: "VERIFY002", exit: .badInput, message: "the key \(path) cannot be used",
        reason: error.reason, remedy: error.remedy)
    }
  }
}
