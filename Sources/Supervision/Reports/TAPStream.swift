// SPDX-License-Identifier: Apache-2.0
// Reads the Test Anything Protocol, versions 12 to 14, subtests included.

/// What one producer of TAP printed.
struct TAPStream {
  /// One line `ok …` or `not ok …` that no subtest stands for.
  struct Point: Equatable {
    enum Directive: Equatable {
      case todo(String)
      case skip(String)
    }

    /// The names of the subtests around it, the outermost first.
    var suite: [String]
    var name: String
    var isOK: Bool
    var directive: Directive?
    var diagnostics: [String] = []
  }

  /// In the order in which they were printed.
  private(set) var points: [Point] = []
  /// Why the whole was skipped.
  private(set) var skipReason: String?
  /// Why the tests gave up.
  private(set) var bailOut: String?
  /// What is wrong with it: a plan that was not kept, numbers out of order.
  private(set) var faults: [String] = []
  /// The lines that are no TAP.
  private(set) var noise: [String] = []

  /// Reads lines without their ends.
  init(_ lines: some Sequence<some StringProtocol>) {
    var reading = TAPReading()
    for line in lines {
      reading.read(String(line))
      if reading.bailOut != nil { break }
    }
    let level = reading.finish()
    points = Self.distinct(level.points)
    skipReason = level.skipReason
    bailOut = reading.bailOut
    faults = reading.faults
    noise = reading.noise
  }

  /// Tests of the same name are told apart by a number, so that none hides another.
  private static func distinct(_ points: [Point]) -> [Point] {
    var counts: [[String]: Int] = [:]
    return points.map { point in
      var point = point
      let count = counts[point.suite + [point.name], default: 0] + 1
      counts[point.suite + [point.name]] = count
      if count > 1 { point.name += " (\(count))" }
      return point
    }
  }
}

/// A stream half read.
private struct TAPReading {
  /// A stream, or a subtest in one.
  struct Level {
    var points: [TAPStream.Point] = []
    /// The name that a comment gave the subtest before it began.
    var announced = ""
    var count = 0
    var planned: Int?
    var skipReason: String?
  }

  var bailOut: String?
  var faults: [String] = []
  var noise: [String] = []
  private var levels = [Level()]
  private var announced = ""
  private var isInBlock = false

  mutating func read(_ line: String) {
    let content = line.drop { $0 == " " }
    let indentation = line.count - content.count
    if isInBlock || (content == "---" && indentation % 4 == 2) {
      isInBlock = content != "..."
      note(line)
      return
    }
    guard indentation % 4 == 0, !content.isEmpty else { return note(line) }
    let depth = indentation / 4
    if let point = TAPLine.point(content) {
      add(point.point, number: point.number, depth)
    } else if let plan = TAPLine.plan(content) {
      open(depth)
      if levels[depth].planned != nil { faults.append("it has two plans") }
      levels[depth].planned = plan.count
      levels[depth].skipReason = plan.count == 0 ? plan.reason : nil
    } else if content.hasPrefix("Bail out!") {
      bailOut = String(content.dropFirst("Bail out!".count).drop { $0 == " " })
    } else if content.hasPrefix("# Subtest: ") {
      announced = String(content.dropFirst("# Subtest: ".count))
    } else if content.first == "#" {
      note(line)
    } else if !content.hasPrefix("TAP version ") && !content.hasPrefix("pragma ") {
      noise.append(line)
    }
  }

  /// A line about the test before it.
  private mutating func note(_ line: String) {
    guard let last = levels.indices.last(where: { !levels[$0].points.isEmpty }) else {
      if !line.isEmpty { noise.append(line) }
      return
    }
    levels[last].points[levels[last].points.count - 1].diagnostics.append(line)
  }

  private mutating func open(_ depth: Int) {
    while levels.count <= depth {
      var level = Level()
      level.announced = announced
      levels.append(level)
      announced = ""
    }
  }

