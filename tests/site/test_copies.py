"""Whatever the copy button gives runs alone, and prints what the page shows."""

import ast
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urljoin

import nbformat
import pytest
from ruff import find_ruff_bin

from cheatsheet.page import load
from cheatsheet.run.compare import difference
from cheatsheet.run.devices import running
from cheatsheet.run.process import Outcome
from tests.site.conftest import CODE, LANGUAGES, ROOT, SECTIONS, open_page
from tests.site.programs import program
from tests.state import differences, run_copy

WORDS = {
    "en": ("Copy all {} lines", "{} lines before: "),
    "zh": ("复制全部 {} 行", "前面还有 {} 行："),
}


@dataclass(frozen=True)
class Pasted:
    """What a block of the built site gives to the clipboard, and what it must do."""

    place: str
    text: str
    shown: str
    before: str = ""  # in the box above it
    output: str = ""
    raises: bool = False
    code: str = ""  # of the fence in the page; a definition has none

    @property
    def fence(self) -> bool:
        return bool(self.code)


def pasted(site, language: str, name: str) -> list[Pasted]:
    """The Python blocks of a page, from its HTML alone; outputs from its Markdown."""
    page = load(ROOT, f"docs/{language}/{name}.md")
    examples = iter(page.examples)
    found = []
    for block in site.soup(language, name).select("article .language-python"):
        if block.find_parent(class_="before"):
            continue
        shown = block.select_one("pre > code").text
        if definition := block.find_parent(class_="definition"):
            text = block.find_parent(class_="definition-code")["data-copy"].rstrip()
            place = f"{page.path}: {definition['id']}"
            box = block.find_parent(class_="definition").find_previous_sibling()
            found.append(Pasted(place, text, shown, _boxed(box)))
            continue
        example = next(examples)
        output = example.output("CPU", running())
        place, text = f"{page.path}:{example.line}", block["data-copy"].rstrip()
        # A few lines that the copy adds are shown with the code.
        assert shown in (example.code.source, _plain(text)), place
        source = output.source if output else ""
        box = _boxed(block.find_previous_sibling())
        code = example.code.source
        found.append(Pasted(place, text, shown, box, source, example.raises, code))
    assert next(examples, None) is None
    return found


def _plain(text: str) -> str:
    """Without the indentation of blank lines, which is for the interactive prompt."""
    return "".join(line.rstrip() + "\n" for line in text.split("\n"))


def _boxed(box) -> str:
    """What a box above a block holds, if it is one."""
    before = box is not None and "before" in box.get("class", [])
    return box.select_one("pre > code").text if before else ""


def run(block: Pasted) -> Outcome:
    return run_copy(block.text, block.code)


def problem_of(block: Pasted, outcome: Outcome) -> str:
    got = outcome.output.rstrip()
    if outcome.raised != block.raises:
        did = f"raises:\n{outcome.trace}\n{got}" if outcome.raised else "does not raise"
        return f"{block.place}: pasted alone, this block {did}\n{block.text}"
    if (block.output.strip() or got) and (diff := difference(block.output, got)):
        return f"{block.place}: pasted alone, this block prints:\n{diff}\n{block.text}"
    return ""


# The Chinese copies are the English programs, as the next test proves; those of one
# page run too, and those of labs, whose words differ.
LABS = [name for name in CODE if name not in SECTIONS]
RUN = [("en", name) for name in CODE]
RUN += [("zh", name) for name in ["custom-module", *LABS]]


@pytest.mark.parametrize(("language", "name"), RUN)
def test_every_block_runs_alone_and_does_what_the_page_does(site, language, name):
    """It prints what the page shows, and leaves the values that the page has by then."""
    blocks = pasted(site, language, name)
    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(run, blocks))
    problems = list(filter(None, map(problem_of, blocks, outcomes)))
    assert not problems, "\n\n".join(problems)
    page = load(ROOT, f"docs/{language}/{name}.md")
    copies = [one for block, one in zip(blocks, outcomes, strict=True) if block.fence]
    assert "\n".join(differences(page, copies)) == ""


@pytest.mark.parametrize("name", SECTIONS)
def test_the_chinese_copies_are_the_english_programs(site, name):
    """And the pages show the same of them."""
    pairs = zip(pasted(site, "en", name), pasted(site, "zh", name), strict=True)
    for ours, its in pairs:
        assert program(its.text) == program(ours.text), its.place
        assert (its.output, its.raises) == (ours.output, ours.raises), its.place


