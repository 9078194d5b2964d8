// SPDX-License-Identifier: Apache-2.0
// Real runs of CMake, GoogleTest and ctest: outcomes, causes, and builds that fail.

import Domain
import Glibc
import Supervision
import TestPacing
import Testing

@Suite(
  .paced,
  .enabled("cmake or GoogleTest is not installed") {
    Toolchain.cmake.isInstalled && access("/usr/include/gtest/gtest.h", R_OK) == 0
  })
struct CTestRunnerTests {
  private let runner = CTestRunner(command: ["ctest", "--test-dir", "build"])

  private static let code = [
    "CMakeLists.txt": """
    cmake_minimum_required(VERSION 3.14)
    project(calc CXX)
    enable_testing()
    find_package(GTest REQUIRED)
    include(GoogleTest)
    add_library(calc src/calc.cpp)
    target_include_directories(calc PUBLIC include)
    file(GLOB SUITES CONFIGURE_DEPENDS tests/*_test.cpp)
    foreach(suite ${SUITES})
      get_filename_component(name ${suite} NAME_WE)
      add_executable(${name} ${suite})
      target_link_libraries(${name} calc GTest::gtest_main)
      gtest_discover_tests(${name})
    endforeach()
    file(GLOB PROGRAMS CONFIGURE_DEPENDS tests/plain_*.cpp)
    foreach(program ${PROGRAMS})
      get_filename_component(name ${program} NAME_WE)
      add_executable(${name} ${program})
      target_link_libraries(${name} calc)
      add_test(NAME ${name} COMMAND ${name})
    endforeach()
    """,
    "include/calc/calc.hpp": "struct Calc {};\nint add(int, int);\n",
    "src/calc.cpp": "#include \"calc/calc.hpp\"\nint add(int a, int b) { return a + b; }\n",
  ]

  private func project(_ files: [String: String]) throws -> Project {
    try Project(Self.code.merging(files) { $1 })
  }

  private func run(_ project: Project, selecting: [TestIdentity]? = nil) async -> TestRun {
    let record = await project.run(
      runner, selecting: selecting, deadline: .seconds(300),
      adding: Toolchain.cmake.environment.merging(["LANG": "C.UTF-8"]) { $1 })
    return record.run
  }

