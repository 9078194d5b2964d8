// SPDX-License-Identifier: Apache-2.0
// What of a missing symbol is looked at: whole words of tests, whole parts of paths.

import Domain
import Testing

@Suite struct SymbolGroundTests {
  private func isRed(
    _ symbol: String, in module: String, paths: Set<String>, text: String, mentioned: String = ""
  ) -> Bool {
    let ground = SymbolGround(
      paths: paths, implementationOwns: { !mentioned.isEmpty && $0 == mentioned },
      testTexts: ["", text])
    let result = RedRules.judge(
      changes: [.test("tests/test_chart.py")], baseline: .saw([:]),
      after: .saw([newFile: .missing(symbol, in: module)]), knownBroken: [], ground: ground)
    return result.judgement.isAccepted
  }

  @Test(arguments: [
    ("width", true), ("from gantt import width", true), ("width()", true), ("a.width.b", true),
    ("x=width", true), ("widths", false), ("_width", false), ("width_", false), ("width2", false),
    ("Width", false), ("éwidth", false), ("widthé", false), ("widt", false), ("", false),
    ("widths width", true), ("awidth width", true),
  ])
  func `a test names a symbol only as a whole word`(text: String, isNamed: Bool) {
    #expect(isRed("width", in: "gantt", paths: ["gantt/chart.py"], text: text) == isNamed)
  }

  @Test(arguments: [
    ("gantt", true), ("gantt.chart", true), ("gantt/chart", true), ("./gantt", true),
    ("gantt::chart", true), ("..gantt", true), ("chart", true), ("gan", false), ("gantts", false),
    ("py", false), ("numpy.gantt", false), (".", false), ("/", false),
  ])
  func `a place is the project's own where a folder or a file is called so`(
    module: String, isOwn: Bool
  ) {
    #expect(
      isRed("width", in: module, paths: ["src/gantt/chart.py", ".github/x"], text: "width")
        == isOwn)
  }

  @Test func `a type that the implementation mentions is the project's own`() {
    #expect(isRed("scale", in: "Chart", paths: ["g/c.py"], text: "scale", mentioned: "Chart"))
    #expect(!isRed("scale", in: "Axis", paths: ["g/c.py"], text: "scale", mentioned: "Chart"))
  }

  @Test func `a planned module that does not exist yet is the project's own`() {
    #expect(isRed("chart", in: "", paths: ["chart.py"], text: "import chart"))
    #expect(isRed("chart", in: "gantt", paths: ["gantt/chart.py"], text: "import gantt.chart"))
    #expect(!isRed("numpy", in: "", paths: ["chart.py"], text: "import numpy", mentioned: "numpy"))
  }

  @Test(arguments: [
    ("import requests", true), ("  from requests import get", true),
    ("from .chart import Chart", false),
    ("require(\"requests\")", true), ("use requests;", true), ("requests.get(url)", false),
    ("# import requests", false), ("imports = requests", false),
  ])
  func `a line loads a package where it begins with the words for that`(
    line: String, isLoaded: Bool
  ) {
    #expect(SymbolGround.loads("x = 1\n\(line)\n", word: "requests") == isLoaded)
  }

  @Test func `a long text and a long word are searched in no time`() {
    let text = String(repeating: "a", count: 20_000)
    #expect(!isRed(String(repeating: "a", count: 40) + "b", in: "g", paths: ["g"], text: text))
  }
}
