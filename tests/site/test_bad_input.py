"""What a mistake in the sources says: the file, the line and the cure."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.site.conftest import ROOT, build, serve
from tests.site.test_browser import (
    place_of_formula,
    rejected_formulas,
    wait_for_formula,
)
from tests.site.test_serve import change, copy_project

PAGE = "docs/en/define-network.md"


@pytest.fixture
def project(tmp_path) -> Path:
    return copy_project(tmp_path)


def end_of(path: Path) -> int:
    return path.read_text(encoding="utf-8").count("\n") + 1


def append(path: Path, text: str) -> int:
    """Add text at the end of a page; return the line on which it begins."""
    line = end_of(path) + 1
    with path.open("a", encoding="utf-8") as file:
        file.write("\n" + text)
    return line


def stop_of(project: Path) -> str:
    """The message with which the build of a project stops."""
    done = build(project, project / "site", "http://127.0.0.1/")
    assert done.returncode != 0, "the build went through"
    assert "Traceback" not in done.stderr, done.stderr
    return re.sub(r"\s+", " ", done.stderr)


def test_unknown_name_in_a_definition(project):
    line = append(project / PAGE, "::: snippets.custom_module.NoSuch\n")
    message = stop_of(project)
    assert f"{PAGE}:{line}: snippets.custom_module.NoSuch is not known" in message
    assert "defines MLP" in message


def test_unknown_module_in_a_definition(project):
    line = append(project / PAGE, "::: snippets.no_such.MLP\n")
    message = stop_of(project)
    assert f"{PAGE}:{line}: snippets.no_such.MLP is not known" in message
    assert "there is no snippets/no_such.py" in message


def test_syntax_error_in_a_fence(project):
    line = append(project / PAGE, "```python\nx = 1\nx = (\n```\n")
    assert f"{PAGE}:{line + 2}: this is not Python: '(' was never closed" in stop_of(
        project
    )


def test_unbalanced_fence(project):
    line = append(project / PAGE, "```python\nx = 1\n")
    message = stop_of(project)
    assert f"{PAGE}:{line}: this fence is never closed; add the ``` line" in message


def test_fence_that_would_escape(project):
    line = append(project / PAGE, "- item\n\n    ```python\n    x = 1\n    ```\n")
    assert f"{PAGE}:{line + 2}: a fence must start at the margin" in stop_of(project)


def test_a_block_that_needs_another_page(project):
    line = append(project / PAGE, "```python\nprint(try_gpu())\n```\n")
    message = stop_of(project)
    assert f"{PAGE}:{line}: Undefined name `try_gpu`" in message
    assert "define it, once, in this block or in one before it on the page" in message


def test_a_star_import(project):
    line = append(project / PAGE, "```python\nfrom math import *\n\npi\n```\n")
    message = stop_of(project)
    assert f"{PAGE}:{line}: `from math import *` hides what it brings" in message


def test_output_after_code_that_prints_nothing(project):
    """The build cannot know what code prints; the run does."""
    for name in ("conftest.py", "pyproject.toml"):
        shutil.copy(ROOT / name, project)
    line = append(project / PAGE, "```python\nx = 1\n```\n\n```text\n1\n```\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", PAGE],
        cwd=project,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 1
    words = f"{PAGE}:{line + 4}: this output follows code that prints nothing "
    assert words + f"(line {line}). Remove it, or print." in done.stdout


@pytest.mark.parametrize(("gone", "left"), [("zh", "en"), ("en", "zh")])
def test_page_in_one_language_only(project, gone, left):
    (project / f"docs/{gone}/gpu-info.md").unlink()
    message = stop_of(project)
    assert f"docs/{gone}/gpu-info.md is missing, and docs/{left}/gpu-info.md" in message
    assert "write it, or remove the other page" in message


@pytest.mark.parametrize(
    ("config", "docs"), [("mkdocs.yml", "docs/en"), ("mkdocs.zh.yml", "docs/zh")]
)
def test_navigation_without_a_page(project, config, docs):
    line = end_of(project / config)
    with (project / config).open("a", encoding="utf-8") as file:
        file.write("  - More: no-such-page.md\n")
    message = stop_of(project)
    assert f"{config}:{line}: nav names no-such-page.md, and there is no" in message
    assert f"{docs}/no-such-page.md; write the page, or remove the entry" in message


def test_page_missing_in_the_navigation(project):
    change(project / "mkdocs.yml", "  - GPU Info: gpu-info.md\n", "")
    message = stop_of(project)
    assert (
        "mkdocs.yml: the page gpu-info.md is not in nav; add a line for it" in message
    )


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


def test_broken_link_and_anchor(project):
    append(project / PAGE, "[a](no-such.md) [b](custom-module.md#no-such-id)\n")
    message = stop_of(project)
    assert "'define-network.md' contains a link 'no-such.md'" in message
    assert (
        "'define-network.md' contains a link 'custom-module.md#no-such-id'" in message
    )


def test_comment_without_a_translation(project):
    file = project / "snippets/custom_module.py"
    change(file, "First of all: it makes", "It makes")
    lines = file.read_text(encoding="utf-8").split("\n")
    line = next(n for n, text in enumerate(lines, 1) if "# It makes" in text)
    message = stop_of(project)
    place = f"snippets/custom_module.py:{line}: this comment is not in "
    assert place + "snippets/locales/zh.po: 'It makes the tables" in message
    assert "run: python -m cheatsheet update, and translate it" in message
    assert "'First of all: it makes the tables in which layers register" in message
    assert "is no longer in the source" in message


def test_config_that_does_not_say_its_language(project):
    (project / "mkdocs.fr.yml").write_text("INHERIT: mkdocs.yml\n", encoding="utf-8")
    message = stop_of(project)
    assert "mkdocs.fr.yml:1: this config does not say which language" in message
    assert "it needs `docs_dir: docs/fr` and `extra: {language: {lang:" in message


LAB = "docs/en/labs/custom-distribution.md"


def line_of(path: Path, words: str) -> int:
    lines = path.read_text(encoding="utf-8").split("\n")
    return next(n for n, line in enumerate(lines, 1) if words in line)


def test_lab_that_raises(project):
    line = line_of(project / LAB, "edges = torch.linspace")
    change(project / LAB, "torch.linspace(-10, 10, 81)", "torch.no_such(81)")
    message = stop_of(project)
    assert f"{LAB}:{line}: this lab raises when the build runs it: " in message
    assert "AttributeError: module 'torch' has no attribute 'no_such'" in message
    assert "(in `edges = torch.no_such(81) # 80 bins, 0.25 wide`)" in message


def test_lab_that_prints_something_else(project):
    line = line_of(project / LAB, "w <= -5 0.2505") - 1
    change(project / LAB, "w <= -5 0.2505", "w <= -5 0.2605")
    message = stop_of(project)
    assert f"{LAB}:{line}: the page shows other output (-) than the " in message
    assert "- w <= -5 0.2605, " in message
    assert "pytest --update-outputs" in message


def test_plot_without_words(project):
    change(project / LAB, "](plot)", "]")
    line = line_of(project / LAB, "edges = torch.linspace") - 1
    message = stop_of(project)
    assert f"{LAB}:{line}: this code draws 1 plots, and 0 lines" in message


def test_formulas_that_mathjax_rejects(project, browser):
    """Seen where MathJax runs, in the browser; the test of every page says the same."""
    written = ["\\frac{1}{", "\\nosuchmacro{w}", "w_1_2"]
    lines = [append(project / PAGE, f"$$\n{formula}\n$$\n") for formula in written]
    done = build(project, project / "site", "http://127.0.0.1/")
    assert done.returncode == 0, done.stderr
    server, url = serve(project / "site")
    tab = browser.new_page()
    tab.goto(f"{url}define-network/")
    wait_for_formula(tab)
    formulas = rejected_formulas(tab)
    tab.close()
    server.shutdown()
    server.server_close()
    found = [
        place_of_formula("en", "define-network", formula, project)
        for formula in formulas
    ]
    assert sorted(found) == [
        f"{PAGE}:{line + 1}: MathJax rejects {formula!r}; mend the TeX"
        for line, formula in zip(lines, written, strict=True)
    ]
