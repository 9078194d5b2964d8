# SPDX-License-Identifier: Apache-2.0
# Runs unittest as `python -m unittest` does, and writes what became of each test, a JSON line each.
#
#   python unittest_reporter.py --report=FILE [--select=TEST]... -- [what unittest is given]
#
# Needs Python 3.8 or later and its standard library only. What is imported here cannot be replaced
# by a module of the project that has the same name.
import json
import os
import sys
import traceback
import unittest
from unittest import loader, suite

ROOT = os.path.realpath(os.getcwd())
SEVERITY = ["passed", "skipped", "failed", "errored"]
FIXTURES = {"setUp", "asyncSetUp", "tearDown", "asyncTearDown"}


def inside(path):
    """A path relative to the project; empty where it lies outside."""
    if not path or path.startswith("<"):
        return ""
    relative = os.path.relpath(os.path.realpath(path), ROOT)
    return "" if relative.startswith("..") else relative


def module_file(name):
    return inside(getattr(sys.modules.get(name), "__file__", None))


def identity(test):
    """The file, the class and the method of a test."""
    if isinstance(test, loader._FailedTest):
        return failed_file(test), "", ""
    kind = type(test)
    name = getattr(test, "_testMethodName", "")
    file = module_file(kind.__module__)
    if file and hasattr(kind, name):
        return file, kind.__qualname__, name
    return file, "", test.id()


def failed_file(test):
    """The file of a module that could not be loaded: the first of the project's in its traceback."""
    for line in str(test._exception).splitlines():
        if line.lstrip().startswith('File "'):
            file = inside(line.split('"')[1])
            if file:
                return file
    return test._testMethodName.replace(".", "/") + ".py"


def frames(trace):
    """What was called, unittest's own calls left out."""
    calls = []
    while trace is not None:
        if "__unittest" not in trace.tb_frame.f_globals:
            code = trace.tb_frame.f_code
            calls.append((code.co_name, code.co_filename))
        trace = trace.tb_next
    return calls


def failure(error):
    """An exception's type, its one line and the traceback."""
    kind, value, trace = error
    lines = traceback.format_exception_only(kind, value)
    calls = frames(trace)
    return {
        "type": kind.__qualname__,
        "message": next((line for line in lines if not line.startswith(" ")), lines[-1]).strip(),
        "detail": "".join(traceback.format_exception(kind, value, trace))[-20000:],
        "at": inside(calls[-1][1]) if calls else "",
    }


class Result(unittest.TextTestResult):
    """Records the worst that became of each test."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.records = {}
        self.planned = []

    def record(self, key, outcome, **details):
        known = self.records.get(key)
        if known is None or SEVERITY.index(outcome) > SEVERITY.index(known["outcome"]):
            file, group, name = key
            self.records[key] = {
                "file": file, "suite": group, "name": name, "outcome": outcome, **details
            }

    def addSuccess(self, test):
        super().addSuccess(test)
        self.record(identity(test), "passed")

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.record(identity(test), "failed", assertion=True, **failure(err))

    def addError(self, test, err):
        super().addError(test, err)
        if isinstance(test, suite._ErrorHolder):
            self.add_shared(test, "errored", **failure(err))
        elif isinstance(test, loader._FailedTest):
            text = str(test._exception).strip()
            last = [line for line in text.splitlines() if line and not line.startswith(" ")][-1]
            self.record(identity(test), "errored", message=last, detail=text[-20000:])
        else:
            calls = frames(err[2])
            is_fixture = bool(calls) and calls[0][0] in FIXTURES
            self.record(identity(test), "errored" if is_fixture else "failed", **failure(err))

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        if isinstance(test, suite._ErrorHolder):
            self.add_shared(test, "skipped", message=str(reason))
        else:
            self.record(identity(getattr(test, "test_case", test)), "skipped", message=str(reason))

    def addExpectedFailure(self, test, err):
        super().addExpectedFailure(test, err)
        self.record(identity(test), "skipped", message="it was expected to fail, and failed")

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        self.record(identity(test), "failed", message="it was expected to fail, and passed")

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            details = failure(err)
            details["detail"] = "%s\n%s" % (subtest, details["detail"])
            is_assertion = issubclass(err[0], test.failureException)
            self.record(identity(test), "failed", assertion=is_assertion, **details)

    def add_shared(self, holder, outcome, **details):
        """What a class or a module shares goes for each of its tests; `setUpClass (a.TestA)`."""
        what, _, place = holder.description.partition(" (")
        place = place.rstrip(")")
        for test in self.planned:
            kind = type(test)
            if place in (kind.__module__, "%s.%s" % (kind.__module__, kind.__qualname__)):
                self.record(identity(test), outcome, **details)


class Runner(unittest.TextTestRunner):
    """Goes on after a failure, whatever was asked: a test that was not reached is no lost one."""

    resultclass = Result

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **dict(options, failfast=False))

    def run(self, test):
        self.planned = list(flat(test))
        return super().run(test)

    def _makeResult(self):
        result = super()._makeResult()
        result.planned = self.planned
        return result


def flat(tests):
    for test in tests:
        if isinstance(test, unittest.TestSuite):
            yield from flat(test)
        elif test is not None:
            yield test


class Program(unittest.TestProgram):
    selected = []

    def runTests(self):
        if self.selected:
            wanted = set(self.selected)
            self.test = unittest.TestSuite(
                test for test in flat(self.test) if wanted & set(names(identity(test))))
        super().runTests()


def names(key):
    """The test's own name, and that of its file."""
    return "::".join(part for part in key if part), key[0]


def main():
    mark = sys.argv.index("--")
    own, given = sys.argv[1:mark], sys.argv[mark + 1 :]
    report = next(word for word in own if word.startswith("--report="))[len("--report=") :]
    Program.selected = [word[len("--select=") :] for word in own if word.startswith("--select=")]
    # As with -m, the project's folder takes the place of the script's own.
    if not (sys.flags.isolated or getattr(sys.flags, "safe_path", False)):
        sys.path[0] = os.getcwd()
    # A copy of the project that is installed somewhere is another version of it.
    if os.path.isdir("src"):
        sys.path.insert(1, os.path.join(os.getcwd(), "src"))
    sys.argv = ["python -m unittest"] + given
    result = Program(module=None, argv=sys.argv, testRunner=Runner, exit=False).result
    with open(report, "x", encoding="utf-8", errors="backslashreplace") as file:
        for record in result.records.values():
            file.write(json.dumps(record) + "\n")
        file.write(json.dumps({"end": len(result.records)}) + "\n")
    if not result.records:
        return 5
    return 0 if result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
