// SPDX-License-Identifier: Apache-2.0
// The body of `orchestrate hook`, called by agents before every use of a tool.

import Documents
import Domain
import Glibc

/// What a hook is called for, by its name on the command line.
enum HookPurpose: Hashable {
  /// To hold tools against rules, and to answer the other events.
  case events([HookRule])
  /// To remind an agent that ends its turn of what it has not handed in.
  case handoffReminder
  /// To print where things stand, as text for the agent's context.
  case sessionLoader
  /// To print one line for an agent's status line.
  case statusLine

  /// The names beside those of the rules.
  static let otherNames = ["handoff-reminder", "session_loader", "status_line"]

  /// `nil` for a name that no hook has.
  init?(_ name: String?) {
    switch name {
    case nil: self = .events(HookRule.allCases)
    case "handoff-reminder": self = .handoffReminder
    case "session_loader": self = .sessionLoader
    case "status_line": self = .statusLine
    case let name?:
      guard let rule = HookRule(rawValue: name) else { return nil }
      self = .events([rule])
    }
  }
}

/// One call of a hook: a payload on standard input, an answer as exit code and text.
struct HookMain {
  let environment: EnvironmentLookup
  let output: Output

  /// The way that agents take, past everything that other commands set up.
  static func run(_ arguments: [String]) -> ExitCode {
    // A reader that is gone must not end us with a signal: agents take that for a pass.
    signal(SIGPIPE, SIG_IGN)
    let main = HookMain(
      environment: { name in getenv(name).map { String(cString: $0) } }, output: .standard)
    return main.run(arguments)
  }

  /// Answers the call. A call that cannot be understood is blocked: a hook that lets through what
  /// it could not read guards nothing.
  func run(_ arguments: [String]) -> ExitCode {
    guard arguments.count < 2, let purpose = HookPurpose(arguments.first) else {
      let names = HookRule.allCases.map(\.rawValue) + HookPurpose.otherNames
      return block(
        "BLOCKED: there is no hook '\(arguments.joined(separator: " "))'.\n"
          + "Hooks are: \(names.joined(separator: ", "))")
    }
    switch purpose {
    case .events(let rules):
      do throws(HookPayloadError) {
        return answer(try payload(), rules)
      } catch {
        return block(
          "BLOCKED: nobody knows what this call would do; \(error.reason).\n"
            + "orchestrate hook reads the agent's JSON on standard input")
      }
    case .handoffReminder:
      // This guards nothing: an agent that cannot be understood may end its turn.
      do throws(HookPayloadError) {
        return answer(try payload(), [])
      } catch {
        return .done
      }
    case .sessionLoader:
      say(HookContext(surroundings(startedIn)).text)
    case .statusLine:
      say(HookContext(surroundings(startedIn)).line)
    }
    return .done
  }

  // MARK: Events

  private func payload() throws(HookPayloadError) -> HookPayload {
    try HookPayload(
      parsing: try HookInput.read(STDIN_FILENO, bytesMax: HookPayload.bytesMax),
      directory: startedIn)
  }

  private func answer(_ payload: HookPayload, _ rules: [HookRule]) -> ExitCode {
    switch payload.event {
    case .beforeTool(let use?): return judge(use, payload, rules)
    case .sessionStart:
      say(HookContext(surroundings(payload.directory)).text)
    case .stop(let isContinuing):
      return isContinuing ? .done : remind(payload)
    case .beforeTool(nil), .unrecognised: break
    }
    return .done
  }

  private func judge(_ use: ToolUse, _ payload: HookPayload, _ rules: [HookRule]) -> ExitCode {
    let found = surroundings(payload.directory, touched: use.touches.map(\.path))
    switch found.ground.decide(use, by: rules) {
    case .pass: return .done
    case .block(let reason): return block(reason)
    }
  }

  /// Says once that a claim is not handed in yet. What an agent that we launched leaves behind is
  /// handed in by itself.
  private func remind(_ payload: HookPayload) -> ExitCode {
    guard environment("ORCHESTRATE_PACKET") == nil,
      let claim = surroundings(payload.directory).ownClaim?.document
    else { return .done }
    return block(
      "\(claim.handoff) (\(claim.stage.rawValue) of \(claim.task)) is still yours and not "
        + "handed in.\nHand it in, or give it back with 'fail' or 'release' in place of 'submit':\n"
        + HookContext.submission(claim))
  }

  // MARK: Around it

  private func surroundings(_ directory: String, touched: [String] = []) -> HookSurroundings {
    HookSurroundings(directory: directory, touched: touched, environment: environment)
  }

  private var startedIn: String {
    guard let path = getcwd(nil, 0) else { return "/" }
    defer { free(path) }
    return String(cString: path)
  }

  private func say(_ text: String) {
    if !text.isEmpty { output.write(text + "\n", to: .data) }
  }

  private func block(_ reason: String) -> ExitCode {
    var text = ""
    var rest = reason.utf8[...]
    while let start = rest.firstIndex(where: { $0 != UInt8(ascii: "\n") }) {
      rest = rest[start...]
      let end = rest.firstIndex(of: UInt8(ascii: "\n")) ?? rest.endIndex
      text += TerminalStyle.harmless(String(Substring(rest[..<end]))) + "\n"
      rest = rest[end...]
    }
    output.write(text, to: .messages)
    return .blockToolCall
  }
}
