// SPDX-License-Identifier: Apache-2.0
// What a supervising process tells the coordinator over the lifeline.

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
  static let startedKind: Int32 = 1

  /// The one message in the other direction.
  static let teardownRequest = UInt8(ascii: "T")

  var bytes: [UInt8] {
    let (kind, value): (Int32, Int32) =
      switch self {
      case .started(let pid): (Self.startedKind, pid)
      case .notStarted(let errno): (2, errno)
      case .exited(let code): (3, code)
      case .signalled(let number): (4, number)
      case .cleared(let survivors): (5, survivors)
      }
    return [kind, value].flatMap { word in
      (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
    }
  }

  init?(_ bytes: [UInt8]) {
    guard bytes.count == Self.size else { return nil }
    let words = [0, 4].map { start in
      (0..<4).reduce(Int32(0)) { $0 | Int32(bytes[start + $1]) << (8 * Int32($1)) }
    }
    switch words[0] {
    case Self.startedKind: self = .started(pid: words[1])
    case 2: self = .notStarted(errno: words[1])
    case 3: self = .exited(code: words[1])
    case 4: self = .signalled(number: words[1])
    case 5: self = .cleared(survivors: words[1])
    default: return nil
    }
  }
}
