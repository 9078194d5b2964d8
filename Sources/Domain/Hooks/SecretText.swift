// SPDX-License-Identifier: Apache-2.0
// Texts that hold a private key or a token, told by the shapes that their issuers gave them.

/// Looks for credentials in a text, in one pass and without patterns that could run away.
enum SecretText {
  /// A kind of token: how it begins, and how many characters follow at least.
  private struct Shape {
    let start: StaticString
    let restMin: Int
    let name: String

    init(_ start: StaticString, _ restMin: Int, _ name: String) {
      self.start = start
      self.restMin = restMin
      self.name = name
    }
  }

  private static let shapes = [
    Shape("AKIA", 16, "an AWS access key"), Shape("ASIA", 16, "an AWS access key"),
    Shape("ghp_", 36, "a GitHub token"), Shape("gho_", 36, "a GitHub token"),
    Shape("ghs_", 36, "a GitHub token"), Shape("ghu_", 36, "a GitHub token"),
    Shape("github_pat_", 40, "a GitHub token"), Shape("glpat-", 20, "a GitLab token"),
    Shape("xoxb-", 20, "a Slack token"), Shape("xoxp-", 20, "a Slack token"),
    Shape("sk-ant-", 24, "an Anthropic key"), Shape("sk-proj-", 24, "an OpenAI key"),
    Shape("sk_live_", 20, "a Stripe key"), Shape("rk_live_", 20, "a Stripe key"),
    Shape("AIza", 35, "a Google key"), Shape("npm_", 36, "an npm token"),
    Shape("pypi-AgEI", 40, "a PyPI token"),
  ]

  /// What the first credential in `text` is, in words; `nil` where there is none.
  static func first(in text: String) -> String? {
    var text = text
    return text.withUTF8 { bytes in
      let bytes = bytes.span
      var isWordStart = true
      for index in bytes.indices {
        let byte = bytes[index]
        if byte == UInt8(ascii: "-"), isPrivateKey(bytes, at: index) { return "a private key" }
        let isToken = isTokenByte(byte)
        if isToken, isWordStart, let found = token(bytes.extracting(index...)) { return found }
        isWordStart = !isToken
      }
      return nil
    }
  }

  private static func isPrivateKey(_ bytes: Span<UInt8>, at index: Int) -> Bool {
    let start: StaticString = "-----BEGIN "
    guard bytes.extracting(index...).starts(with: start) else { return false }
    var line = bytes.extracting((index + start.utf8CodeUnitCount)...).extracting(first: 40)
    while !line.isEmpty, line[0] != 0x0A {
      if line.starts(with: "PRIVATE KEY") { return true }
      line = line.extracting(1...)
    }
    return false
  }

  private static func token(_ bytes: Span<UInt8>) -> String? {
    for shape in shapes where bytes.starts(with: shape.start) {
      let rest = bytes.extracting(shape.start.utf8CodeUnitCount...).extracting(first: 200)
      var count = 0
      while count < rest.count, isTokenByte(rest[count]) { count += 1 }
      // The examples in issuers' own documentation end so.
      let isExample = rest.extracting(..<count).extracting(last: 7).starts(with: "EXAMPLE")
      if count >= shape.restMin, !isExample { return shape.name }
    }
    return nil
  }

  private static func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
      true
    default: false
    }
  }
}

extension Span<UInt8> {
  /// Whether it begins with the bytes of a text.
  fileprivate func starts(with text: StaticString) -> Bool {
    guard count >= text.utf8CodeUnitCount else { return false }
    for index in 0..<text.utf8CodeUnitCount where self[index] != text.utf8Start[index] {
      return false
    }
    return true
  }
}
