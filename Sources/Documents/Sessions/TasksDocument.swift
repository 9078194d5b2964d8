// SPDX-License-Identifier: Apache-2.0
// A session's task file: read with every mistake named, written with only what changed changed.

package import Domain

/// `session-NNN-tasks.json`.
///
/// The file's text is kept and only the values that change are set in it, so that keys that are not
/// ours, their order and every blank survive.
/// `{"tasks": […]}` is what we write; a bare array and `{"features": […]}` are read as well.
package struct TasksDocument: Hashable, Sendable {
  /// The file, as it was named to the reader.
  package let file: String
  /// The session that the file names; `nil` where it names none.
  package let session: SessionID?
  /// The tasks in the file's order. Their dependencies are among them and form no cycle.
  package private(set) var tasks: [SessionTask]
  /// What was odd but could be read.
  package let warnings: [DocumentWarning]

  private var source: JSONText
  /// Where the tasks stand in the text.
  private let list: JSONPath
  /// The entries of the tasks, with the keys that are not ours.
  private var entries: [JSONObject]
  /// The `metrics`, with the keys that are not ours; `nil` for a bare array.
  private var storedMetrics: JSONObject?
  private let aliases: StatusAliases

  /// Reads a task file.
  ///
  /// - Throws: `DocumentError` naming the place: no JSON, a wrong shape, an id that is missing or
  ///   taken, a dependency that is not there, or tasks that wait for each other.
  package init(
    parsing bytes: [UInt8], file: String, aliases: StatusAliases
  ) throws(DocumentError) {
    let document = try DocumentField(reading: bytes, file: file)
    var warnings: [DocumentWarning] = []
    let list = try Self.list(of: document)
    session = try Self.session(of: document, &warnings)
    let fields = try list.elements("an array of tasks")
    let tasks = try fields.map { (entry) throws(DocumentError) in
      try SessionTask(entry, aliases: aliases, warnings: &warnings)
    }
    try Self.check(tasks, in: list)
    self.file = file
    self.tasks = tasks
    self.warnings = warnings + Self.metricsWarnings(document, tasks)
    source = JSONText(bytes)
    self.list = list.path
    entries = try fields.map { (entry) throws(DocumentError) in try entry.object() }
    let isBare = document.value.array != nil
    storedMetrics = isBare ? nil : document.value["metrics"]?.object ?? JSONObject()
    self.aliases = aliases
  }

  /// Reads the task file at a path.
  ///
  /// - Throws: `DocumentError` as for bytes, and where the file cannot be read.
  package static func read(
    _ path: String, aliases: StatusAliases
  ) throws(DocumentError) -> TasksDocument {
    try TasksDocument(parsing: try readDocument(path), file: path, aliases: aliases)
  }

  // MARK: Looking in

  /// The task of that id; `nil` where there is none.
  package subscript(id: TaskID) -> SessionTask? { tasks.first { $0.id == id } }

  /// What the tasks add up to.
  package var metrics: TaskMetrics { TaskMetrics(of: tasks) }

  /// The file's text: as it was read, but for what was set since.
  package var text: String { source.text }

  // MARK: Writing

  /// The document with a task's fields set and the metrics computed anew; everything else stays.
  ///
  /// - Parameters:
  ///   - status: its new status; left as it is by default.
  ///   - actualMinutes: the minutes it took; left as they are by default.
  ///   - output: what it came to; left as it is by default.
  /// - Throws: `DocumentError` where the document holds no such task.
  package func updating(
    _ id: TaskID, status: TaskStatus? = nil, actualMinutes: Int? = nil, output: JSONValue? = nil
  ) throws(DocumentError) -> TasksDocument {
    guard let index = tasks.firstIndex(where: { $0.id == id }) else {
      throw DocumentError(
        file: file, place: .path(list),
        fault: .unknownName(id.text, what: "task of this session", known: tasks.map(\.id.text)))
    }
    var updated = self
    // A word of the file's own that means the same is left standing.
    if let status, tasks[index].status.meaning != status || entries[index]["status"] == nil {
      updated.set("status", .string(status.rawValue), at: index)
    }
    if let actualMinutes {
      updated.set("actualMinutes", .integer(max(0, actualMinutes)), at: index)
    }
    if let output { updated.set("output", output, at: index) }
    var ignored: [DocumentWarning] = []
    let field = DocumentField(
      file: file, path: list.appending(index), value: .object(updated.entries[index]))
    updated.tasks[index] = try SessionTask(field, aliases: aliases, warnings: &ignored)
    updated.setMetrics()
    return updated
  }

  private mutating func set(_ key: String, _ value: JSONValue, at index: Int) {
    entries[index][key] = value
    source.set(value, at: list.appending(index).appending(key))
  }

  private mutating func setMetrics() {
    guard let storedMetrics else { return }
    let path: JSONPath = ["metrics"]
    if storedMetrics.isEmpty {
      source.set(.object(metrics.written(into: storedMetrics)), at: path)
    }
    for (name, value) in metrics.entries where storedMetrics[name]?.int != value {
      source.set(.integer(value), at: path.appending(name))
    }
    self.storedMetrics = metrics.written(into: storedMetrics)
  }

  // MARK: Reading

  private static func list(of document: DocumentField) throws(DocumentError) -> DocumentField {
    if document.value.array != nil { return document }
    if let features = try document.optional("features"), try document.optional("tasks") == nil {
      return features
    }
    return try document.required("tasks", "the array of tasks")
  }

  private static func session(
    of document: DocumentField, _ warnings: inout [DocumentWarning]
  ) throws(DocumentError) -> SessionID? {
    guard document.value.object != nil else { return nil }
    guard let field = try document.optional(anyOf: ["sessionId", "session"]) else {
      return nil
    }
    let session =
      field.value.string.flatMap { SessionID($0) }
      ?? field.value.int.flatMap { SessionID(number: $0) }
    if session == nil {
      warnings.append(field.warning("\(field.value.inWords) names no session"))
    }
    return session
  }

  private static func check(
    _ tasks: [SessionTask], in entries: DocumentField
  ) throws(DocumentError) {
    func place(_ index: Int, _ key: String) -> DocumentField {
      DocumentField(
        file: entries.file, path: entries.path.appending(index).appending(key), value: .null)
    }
    var seen: [TaskID: Int] = [:]
    for (index, task) in tasks.enumerated() {
      if let first = seen[task.id] {
        throw place(index, "id").fault(.duplicate(task.id.text, first: place(first, "id").path))
      }
      seen[task.id] = index
    }
    for (index, task) in tasks.enumerated() {
      for dependency in task.dependencies where seen[dependency] == nil {
        throw place(index, "dependencies").fault(.unknownDependency(dependency.text))
      }
    }
    if let cycle = TaskOrder.cycle(in: tasks.map { ($0.id, $0.dependencies) }) {
      throw entries.fault(.cycle(cycle))
    }
  }

  private static func metricsWarnings(
    _ document: DocumentField, _ tasks: [SessionTask]
  ) -> [DocumentWarning] {
    guard let stored = document.value["metrics"] else { return [] }
    return TaskMetrics(of: tasks).entries.compactMap { name, value in
      guard let found = stored[name], found.int != value else { return nil }
      return DocumentWarning(
        file: document.file, place: .path(["metrics", name]),
        message: "\(found.inWords) is written; the tasks add up to \(value)")
    }
  }
}
