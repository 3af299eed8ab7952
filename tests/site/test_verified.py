"""What the built site says of the recorded runs, in its own languages."""

from dataclasses import replace
from urllib.parse import urljoin

import pytest
import yaml
from markdown_it import MarkdownIt

from cheatsheet.page import load
from cheatsheet.run.records import (
    Block,
    Device,
    code_hash,
    output_hash,
    read_records,
    write_record,
)
from tests.site.conftest import CODE, LANGUAGES, NAMES, ROOT
from tests.site.project import copy_project, stage_all

RUN = read_records(ROOT / "docs/runs", ROOT)["cpu"]
NEVER = {"en": "GPU: not yet run.", "zh": "GPU：尚未运行。"}
EVERY = {
    "en": "CPU: every Python block on this page ran on {} with torch {} and Python {}.",
    "zh": "CPU：本页所有 Python 代码块已于 {} 运行（torch {}，Python {}）。",
}
SOME = {
    "en": "CPU: {} of the {} Python blocks on this page ran on",
    "zh": "CPU：本页 {} 个 Python 代码块中，{} 个已于",
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_each_page_says_what_it_ran_on(site, language, name):
    line = site.soup(language, name).select_one("article .verified")
    if not load(ROOT, f"docs/{language}/{name}.md").examples:
        assert line is None
        return
    if not (ROOT / "docs/runs/cuda.json").exists():
        assert NEVER[language] in line.text
    page = site.url + site.address(language, name)
    all_runs = site.url + site.address(language, "verified")
    assert urljoin(page, line.select_one("a")["href"]) == all_runs


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_search_does_not_find_it(site, language):
    """On every page the same words, which answer nobody."""
    file = site.folder / LANGUAGES[language] / "search/sections.json"
    assert NEVER[language] not in file.read_text(encoding="utf-8")


def blocks_of(project, language: str, name: str) -> list[Block]:
    """A page's blocks as they are now, passed: the test does not age with a record."""
    page = load(project, f"docs/{language}/{name}.md")
    return [
        Block(
            page=page.path.as_posix(),
            line=example.line,
            id=example.section,
            language="python",
            code=code_hash(example.code, project),
            output=output_hash(example.output("CPU")),
            result="passed",
            seconds=0.1,
        )
        for example in page.examples
    ]


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """What is staged of a project with two pages that ran, one of them changed since
    then, and an emulated run beside; and how many blocks the other one has."""
    project = copy_project(tmp_path_factory.mktemp("planted"), *PLANTED)
    blocks = [
        block
        for language in LANGUAGES
        for name in ("define-network", "custom-module")
        for block in blocks_of(project, language, name)
    ]
    run = replace(RUN, blocks=tuple(blocks), workflow=WORKFLOW)
    write_record(project / "docs/runs/cpu.json", run)
    emulated = replace(run, device=Device("emulated", "emulated", None, 2))
    write_record(project / "docs/runs/emulated.json", emulated)
    for language in LANGUAGES:
        page = project / f"docs/{language}/custom-module.md"
        text = page.read_text(encoding="utf-8")
        page.write_text(text.replace("```python\n", "```python\nnew = 1\n", 1), "utf-8")
    staged = dict(zip(LANGUAGES, stage_all(project), strict=True))
    return staged, len(blocks_of(project, "en", "define-network"))


WORKFLOW = "https://github.com/owner/cheatsheet/actions/runs/77"
PLANTED = ("index", "define-network", "custom-module", "gpu-info", "verified")


def line_of(planted, language: str, name: str) -> str:
    """What the front matter of a staged page says, which the page then shows."""
    text = planted[0][language].pages[f"{name}.md"]
    return yaml.safe_load(text.split("---\n")[1])["verified"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_whose_blocks_all_ran(planted, language):
    python = ".".join(RUN.python.split(".")[:2])
    torch = RUN.torch.partition("+")[0]
    words = EVERY[language].format(RUN.time[:10], torch, python)
    line = line_of(planted, language, "define-network")
    assert line.startswith(words)
    assert NEVER[language] in line  # an emulated run is no run on a GPU


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_with_a_block_that_changed(planted, language):
    count = len(load(ROOT, f"docs/{language}/custom-module.md").examples)
    numbers = (count - 1, count) if language == "en" else (count, count - 1)
    line = line_of(planted, language, "custom-module")
    assert SOME[language].format(*numbers) in line


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_that_never_ran(planted, language):
    line = line_of(planted, language, "gpu-info")
    assert line.startswith({"en": "CPU: not yet run.", "zh": "CPU：尚未运行。"}[language])


def tables_of(text: str) -> list[list[list[str]]]:
    """The cells of each table of a Markdown text, row by row."""
    tables = []
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        if token.type == "table_open":
            tables.append([])
        elif token.type == "tr_open":
            tables[-1].append([])
        elif token.type == "inline" and tables and token.level > 2:
            tables[-1][-1].append(token.content)
    return tables


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_of_all_runs(planted, language):
    text = planted[0][language].pages["verified.md"]
    runs, pages = tables_of(text.split("---\n", 2)[2])
    emulated = {"en": "Emulated accelerator, no GPU", "zh": "模拟的加速器，并非 GPU"}
    assert runs[0][1:] == ["CPU", "GPU", emulated[language]]
    cells = [row[1] for row in runs]
    assert {RUN.torch, RUN.device.name, RUN.platform} <= set(cells)
    assert cells[1].endswith(f" UTC]({WORKFLOW})")  # who reads it sees who made it
    count = planted[1]
    rows = {row[0].partition("](")[2]: row[1:] for row in pages[1:]}
    assert rows["define-network.md)"] == [f"{count} / {count}", f"0 / {count}"]
    assert len(rows) == len(PLANTED) - 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_built_page_of_all_runs(site, language):
    runs, pages = site.soup(language, "verified").select("article table")
    assert RUN.device.name in runs.text or RUN.torch in runs.text
    assert len(pages.select("tbody tr a")) == len(CODE)


# A record that cannot be trusted, or a page without the marks of the tables, stops the
# build: test_bad_input.py, tests/run/test_records.py.
