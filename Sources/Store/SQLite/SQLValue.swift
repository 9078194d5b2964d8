// SPDX-License-Identifier: Apache-2.0
// What can be bound to a statement's parameters.

import Domain

/// A parameter. The schema's tables are STRICT and hold nothing else.
enum SQLValue {
  case integer(Int)
  case text(String)
  case null

  static func text(_ text: String?) -> SQLValue {
    if let text { .text(text) } else { .null }
  }

  static func integer(_ number: Int?) -> SQLValue {
    if let number { .integer(number) } else { .null }
  }

  static func id(_ identifier: some TextIdentifier) -> SQLValue { .text(identifier.text) }
  static func id(_ session: SessionID) -> SQLValue { .integer(session.number) }
  static func fence(_ fence: Fence) -> SQLValue { .integer(fence.number) }
  static func time(_ time: Timestamp) -> SQLValue { .integer(time.milliseconds) }
}
