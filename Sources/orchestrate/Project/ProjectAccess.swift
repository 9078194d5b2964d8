// SPDX-License-Identifier: Apache-2.0
// How a command reaches the project that it was called for.

import Coordinator
import Documents
import Domain
import Git
import Glibc
import Service
import Store
import Supervision

/// A project, and the doors to it: reading beside a live coordinator, asking it, or being it.
struct ProjectAccess: Sendable {
  let paths: ProjectPaths
  private let environment: [String: String]

  /// For a coordinator that lives as long as one request: the answer says all there is to say.
  static let tellNobody: ProgressListener = { _ in }

  /// Finds the project around the folder that the command was called for.
  ///
  /// - Parameter directory: the folder, where the command has an argument of its own for it.
  /// - Throws: `Problem` with exit 66 where there is no git repository with a working tree.
  init(_ invocation: Invocation, directory: String? = nil) throws(Problem) {
    environment = ProcessEnvironment.current
    let directory = directory ?? invocation.directory
    let root: String?
    do throws(GitError) {
      root = try Repository(discoveringFrom: directory).workingDirectory
    } catch {
      throw Problem(
        code: "PROJECT001", exit: .notFound, message: "\(directory) is not in a git repository",
        reason: "\(error)", remedy: "git init && orchestrate init")
    }
    guard let root else {
      throw Problem(
        code: "PROJECT002", exit: .notFound, message: "\(directory) is a bare repository",
        reason: "there is no working tree to take a project's files from",
        remedy: "orchestrate -C WORKING-TREE \(invocation.command.name)")
    }
    paths = ProjectPaths(root: root, environment: environment)
  }

  /// The settings, read from the project's files as they are now.
  func settings(driver: DriverChoice? = nil) throws(Problem) -> ProjectSettings {
    try ProjectSettings.load(
      paths: paths, shipped: .embedded, environment: environment, driver: driver,
      supervisor: .ownExecutable)
  }

  /// A store that only reads; `nil` where no session was ever started here, or where whoever made
  /// the store was killed before anything was in it.
  func reader() throws(Problem) -> (any SessionStore)? {
    guard access(paths.database, F_OK) == 0 else { return nil }
    do throws(StoreError) {
      return try SQLiteStore.open(path: paths.database, role: .reader)
    } catch {
      if error.isStillBeingMade { return nil }
      throw Problem(error)
    }
  }

  /// Whether a session was planned here; of a store that is still to be brought up to date it is
  /// taken to have been.
  func hasBegun(_ session: SessionID) throws(Problem) -> Bool {
    guard access(paths.database, F_OK) == 0 else { return false }
    do throws(StoreError) {
      return try SQLiteStore.open(path: paths.database, role: .reader).session(session) != nil
    } catch {
      if error.isStillBeingMade { return false }
      if case .olderSchema = error { return true }
      throw Problem(error)
    }
  }

  /// The commit that a revision names.
  ///
  /// - Throws: `Problem` with exit 66 where there is none.
  func commit(_ revision: String) throws(Problem) -> ObjectID {
    do throws(GitError) {
      return try Repository(discoveringFrom: paths.root).resolve(revision)
    } catch {
      throw Problem(
        code: "PROJECT003", exit: .notFound, message: "'\(revision)' names no commit",
        reason: "\(error)", remedy: "git log --oneline")
    }
  }

  // MARK: Asking the coordinator

  /// Runs `body` with a desk: that of the live coordinator if there is one, else this process is
  /// the coordinator for as long as `body` takes.
  func withDesk<Value: Sendable>(
    _ body: @escaping @Sendable (any HandoffDesk) async throws(Problem) -> Value
  ) async throws(Problem) -> Value {
    // A coordinator that ends just now is no reason to fail: the next round finds its lock free.
    for attempt in 0... {
      if let desk = RemoteDesk(path: paths.socket) {
        do throws(Problem) {
          return try await body(desk)
        } catch {
          guard error.code == "SERVICE002", attempt < 50 else { throw error }
        }
      } else if let lock = try takeLock(waiting: .zero) {
        return try await coordinating(
          lock: lock, settings: try settings(), jobs: nil, tell: Self.tellNobody
        ) { (coordinator) throws(Problem) in
          try await body(LocalDesk(coordinator: coordinator))
        }
      } else if attempt >= 1200 {
        throw lockedOut()
      }
      await pause(.milliseconds(50))
    }
    throw lockedOut()
  }

