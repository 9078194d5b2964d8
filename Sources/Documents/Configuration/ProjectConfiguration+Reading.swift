// SPDX-License-Identifier: Apache-2.0
// Reading a project's configuration, with every mistake named.

import Domain

extension ProjectConfiguration {
  /// The keys of each object that are known here; `config/project.schema.json` has the same.
  package static let knownKeys: [String: [String]] = [
    "": [
      "project_type", "init_script", "health_check", "test_command", "smoke_test",
      "dev_server_port", "required_env", "timeout_seconds", "tests", "drivers", "roles", "gates",
      "gate_sets", "limits", "budget", "context", "proof", "signing", "docs", "environment",
      "recovery",
      "rollback",
    ],
    "timeout_seconds": ["health_check", "smoke_test", "full_test"],
    "tests": ["command", "runner", "report", "reportPath", "paths"],
    "drivers": ["kind", "argv", "folder", "deadlineSeconds", "environment"],
    "roles": ["driver"],
    "limits": ["attempts", "leaseSeconds", "jobs", "agentMinutes", "diskReserveMiB"],
    "budget": ["windowTokens", "segmentMinutes", "sessionMinutes"],
    "proof": ["repeat", "unneededHunksShareMax", "necessitySeconds", "keep"],
    "recovery": ["auto_recovery", "partial_recovery"],
    "signing": ["key"],
    "rollback": ["automatic"],
    "docs": ["paths"],
    "gate_sets": ["default", "workflows"],
  ]

  /// Reads a configuration; `nil` bytes are a project without one, which gets the defaults.
  ///
  /// - Parameters:
  ///   - aliases: the names that roles may have in it.
  ///   - shippedGates: what a gate that it only names is filled up from.
  /// - Throws: `DocumentError` with the file, the place and the shape that should be there.
  package init(
    parsing bytes: [UInt8]?, file: String, aliases: RoleAliases, shippedGates: [GateDefinition]
  ) throws(DocumentError) {
    let root = try DocumentField(
      reading: bytes ?? Array("{}".utf8), file: file, allowingComments: true)
    self.root = try root.object()
    warnings = try Self.warnings(root)
    projectType = try root.optional("project_type")?.text()
    initScript = try Self.command(root, "init_script")
    healthCheck = try Self.command(root, "health_check")
    testCommand = try Self.command(root, "test_command")
    smokeTest = try Self.command(root, "smoke_test")
    devServerPort = try root.optional("dev_server_port")?.int(in: 1...65_535)
    requiredEnvironment = try Self.variables(root, "required_env")
    timeouts = try Timeouts(try root.optional("timeout_seconds"))
    tests = try TestsSection(try root.optional("tests"))
    drivers = try Self.drivers(root)
    roles = try Self.roles(root, aliases, drivers: drivers)
    gates =
      try root.optional("gates")
      .map { (field) throws(DocumentError) in try GateCatalogue.list(field, shipped: shippedGates) }
      ?? []
    gateSets = try GateSetsSection(try root.optional("gate_sets"))
    limits = try LimitsSection(try root.optional("limits"))
    budget = try Self.budget(try root.optional("budget"))
    proof = try ProofSection(try root.optional("proof"))
    let recovery = try root.optional("recovery")
    self.recovery = RecoverySection(
      isAutomatic: try recovery?.optional("auto_recovery")?.bool() ?? true,
      isPartial: try recovery?.optional("partial_recovery")?.bool() ?? true)
    signingKey = try root.optional("signing")?.optional("key")
      .map { (field) throws(DocumentError) in try field.text("the path of a private key") }
    isRollbackAutomatic =
      try root.optional("rollback")?.optional("automatic")
      .map { (field) throws(DocumentError) in try field.bool() } ?? true
    documentPaths = try Self.paths(try root.optional("docs")) ?? Self.documents
    environment = try Self.variables(root, "environment")
    context = try root.optional("context")?.object() ?? JSONObject()
  }

  private static func command(
    _ root: DocumentField, _ key: String
  ) throws(DocumentError) -> ConfiguredCommand? {
    try root.optional(key).map { (field) throws(DocumentError) in try ConfiguredCommand(field) }
  }