def test_the_proof_can_fail():
    def problem(*block, **options) -> str:
        return problem_of(one := Pasted("here", *block, **options), run(one))

    assert "ModuleNotFoundError" in problem("import snippets", "")
    assert "prints" in problem("1 + 1", "", "", "3\n")
    assert "does not raise" in problem("1 + 1", "", "", "2", raises=True)
    assert problem("1 + 1", "", "", "2\n") == ""


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
        comments = [line.split("# ")[-1] for line in block.shown.split("\n") if "# " in line]
        assert [one for one in comments if one not in block.text] == [], block.place


@pytest.mark.parametrize("language", LANGUAGES)
def test_definitions_come_in_the_language_of_the_page(site, language):
    blocks = [one for one in pasted(site, language, "gpu-device") if one.fence]
    block = next(one for one in blocks if "def try_gpu(" in one.text)
    docstring = {"en": '"""Return accelerator `i`', "zh": '"""返回'}[language]
    assert docstring in block.text


@pytest.mark.parametrize(("language", "name"), [(one, n) for one in LANGUAGES for n in CODE])
def test_what_is_copied_can_be_seen(site, language, name):
    """The box above a block and the block are the copy; without a box, the block is."""
    for block in pasted(site, language, name):
        copied = statements(_plain(block.text))
        own = [one for one in statements(block.shown) if not one.startswith("Import")]
        assert copied[len(copied) - len(own) :] == own, block.place
        seen = statements(block.before) + statements(block.shown)
        assert [one for one in copied if one not in seen] == [], block.place


def statements(code: str) -> list[str]:
    """Each as one text; where the lines of a docstring end does not matter."""
    dumps = (ast.dump(node) for node in ast.parse(code).body)
    return [re.sub(r"(?:\\n| )+", " ", dump).replace(" '", "'") for dump in dumps]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_block_says_how_much_its_copy_holds(site, language):
    whole, before = WORDS[language]
    blocks = site.soup(language, "network-on-gpu").select("article [data-copy]")
    assert len(blocks) > 10
    for block in blocks:
        count = block["data-copy"].rstrip().count("\n") + 1
        assert block["data-copy-label"] == whole.format(count)
    boxes = site.soup(language, "network-on-gpu").select("article details.before")
    assert boxes
    for box in boxes:
        count = box.select_one("pre > code").text.rstrip().count("\n") + 1
        assert box.summary.text.startswith(before.format(count)), box.summary.text
        assert box.has_attr("open") == (count < 4)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_comes_from_snippets_is_linked(site, language):
    """A name in the box above a block leads to the definition that a page shows, and that to
    its file, where the repository is known."""
    pages = {site.url + site.address(language, name): site.soup(language, name) for name in CODE}
    shown = {}
    for url, page in pages.items():
        for one in page.select(".definition"):
            heading = one.find_previous(["h1", "h2", "h3"])
            shown[f"{url}#{heading['id']}", one["id"].rpartition("-")[2]] = one
    names = {name for _, name in shown}
    imports = 0
    for url, page in pages.items():
        for block in page.select("article .language-python[data-copy]"):
            imported = re.findall(r"(?m)^from snippets\.\w+ import (.+)$", block.text)
            needed = re.findall(r"(?m)^(?:def|class) (\w+)", block["data-copy"])
            box = block.find_previous_sibling()
            for one in names & {*needed} & {*", ".join(imported).split(", ")}:
                (link,) = [a for a in box.select("p a") if a.text == one]
                assert (urljoin(url, link["href"]), one) in shown, link
                imports += 1
        for link in page.select("article .before p a"):
            assert (urljoin(url, link["href"]), link.text) in shown, link
    assert imports > 20
    for one in shown.values():
        repository = one.find_parent("html").select_one("a.md-source")
        file = one.select_one(".definition-file")
        link = file.a and file.a["href"]
        assert link == (repository and f"{repository['href']}/blob/main/{file.text}")
        assert (ROOT / file.text).exists()


