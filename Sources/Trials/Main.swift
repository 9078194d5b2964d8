// SPDX-License-Identifier: Apache-2.0
// The program that the crash matrix kills: a session worked off in steps, and the look at what is left.

import Domain
import Glibc
import Store

/// What a trial was asked to do and could not.
struct TrialError: Error, CustomStringConvertible {
  let description: String
}

@main
enum Trials {
  private static let usage = """
    usage: Trials work FOLDER TASKS      work the session off, telling each step once it is durable
           Trials check FOLDER SAID      compare what was told with what is there, read by line
           Trials finish FOLDER TASKS SAID    check, work off what is left, check again
           Trials inspect FOLDER        read and check the store alone, tell where its journal ends
           Trials salvage FOLDER        make the store anew from it and the copies in `backups`
           Trials bench FOLDER HANDOFFS CLIENTS    tell how many handoffs a second are durable
           Trials fill FOLDER TASKS EVENTS    make a store with a long history, tell its size
           Trials load FOLDER           tell how long that takes to open, to save to, and to ask
           Trials flip FOLDER FILE SEED FIRST COUNT    change a bit of a file in `state`, each time
                                        another, and tell whether it was noticed and repaired
           Trials compete FOLDER HANDOFFS    work a queue off beside other processes that do too
           Trials judge FOLDER HANDOFFS SAID    look at what such processes left
    FOLDER holds the git repository `project`; the store is made beside it. SAID holds the lines
    that earlier runs have told.

    """

  static func main() {
    let arguments = Array(CommandLine.arguments.dropFirst())
    do {
      switch (arguments.first, arguments.count) {
      case ("work", 3):
        let session = try TrialSession(folder: arguments[1], tasks: try number(arguments[2]))
        try session.run()
      case ("check", 3):
        let session = try TrialSession(folder: arguments[1], tasks: 1)
        try Audit(of: session, told: try lines(of: arguments[2])).require()
      case ("inspect", 2): try StoreTrial(folder: arguments[1]).inspect()
      case ("salvage", 2): try StoreTrial(folder: arguments[1]).salvage()
      case ("fill", 4):
        try LoadBench(folder: arguments[1])
          .make(tasks: try number(arguments[2]), events: try number(arguments[3]))
      case ("load", 2): try LoadBench(folder: arguments[1]).run()
      case ("flip", 6):
        try FlipTrial(folder: arguments[1]).run(
          arguments[2], seed: try number(arguments[3]), first: try number(arguments[4]),
          count: try number(arguments[5]))
      case ("compete", 3):
        try Competition(folder: arguments[1], handoffs: try number(arguments[2])).run()
      case ("judge", 4):
        try Competition(folder: arguments[1], handoffs: try number(arguments[2]))
          .check(told: try lines(of: arguments[3]))
      case ("bench", 4):
        try HandoffBench(folder: arguments[1], handoffs: try number(arguments[2]))
          .run(clients: try number(arguments[3]))
      case ("finish", 4):
        let session = try TrialSession(folder: arguments[1], tasks: try number(arguments[2]))
        try Audit(of: session, told: try lines(of: arguments[3])).require()
        try session.run()
        try Audit(of: session, told: try lines(of: arguments[3])).require()
        try session.tell("end \(try session.store.head().hash) \(try session.branch())")
      default:
        complain(usage)
        exit(64)
      }
    } catch {
      complain("\(error)\n")
      exit(1)
    }
  }

  private static func complain(_ text: String) {
    let bytes = Array(text.utf8)
    _ = write(STDERR_FILENO, bytes, bytes.count)
  }

  private static func number(_ text: String) throws -> Int {
    guard let number = Int(text), number > 0 else { throw TrialError(description: usage) }
    return number
  }

  private static func lines(of path: String) throws -> [String] {
    guard let file = fopen(path, "r") else { throw TrialError(description: "no file \(path)") }
    defer { fclose(file) }
    var lines: [String] = []
    while let line = readLine(from: file) { lines.append(line) }
    return lines
  }

  /// The next whole line; one that a killed process tore off was never told.
  private static func readLine(from file: UnsafeMutablePointer<FILE>) -> String? {
    var bytes: [UInt8] = []
    while true {
      let byte = fgetc(file)
      if byte == EOF { return nil }
      if byte == 10 { return String(decoding: bytes, as: UTF8.self) }
      bytes.append(UInt8(truncatingIfNeeded: byte))
    }
  }
}
