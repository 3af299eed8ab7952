"""What a mistake in the sources says: the file, the line and the cure.

Pages are staged before anything is built, so most cases are one call. Two whole builds
show that the words reach the terminal, and no traceback with them.
"""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cheatsheet.forms.sheet import SELECTION
from cheatsheet.source import SourceError
from tests.site.conftest import chromium
from tests.site.project import (
    ROOT,
    append,
    build,
    change,
    copy_project,
    end_of,
    line_of,
    stage_all,
)

PAGE = "docs/en/define-network.md"
LAB = "docs/en/labs/custom-distribution.md"
RECORD = min(ROOT.glob("docs/runs/*.json")).relative_to(ROOT).as_posix()
NAMES = ("index", "define-network", "custom-module", "verified")


@pytest.fixture
def project(tmp_path) -> Path:
    return copy_project(tmp_path, *NAMES)


def stop_of(project: Path) -> str:
    """The message with which staging a project stops, as one line."""
    with pytest.raises(SourceError) as error:
        stage_all(project)
    return re.sub(r"\s+", " ", str(error.value))


def test_these_pages_alone_are_right(project):
    english, chinese = stage_all(project)
    assert (
        set(english.pages) == set(chinese.pages) == {f"{n}.md" for n in NAMES} | {"cheatsheet.md"}
    )


def python(code: str) -> str:
    return f"```python\n{code}\n```\n"


# What is appended to a page; on which line of it the fault stands; the message.
APPENDED = {
    "an unknown name in a definition": (
        "::: snippets.custom_module.NoSuch\n",
        0,
        ["snippets.custom_module.NoSuch is not known", "defines MLP"],
    ),
    "an unknown module in a definition": (
        "::: snippets.no_such.MLP\n",
        0,
        ["snippets.no_such.MLP is not known", "there is no snippets/no_such.py"],
    ),
    "a syntax error in a fence": (
        python("x = 1\nx = ("),
        2,
        ["this is not Python: '(' was never closed"],
    ),
    "an unbalanced fence": (
        "```python\nx = 1\n",
        0,
        ["this fence is never closed; add the ``` line"],
    ),
    "a fence that would escape": (
        "- item\n\n    ```python\n    x = 1\n    ```\n",
        2,
        ["a fence must start at the margin"],
    ),
    "a block that needs another page": (
        python("print(try_gpu())"),
        0,
        [
            "Undefined name `try_gpu`",
            "define it, once, in this block or in one before it on the page",
        ],
    ),
    "a star import": (
        python("from math import *\n\npi"),
        1,
        ["`from math import *` hides what it brings"],
    ),
    "a definition that would replace a name of the page": (
        python("MLP = 1") + "\n" + python("from snippets.custom_module import MLP\n\nMLP()"),
        4,
        ["what `snippets` needs here", "rename one of the two"],
    ),
    "an unknown plot": (
        "![Some plot](labs/no-such.md#plot)\n",
        0,
        ["there is no lab that draws labs/no-such.md#plot; name its file"],
    ),
}


@pytest.mark.parametrize("case", APPENDED)
def test_a_mistake_on_a_page(project, case):
    text, offset, words = APPENDED[case]
    line = append(project / PAGE, text) + offset
    message = stop_of(project)
    assert f"{PAGE}:{line}: {words[0]}" in message
    assert all(one in message for one in words), message


@pytest.mark.parametrize(("gone", "left"), [("zh", "en"), ("en", "zh")])
def test_page_in_one_language_only(project, gone, left):
    (project / f"docs/{gone}/custom-module.md").unlink()
    message = stop_of(project)
    page = "custom-module.md"
    assert f"docs/{gone}/{page} is missing, and docs/{left}/{page}" in message
    assert "write it, or remove the other page" in message


