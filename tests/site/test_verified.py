"""What the built site says of the recorded runs, in its own languages."""

import re
from dataclasses import replace
from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup
from mkdocs.exceptions import PluginError

from cheatsheet.page import load
from cheatsheet.run.records import (
    Block,
    Device,
    code_hash,
    output_hash,
    read_records,
    write_record,
)
from hooks import verified
from tests.site.conftest import CODE, LANGUAGES, NAMES, ROOT, build
from tests.site.test_serve import copy_project

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


def line_of(html: str) -> str | None:
    line = BeautifulSoup(html, "html.parser").select_one("article .verified")
    return line and line.text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_each_page_says_what_it_ran_on(site, language, name):
    html = site.html(language, name)
    if not load(ROOT, f"docs/{language}/{name}.md").examples:
        assert line_of(html) is None
        return
    assert re.search(r'<p class="verified" data-search-exclude>.*</p>', html)
    if not (ROOT / "docs/runs/cuda.json").exists():
        assert NEVER[language] in line_of(html)


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
    """The site of a project with two pages that ran, one of them changed since then,
    and an emulated run beside; and how many blocks the other one has."""
    project = copy_project(tmp_path_factory.mktemp("planted"))
    blocks = [
        block
        for language in LANGUAGES
        for name in ("define-network", "custom-module")
        for block in blocks_of(project, language, name)
    ]
    run = replace(RUN, blocks=tuple(blocks))
    write_record(project / "docs/runs/cpu.json", run)
    emulated = replace(run, device=Device("emulated", "emulated", None, 2))
    write_record(project / "docs/runs/emulated.json", emulated)
    for language in LANGUAGES:
        page = project / f"docs/{language}/custom-module.md"
        text = page.read_text(encoding="utf-8")
        page.write_text(text.replace("```python\n", "```python\nnew = 1\n", 1), "utf-8")
    folder = tmp_path_factory.mktemp("site")
    done = build(project, folder, "http://127.0.0.1/")
    assert done.returncode == 0, done.stderr
    return folder, len(blocks_of(project, "en", "define-network"))


def html_of(planted, language: str, name: str) -> str:
    file = planted[0] / LANGUAGES[language] / name / "index.html"
    return file.read_text(encoding="utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_whose_blocks_all_ran(planted, language):
    python = ".".join(RUN.python.split(".")[:2])
    torch = RUN.torch.partition("+")[0]
    words = EVERY[language].format(RUN.time[:10], torch, python)
    line = line_of(html_of(planted, language, "define-network"))
    assert line.startswith(words)
    assert NEVER[language] in line  # an emulated run is no run on a GPU


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_with_a_block_that_changed(planted, language):
    count = len(load(ROOT, f"docs/{language}/custom-module.md").examples)
    numbers = (count - 1, count) if language == "en" else (count, count - 1)
    line = line_of(html_of(planted, language, "custom-module"))
    assert SOME[language].format(*numbers) in line


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_that_never_ran(planted, language):
    line = line_of(html_of(planted, language, "gpu-info"))
    assert line.startswith(
        {"en": "CPU: not yet run.", "zh": "CPU：尚未运行。"}[language]
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_of_all_runs(planted, language):
    page = BeautifulSoup(html_of(planted, language, "verified"), "html.parser")
    runs, pages = page.select("article table")
    heads = [cell.text for cell in runs.select("th")]
    emulated = {"en": "Emulated accelerator, no GPU", "zh": "模拟的加速器，并非 GPU"}
    assert heads == ["", "CPU", "GPU", emulated[language]]
    assert RUN.torch in runs.text
    assert RUN.device.name in runs.text
    rows = {
        row.a["href"]: [cell.text for cell in row.select("td")[1:]]
        for row in pages.select("tbody tr")
    }
    count = planted[1]
    assert rows["../define-network/"] == [f"{count} / {count}", f"0 / {count}"]
    assert len(rows) == len(CODE)


# A file that cannot be trusted stops the build: which ones, tests/run/test_records.py.


def test_a_bad_record_stops_the_build(tmp_path):
    project = copy_project(tmp_path)
    record = project / "docs/runs/cpu.json"
    record.write_text(record.read_text(encoding="utf-8")[:-100], encoding="utf-8")
    done = build(project, project / "site", "http://127.0.0.1/")
    message = re.sub(r"\s+", " ", done.stderr)
    assert done.returncode != 0
    assert "Traceback" not in message
    assert "docs/runs/cpu.json:" in message
    assert "this is no recorded run" in message


def test_the_page_of_all_runs_needs_its_marks(tmp_path):
    file = SimpleNamespace(src_uri="verified.md", abs_src_path="docs/en/verified.md")
    page = SimpleNamespace(file=file)
    config = SimpleNamespace(config_file_path=str(tmp_path / "mkdocs.yml"))
    config.extra = {"verified": dict.fromkeys(["cpu", "cuda", "not_yet", "page"], "")}
    config.extra["verified"]["facts"] = [""] * 8
    config.nav = []
    with pytest.raises(
        PluginError, match=r"verified\.md:1: write \{\{ pages \}\} once"
    ):
        verified.on_page_markdown("{{ runs }}", page=page, config=config, files=None)
