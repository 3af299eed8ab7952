"""Each fault is caught, with file, line and cure, by the check that is meant for it."""

from collections import Counter

import pytest

from tests.faults.faults import FAULTS
from tests.faults.harness import CHECKS, missed, problems
from tests.faults.project import make_project


@pytest.mark.parametrize("check", CHECKS)
def test_the_project_is_right(tmp_path, check):
    assert problems(check, make_project(tmp_path)) == []


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_planted_fault_is_caught(tmp_path, fault):
    assert missed(fault, make_project(tmp_path)) == ""


def test_there_are_enough_of_them():
    kinds = Counter(fault.kind for fault in FAULTS)
    assert kinds.total() >= 150
    assert len(kinds) >= 18