@pytest.mark.parametrize(
    ("config", "docs"), [("mkdocs.yml", "docs/en"), ("mkdocs.zh.yml", "docs/zh")]
)
def test_navigation_without_a_page(project, config, docs):
    line = end_of(project / config)
    with (project / config).open("a", encoding="utf-8") as file:
        file.write("  - Other: oh-no-such-page.md\n  - More: no-such-page.md\n")
    message = stop_of(project)
    assert f"{config}:{line + 1}: nav names no-such-page.md, and there is no" in message
    assert f"{docs}/no-such-page.md; write the page, or remove the entry" in message


def test_page_missing_in_the_navigation(project):
    change(project / "mkdocs.yml", "  - Custom Module: custom-module.md\n", "")
    lines = (project / "mkdocs.yml").read_text(encoding="utf-8").split("\n")
    line = lines.index("nav:") + 1
    words = "the page custom-module.md is not in nav; add a line for it"
    assert f"mkdocs.yml:{line}: {words}" in stop_of(project)


def test_page_that_is_not_utf8(project):
    page = project / PAGE
    line = end_of(page)
    page.write_bytes(page.read_bytes() + "参数".encode("gbk"))
    message = stop_of(project)
    assert f"{PAGE}:{line}: byte 0xb2 is not UTF-8; save the file as UTF-8" in message


def test_page_that_cannot_be_read(project):
    # A link to nowhere: these tests may run as root, who can read any file.
    (project / PAGE).unlink()
    (project / PAGE).symlink_to("nowhere.md")
    assert f"{PAGE}:1: cannot be read: No such file or directory" in stop_of(project)


def test_comment_without_a_translation(project):
    file = project / "snippets/custom_module.py"
    change(file, "First of all: it makes", "It makes")
    line = line_of(file, "# It makes")
    message = stop_of(project)
    place = f"snippets/custom_module.py:{line}: this comment is not in "
    assert place + "snippets/locales/zh.po: 'It makes the dicts" in message
    assert "run: python -m cheatsheet sync, and translate it" in message
    assert "'First of all: it makes the dicts in which layers are registered" in message
    assert "is no longer in the source" in message


def test_config_without_a_language(project):
    (project / "mkdocs.fr.yml").write_text("INHERIT: mkdocs.yml\n", encoding="utf-8")
    words = "mkdocs.yml:1: no entry of extra.languages is for mkdocs.fr.yml; add it"
    assert words in stop_of(project)


# The sheet: docs/cheatsheet.yml


def test_an_unknown_section_on_the_sheet(project):
    change(project / SELECTION, "train-eval]", "train-evil]")
    line = line_of(project / SELECTION, "train-evil]")
    words = "docs/en/custom-module.md has no section train-evil; mend 'train-evil' here"
    assert f"{SELECTION}:{line}: {words}" in stop_of(project)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "index: [seed]\nnone: [none]\n",
            ":2: there is no docs/en/none.md; mend 'none'",
        ),
        ("index: [none]\n", ":1: docs/en/index.md has no section none; mend 'none'"),
        ("index: [thanks]\n", ":1: the section thanks of index has no code"),
        ("index: seed\n", ":1: each line is a page and the ids of its sections"),
        ("[index]\n", ":1: this is no mapping; write `key: value` lines."),
        ("a: [b]\nindex: [seed\n", ":3: not YAML: "),
    ],
)
def test_a_mistake_in_the_selection(project, text, words):
    (project / SELECTION).write_text(text, encoding="utf-8")
    assert stop_of(project).startswith(SELECTION + words)


def test_a_front_page_that_does_not_link_the_sheet(project, monkeypatch):
    """Then nobody finds the PDFs; without PDFs, it is as the author likes."""
    if chromium() is None:
        pytest.skip("no Chromium found; the tests that print say how to get one")
    front = project / "docs/en/index.md"
    change(front, "](cheatsheet.md)", "](define-network.md)")
    stage_all(project)
    monkeypatch.setenv("CHEATSHEET_PDF", "1")
    with ThreadPoolExecutor(1) as pool:  # here may be the browser's event loop
        message = pool.submit(stop_of, project).result()
    assert message.startswith("docs/en/index.md:1: the front page does not link")
    assert "cheatsheet.md" in message


