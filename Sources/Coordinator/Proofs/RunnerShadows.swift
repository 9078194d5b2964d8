// SPDX-License-Identifier: Apache-2.0
// Files that a test runner loads before, or instead of, itself.

import Domain
import Supervision

/// What stands in for a test runner, or plugs itself into it: whoever can write that can make any
/// test pass.
enum RunnerShadows {
  /// What no project has to write: start-up code, announced plugins, installed packages.
  private static let always = [
    "sitecustomize.py", "usercustomize.py", "sitecustomize/", "usercustomize/", "*.pth",
    "*.dist-info/", "*.egg-info/", "site-packages/", "node_modules/", ".gitmodules",
  ].map { PathPattern($0) }

  /// Whether a path is one, going by its name alone.
  static func contains(_ path: String) -> Bool {
    let names = PathNames(path.lowercased())
    return always.contains { $0.matches(names) } || module(of: path) != nil
  }

  /// The folder or file that stands in for a module which Python's runners import: `/json` of
  /// `json/decoder.py`. A project that had it before the task is that module's own.
  static func module(of path: String) -> String? {
    let parts = LexicalPath.names(of: path)
    guard let file = parts.last, [".py", ".pyc", ".pyd", ".so"].contains(where: file.hasSuffix)
    else { return nil }
    let isNested = parts.count > 1 && ["src", "tests", "test", "lib"].contains(parts[0])
    let name = String(parts[0].prefix { $0 != "." })
    if runnerModules.contains(name) || standardModules.contains(name) { return parts[0] }
    guard isNested else { return nil }
    let inner = String(parts[1].prefix { $0 != "." })
    let isTestFile = parts[0].hasPrefix("test")
    guard !isTestFile || parts.count == 2 else { return nil }
    let isKnown =
      runnerModules.contains(inner) || !isTestFile && standardModules.contains(inner)
    return isKnown ? parts[0] + "/" + parts[1] : nil
  }

  private static let runnerModules = [
    "_pytest", "pytest", "pluggy", "iniconfig", "packaging", "exceptiongroup", "tomli", "attr",
    "attrs", "py", "pygments", "colorama", "xdist", "execnet", "pytest_cov", "coverage",
    "pytest_asyncio", "unittest", "doctest",
  ]

  /// Of the standard library, what pytest and unittest import.
  private static let standardModules = [
    "__future__", "argparse", "array", "ast", "asyncio", "atexit", "base64", "bdb", "binascii",
    "bisect", "builtins", "bz2", "calendar", "cmd", "code", "codecs", "codeop", "collections",
    "concurrent", "contextlib", "contextvars", "copy", "copyreg", "csv", "dataclasses",
    "datetime", "decimal", "difflib", "dis", "email", "enum", "errno", "fcntl", "fnmatch",
    "fractions", "functools", "gc", "genericpath", "gettext", "glob", "hashlib", "heapq",
    "importlib", "inspect", "io", "ipaddress", "itertools", "json", "keyword", "linecache",
    "locale", "logging", "lzma", "marshal", "math", "mimetypes", "ntpath", "numbers", "opcode",
    "operator", "os", "pathlib", "pdb", "pkgutil", "platform", "posixpath", "pprint", "quopri",
    "random", "re", "reprlib", "runpy", "select", "selectors", "shlex", "shutil", "signal",
    "site", "socket", "ssl", "stat", "string", "struct", "subprocess", "sys", "sysconfig",
    "tempfile", "textwrap", "threading", "time", "token", "tokenize", "tomllib", "traceback",
    "types", "typing", "unicodedata", "urllib", "uuid", "warnings", "weakref", "xml", "zipfile",
    "zipimport", "zlib",
  ]
}
