"""Nothing is published but what was proved. What is refused: tests/faults, the check "gate"."""

import sys
from pathlib import Path

import pytest

from tests.faults.gate import judge


def test_a_proved_site_may_be_published(proved):
    done = judge(proved)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"Proved: 6 pages of {proved.commit}.\n"


def test_another_checkout_is_refused(proved):
    done = judge(proved, commit="0" * 40)
    assert done.returncode == 1
    assert f"this is {proved.commit}, not 000" in done.stderr


def test_outside_of_a_workflow_nothing_is_published(proved):
    done = judge(proved, GITHUB_RUN_ID="")
    assert done.returncode == 1
    assert "cpu.json:6: its workflow is https://github.com/Owner/cheatsheet/act" in done.stderr


def test_a_part_of_a_site_has_no_manifest(proved):
    """With --dirty, pages of an earlier build may stand there."""
    command = [sys.executable, "-m", "mkdocs", "build", "--dirty", "-d", "part"]
    assert proved.run(*command).returncode == 0
    assert (proved.root / "part/zh/index.html").exists()
    assert not list((proved.root / "part").rglob("manifest.json"))


# What a job of tests leaves: evidence where all of it ran and passed, and none otherwise.

SUM = "tests/test_small.py::test_sum"
INCOMPLETE = {
    "-k": (["-k", "sum"], {}),
    "--deselect": (["--deselect", SUM], {}),
    "by the environment": ([], {"PYTEST_ADDOPTS": "-k sum"}),
    "--collect-only": (["--collect-only"], {}),
    "none chosen": (["-k", "nothing"], {}),
}


@pytest.mark.parametrize("way", INCOMPLETE)
def test_a_run_that_leaves_tests_out_gives_no_evidence(proved, way):
    arguments, environment = INCOMPLETE[way]
    said = proved.test("evidence/tests.json", "tests/test_small.py", *arguments, **environment)
    assert "no evidence in evidence/tests.json" in said, said
    assert not (proved.root / "evidence/tests.json").exists()


@pytest.mark.parametrize(
    "line", ["assert False", *(f"__import__('pytest').{way}('later')" for way in ("skip", "xfail"))]
)
def test_a_failure_or_a_skipped_test_gives_no_evidence(proved, line):
    proved.change("tests/test_small.py", "assert 1 + 1 == 2", line)
    said = proved.test("evidence/tests.json", "tests/test_small.py")
    assert f"some were left out, such as {SUM}" in said, said
    assert not (proved.root / "evidence/tests.json").exists()


def test_one_test_alone_is_not_enough(proved):
    said = proved.test("evidence/tests.json", SUM, "tests/test_rooms.py")
    assert "evidence: evidence/tests.json, 2 tests passed" in said, said
    done = judge(proved)
    assert done.returncode == 1
    assert (
        "py:5: nothing in evidence says that tests/test_small.py::test_word passed" in done.stderr
    )


def test_workers_give_no_evidence(proved):
    done = proved.run(
        *[sys.executable, "-m", "pytest", "tests/test_small.py", "-n", "1"], TEST_EVIDENCE="x.json"
    )
    assert done.returncode
    assert "run without -n" in done.stdout + done.stderr
    assert not Path(proved.root, "x.json").exists()
