"""What the built site says of the recorded runs, in its own languages."""

import re
from dataclasses import replace
from urllib.parse import urljoin

import pytest
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

RUNS = read_records(ROOT / "docs/runs", ROOT)
RUN = [*RUNS.values()][-1]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_each_page_says_what_it_ran_on(site, language, name):
    line = site.soup(language, name).select_one("article .page-facts a")
    if not load(ROOT, f"docs/{language}/{name}.md").examples:
        assert line is None
        return
    page = site.url + site.address(language, name)
    assert urljoin(page, line["href"]) == site.url + site.address(language, "verified")


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
    """What is staged of a project whose pages ran on three releases, a GPU and an accelerator.

    On `define-network` all blocks passed, but the third on 2.9, the fifth on 2.10, and, on the
    GPU alone, the second and the third; of `custom-module` one block changed since 2.8 ran;
    `access-parameter` changed after 2.9 ran, and was then recorded again without it; `gpu-info`
    never ran.
    """
    project = copy_project(tmp_path_factory.mktemp("planted"), *PLANTED)
    for file in project.glob("docs/runs/*.json"):
        file.unlink()
    blocks = [
        block
        for language in LANGUAGES
        for name in ("define-network", "custom-module", "access-parameter")
        for block in blocks_of(project, language, name)
    ]
    numbers = [[b for b in blocks if b.page == block.page].index(block) + 1 for block in blocks]

    def run(torch: str, python: str, *failed: int, **changes) -> None:
        made = tuple(
            replace(block, result="failed") if n in failed and "define" in block.page else block
            for block, n in zip(blocks, numbers, strict=True)
        )

        def is_old(page: str, n: int) -> bool:  # it was another one then
            one = torch == "2.8.0" and "custom" in page and n == 1
            return one or (torch == "2.9.1" and "access" in page)

        made = tuple(
            replace(block, code="0" * 32) if is_old(block.page, n) else block
            for block, n in zip(made, numbers, strict=True)
        )
        changes = {"workflow": None, "time": "2026-11-25T08:00:00+00:00"} | changes
        one = replace(RUN, torch=torch, python=python, blocks=made, **changes)
        write_record(project / "docs/runs", one)

    run("2.8.0", "3.12.1", time="2026-11-20T08:00:00+00:00")
    run("2.9.1", "3.11.7", 3)
    run("2.10.0", "3.13.0", 5, workflow=WORKFLOW)
    run("2.10.0", "3.12.3", 2, 3, device=Device("cuda", "NVIDIA T4", "580.65", 1))
    run("2.10.0", "3.13.0", device=Device("emulated", "emulated", None, 2))
    counts = {name: len(load(project, f"docs/en/{name}.md").examples) for name in PLANTED}
    return dict(zip(LANGUAGES, stage_all(project), strict=True)), counts


WORKFLOW = "https://github.com/owner/cheatsheet/actions/runs/77"
PLANTED = ("index", "define-network", "custom-module", "access-parameter", "gpu-info", "verified")
LINE = {
    "en": "{} of {} blocks ran · torch {} · Python {} · {} · {}",
    "zh": "{} / {} 个代码块已运行 · torch {} · Python {} · {} · {}",
}
DAYS = "2026-11-20–2026-11-25"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_line_below_a_title_counts_what_passed_on_every_release(planted, language):
    staged, counts = planted
    on = {"define-network": (2, 2), "custom-module": (1, 0), "access-parameter": (0, 0)}
    for name, (missing, on_gpu) in on.items():
        # What lies between two releases, and did not run, is not within their range.
        where = ("2.8–2.10", "3.11–3.13") if missing else ("2.8, 2.10", "3.12–3.13")
        total = counts[name]
        line = LINE[language].format(total - missing, total, *where, "CPU", DAYS)
        gpu = ("2.10", "3.12", "GPU (NVIDIA T4)", "2026-11-25")
        line += " · " + LINE[language].format(total - on_gpu, total, *gpu)
        assert f"\n[{line}](verified.md) · [" in breaking(staged[language].pages[f"{name}.md"])
    never = {"en": "\n[All runs](verified.md) · [", "zh": "\n[全部运行记录](verified.md) · ["}
    assert never[language] in breaking(staged[language].pages["gpu-info.md"])


