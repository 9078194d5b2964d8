// SPDX-License-Identifier: Apache-2.0
// What a supervising process tells the coordinator over the lifeline.

import CPlatform

/// One message of a supervising process, eight bytes long: both ends are the same program on the
/// same machine.
enum SupervisionRecord: Equatable {
  /// The command is about to be executed; its session and process group have this number. Sent
  /// by the new process itself: a command that kills its supervisor at once is known all the same.
  case started(pid: Int32)
  /// The command could not be executed.
  case notStarted(errno: Int32)
  case exited(code: Int32)
  case signalled(number: Int32)
  /// Nothing is left of the tree but so many processes that no signal ends. The last message.
  case cleared(survivors: Int32)

  static let size = 8

  /// The one message in the other direction.
  static let teardownRequest = UInt8(ascii: "T")

  init?(_ bytes: [UInt8]) {
    guard bytes.count == Self.size else { return nil }
    let words = [0, 4].map { start in
      (0..<4).reduce(Int32(0)) { $0 | Int32(bytes[start + $1]) << (8 * Int32($1)) }
    }
    switch Int(words[0]) {
    case ORCHESTRATE_RECORD_STARTED: self = .started(pid: words[1])
    case ORCHESTRATE_RECORD_NOT_STARTED: self = .notStarted(errno: words[1])
    case ORCHESTRATE_RECORD_EXITED: self = .exited(code: words[1])
    case ORCHESTRATE_RECORD_SIGNALLED: self = .signalled(number: words[1])
    case ORCHESTRATE_RECORD_CLEARED: self = .cleared(survivors: words[1])
    default: return nil
    }
  }
}