# Recorded runs. Which records cannot be trusted: tests/faults/records.py.


def test_a_bad_record(project):
    record = project / RECORD
    record.write_text(record.read_text(encoding="utf-8")[:-100], encoding="utf-8")
    message = stop_of(project)
    assert message.startswith(f"{RECORD}:")
    assert "this is no recorded run" in message


@pytest.mark.parametrize("mark", ["{{ pages }}", "{{ runs }}"])
def test_the_page_of_all_runs_needs_its_marks(project, mark):
    page = project / "docs/en/verified.md"
    text = page.read_text(encoding="utf-8")
    for wrong in (text.replace(mark, ""), text + f"\n{mark}\n"):
        page.write_text(wrong, encoding="utf-8")
        assert f"docs/en/verified.md:1: write {mark} once" in stop_of(project)


# Labs. How a run and a page may disagree: tests/forms/test_lab.py.


@pytest.fixture
def with_lab(tmp_path) -> Path:
    return copy_project(tmp_path, "index", "labs/custom-distribution", program=True)


def test_lab_that_prints_something_else(with_lab):
    line = line_of(with_lab / LAB, "w <= -5 0.2505") - 1
    change(with_lab / LAB, "w <= -5 0.2505", "w <= -5 0.2605")
    message = stop_of(with_lab)
    assert f"{LAB}:{line}: the page shows other output (-) than the " in message
    assert "- w <= -5 0.2605, " in message
    assert "pytest --update-outputs" in message


def test_plot_without_words(with_lab):
    change(with_lab / LAB, "](plot)", "]")
    line = line_of(with_lab / LAB, "edges = torch.linspace") - 1
    message = stop_of(with_lab)
    assert f"{LAB}:{line}: this code draws 1 plots, and 0 lines" in message


# Whole builds


def said(project: Path) -> str:
    """What the build of a project says in the terminal when it stops, as one line."""
    done = build(project, project / "site", "http://127.0.0.1/")
    assert done.returncode != 0, "the build went through"
    assert "Traceback" not in done.stderr, done.stderr
    assert not (project / "site/index.html").exists()
    return re.sub(r"\s+", " ", done.stderr)


def test_a_build_says_it_in_the_terminal(tmp_path):
    project = copy_project(tmp_path, "index", "define-network", program=True)
    line = append(project / PAGE, python("x = 1\nx = ("))
    words = "this is not Python: '(' was never closed: x = (; mend the code"
    assert f"{PAGE}:{line + 2}: {words}" in said(project)


def test_a_build_says_that_a_lab_raises(with_lab):
    line = line_of(with_lab / LAB, "edges = torch.linspace")
    change(with_lab / LAB, "torch.linspace(-10, 10, 81)", "torch.no_such(81)")
    message = said(with_lab)
    assert f"{LAB}:{line}: this lab raises when the build runs it: " in message
    assert "AttributeError: module 'torch' has no attribute 'no_such'" in message
    assert "(in `edges = torch.no_such(81) # 80 bins, 0.25 wide`)" in message


def test_links_to_nowhere_and_a_formula_without_its_drawing(tmp_path):
    """Links are MkDocs' to see."""
    project = copy_project(tmp_path, "index", "define-network", program=True)
    text = (project / PAGE).read_text(encoding="utf-8")
    line = append(project / PAGE, "$$\nw_1\n$$\n")
    assert f"{PAGE}:{line}: not typeset yet; run: python -m cheatsheet sync" in said(project)
    (project / PAGE).write_text(text, encoding="utf-8")
    append(project / PAGE, "[a](no-such.md) [b](index.md#no-such-id)\n")
    done = build(project, project / "site", "http://127.0.0.1/")
    message = re.sub(r"\s+", " ", done.stderr)
    assert done.returncode != 0
    assert "Aborted with 2 warnings in strict mode" in done.stdout
    for link in ("no-such.md", "index.md#no-such-id"):
        assert f"'define-network.md' contains a link '{link}'" in message
