"""The answer is short: what is copied is little more than what is seen."""

import ast
import re
import sys
from pathlib import Path
from statistics import median, quantiles

import pytest

from cheatsheet.page import Example, Shown, load
from cheatsheet.standalone.definitions import Definitions
from cheatsheet.standalone.program import Copy, make_standalone
from cheatsheet.words.text import INLINE_CODE

ROOT = Path(__file__).parents[1]
LANGUAGES = {one: sorted((ROOT / "docs" / one).rglob("*.md")) for one in ("en", "zh")}
PAGES = [load(ROOT, path.relative_to(ROOT)) for paths in LANGUAGES.values() for path in paths]
MADE = make_standalone(PAGES, Definitions.read(ROOT))
COPIES = {page.path: made.copies for page, made in zip(PAGES, MADE, strict=True)}
IMPORTS = ("import ", "from ")


def added(copy: Copy) -> list[str]:
    """The lines that are copied and not shown, without blank ones."""
    return [line for line in copy.before.split("\n") if line.strip()]


# But for labs: each is one experiment, whose parts build on those before them.
SHORT = [page for page in PAGES if page.path.parent.name != "labs"]


@pytest.mark.parametrize(
    "page", SHORT, ids=lambda page: f"{page.path.parent.name}-{page.path.stem}"
)
def test_the_first_block_of_a_section_needs_little(page):
    """Imports and three lines; what comes from snippets is shown above it, or comes later."""
    long = []
    for section in page.sections:
        blocks = [part for part in section.parts if isinstance(part, (Example, Shown))]
        if blocks:
            copy = COPIES[page.path][blocks[0].line]
            rest = [line for line in added(copy) if not line.startswith(IMPORTS)]
            helper = isinstance(blocks[0], Example) and "from snippets" in copy.shown
            if len(rest) > 3 or helper:
                long.append(f"{page.path}:{blocks[0].line}: {len(rest)} lines, and imports")
    assert not long, "\n".join(long)


@pytest.mark.parametrize("language", LANGUAGES)
def test_copies_add_few_lines(language):
    counts = [
        len(added(COPIES[page.path][example.line]))
        for page in SHORT
        if page.path.parent.name == language
        for example in page.examples
    ]
    assert len(counts) > 250
    assert median(counts) <= 4
    assert quantiles(counts, n=10)[-1] <= 15
    assert max(counts) <= 40


def test_first_blocks_are_torch_alone():
    """Nothing is imported there but torch, the standard library, what PyTorch brings, and what the
    page says above how to install."""
    for page in SHORT:
        for section in page.sections:
            first = next((part for part in section.parts if isinstance(part, Example)), None)
            above = "\n".join(page.lines[: first.line] if first else [])
            known = {"torch", "numpy", "snippets", *re.findall(r"`pip install (\w+)`", above)}
            for node in ast.walk(ast.parse(first.code.source if first else "")):
                names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
                names += [node.module] if isinstance(node, ast.ImportFrom) else []
                packages = {name.partition(".")[0] for name in names} - sys.stdlib_module_names
                assert packages <= known, f"{page.path}:{first.line}: {packages - known}"


def test_the_front_page_shows_calls_of_pytorch():
    """No helper of ours, which a reader does not have."""
    programs = [ast.parse(path.read_text("utf-8")) for path in (ROOT / "snippets").glob("*.py")]
    own = {node.name for program in programs for node in program.body if hasattr(node, "name")}
    assert len(own) > 25
    for page in PAGES:
        if page.path.name == "index.md":
            cells = [line.split("|") for line in page.lines if line.startswith("| ")]
            codes = [code[0] for cell in cells for code in INLINE_CODE.finditer(" ".join(cell))]
            assert len(codes) > 30
            for code in codes:
                assert not own & {*re.findall(r"\w+", code)}, f"{page.path}: {code}"


NAMED = re.compile(r"\w_|\w\(|\w=|(?<!\w)\.?\b(?:torch|nn|os|net|model)\.\w")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_names_in_headings_are_code(language):
    for file in sorted((ROOT / f"docs/{language}").rglob("*.md")):
        for section in load(ROOT, file.relative_to(ROOT)).sections:
            words = INLINE_CODE.sub("", section.title)
            assert not NAMED.search(words), f"{file}:{section.line}: set the name as code: {words}"
