// SPDX-License-Identifier: Apache-2.0
// How files begin, how long they get, and what must not be left lying about in them.

let linesMax = 450
let columnsMax = 120

private let license = "// SPDX-License-Identifier: Apache-2.0"

/// Directories of one machine or one person. Put together here, so that this file names none.
private let privateDirectories = ["work", "root", "home"].map { "/\($0)/" }

private let unfinished: Set<String> = ["TODO", "FIXME", "XXX", "HACK"]

/// Whether `line` names a path below one of those directories, rather than one of that name inside
/// some other.
private func namesPrivateDirectory(_ line: String) -> Bool {
  privateDirectories.contains { directory in
    line.ranges(of: directory).contains { range in
      guard range.lowerBound > line.startIndex else { return true }
      let before = line[line.index(before: range.lowerBound)]
      return !(before.isLetter || before.isNumber || "_-.~)}*/".contains(before))
    }
  }
}

let layoutRules: [Rule] = [
  Rule(
    "a file begins with its licence and a line on what it is",
    plant: Plant([
      ("Sources/Domain/Good.swift", license + "\n// What it is.\nstruct Good {}"),
      ("Sources/Domain/Bare.swift", "»import Domain\n// Late."),
      ("Sources/Domain/Half.swift", license + "\n»\n// Late."),
      ("Sources/CPlatform/half.c", license + "\n»#include <stdio.h>"),
      ("Sources/Domain/Empty.swift", license + "\n»//"),
    ]),
    file: { file in
      if file.lines.first != license { return [(1, "the first line must be: \(license)")] }
      let second = file.lines.dropFirst().first ?? ""
      guard second.hasPrefix("// "), second.count > 5 else {
        return [(2, "the second line must say in a // comment what the file is")]
      }
      return []
    }),
  Rule(
    "nothing is left for later",
    plant: Plant(
      "Sources/Domain/A.swift",
      """
      »// TODO: later
      let todo = "TODO"
      »let x = 1  // FIXME
      /* a
      »   HACK */
      »/// XXX
      let template = "fileXXXXXX"  // mkstemp wants XXXXXX
      """),
    file: { file in
      file.comments.enumerated().compactMap { index, comment in
        let words = comment.split { !($0.isLetter || $0.isNumber) }.map(String.init)
        return words.first(where: unfinished.contains).map { (index + 1, "\($0) in a comment") }
      }
    }),
  Rule(
    "files stay short enough to hold in mind",
    plant: Plant(
      "Sources/Domain/A.swift",
      String(repeating: "\n", count: linesMax) + "»let last = 1"),
    file: { file in
      // The newline at the end of the last line begins no other.
      let count = file.lines.last == "" ? file.lines.count - 1 : file.lines.count
      return count > linesMax ? [(count, "\(count) lines; look for the second thing")] : []
    }),
  Rule(
    "lines fit the page",
    plant: Plant(
      "Sources/Domain/A.swift",
      String(repeating: "x", count: columnsMax) + "\n»" + String(repeating: "é", count: columnsMax)
        + "é"),
    file: { file in
      file.lines.enumerated().filter { $0.element.count > columnsMax }
        .map { ($0.offset + 1, "\($0.element.count) columns") }
    }),
  Rule(
    "no path of one machine is built in",
    plant: Plant(
      "Sources/Domain/A.swift",
      """
      »let a = "\(privateDirectories[0])main"
      »// see \(privateDirectories[2])someone/notes
      »\(privateDirectories[1])x
      let b = "src\(privateDirectories[0])x"
      let c = "https://example.org\(privateDirectories[2])x"
      """),
    file: { file in
      file.lines.enumerated().filter { namesPrivateDirectory($0.element) }
        .map { ($0.offset + 1, "an absolute path of one machine") }
    }),
]
