// SPDX-License-Identifier: Apache-2.0
// How far the tasks of the sessions' files are, without reading again what has not changed.

import Documents
import Domain
import Glibc

/// How many tasks a session's file lists, and how far they are.
struct TaskTally: Hashable, Sendable {
  var total = 0
  var done = 0
  /// Implemented, and not tested yet.
  var untested = 0

  init(of tasks: [SessionTask]) {
    total = tasks.count
    done = tasks.count(where: \.status.isDone)
    untested = tasks.count { $0.status.meaning == .implemented }
  }

  init(total: Int, done: Int, untested: Int) {
    self.total = total
    self.done = done
    self.untested = untested
  }
}

/// The tallies that were made before, in a file beside the store. Every entry asks for them, and a
/// session can have ten thousand tasks; a file that cannot be read or written costs time only.
struct TaskTallies {
  private static let schema = "orchestrate.tallies/1"
  private let folder: String
  private var path: String { folder + "/task-tallies.json" }
  /// What the words for statuses were read from: other words give other tallies.
  private let configuration: Digest
  private var known: [String: Known] = [:]
  private var isChanged = false

  private struct Known {
    let stamp: FileStamp
    let tally: TaskTally
  }

  /// What is remembered in a folder, which need not be there.
  init(in folder: String, configuration: Digest) {
    self.folder = folder
    self.configuration = configuration
    guard let bytes = try? readFileIfPresent(path), let json = try? JSONValue(parsing: bytes),
      json["schema"]?.string == Self.schema,
      json["configuration"]?.string == configuration.hex,
      case .object(let files)? = json["files"]
    else { return }
    for file in files.members {
      let numbers = (file.value.array ?? []).compactMap(\.int)
      guard numbers.count == FileStamp.width + 3 else { continue }
      let counts = Array(numbers.suffix(3))
      known[file.key] = Known(
        stamp: FileStamp(numbers: Array(numbers.prefix(FileStamp.width))),
        tally: TaskTally(total: counts[0], done: counts[1], untested: counts[2]))
    }
  }

  /// The tally of a file; `nil` where `read` gives none.
  ///
  /// - Parameter now: a file that was changed a moment ago may change again under the same stamp,
  ///   and is read again next time.
  mutating func tally(
    of file: String, at now: Timestamp, _ read: () -> [SessionTask]?
  ) -> TaskTally? {
    guard let stamp = FileStamp(of: file) else { return nil }
    if let known = known[file], known.stamp == stamp { return known.tally }
    guard let tasks = read() else { return nil }
    let tally = TaskTally(of: tasks)
    if stamp.isSettled(at: now), FileStamp(of: file) == stamp {
      known[file] = Known(stamp: stamp, tally: tally)
      isChanged = true
    }
    return tally
  }

  /// Keeps what is new, where there is a folder for it.
  func save() {
    guard isChanged, access(folder, W_OK) == 0 else { return }
    var files = JSONObject()
    for (file, known) in known.sorted(by: { $0.key < $1.key }) {
      let tally = known.tally
      let numbers = known.stamp.numbers + [tally.total, tally.done, tally.untested]
      files[file] = .array(numbers.map(JSONValue.integer))
    }
    let json: JSONValue = [
      "schema": .string(Self.schema), "configuration": .string(configuration.hex),
      "files": .object(files),
    ]
    // Nothing but time is lost where it cannot be written.
    try? AtomicFile.write(Array(json.compactText.utf8), to: path, durability: .processes)
  }
}

/// What changes whenever a file does: which it is, how long, and when it was last touched.
struct FileStamp: Hashable, Sendable {
  static let width = 7
  /// Device, inode, size in bytes, and the times of its last change and of its inode's, each in
  /// seconds and nanoseconds.
  let numbers: [Int]

  init(numbers: [Int]) { self.numbers = numbers }

  /// The stamp of a file as it is now; `nil` where there is none.
  init?(of path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    numbers = [
      Int(bitPattern: UInt(status.st_dev)), Int(bitPattern: UInt(status.st_ino)), status.st_size,
      status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_ctim.tv_sec, status.st_ctim.tv_nsec,
    ]
  }

  /// Whether a change from now on would show: the file was last changed longer ago than its times are
  /// exact, which is a tick of the kernel, or two seconds on file systems that keep whole ones.
  func isSettled(at now: Timestamp) -> Bool {
    let isCoarse = numbers[4] == 0 && numbers[6] == 0
    let last = max(
      numbers[3] * 1000 + numbers[4] / 1_000_000, numbers[5] * 1000 + numbers[6] / 1_000_000)
    return last + (isCoarse ? 2_000 : 100) < now.milliseconds
  }
}
