// SPDX-License-Identifier: Apache-2.0
// What an agent's program tells a hook on standard input.

package import Domain

/// A hook's payload, in the shape that Claude Code and Codex share.
package struct HookPayload: Sendable {
  /// What happened, or is about to.
  package enum Event: Sendable {
    /// A tool is about to be used; `nil` where it is none that touches files as far as is known.
    case beforeTool(ToolUse?)
    case sessionStart
    /// The agent wants to end its turn; whether an earlier hook made it go on already.
    case stop(isContinuing: Bool)
    /// Any other event, none of our business.
    case unrecognised(String)
  }

  /// What happened, or is about to.
  package let event: Event
  /// The folder that the agent works in, absolute.
  package let directory: String

  /// The most bytes that are read; files that agents write whole are far below.
  package static let bytesMax = 8 << 20

  /// Reads a payload. One without an event is taken for a tool's, as seed 002's hooks do.
  ///
  /// - Parameter directory: where the hook itself was started, for payloads that name no folder.
  /// - Throws: `HookPayloadError` where it does not say what is to be done. Nobody can tell then
  ///   whether it may be done.
  package init(parsing bytes: [UInt8], directory: String) throws(HookPayloadError) {
    guard bytes.contains(where: { !" \t\r\n".utf8.contains($0) }) else {
      throw HookPayloadError(reason: "the payload is empty")
    }
    guard bytes.count <= Self.bytesMax else {
      throw HookPayloadError(reason: "the payload is longer than \(Self.bytesMax >> 20) MB")
    }
    let root: JSONValue
    do throws(JSONSyntaxError) {
      root = try JSONValue(parsing: bytes)
    } catch {
      throw HookPayloadError(reason: "the payload is no JSON: \(error)")
    }
    guard root.object != nil else {
      throw HookPayloadError(reason: "the payload is \(root.inWords) and not an object")
    }
    let cwd = try root.text("cwd") ?? directory
    guard cwd.utf8.count <= LexicalPath.bytesMax else {
      throw HookPayloadError(reason: "cwd is longer than any path")
    }
    self.directory = LexicalPath.absolute(cwd, in: directory)
    switch try root.text("hook_event_name") ?? "PreToolUse" {
    case "PreToolUse":
      event = .beforeTool(try ToolUse(root, in: self.directory))
    case "SessionStart": event = .sessionStart
    case "Stop", "SubagentStop":
      event = .stop(isContinuing: root["stop_hook_active"]?.bool ?? false)
    case let name: event = .unrecognised(name)
    }
  }
}

/// Why a payload does not say what is to be done.
package struct HookPayloadError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong with it, as a sentence without its full stop.
  package let reason: String

  package init(reason: String) {
    self.reason = reason
  }

  package var description: String { reason }
}

extension JSONValue {
  /// The text of the first of these members that is there and not `null`; `nil` where none is.
  ///
  /// - Throws: where it is something else.
  fileprivate func text(_ keys: String...) throws(HookPayloadError) -> String? {
    for key in keys {
      guard let value = self[key], !value.isNull else { continue }
      guard let text = value.string else {
        throw HookPayloadError(reason: "\(key) is \(value.inWords) and not a string")
      }
      return text
    }
    return nil
  }
}

extension ToolUse {
  /// Reads the tool and its input; `nil` for a tool that is not known to touch files.
  fileprivate init?(_ root: JSONValue, in directory: String) throws(HookPayloadError) {
    let input = root["tool_input"] ?? .null
    switch try root.text("tool_name") ?? Self.kind(of: input) {
    case "Edit", "MultiEdit", "Write", "NotebookEdit":
      try self.init(edit: input, in: directory)
    case "Read", "NotebookRead":
      self.init(touches: [try Self.file(input, .reads, directory)], texts: [])
    case "Grep":
      let paths = try [input.text("path"), input.text("glob")].compactMap { $0 }
        .filter { $0.utf8.count <= LexicalPath.bytesMax }
      self.init(touches: paths.map { Self.touch($0, .reads, directory) }, texts: [])
    case "Bash", "shell", "shell_command", "local_shell", "exec_command":
      try self.init(shell: input, in: directory)
    case "apply_patch":
      guard let text = try input.text("command", "input") else {
        throw HookPayloadError(reason: "apply_patch comes without a patch")
      }
      try self.init(patch: text, in: directory)
    case nil: throw HookPayloadError(reason: "the payload names no tool")
    case .some: return nil
    }
  }

  /// The tool that an input without a name fits.
  private static func kind(of input: JSONValue) -> String? {
    if input["file_path"] != nil || input["notebook_path"] != nil { return "Edit" }
    return input["command"] == nil ? nil : "Bash"
  }

  private init(edit input: JSONValue, in directory: String) throws(HookPayloadError) {
    var texts: [String] = []
    for key in ["content", "new_string", "new_source"] {
      if let text = try input.text(key) { texts.append(text) }
    }
    for edit in input["edits"]?.array ?? [] {
      if let text = try edit.text("new_string") { texts.append(text) }
    }
    self.init(touches: [try Self.file(input, .writes, directory)], texts: texts)
  }

  private static func file(
    _ input: JSONValue, _ kind: FileTouch.Kind, _ directory: String
  ) throws(HookPayloadError) -> FileTouch {
    guard let path = try input.text("file_path", "notebook_path"), !path.isEmpty
    else { throw HookPayloadError(reason: "the tool's input names no file") }
    guard path.utf8.count <= LexicalPath.bytesMax else {
      throw HookPayloadError(reason: "the tool's input names a file by more than any path")
    }
    return touch(path, kind, directory)
  }

  private static func touch(
    _ path: String, _ kind: FileTouch.Kind, _ directory: String
  ) -> FileTouch {
    FileTouch(path: LexicalPath.absolute(path, in: directory), kind: kind)
  }

  private init(shell input: JSONValue, in directory: String) throws(HookPayloadError) {
    guard let command = input["command"] ?? input["cmd"] else {
      throw HookPayloadError(reason: "the shell's input holds no command")
    }
    let folder = try input.text("workdir").map { LexicalPath.absolute($0, in: directory) }
    if let text = command.string {
      self.init(script: text, in: folder ?? directory)
    } else if let words = command.array?.compactMap(\.string), words.count == command.array?.count {
      self.init(words: words, in: folder ?? directory)
    } else {
      throw HookPayloadError(reason: "the shell's command is \(command.inWords)")
    }
  }
}
