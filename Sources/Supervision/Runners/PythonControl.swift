// SPDX-License-Identifier: Apache-2.0
// Python test files in which every test is made to fail, to see whether somebody hides failures.

/// The control of pytest's and unittest's test files.
///
/// Every test keeps its name, its marks and its fixtures. It still does what it did, since an
/// implementation may tamper with the runner only once it is called; whatever comes of that, an
/// assertion that says the nonce fails afterwards. Before it, two kinds of lie are looked for: an
/// assertion that holds whatever it is given, and a value of the implementation that equals
/// anything.
package enum PythonControl {
  /// A test file's control; `nil` for a path that is no Python file.
  ///
  /// - Parameter nonce: letters, digits and `-`.
  package static func control(of text: String, path: String, nonce: String) -> ControlTests? {
    guard path.hasSuffix(".py") else { return nil }
    let code = script.replacing("NONCE", with: nonce)
    return ControlTests(text: placed(code, in: text), failing: .everyTest)
  }

  /// Words by which Python code speaks of its tests, or reaches into the frames of its caller.
  package static let marks = [
    "_pytest", "PYTEST_CURRENT_TEST", "PYTEST_VERSION", "PYTEST_ADDOPTS", "import pytest",
    "from pytest", "\"pytest\"", "'pytest'", "pytest_plugins", "pytest11", "pluggy", "conftest",
    "import unittest", "from unittest", "\"unittest\"", "'unittest'", "unittest.case",
    "unittest.mock", "junitxml", "settrace", "f_lineno", "f_trace", "get_referrers",
  ]

  /// A file that runs its own tests when it is started does so in its last lines.
  private static func placed(_ code: String, in text: String) -> String {
    guard let range = text.ranges(of: "\nif __name__").last else { return text + "\n" + code }
    return text[..<range.lowerBound] + "\n" + code + text[range.lowerBound...]
  }

  /// Names of the project's own are asked of pytest itself, which is found on the stack.
  private static let script = #"""


    def __control(space, nonce="NONCE"):
        import functools, inspect, os, sys, unittest

        frame, functions, classes = sys._getframe(1), ("test",), ("Test",)
        while frame is not None:
            config = getattr(frame.f_locals.get("self"), "config", None)
            if hasattr(config, "getini"):
                functions = tuple(config.getini("python_functions"))
                classes = tuple(config.getini("python_classes"))
                break
            frame = frame.f_back

        def named(name, patterns):
            import fnmatch

            return any(name.startswith(p) or fnmatch.fnmatch(name, p) for p in patterns)

        lies, asked = [], set()
        answers = ("__eq__", "__contains__", "__lt__", "__le__", "__gt__", "__ge__")

        def own(code):
            parts = os.path.relpath(code.co_filename).split(os.sep)
            name = parts[-1]
            return not (
                {"..", "site-packages", "tests", "test"} & set(parts) or name == "conftest.py"
                or name.startswith("test_") or name.endswith("_test.py"))

        def watch(frame, event, argument):
            code = frame.f_code
            if event != "call" or code in asked:
                return
            asked.add(code)
            other = type("Other", (), {})()
            try:
                if not code.co_varnames or not own(code):
                    return
                value = frame.f_locals.get(code.co_varnames[0])
                if isinstance(value, tuple) and not code.co_argcount and value:
                    value = value[0]
                for name in answers:
                    method = getattr(type(value), name, None)
                    if getattr(method, "__code__", None) is code:
                        # A class that does not know the other one says NotImplemented.
                        answer = method(value, other)
                        if answer is not NotImplemented and answer:
                            lies.append(f"{type(value).__name__}.{name} holds for any object")
                            asked.discard(code)
            except BaseException:
                pass

        def raising(block):
            with block:
                pass

        def differing(one, other):
            if one != other:
                raise ValueError

        def checks(case):
            found = []
            if isinstance(case, unittest.TestCase):
                for name, given in (
                    ("assertEqual", (0, 1)), ("assertNotEqual", (0, 0)), ("assertTrue", (False,)),
                    ("assertFalse", (True,)), ("assertIs", (0, None)), ("assertIsNone", (0,)),
                    ("assertIsNotNone", (None,)), ("assertIn", (0, [])), ("assertNotIn", (0, [0])),
                    ("assertIsInstance", (0, str)), ("assertAlmostEqual", (0, 1)),
                    ("assertGreater", (0, 1)), ("assertLess", (1, 0)),
                    ("assertRaises", (ValueError, int)), ("assertRegex", ("", "a")),
                    ("assertListEqual", ([], [0])), ("assertDictEqual", ({}, {0: 0})),
                    ("fail", ()),
                ):
                    found.append((name, functools.partial(getattr(case, name), *given)))
            pytest = sys.modules.get("pytest")
            if pytest is not None and hasattr(pytest, "raises"):
                found.append(("pytest.fail", pytest.fail))
                found.append(("pytest.raises", lambda: raising(pytest.raises(ValueError))))
                found.append(("pytest.approx", lambda: differing(1, pytest.approx(2))))
            return found

        def deny(arguments):
            assert not lies, lies[0]
            for name, check in checks(arguments[0] if arguments else None):
                try:
                    check()
                except BaseException:
                    continue
                assert False, name + " raises nothing"
            assert False, nonce

        def wrapped(test):
            if getattr(test, "control_nonce", None) == nonce:
                return test

            @functools.wraps(test)
            def control(*arguments, **named):
                lies.clear()
                before = sys.getprofile()
                sys.setprofile(watch)
                try:
                    test(*arguments, **named)
                except BaseException:
                    pass
                finally:
                    sys.setprofile(before)
                deny(arguments)

            @functools.wraps(test)
            async def asynchronous(*arguments, **named):
                lies.clear()
                before = sys.getprofile()
                sys.setprofile(watch)
                try:
                    await test(*arguments, **named)
                except BaseException:
                    pass
                finally:
                    sys.setprofile(before)
                deny(arguments)

            made = asynchronous if inspect.iscoroutinefunction(test) else control
            made.control_nonce = nonce
            return made

        def tests(owner, name):
            value = inspect.getattr_static(owner, name)
            if isinstance(value, (staticmethod, classmethod)):
                return type(value)(wrapped(value.__func__))
            is_fixture = hasattr(value, "_pytestfixturefunction") or "Fixture" in str(type(value))
            return None if is_fixture or not callable(value) else wrapped(value)

        for name, value in list(space.items()):
            is_case = inspect.isclass(value) and issubclass(value, unittest.TestCase)
            if is_case or inspect.isclass(value) and named(name, classes):
                for method in dir(value):
                    made = None
                    if named(method, ("test",) if is_case else functions):
                        made = tests(value, method)
                    if made is not None:
                        setattr(value, method, made)
            elif not inspect.isclass(value) and callable(value) and named(name, functions):
                if not hasattr(value, "_pytestfixturefunction"):
                    space[name] = wrapped(value)


    __control(globals())

    """#
}
