"""Each fault is caught, with file, line and cure, by the check that is meant for it."""

import shutil
from collections import Counter
from functools import partial

import pytest

from tests.faults.faults import FAULTS
from tests.faults.harness import CHECKS, clean, missed, problems
from tests.site.shared import share


@pytest.fixture
def made(tmp_path, tmp_path_factory):
    """The project for a check, made in a folder of the test's own."""
    yield lambda check: clean(check, tmp_path, partial(share, tmp_path_factory))
    shutil.rmtree(tmp_path)  # pytest would keep it, and all the others


@pytest.mark.parametrize("check", CHECKS)
def test_the_project_is_right(made, check):
    assert problems(check, made(check)) == []


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_planted_fault_is_caught(made, fault):
    assert missed(fault, made(fault.check)) == ""


def test_there_are_enough_of_them():
    kinds = Counter(fault.kind for fault in FAULTS)
    assert kinds.total() >= 150
    assert len(kinds) >= 18