def breaking(text: str) -> str:
    """Without what keeps a line from breaking before a dot and within a range."""
    return text.replace("\u00a0", " ").replace("\u2060", "")


MARKS = {
    "en": {
        "2": "GPU: not torch 2.10",
        "3": "CPU: torch 2.8, 2.10+ · GPU: not torch 2.10",
        "5": "CPU: torch 2.8–2.9",
    },
    "zh": {
        "2": "GPU：不适用于 torch 2.10",
        "3": "CPU：torch 2.8, 2.10+ · GPU：不适用于 torch 2.10",
        "5": "CPU：torch 2.8–2.9",
    },
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_block_that_is_not_true_everywhere_says_where_it_is(planted, language):
    """Whatever did not run as it is now, as the block that changed since, says nothing."""
    pages = planted[0][language].pages
    label = r"#block-(\d+) .*data-label=\"([^\"]*torch [^\"]*)\""
    labels = dict(re.findall(label, pages["define-network.md"]))
    # What a GPU alone does not do holds on the CPU of that release.
    assert labels == MARKS[language]
    assert not re.search(label, pages["custom-module.md"] + pages["gpu-info.md"])


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
    staged, counts = planted
    text = staged[language].pages["verified.md"].split("---\n", 2)[2]
    runs, pages = tables_of(text)
    emulated = {"en": "Emulated accelerator, no GPU", "zh": "模拟的加速器，并非 GPU"}[language]
    by_hand = {"en": "by hand", "zh": "手动运行"}[language]
    assert [(row[0].partition("]")[0][1:], row[2]) for row in runs[1:]] == [
        ("2.10.0", emulated),
        ("2.10.0", "GPU (NVIDIA T4) 580.65"),
        ("2.10.0", "CPU"),
        ("2.9.1", "CPU"),
        ("2.8.0", "CPU"),
    ]
    assert runs[3][4].startswith(f"[2026-11-25]({WORKFLOW})")  # who reads it sees who made it
    assert runs[4][4].startswith(f"2026-11-25 {by_hand}")
    assert runs[4][0].endswith("/runs/torch-2.9-cpu.json){ .whole }")
    assert pages[0][1:] == ["2.8", "2.9", "2.10", "2.10 GPU"]
    rows = {row[0].partition("](")[2]: row[1:] for row in pages[1:]}
    n, m = counts["define-network"], counts["custom-module"]
    assert rows["define-network.md)"] == [str(n), *[f"{n - 1} / {n}"] * 2, f"{n - 2} / {n}"]
    assert rows["custom-module.md)"] == [f"{m - 1} / {m}", *[str(m)] * 3]
    assert rows["gpu-info.md)"][:4] == [f"0 / {counts['gpu-info']}"] * 4
    failed = re.findall(r"^- .*\[.*(\d).*\]\((.*)\)(?:: |：)torch (.*)$", text, re.M)
    assert [(number, where) for number, _, where in failed] == [
        ("2", "2.10 GPU"),
        ("3", {"en": "2.9, 2.10 GPU", "zh": "2.9、2.10 GPU"}[language]),
        ("5", "2.10"),
    ]
    assert all(target.startswith("define-network.md#") for _, target, _ in failed)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_built_page_of_all_runs(site, language):
    runs, pages = site.soup(language, "verified").select("article table")
    assert len(runs.select("tbody tr")) == len(RUNS)
    assert len(pages.select("tbody tr a")) == len(CODE)
    soup = site.soup(language, "verified")
    page = site.url + site.address(language, "verified")
    for link in runs.select("tbody td:first-child a"):
        name = urljoin(page, link["href"]).removeprefix(site.url)
        assert (site.folder / name).is_file(), f"{name}: {soup.title}"


# A record that cannot be trusted, or a page without the marks of the tables, stops the
# build: tests/faults/records.py, test_bad_input.py.
