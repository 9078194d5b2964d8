// SPDX-License-Identifier: Apache-2.0
// Real runs of `swift test`, with XCTest and Swift Testing in one package.

import Domain
import FoundationEssentials
import Supervision
import TestPacing
import Testing

@Suite(.paced, .enabled("swift is not installed") { Toolchain.swift.isInstalled })
struct SwiftTestRunnerTests {
  private let runner = SwiftTestRunner(command: ["swift", "test"])

  private static let package = [
    "Package.swift": """
    // swift-tools-version: 6.0
    import PackageDescription
    let package = Package(
      name: "calc",
      targets: [
        .target(name: "Calc"), .testTarget(name: "CalcTests", dependencies: ["Calc"]),
      ])
    """,
    "Sources/Calc/Calc.swift": """
    public struct Box {}
    enum Oops: Error { case bad }
    public func add(_ a: Int, _ b: Int) -> Int { a + b }
    public func boom() throws -> Int { throw Oops.bad }
    """,
    "Tests/CalcTests/OldTests.swift": """
    import XCTest
    @testable import Calc
    final class OldTests: XCTestCase {
      func testAdds() { print("no line feed", terminator: ""); XCTAssertEqual(add(1, 2), 3) }
      func testFails() { XCTAssertEqual(add(1, 2), 4, "& <why>") }
      func testThrows() throws { _ = try boom() }
      func testSkips() throws { throw XCTSkip("later") }
    }
    """,
    "Tests/CalcTests/NewTests.swift": """
    import Testing
    @testable import Calc
    @Suite struct Things {
      @Test func `adds two.`() { #expect(add(1, 2) == 3) }
      @Test(arguments: [1, 2]) func fails(_ n: Int) { #expect(n == 1) }
      @Test func throwing() throws { _ = try boom() }
      @Test(.disabled("later")) func off() {}
      @Test func known() { withKnownIssue { #expect(Bool(false)) } }
      @Suite(.disabled()) struct Inner { @Test("Pretty") func deep() {} }
    }
    @Test func free() throws { let none: Int? = nil; _ = try #require(none) }
    """,
  ]

  private func run(_ project: Project, selecting: [TestIdentity]? = nil) async -> TestRun {
    let record = await project.run(
      runner, selecting: selecting, deadline: .seconds(400), adding: Toolchain.swift.environment)
    return record.run
  }

  /// One package for all cases, since each new one costs a build from nothing.
  @Test func `outcomes, causes, selections and builds that fail are told apart`() async throws {
    let project = try Project(Self.package)
    let (old, new) = ("OldTests", "Tests/CalcTests/NewTests.swift")
    let verdicts = try #require(await run(project).verdicts)
    #expect(
      verdicts == [
        "\(old)::testAdds": .passed, "\(old)::testFails": .failed(.assertion),
        "\(old)::testThrows": .failed(.raised(type: "Error", file: "")),
        "\(old)::testSkips": .skipped, "\(new)::Things::`adds two.`()": .passed,
        "\(new)::Things::fails(_:)": .failed(.assertion),
        "\(new)::Things::throwing()": .failed(.raised(type: "Error", file: "")),
        "\(new)::Things::off()": .skipped, "\(new)::Things::known()": .passed,
        "\(new)::Things/Inner::deep()": .skipped, "\(new)::free()": .failed(.assertion),
      ])

    let chosen = [
      TestIdentity(file: "", suite: old, name: "testAdds"),
      TestIdentity(file: new, suite: "Things", name: "`adds two.`()"),
    ]
    let selected = try #require(await run(project, selecting: chosen).verdicts)
    #expect(selected == ["\(old)::testAdds": .passed, "\(new)::Things::`adds two.`()": .passed])

    let suites = ["Tests/CalcTests/OldTests.swift", new].map { Self.package[$0, default: ""] }
    for (file, text) in zip(["OldTests", "NewTests"], suites) {
      let path = "Tests/CalcTests/\(file).swift"
      let control = try #require(runner.control(of: text, path: path, nonce: "a-\(file)"))
      try project.write(control.text, to: path)
    }
    let controlled = try #require(await run(project).verdicts)
    #expect(controlled["OrchestrateControlaOldTests::testControlaOldTests"] == .failed(.assertion))
    #expect(controlled["\(new)::orchestrateControlaNewTests()"] == .failed(.assertion))

    try project.write(
      "import Testing\nimport Glibc\n@Test func leaves() { exit(0) }\n",
      to: "Tests/CalcTests/MoreTests.swift")
    guard case .didNotRun(.unreadableReport) = await run(project) else {
      Issue.record("a test that left through the back door counted")
      return
    }

    try project.write(
      """
      import Testing
      @testable import Calc
      @Test func names() {
        #expect(mul(1, 2) == 3)
        let x: Thing? = .none
        #expect(Box().width == 1 && Box.make() == x && Calc.sub(1) == 2)
        #expect([1].shout() == "s".shout())
      }
      """, to: "Tests/CalcTests/MoreTests.swift")
    let briefs = Set(await run(project).buildErrors[.wholeSuite, default: []].map(\.brief))
    #expect(
      briefs.isSuperset(
        of: [
          "mul in ?", "Thing in ?", "width in Box", "make in Box", "sub in Calc",
          "shout in [Int]",
        ].map { "Tests/CalcTests/MoreTests.swift: \($0)" }), "\(briefs)")

    try project.write(
      "import Nothing\n@Test func odd( {}\n", to: "Tests/CalcTests/MoreTests.swift")
    let broken = await run(project).buildErrors[.wholeSuite, default: []]
    #expect(broken.contains { $0.missing == nil && $0.file == "Tests/CalcTests/MoreTests.swift" })
  }
}

extension Project {
  fileprivate func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: "\(path)/\(name)"))
  }
}
