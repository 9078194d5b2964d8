// SPDX-License-Identifier: Apache-2.0
// Which part of a Rust file is its tests.

import Supervision
import Testing

@Suite struct RustSourceTests {
  private func parts(_ text: String) throws -> TestRegions {
    try #require(
      CargoTestRunner(command: ["cargo", "test"]).testRegions(of: text, path: "src/lib.rs"))
  }

  @Test func `modules marked as tests are the tests, wherever they stand`() throws {
    let parts = try parts(
      """
      pub fn add() {}

      #[cfg(test)]
      mod tests {
        use super::*;
        #[test] fn adds() { if true { } }
      }

      pub fn sub() {}
      # [ cfg ( test ) ] /* more */ #[allow(dead_code)] pub(crate) mod more { mod inner {} }
      """)
    #expect(parts.implementation == "pub fn add() {}\npub fn sub() {}")
    #expect(parts.tests.contains("fn adds"))
    #expect(parts.tests.contains("mod inner"))
  }

  @Test func `braces in strings, comments and characters are no braces`() throws {
    let text = ##"""
      #[cfg(test)]
      mod tests {
        // } and " and '
        /* } /* } */ } */
        const A: &str = "} \" }";
        const B: &str = r#"} " }"#;
        const C: char = '}'; const D: char = '\''; const E: char = 'ü';
        fn f<'a>(x: &'a str) -> &'a str { x }
        const R: u8 = b'}'; const S: &[u8] = br"\";
      }
      fn after() {}
      """##
    #expect(try parts(text).implementation == "fn after() {}")
  }

  @Test func `what only looks like a module of tests is code`() throws {
    for text in [
      "// #[cfg(test)] mod tests { }", "const A: &str = \"#[cfg(test)] mod tests {}\";",
      "#[cfg(test)]\nfn only_in_tests() {}", "#[cfg(not(test))]\nmod tests {}",
      "#[cfg(test)]\nmod tests;", "#[cfg(tests)] mod tests {}", "#[cfg(test)] mod open {",
      "mod tests { fn x() {} }", "#[cfg(any(test, feature = \"x\"))] mod tests {}",
    ] {
      let parts = try parts(text)
      #expect(parts.tests.isEmpty, "\(text)")
      #expect(parts.implementation == text, "\(text)")
    }
  }

  @Test func `two versions differ in the part that was changed only`() throws {
    let code = "pub fn add() {}\n"
    let before = try parts(code)
    let after = try parts(code + "\n\n#[cfg(test)]\nmod tests { #[test] fn adds() {} }\n")
    #expect(before.implementation == after.implementation)
    #expect(before.tests.isEmpty && !after.tests.isEmpty)
    #expect(try parts("").implementation.isEmpty)
  }

  @Test func `other files are either the one or the other`() {
    #expect(CargoTestRunner(command: []).testRegions(of: "mod x {}", path: "Cargo.toml") == nil)
  }
}