  @Test func `outcomes and causes are told apart, and one test can be selected`() async throws {
    let project = try project([
      "CMakeLists.txt": Self.code["CMakeLists.txt", default: ""] + """

        add_test(NAME expected_to_fail COMMAND calc_test --gtest_filter=Calc.Fails)
        set_tests_properties(expected_to_fail PROPERTIES WILL_FAIL TRUE)
        add_test(NAME missing COMMAND no_such_program)
        add_test(NAME disabled COMMAND calc_test)
        set_tests_properties(disabled PROPERTIES DISABLED TRUE)
        add_test(NAME skipping COMMAND plain_returns)
        set_tests_properties(skipping PROPERTIES SKIP_RETURN_CODE 3)
        """,
      "tests/calc_test.cpp": """
      #include <cstdlib>
      #include <stdexcept>
      #include <gtest/gtest.h>
      #include "calc/calc.hpp"
      TEST(Calc, Adds) { EXPECT_EQ(add(1, 2), 3); }
      TEST(Calc, Fails) { EXPECT_EQ(add(1, 2), 4); }
      TEST(Calc, Throws) { throw std::runtime_error("no"); }
      TEST(Calc, DISABLED_Off) { EXPECT_EQ(add(1, 2), 3); }
      TEST(Calc, Skips) { GTEST_SKIP() << "later"; }
      TEST(Calc, Leaves) { std::exit(0); }
      TEST(Calc, Crashes) { std::abort(); }
      class Odd : public testing::TestWithParam<const char*> {};
      TEST_P(Odd, Names) {}
      INSTANTIATE_TEST_SUITE_P(All, Odd, testing::Values("a.b", "c/d(+)"));
      """,
      "tests/plain_asserts.cpp":
        "#include <cassert>\n#include \"calc/calc.hpp\"\nint main() { assert(add(1, 2) == 4); }\n",
      "tests/plain_returns.cpp": "int main() { return 3; }\n",
    ])
    let verdicts = try #require(await run(project).verdicts)
    #expect(
      verdicts == [
        "Calc.Adds": .passed, "Calc.Fails": .failed(.assertion),
        "Calc.Throws": .failed(.raised(type: "exception", file: "")), "Calc.Off": .skipped,
        "Calc.Skips": .skipped, "Calc.Leaves": .failed(.unspecified),
        "Calc.Crashes": .failed(.raised(type: "crash", file: "")),
        "All/Odd.Names/\"a.b\"": .passed, "All/Odd.Names/\"c/d(+)\"": .passed,
        "plain_asserts": .failed(.assertion), "plain_returns": .failed(.unspecified),
        "expected_to_fail": .failed(.unspecified),
        "missing": .errored(.notLoadable(reason: "the test's program is missing")),
        "disabled": .skipped, "skipping": .skipped,
      ])
    let names = ["Calc.Adds", "All/Odd.Names/\"c/d(+)\""]
    let some = names.map { TestIdentity(file: "", suite: "", name: $0) }
    #expect(await run(project, selecting: some).verdicts?.keys.sorted() == names.sorted())
  }

  @Test func `what a build misses is named with its place, in every test file`() async throws {
    let project = try project([
      "tests/names_test.cpp": """
      #include <string>
      #include <gtest/gtest.h>
      #include "calc/calc.hpp"
      TEST(Calc, Names) {
        EXPECT_EQ(mul(2, 3), 6);
        Calc c; c.undo();
        std::shout(1);
        std::string s; s.shout();
        calc::div(1, 2);
      }
      """,
      "tests/plain_header.cpp": "#include \"calc/mul.hpp\"\nint main() {}\n",
      "tests/plain_flat.cpp": "#include \"mul.hpp\"\nint main() {}\n",
      "tests/plain_foreign.cpp": "#include <nothing/there.h>\nint main() {}\n",
      "tests/plain_linked.cpp":
        "namespace calc { int mul(int, int); }\nint main() { return calc::mul(1, 2); }\n",
      "tests/plain_syntax.cpp": "int main() { int x = ; }\n",
    ])
    let briefs = Set(await run(project).buildErrors[.wholeSuite, default: []].map(\.brief))
    #expect(
      briefs == [
        "tests/names_test.cpp: mul in ?", "tests/names_test.cpp: undo in Calc",
        "tests/names_test.cpp: shout in std", "tests/names_test.cpp: shout in std::string",
        "tests/names_test.cpp: calc in ?", "tests/plain_header.cpp: mul in calc/mul.hpp",
        "tests/plain_flat.cpp: mul in /", "tests/plain_foreign.cpp: there in nothing/there.h",
        "tests/plain_linked.cpp: mul in calc",
        "tests/plain_syntax.cpp: expected primary-expression before ';' token",
      ])
  }

  @Test func `a control is one more test that is seen to fail`() async throws {
    let text = "#include <gtest/gtest.h>\nTEST(Calc, Adds) {}\n"
    let control = try #require(runner.control(of: text, path: "tests/a_test.cpp", nonce: "a-1"))
    #expect(control.failing == .added(name: "Failsa1"))
    let verdicts = await run(try project(["tests/a_test.cpp": control.text])).verdicts
    #expect(verdicts == ["Calc.Adds": .passed, "OrchestrateControl.Failsa1": .failed(.assertion)])
  }

  @Test func `no tests, and a project that cannot be configured, are no run`() async throws {
    #expect(await run(try project([:])) == .didNotRun(reason: .zeroTests))
    guard
      case .didNotRun(.notBuilt(let reason)) = await run(
        try project(["CMakeLists.txt": "project(calc CXX)\nadd_library(calc src/none.cpp)\n"]))
    else {
      Issue.record("a source file that is missing was built")
      return
    }
    #expect(!reason.isEmpty)
    let broken = try project(["src/calc.cpp": "int add(int a, int b) { return \"x\"; }\n"])
    let errors = await run(broken).buildErrors[.wholeSuite, default: []]
    #expect(errors.map(\.file) == ["src/calc.cpp"] && errors.allSatisfy { $0.missing == nil })
  }
}
