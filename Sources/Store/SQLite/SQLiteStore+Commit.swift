// SPDX-License-Identifier: Apache-2.0
// Transitions into the journal.

package import Domain

extension SQLiteStore {
  @discardableResult
  package func commit(_ transition: Transition) throws(StoreError) -> JournalHead {
    let events = try EncodedEvent.all(transition.events)
    let head = try write { (database) throws(StoreError) in
      try database.apply(transition, events)
    }
    keepCopy(at: transition.at)
    return head
  }

  package func commit(
    _ transition: Transition, claiming request: ClaimRequest, at now: Moment
  ) throws(StoreError) -> (head: JournalHead, claimed: Handoff?) {
    let hasRoom = hasRoomForMore()
    let events = try EncodedEvent.all(transition.events)
    let result = try write {
      (database) throws(StoreError) -> (head: JournalHead, claimed: Handoff?) in
      let head = try database.apply(transition, events)
      let claimed = hasRoom ? try database.claim(request, at: now) : nil
      return (claimed == nil ? head : try database.head(), claimed)
    }
    keepCopy(at: transition.at)
    return result
  }

  /// Whether the disk has what a claim leads to. Where it cannot be asked it has not.
  private func hasRoomForMore() -> Bool {
    do throws(StoreError) {
      try reserve?.require()
      return true
    } catch {
      return false
    }
  }
}

extension Database {
  /// Applies a transition, of whose events `events` is the text.
  func apply(
    _ transition: Transition, _ events: [EncodedEvent]
  ) throws(StoreError) -> JournalHead {
    for expectation in transition.expecting { try check(expectation, of: transition.session) }
    try keep(transition.evidence)
    try keep(transition.documents)
    return try append(events, of: transition.session, at: transition.at)
  }

  func head() throws(StoreError) -> JournalHead {
    if let knownHead { return knownHead }
    let head =
      try connection.first(
        "SELECT sequence, hash FROM journal ORDER BY sequence DESC LIMIT 1"
      ) { (row) throws(StoreError) in
        JournalHead(sequence: row.integer(0), hash: try row.id(Digest.self, 1))
      } ?? .start
    if mode == .readWrite { knownHead = head }
    return head
  }

  /// Journals events and applies each before the next.
  func append(
    _ events: [EncodedEvent], of session: SessionID, at: Timestamp
  ) throws(StoreError) -> JournalHead {
    var head = try head()
    for encoded in events {
      let event = encoded.event
      head = try record(encoded, of: session, at: at, after: head)
      try Projection(connection: connection).apply(
        event, of: session, at: at, sequence: head.sequence)
      if let handoff = event.wholeHandoff { remember(handoff, of: head.sequence) }
    }
    return head
  }

  /// Journals an event without applying it; a plan's tasks go to rows of their own.
  private func record(
    _ event: EncodedEvent, of session: SessionID, at: Timestamp, after head: JournalHead
  ) throws(StoreError) -> JournalHead {
    for (index, task) in event.tasks.enumerated() {
      try connection.run(
        "INSERT INTO planned_tasks (session, position, id, body) VALUES (?1, ?2, ?3, ?4)",
        .id(session), .integer(index + 1), .id(task.id), .text(task.body))
    }
    let next = head.followed(by: event.whole, of: session, at: at)
    try connection.run(
      "INSERT INTO journal (sequence, session, at, event, hash) VALUES (?1, ?2, ?3, ?4, ?5)",
      .integer(next.sequence), .id(session), .time(at), .text(event.stored), .id(next.hash))
    recorded = next
    knownHead = next
    return next
  }

  func keep(_ evidence: [EvidenceRecord]) throws(StoreError) {
    for record in evidence {
      try connection.run(
        "INSERT INTO evidence (digest, kind, body) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
        .id(record.digest), .text(record.kind.rawValue), .text(record.body))
    }
  }

  func keep(_ documents: [Document]) throws(StoreError) {
    for document in documents {
      try connection.run(
        "INSERT INTO documents (digest, body) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
        .id(document.digest), .text(document.body))
    }
  }

  /// - Throws: `StoreError.expectationFailed` with what is there instead.
  func check(_ expectation: Expectation, of session: SessionID) throws(StoreError) {
    let found: Finding
    switch expectation {
    case .handoff(let id, let standing):
      let state = try handoff(id)?.state
      if let state, standing.matches(state) { return }
      found = state.map(Finding.handoff) ?? .nothing
    case .task(let id, let progress):
      let present = try task(id, in: session)?.progress
      if present == progress { return }
      found = present.map(Finding.task) ?? .nothing
    case .lifecycle(let lifecycle):
      let present = try lifecycleOf(session)
      if present == lifecycle { return }
      found = present.map(Finding.lifecycle) ?? .nothing
    case .noSession:
      if try lifecycleOf(session) == nil { return }
      found = .session
    case .ordinalFree(let id):
      guard let taken = try handoff(id) else { return }
      found = .handoff(taken.state)
    }
    throw .expectationFailed(expectation, found: found)
  }
}
