"""The tables of questions: real ones, with answers that exist and errors that torch prints."""

import re
import sys
from types import ModuleType
from urllib.parse import urlsplit

import pytest

from cheatsheet.page import load
from tests.site.conftest import LANGUAGES, NAMES
from tests.site.project import ROOT
from tests.site.questions import Question, questions

LEAST = {"en": 150, "zh": 120}
LEAST_ERRORS = 60
ERRORS = [(language, row) for language in LANGUAGES for row in questions(language) if row.raises]
# What each program in a table may use.
PREAMBLE = """
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def __init__(self, out=10):
        super().__init__()
        self.fc1 = nn.Linear(4, 8)
        self.fc = nn.Linear(8, out)
"""
COLOURS = re.compile(r"\x1b\[\d*m")


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_enough_and_none_twice(language):
    table = questions(language)
    assert len(table) >= LEAST[language]
    for field in ("asks", "types", "link"):
        found = [getattr(row, field) for row in table]
        assert [one for one in found if found.count(one) > 1] == [], field


def test_many_are_errors():
    assert len(ERRORS) >= LEAST_ERRORS


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_comes_from_a_public_thread(language):
    for row in questions(language):
        link = urlsplit(row.link)
        assert (link.scheme, link.port, link.query) == ("https", None, ""), row.link
        assert "." in link.netloc and len(link.path) > 4, row.link


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_answers_are_sections(language):
    known = {
        name if section.id == name else f"{name}#{section.id}"
        for name in NAMES
        for section in load(ROOT, f"docs/{language}/{name}.md").sections
    }
    assert {answer for row in questions(language) for answer in row.answers} <= known


@pytest.mark.parametrize("row", [row for _, row in ERRORS], ids=lambda row: row.link)
def test_torch_prints_the_error(row: Question, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    script = ModuleType("__main__")  # where a reader's own classes are
    monkeypatch.setitem(sys.modules, "__main__", script)
    exec(PREAMBLE, vars(script))
    with pytest.raises(Exception) as raised:
        exec(row.raises, vars(script))
    error = raised.value
    name = f"{type(error).__module__}.{type(error).__name__}".removeprefix("builtins.")
    message = " ".join(COLOURS.sub("", str(error)).split())
    assert row.types in f"{name}: {message}"
