// SPDX-License-Identifier: Apache-2.0
// A session's task file: read with every mistake named, written with only what changed changed.

package import Domain

/// `session-NNN-tasks.json`.
///
/// The whole file is kept, so that keys that are not ours, their order and the layout survive.
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

  private var root: JSONValue
  /// Where the tasks stand in `root`.
  private let list: JSONPath
  private let layout: JSONLayout
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
    let entries = try Self.entries(of: document)
    session = try Self.session(of: document, &warnings)
    let tasks = try entries.elements("an array of tasks").map { (entry) throws(DocumentError) in
      try SessionTask(entry, aliases: aliases, warnings: &warnings)
    }
    try Self.check(tasks, in: entries)
    self.file = file
    self.tasks = tasks
    self.warnings = warnings + Self.metricsWarnings(document, tasks)
    root = document.value
    list = entries.path
    layout = JSONLayout(of: bytes)
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

  /// The file's text: as it was read, where nothing was changed, up to the space between values.
  package var text: String { layout.text(of: root) }

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
    guard let index = tasks.firstIndex(where: { $0.id == id }),
      var entry = root[list]?[index]?.object
    else {
      throw DocumentError(
        file: file, place: .path(list),
        fault: .unknownName(id.text, what: "task of this session", known: tasks.map(\.id.text)))
    }
    // A word of the file's own that means the same is left standing.
    if let status, tasks[index].status.meaning != status || entry["status"] == nil {
      entry["status"] = .string(status.rawValue)
    }
    if let actualMinutes { entry["actualMinutes"] = .integer(max(0, actualMinutes)) }
    if let output { entry["output"] = output }
    var updated = self
    var ignored: [DocumentWarning] = []
    let field = DocumentField(
      file: file, path: list.appending(index), value: .object(entry))
    updated.tasks[index] = try SessionTask(field, aliases: aliases, warnings: &ignored)
    updated.replace(entry, at: index)
    return updated
  }

  private mutating func replace(_ entry: JSONObject, at index: Int) {
    guard var entries = root[list]?.array else { return }
    entries[index] = .object(entry)
    guard var object = root.object, case .key(let key)? = list.steps.first else {
      root = .array(entries)
      return
    }
    object[key] = .array(entries)
    object["metrics"] = .object(metrics.written(into: object["metrics"]?.object ?? JSONObject()))
    root = .object(object)
  }

  // MARK: Reading

  private static func entries(of document: DocumentField) throws(DocumentError) -> DocumentField {
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
