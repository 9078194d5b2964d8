// SPDX-License-Identifier: Apache-2.0
// Where files may be written: in few places, each with its reason.

/// Who opens files for writing, and why not by `AtomicFile`.
private let writers: [String: String] = [
  "Sources/Documents/Files/AtomicFile.swift": "it is the function that all others go through",
  "Sources/Store/StorePlace.swift": "the database's empty file, which SQLite then fills",
  "Sources/Store/StoreLock.swift": "the lock, whose file must stay the same one",
  "Sources/Store/Safety/HeadWitness.swift": "the head, written in place and synced at each commit",
  "Sources/Store/Safety/BackupShelf.swift": "why a copy failed, which is told and never relied on",
  "Sources/Store/Safety/LogImage.swift": "what is left of a damaged store, made by each salvage",
  "Sources/Store/Safety/PackedFile.swift": "copies of the store, synced and renamed by their shelf",
  "Sources/Git/Durability/LooseObjects.swift": "git's objects, many at once, synced and renamed",
  "Sources/Git/Workspaces/Workspace.swift":
    "a workspace's lock and hints; Git may not import Documents",
  "Sources/Git/Workspaces/FileWriter.swift":
    "a workspace's content, name by name and through no link",
  "Sources/Supervision/Runners/PrivateDirectory.swift": "files of one test run, removed with it",
]

private let openings = ["O_WRONLY", "O_RDWR", "O_CREAT", "O_APPEND", "fopen(", "write(toFile:"]

/// Whether a line of code opens a file for writing, or might.
private func opensFile(_ line: String) -> Bool {
  openings.contains(where: line.contains)
    || (line.contains("Data(") && line.contains(".write(to:"))
}

let fileRules: [Rule] = [
  Rule(
    "files are written in few places",
    plant: Plant([
      (
        "Sources/Coordinator/Entry/Notes.swift",
        """
        let read = open(path, O_RDONLY | O_CLOEXEC)
        »let file = open(path, O_WRONLY | O_CREAT)
        »let stream = fopen(path, mode)
        »try Data(text.utf8).write(to: url)
        """
      ),
      ("Sources/Documents/Files/AtomicFile.swift", "let file = open(path, O_WRONLY | O_CREAT)"),
      ("Sources/TestKit/Sample.swift", "let file = open(path, O_WRONLY | O_CREAT)"),
    ]),
    file: { file in
      guard file.isSwift, file.path.hasPrefix("Sources/"), writers[file.path] == nil,
        // The tests' own tools, and what is only run by hand.
        !["TestKit", "Trials", "Simulation"].contains(file.target ?? "")
      else { return [] }
      return file.code.enumerated().compactMap { index, line in
        opensFile(line) ? (index + 1, "write it with AtomicFile, or say why not in the list") : nil
      }
    }),
  Rule(
    "whoever is allowed to write files does",
    plant: Plant([
      ("Sources/Store/StoreLock.swift", "»let lock = flock(file)"),
      ("Sources/Store/StorePlace.swift", "let file = open(path, O_RDWR)"),
    ]),
    file: { file in
      guard writers[file.path] != nil,
        !file.code.contains(where: opensFile)
      else { return [] }
      return [(1, "it writes no file any more: take it out of the list")]
    }),
]
