// SPDX-License-Identifier: Apache-2.0
// Texts that hold a private key or a token, told by the shapes that their issuers gave them.

/// Looks for credentials in a text, in one pass and without patterns that could run away.
enum SecretText {
  /// A kind of token: how it begins, and how many characters follow at least.
  private struct Shape {
    let start: [UInt8]
    let restMin: Int
    let name: String

    init(_ start: String, _ restMin: Int, _ name: String) {
      self.start = Array(start.utf8)
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
  private static let firstBytes = shapes.map { $0.start[0] }
  private static let keyStart = Array("-----BEGIN ".utf8)
  private static let keyEnd = Array("PRIVATE KEY".utf8)

  /// What the first credential in `text` is, in words; `nil` where there is none.
  static func first(in text: String) -> String? {
    var text = text
    return text.withUTF8 { bytes in
      var isWordStart = true
      for index in bytes.indices {
        let byte = bytes[index]
        if byte == UInt8(ascii: "-"), isPrivateKey(bytes[index...]) { return "a private key" }
        if isWordStart, firstBytes.contains(byte), let found = token(bytes[index...]) {
          return found
        }
        isWordStart = !isTokenByte(byte)
      }
      return nil
    }
  }

  private static func isPrivateKey(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
    guard bytes.starts(with: keyStart) else { return false }
    let line = bytes.dropFirst(keyStart.count).prefix(40).prefix { $0 != 0x0A }
    return line.indices.contains { line[$0...].starts(with: keyEnd) }
  }

  private static func token(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> String? {
    for shape in shapes where bytes.starts(with: shape.start) {
      let rest = bytes.dropFirst(shape.start.count).prefix(200).prefix(while: isTokenByte)
      // The examples in issuers' own documentation end so.
      let isExample = rest.suffix(7).elementsEqual("EXAMPLE".utf8)
      if rest.count >= shape.restMin, !isExample { return shape.name }
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
