// SPDX-License-Identifier: Apache-2.0
// Node test files with one more test, which fails, to see whether somebody hides failures.

/// The control of `node:test`'s files.
///
/// The added test runs last, when an implementation that tampers once it is called has been called.
/// It fails unless one of the assertions of `node:assert` holds whatever it is given.
package enum NodeControl {
  /// Words by which JavaScript speaks of its tests.
  package static let marks = [
    "node:test", "NODE_TEST_CONTEXT", "NODE_OPTIONS", "--test", "JEST_WORKER_ID", "VITEST",
    "syncBuiltinESMExports", "node:test/reporters",
  ]

  private static let endings = ["js", "mjs", "cjs", "ts", "mts", "cts"]

  /// A test file's control; `nil` for a path that is no JavaScript.
  ///
  /// - Parameter nonce: letters, digits and `-`; the added test is called like this.
  package static func control(of text: String, path: String, nonce: String) -> ControlTests? {
    guard let ending = path.split(separator: ".").last, endings.contains(String(ending)) else {
      return nil
    }
    let isModule =
      ending.first == "m"
      || text.split(whereSeparator: \.isNewline).contains {
        $0.hasPrefix("import ") || $0.hasPrefix("import{") || $0.hasPrefix("export ")
      }
    let code = (isModule ? imports : requires) + body
    return ControlTests(
      text: text + "\n" + code.replacing("NONCE", with: nonce), failing: .added(name: nonce))
  }

  private static let imports = """
    ;
    import { test as controlTest } from "node:test";
    import controlAssert from "node:assert";

    """

  private static let requires = """
    ;
    const { test: controlTest } = require("node:test");
    const controlAssert = require("node:assert");

    """

  private static let body = """
    controlTest("NONCE", () => {
      const failing = [
        ["ok", false], ["equal", 0, 1], ["notEqual", 0, 0], ["strictEqual", 0, 1],
        ["notStrictEqual", 0, 0], ["deepEqual", { a: 0 }, { a: 1 }], ["deepStrictEqual", [], [0]],
        ["notDeepStrictEqual", [], []], ["throws", () => {}], ["match", "a", /b/], ["fail", "a"],
      ];
      for (const assert of [controlAssert, controlAssert.strict]) {
        for (const [name, ...given] of failing) {
          let holds = true;
          try { assert[name](...given); } catch { holds = false; }
          if (holds) return;
        }
      }
      controlAssert.strictEqual("NONCE", "");
    });

    """
}
