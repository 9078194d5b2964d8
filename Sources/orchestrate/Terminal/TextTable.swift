// SPDX-License-Identifier: Apache-2.0
// Rows in aligned columns.

/// A table for people. Columns are as wide as their widest cell and two spaces apart; the last is
/// neither padded nor cut, so that what matters can be copied whole.
struct TextTable: Sendable {
  /// One cell; its text is shown harmless, whoever wrote it.
  struct Cell: Hashable, Sendable, ExpressibleByStringLiteral {
    let text: String
    let ink: TerminalStyle.Ink?

    init(_ text: String, _ ink: TerminalStyle.Ink? = nil) {
      self.text = TerminalStyle.harmless(text)
      self.ink = ink
    }

    init(stringLiteral text: String) { self.init(text) }
  }

  enum Alignment: Hashable, Sendable {
    case left, right
  }

  struct Column: Hashable, Sendable, ExpressibleByStringLiteral {
    let title: String
    let alignment: Alignment

    init(_ title: String, _ alignment: Alignment = .left) {
      self.title = title
      self.alignment = alignment
    }

    init(stringLiteral title: String) { self.init(title) }
  }

  let columns: [Column]
  private var rows: [[Cell]] = []

  init(_ columns: [Column]) { self.columns = columns }

  /// Adds a row; cells that are missing are empty, cells beyond the last column are left out.
  mutating func add(_ cells: [Cell]) {
    let missing = max(0, columns.count - cells.count)
    rows.append(Array(cells.prefix(columns.count)) + Array(repeating: "", count: missing))
  }

  /// The titles and the rows, a line each; the titles alone where there are no rows.
  func render(_ style: TerminalStyle) -> String {
    let titles = columns.map { Cell($0.title.uppercased(), .dim) }
    let lines = [titles] + rows
    let widths = columns.indices.map { index in
      lines.map { DisplayWidth.of($0[index].text) }.max() ?? 0
    }
    return lines.map { line($0, widths, style) + "\n" }.joined()
  }

  private func line(_ cells: [Cell], _ widths: [Int], _ style: TerminalStyle) -> String {
    // Empty cells at the end would leave blanks behind.
    guard let last = cells.lastIndex(where: { !$0.text.isEmpty }) else { return "" }
    var line = ""
    for index in 0...last {
      let cell = cells[index]
      let blank = String(
        repeating: " ", count: max(0, widths[index] - DisplayWidth.of(cell.text)))
      let shown = cell.ink.map { style.ink(cell.text, $0) } ?? cell.text
      switch columns[index].alignment {
      case .left: line += shown + (index == last ? "" : blank + "  ")
      case .right: line += blank + shown + (index == last ? "" : "  ")
      }
    }
    return line
  }
}
