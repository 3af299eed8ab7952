"""What the tests proved, written down for who publishes: .github/scripts/evidence.py reads it.

TEST_EVIDENCE names the file. It is written where every test passed and none was left out,
and says which tests these were, at which commit, whether files differed from it, in which
workflow run, and by the digest of its manifest which site SITE_FOLDER held.
"""

import json
import os
from collections import Counter
from hashlib import sha256
from pathlib import Path

import pytest

from cheatsheet.run.records import commit_of, is_dirty, workflow_run

# A goal of the house: what else is expected to fail was not proved.
GOALS = {"tests/test_rooms.py::test_the_program_is_small"}


def pytest_configure(config):
    if file := os.environ.pop("TEST_EVIDENCE", ""):  # it is not for what tests start
        if getattr(config.option, "numprocesses", None):
            problem = "TEST_EVIDENCE: a worker does not say what it leaves out; run without -n."
            raise pytest.UsageError(problem)
        config.pluginmanager.register(Evidence(Path(file)))


class Evidence:
    """The tests that passed, by file and function, and what was left out."""

    def __init__(self, file: Path):
        self.file = file
        self.passed: Counter[str] = Counter()
        self.left_out: list[str] = []

    def pytest_deselected(self, items):
        self.left_out += [item.nodeid for item in items]

    def pytest_runtest_logreport(self, report):
        fails = hasattr(report, "wasxfail")
        if report.when == "call" and (report.nodeid in GOALS if fails else report.passed):
            self.passed[report.nodeid.partition("[")[0]] += 1
        elif fails or not report.passed:
            self.left_out.append(report.nodeid)

    def pytest_sessionfinish(self, session, exitstatus):
        self.file.unlink(missing_ok=True)
        if exitstatus or self.left_out or not self.passed:
            return
        site = os.environ.get("SITE_FOLDER")
        manifest = Path(site, "manifest.json").read_bytes() if site else b""
        evidence = {
            "commit": commit_of(session.config.rootpath),
            "dirty": is_dirty(session.config.rootpath),
            "workflow": workflow_run(),
            "manifest": sha256(manifest).hexdigest() if site else None,
            "passed": self.passed,
        }
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_text(json.dumps(evidence, indent=1) + "\n", encoding="utf-8")

    def pytest_terminal_summary(self, terminalreporter):
        line = f"evidence: {self.file}, {self.passed.total()} tests passed"
        if not self.file.exists():
            line = f"no evidence in {self.file}: not all passed, or some were left out, such as "
            line += next(iter(self.left_out), "all")
        terminalreporter.write_line(line)