  private static func drivers(
    _ root: DocumentField
  ) throws(DocumentError) -> [String: DriverConfiguration] {
    var drivers: [String: DriverConfiguration] = [:]
    for (name, field) in try root.optional("drivers")?.members() ?? [] {
      drivers[name] = try DriverConfiguration(field)
    }
    return drivers
  }

  private static func roles(
    _ root: DocumentField, _ aliases: RoleAliases, drivers: [String: DriverConfiguration]
  ) throws(DocumentError) -> [Role: String] {
    var roles: [Role: String] = [:]
    var places: [Role: JSONPath] = [:]
    for (name, field) in try root.optional("roles")?.members() ?? [] {
      let role = try aliases.role(of: name, file: field.file, place: .path(field.path))
      if let first = places[role] {
        throw field.fault(.duplicate(role.rawValue, first: first))
      }
      let driver = try field.required("driver", "the name of the role's driver")
      let driverName = try driver.text("the name of a driver")
      guard drivers[driverName] != nil else {
        throw driver.unknown(driverName, "driver of this file", known: drivers.keys.sorted())
      }
      places[role] = field.path
      roles[role] = driverName
    }
    return roles
  }

  private static func budget(_ field: DocumentField?) throws(DocumentError) -> BudgetLimits {
    BudgetLimits(
      windowTokens: try field?.optional("windowTokens")?.int(in: 1_000...100_000_000) ?? 200_000,
      segmentMinutes: try field?.optional("segmentMinutes")?.int(in: 1...1_440) ?? 40,
      sessionMinutes: try field?.optional("sessionMinutes")?.int(in: 1...14_400) ?? 240)
  }

  fileprivate static func paths(_ field: DocumentField?) throws(DocumentError) -> [String]? {
    try field?.optional("paths")?.elements("an array of path patterns")
      .map { (field) throws(DocumentError) in try path(field) }
  }

  /// A path or pattern that stays in the project.
  static func path(_ field: DocumentField) throws(DocumentError) -> String {
    let expected = "a path inside the project, without '..' and without a leading '/'"
    let path = try field.text(expected)
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    guard !path.hasPrefix("/"), !parts.contains(".."), !path.utf8.contains(0) else {
      throw field.unexpected(expected)
    }
    return path
  }

  fileprivate static func variables(
    _ field: DocumentField, _ key: String
  ) throws(DocumentError) -> [String] {
    let expected = "the name of an environment variable"
    return try (field.optional(key)?.elements("an array of names of variables") ?? [])
      .map { (field) throws(DocumentError) in
        let name = try field.text(expected)
        guard !name.contains(where: { $0 == "=" || $0.isWhitespace || $0 == "\0" }) else {
          throw field.unexpected(expected)
        }
        return name
      }
  }

  private static func warnings(_ root: DocumentField) throws(DocumentError) -> [DocumentWarning] {
    var warnings = try root.unknownKeys(known: knownKeys[""] ?? [])
    for (key, known) in knownKeys.sorted(by: { $0.key < $1.key }) where !key.isEmpty {
      guard let section = try root.optional(key) else { continue }
      if key == "drivers" || key == "roles" {
        for (_, field) in try section.members() { warnings += try field.unknownKeys(known: known) }
      } else {
        warnings += try section.unknownKeys(known: known)
      }
    }
    for gate in try root.optional("gates")?.entries() ?? [] {
      warnings += try gate.unknownKeys(known: GateDefinition.keys)
    }
    return warnings
  }
}

extension DocumentField {
  /// What a list or an object holds, whichever it is.
  fileprivate func entries() throws(DocumentError) -> [DocumentField] {
    value.array == nil ? try members().map(\.field) : try elements()
  }
}

extension ProjectConfiguration.Timeouts {
  fileprivate init(_ field: DocumentField?) throws(DocumentError) {
    let range = 1...86_400
    healthCheck = try field?.optional("health_check")?.int(in: range) ?? 5
    smokeTest = try field?.optional("smoke_test")?.int(in: range) ?? 60
    fullTest = try field?.optional("full_test")?.int(in: range) ?? 300
  }
}

