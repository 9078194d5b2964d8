// SPDX-License-Identifier: Apache-2.0
// Which known name somebody meant.

/// The known name nearest to what was written: at most a third of its letters differ. `nil` where
/// none is near.
func nearestName(to written: String, among known: [String]) -> String? {
  let limit = max(1, written.count / 3)
  let near = known.map { (name: $0, distance: distance(written.lowercased(), $0.lowercased())) }
    .filter { $0.distance <= limit }
  return near.min { $0.distance < $1.distance }?.name
}

/// How many letters must be added, removed, changed or swapped with their neighbour.
private func distance(_ left: String, _ right: String) -> Int {
  let left = Array(left)
  let right = Array(right)
  guard !left.isEmpty, !right.isEmpty else { return max(left.count, right.count) }
  var beforeLast: [Int] = []
  var last = Array(0...right.count)
  for row in 1...left.count {
    var current = [row]
    for column in 1...right.count {
      let same = left[row - 1] == right[column - 1] ? 0 : 1
      var best = min(last[column] + 1, current[column - 1] + 1, last[column - 1] + same)
      if row > 1, column > 1, left[row - 1] == right[column - 2],
        left[row - 2] == right[column - 1]
      {
        best = min(best, beforeLast[column - 2] + 1)
      }
      current.append(best)
    }
    (beforeLast, last) = (last, current)
  }
  return last[right.count]
}