# A page of definitions, one with files and errors, one with shell.
@pytest.mark.parametrize(
    ("language", "name"),
    [
        ("zh", "custom-module"),
        ("en", "save-load-network-params"),
        ("zh", "gpu-info"),
    ],
)
def test_clicks_give_the_whole_and_say_how_much(tab, site, language, name):
    expected = pasted(site, language, name)
    open_page(tab, site, language, name)
    blocks = tab.locator("article [data-copy]")
    assert blocks.count() == len(expected)
    for index, block in enumerate(expected):
        button = blocks.nth(index).locator("button[data-md-type=copy]")
        assert click_and_read(tab, button) == block.text, block.place
        label = blocks.nth(index).get_attribute("data-copy-label")
        assert button.get_attribute("title") == button.get_attribute("aria-label") == label
        lines = block.text.count("\n") + 1
        words = {"en": f"{lines} lines copied", "zh": f"已复制 {lines} 行"}[language]
        tab.locator(".md-dialog[role=status]", has_text=words).wait_for()
    selected = blocks.first.evaluate(
        """(block) => {
          getSelection().selectAllChildren(block.querySelector("pre > code"))
          return getSelection().toString()
        }"""
    )
    assert selected.rstrip() == expected[0].shown.rstrip()
    shell = tab.locator("article .highlight:not(.language-python, .no-copy)")
    for index in range(shell.count()):
        text = click_and_read(tab, shell.nth(index).locator("button[data-md-type=copy]"))
        assert text == shell.nth(index).locator("pre > code").text_content().rstrip()
    assert tab.locator(".no-copy button").count() == 0
    assert tab.wrong == []


def click_and_read(tab, button) -> str:
    tab.evaluate("navigator.clipboard.writeText('')")
    button.click()
    tab.wait_for_function("async () => await navigator.clipboard.readText()")
    return tab.evaluate("navigator.clipboard.readText()").rstrip()


MARK = "--- the next block ---"


def test_pasted_at_the_prompt(site, tmp_path):
    """`python -i` reads line by line and ends a function at a blank line.

    One prompt for all of a language's blocks, each of which finds no names but its own;
    English ones of two pages, Chinese ones of a third.
    """
    pages = [("en", "custom-module"), ("en", "network-on-gpu")]
    pages += [("zh", "share-parameters")]
    blocks = [
        block
        for page in pages
        for block in pasted(site, *page)
        if block.fence and not block.raises and block.output
    ]
    assert len(blocks) > 20
    assert any("class " in block.text for block in blocks)
    assert any("def " in block.text for block in blocks)
    begin = "\nfor _ in [n for n in globals() if n[0] != '_']: del globals()[_]\n\n"
    begin += f"print({MARK!r})\nimport sys; _ = sys.stderr.write({MARK!r})\ndel sys\n"
    text = "import sys; sys.ps1 = sys.ps2 = ''\n"
    text += "".join(f"{begin}{block.text}\n\n" for block in blocks)
    done = subprocess.run(
        [sys.executable, "-q", "-i"],
        input=text,
        env={"PATH": os.environ["PATH"], "PYTHONIOENCODING": "utf-8"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    printed, errors = done.stdout.split(MARK)[1:], done.stderr.split(MARK)[1:]
    for block, lines, error in zip(blocks, printed, errors, strict=True):
        assert "Error" not in error, f"{block.place}\n{error}\n{block.text}"
        # Values of statements in the middle are echoed, too: the output's lines are
        # there, in their order.
        rest = iter(lines.split("\n"))
        for line in block.output.rstrip().split("\n"):
            assert any(difference(line, one) is None for one in rest), block.place


@pytest.mark.parametrize("language", LANGUAGES)
def test_pasted_into_a_notebook_cell(site, kernels, language):
    """One cell each, between others that make the kernel forget what names it had."""
    forget = "for _ in [n for n in globals() if n[0] != '_']: del globals()[_]"
    blocks = [
        block
        for block in pasted(site, language, "custom-module")
        if block.fence and not block.raises and block.output
    ]
    cells = [
        nbformat.v4.new_code_cell(source) for block in blocks for source in (block.text, forget)
    ]
    notebook = nbformat.v4.new_notebook(cells=cells)
    executed = kernels.execute(notebook).result()
    assert len(blocks) > 8
    for block, cell in zip(blocks, executed.cells[::2], strict=True):
        got = "".join(one.get("text") or one.data["text/plain"] + "\n" for one in cell.outputs)
        assert difference(block.output, got) is None, f"{block.place}\n{got}"
