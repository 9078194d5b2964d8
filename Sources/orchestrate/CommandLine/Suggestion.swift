// SPDX-License-Identifier: Apache-2.0
// What someone may have meant by a word that is not known. Only ever offered, never run.

/// Finds the nearest known word.
enum Suggestion {
  /// The candidate nearest to `word`, or one that it begins; `nil` where nothing is near enough to
  /// be a slip of the hand (a third of the word's letters, at least one, at most three).
  static func nearest(to word: String, among candidates: [String]) -> String? {
    guard !word.isEmpty else { return nil }
    let lowered = word.lowercased()
    let allowed = min(3, max(1, lowered.count / 3))
    let near =
      candidates
      .map { (word: $0, distance: distance(lowered, $0.lowercased())) }
      .filter { $0.distance <= allowed }
      .min { $0.distance < $1.distance }
    if let near { return near.word }
    guard lowered.count >= 2 else { return nil }
    let begun = candidates.filter { $0.lowercased().hasPrefix(lowered) }
    return begun.count == 1 ? begun[0] : nil
  }

  /// The number of letters to insert, remove, replace or swap with a neighbour (optimal string
  /// alignment).
  static func distance(_ left: String, _ right: String) -> Int {
    let a = Array(left)
    let b = Array(right)
    if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
    var beforeLast = [Int](repeating: 0, count: b.count + 1)
    var last = Array(0...b.count)
    for i in 1...a.count {
      var row = [i] + [Int](repeating: 0, count: b.count)
      for j in 1...b.count {
        let replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)
        row[j] = min(replaced, last[j] + 1, row[j - 1] + 1)
        if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
          row[j] = min(row[j], beforeLast[j - 2] + 1)
        }
      }
      (beforeLast, last) = (last, row)
    }
    return last[b.count]
  }
}