extension ProjectConfiguration.TestsSection {
  fileprivate init(_ field: DocumentField?) throws(DocumentError) {
    command = try field?.optional("command")
      .map { (field) throws(DocumentError) in try ConfiguredCommand(field) }
    let name = try field?.optional("runner")
    runner = try name?.choice(of: "test runner", RunnerName.self)
    report = try field?.optional("report")?.choice(of: "test report", Report.self)
    reportPath = try field?.optional("reportPath")
      .map { (field) throws(DocumentError) in try ProjectConfiguration.path(field) }
    paths = try ProjectConfiguration.paths(field)
    if let name, runner == .junit, reportPath == nil {
      throw name.unexpected("tests.reportPath beside it, where the report is written")
    }
  }
}

extension ProjectConfiguration.GateSetsSection {
  fileprivate init(_ field: DocumentField?) throws(DocumentError) {
    let standard = try field?.optional("default")?.choice(of: "set of gates", GateSet.self)
    var byWorkflow: [String: GateSet] = [:]
    for (name, set) in try field?.optional("workflows")?.members() ?? [] {
      byWorkflow[name] = try set.choice(of: "set of gates", GateSet.self)
    }
    self.init(standard: standard, byWorkflow: byWorkflow)
  }
}

extension ProjectConfiguration {
  /// Documents by their endings: a folder's name makes no document of the code in it.
  package static let documents =
    ["md", "markdown", "rst", "adoc", "asciidoc", "pdf"].map { "*.\($0)" }
    + ["txt", "html", "css", "svg", "png", "jpg", "jpeg", "gif", "webp", "drawio", "mmd", "puml"]
    .flatMap { ["docs/**/*.\($0)", "doc/**/*.\($0)"] }
    + ["/LICENSE", "/CHANGELOG", "/README", "/NOTICE", "/AUTHORS"]
}

extension ProjectConfiguration.LimitsSection {
  fileprivate init(_ field: DocumentField?) throws(DocumentError) {
    attempts = try field?.optional("attempts")?.int(in: 1...100) ?? 3
    leaseSeconds = try field?.optional("leaseSeconds")?.int(in: 1...86_400) ?? 900
    jobs = try field?.optional("jobs")?.int(in: 1...256) ?? 1
    agentMinutes = try field?.optional("agentMinutes")?.int(in: 1...1_440) ?? 30
    diskReserveMiB = try field?.optional("diskReserveMiB")?.int(in: 0...1_048_576) ?? 64
  }
}

extension ProjectConfiguration.ProofSection {
  fileprivate init(_ field: DocumentField?) throws(DocumentError) {
    repeats = try field?.optional("repeat")?.int(in: 1...100) ?? 2
    unneededHunksShareMax =
      try field?.optional("unneededHunksShareMax")?.double(in: 0...1) ?? 0.25
    necessitySeconds = try field?.optional("necessitySeconds")?.int(in: 1...86_400) ?? 120
    keep = try (field?.optional("keep")?.elements("an array of folders") ?? [])
      .map { (field) throws(DocumentError) in try ProjectConfiguration.path(field) }
  }
}

extension DriverConfiguration {
  private enum Name: String, CaseIterable {
    case command, recorded
  }

  fileprivate init(_ field: DocumentField) throws(DocumentError) {
    switch try field.required("kind", "the driver's kind").choice(of: "kind of driver", Name.self) {
    case .command:
      let argv = try field.required("argv", "the driver's command as an array of words")
      let words = try argv.strings("an array of words")
      guard let program = words.first, !program.isEmpty else {
        throw argv.unexpected("an array that begins with a program")
      }
      kind = .command(argv: words)
    case .recorded:
      kind = .recorded(folder: try field.required("folder", "the folder of recordings").text())
    }
    deadlineSeconds = try field.optional("deadlineSeconds")?.int(in: 1...86_400)
    environment = try ProjectConfiguration.variables(field, "environment")
  }
}