  /// Claims a handoff: at the live coordinator, which wakes us; while there is none, by looking
  /// ourselves whenever the store changes, without keeping its lock from anybody in between.
  func claim(_ request: WorkRequest) async throws(Problem) -> JSONValue? {
    let deadline = ContinuousClock.now + request.wait
    let watch = StateWatch(folder: paths.state)
    while true {
      let left = max(.zero, deadline - .now)
      let wish = WorkRequest(
        session: request.session, roles: request.roles, worker: request.worker, wait: left)
      if let desk = RemoteDesk(path: paths.socket) {
        do throws(Problem) {
          // Nothing before the time is up means that it ends, as a failed connection does;
          // whoever comes next, we among them, goes on.
          if let ticket = try await desk.claim(wish) { return ticket }
        } catch {
          guard error.code == "SERVICE002" else { throw error }
        }
      } else if try isWorthALook(request), let lock = try takeLock(waiting: .zero) {
        let once = WorkRequest(
          session: request.session, roles: request.roles, worker: request.worker, wait: .zero)
        let ticket = try await coordinating(
          lock: lock, settings: try settings(), jobs: nil, tell: Self.tellNobody
        ) { (coordinator) throws(Problem) in
          try await LocalDesk(coordinator: coordinator).claim(once)
        }
        if ticket != nil { return ticket }
      }
      watch.forget()
      guard ContinuousClock.now < deadline else { return nil }
      // A change between our look and `forget` shows at the latest after a second.
      watch.wait(milliseconds: min(1000, (deadline - .now).wholeMilliseconds))
    }
  }

  /// Whether becoming the coordinator could lead to a claim. Asked beside everybody else, so that
  /// workers who wait keep the lock from nobody and do not wake each other.
  private func isWorthALook(_ request: WorkRequest) throws(Problem) -> Bool {
    guard access(paths.database, F_OK) == 0 else { return false }
    let now = SystemClock.make()().boot
    do throws(StoreError) {
      let store = try SQLiteStore.open(path: paths.database, role: .reader)
      let outlook = try store.outlook(for: request.session, at: now)
      if !outlook.readyRoles.isDisjoint(with: request.roles) { return true }
      if let lease = outlook.nextLeaseEnd, lease.hasExpired(at: now) { return true }
      return try !store.submittedHandoffs().isEmpty
    } catch {
      switch error {
      // A store that is just being made says nothing yet.
      case .olderSchema, .cannotOpen, .busy, .readOnly: return false
      default: throw Problem(error)
      }
    }
  }

  /// Runs `body` as the project's one coordinator, with its socket open to others.
  ///
  /// - Throws: `Problem` with exit 69 where another process is.
  func withCoordinator<Value: Sendable>(
    settings: ProjectSettings, jobs: Int? = nil, tell: @escaping ProgressListener,
    recovering: Bool = true,
    _ body: @escaping @Sendable (Coordinator) async throws(Problem) -> Value
  ) async throws(Problem) -> Value {
    guard let lock = try takeLock(waiting: .seconds(5)) else { throw lockedOut() }
    return try await coordinating(
      lock: lock, settings: settings, jobs: jobs, tell: tell, recovering: recovering, body)
  }

  private func coordinating<Value: Sendable>(
    lock: StoreLock, settings: ProjectSettings, jobs: Int?, tell: @escaping ProgressListener,
    recovering: Bool = true,
    _ body: @escaping @Sendable (Coordinator) async throws(Problem) -> Value
  ) async throws(Problem) -> Value {
    let coordinator = try openCoordinator(
      lock: lock, settings: settings, jobs: jobs, tell: tell)
    if recovering {
      try await coordinator.requireSettled(isWorkerAlive: WorkerName.mayBeAlive)
      _ = try await coordinator.recover(isWorkerAlive: WorkerName.mayBeAlive)
    }
    let server = try CoordinatorServer(coordinator: coordinator)
    let result = await withTaskGroup(of: Result<Value, Problem>?.self) { group in
      group.addTask {
        await server.run()
        return nil
      }
      group.addTask {
        do throws(Problem) {
          let value = try await body(coordinator)
          try await coordinator.projectWhatIsDue()
          return .success(value)
        } catch {
          return .failure(error)
        }
      }
      var result: Result<Value, Problem>?
      for await ended in group {
        if let ended {
          result = ended
          // Whoever was served meanwhile gets its answer; who waits is told to ask the next.
          await coordinator.stop()
          server.stop()
        }
      }
      return result
    }
    guard let result else { throw lockedOut() }
    return try result.get()
  }

