"""Whatever the copy button gives runs alone, and prints what the page shows."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbclient import NotebookClient
from ruff import find_ruff_bin

from cheatsheet.blocks import read_examples
from cheatsheet.run.compare import difference
from cheatsheet.run.process import run_alone
from tests.site.conftest import CODE, LANGUAGES, ROOT, open_page

WORDS = {
    "en": ("Copy 42 lines: with imports, try_gpu, devices_of, earlier lines",),
    "zh": ("复制 41 行，另含：import 语句、try_gpu、devices_of、前文代码",),
}
SHOWN = {"en": "Copy only the lines shown", "zh": "只复制显示的代码"}


@dataclass(frozen=True)
class Pasted:
    """What a block of the built site gives to the clipboard, and what it must do."""

    place: str
    text: str
    shown: str
    output: str = ""
    raises: bool = False
    fence: bool = True  # not a definition


def pasted(site, language: str, name: str) -> list[Pasted]:
    """The Python blocks of a page, from its HTML alone; outputs from its Markdown."""
    path = ROOT / f"docs/{language}/{name}.md"
    html = BeautifulSoup(site.html(language, name), "html.parser")
    examples = iter(read_examples(path))
    found = []
    for block in html.select("article .language-python"):
        text, shown = block["data-copy"].rstrip(), block.select_one("pre > code").text
        if definition := block.find_parent(class_="definition"):
            place = f"{path.relative_to(ROOT)}: {definition['id']}"
            found.append(Pasted(place, text, shown, fence=False))
            continue
        example = next(examples)
        assert shown == example.code.source
        output = example.output("CPU")
        place = f"{path.relative_to(ROOT)}:{example.code.line}"
        source = output.source if output else ""
        found.append(Pasted(place, text, shown, source, example.raises))
    assert next(examples, None) is None
    return found


def problem_of(block: Pasted) -> str:
    outcome = run_alone(block.text)
    got = outcome.output.rstrip()
    if outcome.raised != block.raises:
        did = f"raises:\n{outcome.trace}\n{got}" if outcome.raised else "does not raise"
        return f"{block.place}: pasted alone, this block {did}\n{block.text}"
    if (block.output.strip() or got) and (diff := difference(block.output, got)):
        return f"{block.place}: pasted alone, this block prints:\n{diff}\n{block.text}"
    return ""


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", CODE)
def test_every_block_runs_alone_and_prints_what_the_page_shows(site, language, name):
    blocks = pasted(site, language, name)
    with ThreadPoolExecutor(2) as pool:
        problems = list(filter(None, pool.map(problem_of, blocks)))
    assert not problems, "\n\n".join(problems)


def test_the_proof_can_fail():
    block = Pasted("here", "import snippets", "")
    assert "ModuleNotFoundError" in problem_of(block)
    assert "prints" in problem_of(Pasted("here", "1 + 1", "", "3\n"))
    assert "does not raise" in problem_of(Pasted("here", "1 + 1", "", "2", raises=True))
    assert problem_of(Pasted("here", "1 + 1", "", "2\n")) == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_copies_look_written_by_hand(site, language, tmp_path):
    blocks = [block for name in CODE for block in pasted(site, language, name)]
    for number, block in enumerate(blocks):
        # Indentation of blank lines is for the interactive prompt; see below.
        lines = [line if line.strip() else "" for line in block.text.split("\n")]
        file = tmp_path / f"{number:04}.py"
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        assert "snippets" not in block.text, block.place
    command = [find_ruff_bin(), "check", "--isolated", "--no-cache", "."]
    command += ["--select", "F,E9,I,W", "--ignore", "F841"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    # Comments stay, in the page's language.
    with_comments = [block for block in blocks if "# " in block.shown]
    assert len(with_comments) > 20
    for block in with_comments:
        comments = [
            line.split("# ")[-1] for line in block.shown.split("\n") if "# " in line
        ]
        assert [one for one in comments if one not in block.text] == [], block.place


@pytest.mark.parametrize("language", LANGUAGES)
def test_definitions_come_in_the_language_of_the_page(site, language):
    block = next(one for one in pasted(site, language, "network-on-gpu") if one.fence)
    assert "def try_gpu(" in block.text
    docstring = {"en": '"""Return accelerator `i`', "zh": '"""返回'}[language]
    assert docstring in block.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_block_says_how_much_more_its_copy_holds(site, language):
    html = BeautifulSoup(site.html(language, "network-on-gpu"), "html.parser")
    blocks = html.select("article .language-python")
    for block in blocks:
        copied = block["data-copy"].rstrip().count("\n") + 1
        more = copied - block.select_one("pre > code").text.count("\n")
        note = block.select_one(".copy-more")
        if more <= 0:
            assert note is None
            continue
        assert note.select_one("span").text == f"+{more}"
        assert f" {copied} " in block["data-copy-label"]
        assert note.button["title"] == SHOWN[language]
    assert WORDS[language][0] in [one.get("data-copy-label") for one in blocks]


# A page of plain fences, one of definitions, one with files and errors, one with shell.
@pytest.mark.parametrize(
    ("language", "name"),
    [
        ("en", "define-network"),
        ("zh", "custom-module"),
        ("en", "save-load-network-params"),
        ("zh", "gpu-info"),
    ],
)
def test_clicks_give_the_whole_or_the_lines_shown(tab, site, language, name):
    expected = pasted(site, language, name)
    open_page(tab, site, language, name)
    blocks = tab.locator("article .highlight.language-python")
    assert blocks.count() == len(expected)
    for index, block in enumerate(expected):
        button = blocks.nth(index).locator("button[data-md-type=copy]")
        assert click_and_read(tab, button) == block.text, block.place
        label = blocks.nth(index).get_attribute("data-copy-label")
        if label:
            assert button.get_attribute("title") == label
            shown = blocks.nth(index).locator(".copy-shown")
            assert click_and_read(tab, shown) == block.shown.rstrip(), block.place
    selected = blocks.first.evaluate(
        """(block) => {
          getSelection().selectAllChildren(block.querySelector("pre > code"))
          return getSelection().toString()
        }"""
    )
    assert selected.rstrip() == expected[0].shown.rstrip()
    shell = tab.locator("article .highlight:not(.language-python):not(.no-copy)")
    for index in range(shell.count()):
        text = click_and_read(
            tab, shell.nth(index).locator("button[data-md-type=copy]")
        )
        assert text == shell.nth(index).locator("pre > code").text_content().rstrip()
    assert tab.locator(".no-copy button").count() == 0
    assert tab.wrong == []


def click_and_read(tab, button) -> str:
    tab.evaluate("navigator.clipboard.writeText('')")
    button.click()
    tab.wait_for_function("async () => await navigator.clipboard.readText()")
    return tab.evaluate("navigator.clipboard.readText()").rstrip()


@pytest.mark.parametrize("language", LANGUAGES)
def test_pasted_at_the_prompt(site, language):
    """`python -i` reads line by line and ends a function at a blank line."""
    blocks = [
        block
        for name in ("custom-module", "network-on-gpu", "share-parameters")
        for block in pasted(site, language, name)
        if block.fence and not block.raises and block.output
    ][::12]
    assert len(blocks) > 2
    assert any("class " in block.text for block in blocks)
    for block in blocks:
        text = "import sys; sys.ps1 = sys.ps2 = ''\n" + block.text + "\n\n"
        done = subprocess.run(
            [sys.executable, "-q", "-i"],
            input=text,
            env={"PATH": os.environ["PATH"], "PYTHONIOENCODING": "utf-8"},
            cwd="/",
            capture_output=True,
            text=True,
        )
        assert "Error" not in done.stderr, f"{block.place}\n{done.stderr}\n{block.text}"
        # Values of statements in the middle are echoed, too: the output's lines are
        # there, in their order.
        printed = iter(done.stdout.split("\n"))
        for line in block.output.rstrip().split("\n"):
            assert any(difference(line, one) is None for one in printed), block.place


@pytest.mark.parametrize("language", LANGUAGES)
def test_pasted_into_a_notebook_cell(site, language, tmp_path):
    """One cell each; the kernel is told to forget the names of the one before."""
    blocks = [
        block
        for block in pasted(site, language, "custom-module")
        if block.fence and not block.raises and block.output
    ]
    cells = [
        nbformat.v4.new_code_cell(source)
        for block in blocks
        for source in (block.text, "%reset -f")
    ]
    notebook = nbformat.v4.new_notebook(cells=cells)
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    resources = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(notebook, timeout=120, resources=resources).execute()
    assert len(blocks) > 8
    for block, cell in zip(blocks, notebook.cells[::2], strict=True):
        got = "".join(
            one.get("text") or one.data["text/plain"] + "\n" for one in cell.outputs
        )
        assert difference(block.output, got) is None, f"{block.place}\n{got}"
