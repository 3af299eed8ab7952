"""Formulas: what is kept is what MathJax draws, and what it rejects is said."""

import json
import os
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cheatsheet.forms import formulas
from cheatsheet.page import read
from cheatsheet.source import SourceError
from cheatsheet.words.languages import read_languages

ROOT = Path(__file__).parents[2]
PATH = Path("docs/en/page.md")
TEXT = "# Page { #page }\n\nBefore:\n\n$$\nw_1\n$$\n\nAfter.\n"


def planned(root: Path, pages: list) -> str:
    with ThreadPoolExecutor(1) as thread:  # this one may have the browser's event loop
        return thread.submit(formulas.planned, root, pages).result()[Path(formulas.KEPT)]


@pytest.fixture(autouse=True, scope="module")
def needs_chromium(tmp_path_factory):
    try:
        planned(tmp_path_factory.mktemp("none"), [read(PATH, TEXT)])
    except SourceError as error:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(str(error))


def test_what_is_kept_is_what_mathjax_draws(tmp_path):
    (tmp_path / "docs").mkdir()
    every = [one.page(ROOT, name) for one in read_languages(ROOT) for name in one.pages(ROOT)]
    drawn = planned(tmp_path, every)
    assert json.loads(drawn), "there is a formula"
    assert drawn == (ROOT / formulas.KEPT).read_text(encoding="utf-8")


@pytest.mark.parametrize("tex", [r"\frac{1}{", r"\nosuchmacro{w}", "w_1_2", r"\text{概率}"])
def test_what_mathjax_rejects_is_said(tmp_path, tex):
    page = read(PATH, TEXT.replace("w_1", tex))
    said = rf"^docs/en/page\.md:5: MathJax rejects {re.escape(repr(tex))}: .+; mend the TeX\.$"
    with pytest.raises(SourceError, match=said):
        planned(tmp_path, [page])


def test_a_drawing_takes_the_place_of_its_formula(tmp_path):
    page = read(PATH, TEXT)
    with pytest.raises(SourceError, match=r"^docs/en/page\.md:5: not typeset yet; run: "):
        formulas.draw(formulas.read_kept(tmp_path), page, page.lines.copy())
    (tmp_path / "docs").mkdir()
    (tmp_path / formulas.KEPT).write_text(planned(tmp_path, [page]), encoding="utf-8")
    lines = page.lines.copy()
    formulas.draw(formulas.read_kept(tmp_path), page, lines)
    assert len(lines) == len(page.lines)
    assert lines[4].startswith('<div class="formula"><svg ')
    assert "<mi>w</mi><mn>1</mn>" in lines[4]
    assert lines[5:7] == ["", ""]
    assert planned(tmp_path, [read(PATH, "# Page { #page }\n")]) == "{}\n"
