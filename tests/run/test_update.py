"""Output fences are rewritten where they stand, or not at all."""

from pathlib import Path

import pytest

from cheatsheet.page import read
from cheatsheet.run.update import OtherOutput, rewrite_outputs
from cheatsheet.source import SourceError
from tests.run.planted import fence

NAME = Path("docs/page.md")
TEXT = fence("1", "2") + fence("3", "4").rstrip("\n")  # no line end after the last


@pytest.fixture
def page(tmp_path):
    (tmp_path / "docs").mkdir()
    (tmp_path / NAME).write_text(TEXT)
    return read(NAME, TEXT)


def outputs(page):
    return [example.output(None) for example in page.examples]


def test_several_of_a_page_and_a_new_one_after_the_last(page, tmp_path):
    first, last = outputs(page)
    rewrites = [OtherOutput(first, "", "a\nb  \n"), OtherOutput(last, "", "c", new_title="GPU")]
    rewrite_outputs(tmp_path, page, rewrites)
    new = '\n\n```text title="GPU"\nc\n```'
    assert (tmp_path / NAME).read_text() == TEXT.replace("2\n", "a\nb\n") + new


@pytest.mark.parametrize("changed", ["New.\n\n" + TEXT, TEXT.replace("2", "5"), ""])
def test_a_page_that_changed_meanwhile_stays(page, tmp_path, changed):
    (tmp_path / NAME).write_text(changed)
    with pytest.raises(SourceError, match=r"^docs/page\.md:1: the page changed during"):
        rewrite_outputs(tmp_path, page, [OtherOutput(outputs(page)[0], "", "1")])
    assert (tmp_path / NAME).read_text() == changed


def test_an_output_that_would_end_its_fence_is_refused(page, tmp_path):
    rewrites = [OtherOutput(outputs(page)[0], "", "1"), OtherOutput(outputs(page)[1], "", "a\n```")]
    with pytest.raises(SourceError, match=r"^docs/page\.md:13: the output holds ```;"):
        rewrite_outputs(tmp_path, page, rewrites)
    assert (tmp_path / NAME).read_text() == TEXT