  private func openCoordinator(
    lock: StoreLock, settings: ProjectSettings, jobs: Int?, tell: @escaping ProgressListener
  ) throws(Problem) -> Coordinator {
    try ignoreState()
    Leftovers.remove(of: paths)
    let signingKey = try settings.signingKey()
    do throws(StoreError) {
      let store = try SQLiteStore.open(
        path: paths.database, role: .writer(lock),
        reserveBytes: settings.limits.diskReserveBytes, shelf: shelf)
      return Coordinator(
        paths: paths, settings: settings, store: store, supervisor: .ownExecutable,
        clock: SystemClock.make(), jobs: jobs, signingKey: signingKey, tell: tell)
    } catch {
      throw Problem(error)
    }
  }

  /// Where the store's copies are.
  var shelf: BackupShelf { BackupShelf(folder: paths.state + "/backups") }

  /// Makes a damaged store anew, under the lock that keeps everybody else away.
  ///
  /// - Throws: `Problem` with exit 69 where a coordinator is alive or nothing is left to read.
  func salvage() throws(Problem) -> SalvageReport {
    guard let lock = try takeLock(waiting: .seconds(5)) else { throw lockedOut() }
    do throws(StoreError) {
      return try Salvage.run(
        path: paths.database, lock: lock, shelf: shelf,
        archives: ArchivedJournal.all(inProjectAt: paths.root), at: SystemClock.make()().wall)
    } catch {
      throw Problem(error)
    }
  }

  /// `.claude/state/` ignores itself, whatever the project's own rules say.
  private func ignoreState() throws(Problem) {
    let path = paths.state + "/.gitignore"
    guard access(path, F_OK) != 0 else { return }
    do throws(FileError) {
      try AtomicFile.write(Array("*\n".utf8), to: path)
    } catch {
      throw Problem(
        code: "OUTPUT001", exit: .failure, message: "\(path) cannot be written",
        reason: "\(error)")
    }
  }

  // MARK: The lock

  private func takeLock(waiting: Duration) throws(Problem) -> StoreLock? {
    let deadline = ContinuousClock.now + waiting
    while true {
      do throws(StoreError) {
        if let lock = try StoreLock.tryAcquire(paths.lock) { return lock }
      } catch {
        throw Problem(error)
      }
      guard ContinuousClock.now < deadline else { return nil }
      usleep(20_000)
    }
  }

  private func lockedOut() -> Problem {
    let holder = StoreLock.holder(paths.lock).map { "process \($0) holds it" }
    return Problem(
      code: "STORE003", exit: .unavailable,
      message: "another coordinator is at work in \(paths.root)", reason: holder,
      remedy: "orchestrate status")
  }

  private func pause(_ duration: Duration) async {
    // A cancelled pause ends early, which is what is wanted.
    try? await Task.sleep(for: duration)
  }
}

extension StoreError {
  /// Whether the store was found before whoever made it came to an end, or was killed: without a
  /// schema, or with SQLite's journal of the first transaction, which only a writer may take back.
  fileprivate var isStillBeingMade: Bool {
    if case .olderSchema(found: 0, _) = self { return true }
    return self == .readOnly
  }
}

extension Supervisor {
  /// Children run under this same program.
  static let ownExecutable = Supervisor(executable: "/proc/self/exe")
}

/// The environment that the process was started with.
enum ProcessEnvironment {
  static var current: [String: String] {
    var found: [String: String] = [:]
    var entry = environ
    while let pointer = entry.pointee {
      let text = String(cString: pointer)
      if let equals = text.firstIndex(of: "=") {
        found[String(text[..<equals])] = String(text[text.index(after: equals)...])
      }
      entry += 1
    }
    return found
  }
}
