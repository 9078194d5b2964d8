// SPDX-License-Identifier: Apache-2.0
// Help as people see it, and the table that it is read off.

import Domain
import Testing

@testable import orchestrate

@Suite struct HelpTests {
  @Test func `a command's help begins with an example and says all it takes`() async throws {
    let run = try await outcome(of: "handoff claim --help")
    #expect(run.code == .done)
    #expect(
      run.data == """
        Example
          orchestrate handoff claim 39 --wait 30s
              Wait up to half a minute for work

        Take the next handoff.

        Waits for one where none is ready.

        What comes back is a packet.

        Usage
          orchestrate handoff claim SESSION [ROLE] [options]

        Arguments
          SESSION  Whose handoff
          ROLE     For which role

        Options
          -w, --wait DURATION    How long to wait for one (default 0s)
          --fence N              The fence (1 to 1000)
          -l, --label NAME       A label (may be repeated)
          --order oldest|newest  Which comes first (default oldest; or
                                 ORCHESTRATE_ORDER)

        Options of every command
          --json                     One JSON document on stdout; errors too, on stderr
                                     (or ORCHESTRATE_JSON)
          --color auto|always|never  Whether to colour (default auto; or
                                     ORCHESTRATE_COLOR)
          -C, --project DIR          Run as if started in DIR (or ORCHESTRATE_PROJECT)
          -q, --quiet                Leave out everything but results and errors
          -h, --help                 Show this help

        """)
  }

  @Test func `a group lists its commands and what it alone means`() async throws {
    let run = try await outcome(of: "help gate")
    #expect(
      run.data == """
        Examples
          orchestrate gate run lint
              One of them
          orchestrate gate list
              All of them

        Run and list gates.

        Usage
          orchestrate gate COMMAND [arguments] [options]

        Commands
          run   Run the gates
          list  List the gates

        'orchestrate gate' alone means 'orchestrate gate run'.

        'orchestrate help gate COMMAND' says more of one.

        """)
  }

  @Test(arguments: [
    ["", "help", "--help", "-h", "--json --help"],
    ["handoff", "help handoff", "handoff --help", "--help handoff"],
    ["help handoff claim", "handoff claim -h", "handoff claim 39 --help"],
    ["gate --help", "help gate"],
  ])
  func `the same help is found every way`(lines: [String]) async throws {
    var texts: Set<String> = []
    for line in lines {
      let run = try await outcome(of: line)
      #expect(run.code == .done, "\(line)")
      texts.insert(run.data)
    }
    #expect(texts.count == 1)
    #expect(texts.first?.hasPrefix("Example") == true)
  }

  @Test func `no help is wider than 80 columns`() {
    for table in [sampleTable, CommandTable.orchestrate] {
      let help = HelpText(table: sampleTable, style: .plain)
      let paths = [[]] + table.commands.flatMap { [$0.path, Array($0.path.prefix(1))] }
      for text in paths.compactMap(help.render) + [help.exitCodes()] {
        for line in text.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
      }
    }
  }

  @Test func `help on what there is not says what was meant`() async throws {
    let run = try await outcome(of: "help stauts")
    #expect(run.code == .usage)
    #expect(run.messages.contains("did you mean 'status'?"))
    #expect(try await outcome(of: "help exit-codes").data.contains("16   lease lost"))
  }

  @Test func `the table of the program contradicts itself nowhere`() {
    #expect(CommandTable.orchestrate.faults == [])
    #expect(sampleTable.faults == [])
  }

  @Test func `a table that contradicts itself is noticed`() {
    let broken = CommandTable(
      summary: "", examples: [],
      commands: [
        CommandSpec(
          ["a"], summary: "A", examples: [],
          positionals: [Positional("x", "X", .variadic), Positional("y", "Y")],
          options: [
            OptionSpec("json", help: "Again"),
            OptionSpec("n", .integer(1...2), default: "3", help: "N"),
          ], run: VersionCommand.spec.run),
        CommandSpec(
          ["a"], summary: "A", examples: [Example("a", "a")], run: VersionCommand.spec.run),
      ], groups: [CommandGroup(["g"], summary: "G", standsFor: "h")])
    let faults = broken.faults.joined(separator: "\n")
    for fault in [
      "a: listed twice", "a: no example", "'x' is variadic but not last",
      "a required argument follows an optional one", "--json means two things",
      "its default '3' is not one of its values", "no commands", "stands for 'h'",
      "the program has no example",
    ] {
      #expect(faults.contains(fault))
    }
  }
}