  private mutating func add(_ point: TAPStream.Point, number: Int?, _ depth: Int) {
    open(depth)
    while levels.count > depth + 2 { close(into: levels.count - 2, nil) }
    var point = point
    levels[depth].count += 1
    let expected = levels[depth].count
    if let number, number != expected {
      faults.append("test \(number) comes where test \(expected) should")
    }
    if point.name.isEmpty { point.name = "test \(number ?? expected)" }
    if levels.count == depth + 2 {
      close(into: depth, point)
    } else {
      levels[depth].points.append(point)
    }
  }

  /// Ends the innermost subtest; `parent` is its own line, where there was one.
  private mutating func close(into depth: Int, _ parent: TAPStream.Point?) {
    let level = levels.removeLast()
    checkPlan(level)
    let name = parent?.name ?? level.announced
    for point in level.points {
      var inner = point
      if !name.isEmpty { inner.suite.insert(name, at: 0) }
      inner.directive = point.directive ?? parent?.directive
      levels[depth].points.append(inner)
    }
    guard let parent else { return }
    let isTold = level.points.contains { $0.isOK == parent.isOK }
    if level.points.isEmpty || !isTold { levels[depth].points.append(parent) }
  }

  private mutating func checkPlan(_ level: Level) {
    if let planned = level.planned, planned != level.count {
      faults.append("\(planned) tests were planned and \(level.count) ran")
    } else if level.planned == nil {
      faults.append("there is no plan, so nobody can tell whether all tests ran")
    }
  }

  mutating func finish() -> Level {
    while levels.count > 1 { close(into: levels.count - 2, nil) }
    if bailOut == nil { checkPlan(levels[0]) }
    return levels[0]
  }
}

/// Lines of TAP.
private enum TAPLine {
  static func point(_ line: Substring) -> (point: TAPStream.Point, number: Int?)? {
    var rest = line
    let isOK = !rest.hasPrefix("not ok")
    guard isOK ? rest.hasPrefix("ok") : true else { return nil }
    rest = rest.dropFirst(isOK ? 2 : 6)
    guard rest.first.map({ $0 == " " || $0 == "\t" }) ?? true else { return nil }
    rest = rest.drop(while: \.isWhitespace)
    let digits = rest.prefix { $0.isASCII && $0.isNumber }
    let number = Int(digits)
    if number != nil { rest = rest.dropFirst(digits.count).drop(while: \.isWhitespace) }
    if rest.hasPrefix("- ") || rest == "-" { rest = rest.dropFirst(2) }
    let (name, directive) = description(rest)
    return (
      TAPStream.Point(suite: [], name: name, isOK: isOK, directive: directive), number
    )
  }

  /// The description with its escapes resolved, and the directive behind the first bare `#`.
  private static func description(
    _ text: Substring
  ) -> (String, TAPStream.Point.Directive?) {
    var name = ""
    var rest = text
    while let character = rest.popFirst() {
      if character == "\\", let next = rest.first, next == "#" || next == "\\" {
        name.append(next)
        rest.removeFirst()
      } else if character == "#", let directive = directive(rest) {
        return (trimmed(name), directive)
      } else {
        name.append(character)
      }
    }
    return (trimmed(name), nil)
  }

  private static func directive(_ text: Substring) -> TAPStream.Point.Directive? {
    let words = text.drop(while: \.isWhitespace)
    let word = words.prefix(while: \.isLetter)
    let reason = trimmed(String(words.dropFirst(word.count).drop { $0 == ":" }))
    switch word.lowercased() {
    case "todo": return .todo(reason)
    case "skip", "skipped": return .skip(reason)
    default: return nil
    }
  }

  static func plan(_ line: Substring) -> (count: Int, reason: String)? {
    guard line.hasPrefix("1..") else { return nil }
    let digits = line.dropFirst(3).prefix { $0.isASCII && $0.isNumber }
    guard let count = Int(digits) else { return nil }
    let rest = line.dropFirst(3 + digits.count).drop(while: \.isWhitespace)
    guard rest.isEmpty || rest.first == "#" else { return nil }
    switch directive(rest.dropFirst()) {
    case .skip(let reason), .todo(let reason): return (count, reason)
    case nil: return (count, "")
    }
  }

  private static func trimmed(_ text: String) -> String {
    let start = text.drop(while: \.isWhitespace)
    let end = start.lastIndex { !$0.isWhitespace }
    return end.map { String(start[...$0]) } ?? ""
  }
}
