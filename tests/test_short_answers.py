"""The answer is short: what is copied is little more than what is seen."""

import ast
import re
from pathlib import Path
from statistics import median, quantiles

import pytest

from cheatsheet.page import Example, Shown, load
from cheatsheet.standalone.definitions import Definitions
from cheatsheet.standalone.program import Copy, make_standalone
from cheatsheet.words.text import INLINE_CODE

ROOT = Path(__file__).parents[1]
NAMES = sorted(path.name for path in (ROOT / "docs/en").glob("*.md"))
PAGES = [load(ROOT, f"docs/en/{name}") for name in NAMES]
MADE = make_standalone(PAGES, Definitions.read(ROOT))
COPIES = {page.path: made.copies for page, made in zip(PAGES, MADE, strict=True)}
IMPORTS = ("import ", "from ")


def added(copy: Copy) -> list[str]:
    """The lines that are copied and not shown, without blank ones."""
    return [line for line in copy.before.split("\n") if line.strip()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path.stem)
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


def test_copies_add_few_lines():
    counts = [
        len(added(copies[example.line]))
        for page, copies in zip(PAGES, COPIES.values(), strict=True)
        for example in page.examples
    ]
    assert len(counts) > 250
    assert median(counts) <= 4
    assert quantiles(counts, n=10)[-1] <= 15
    assert max(counts) <= 40


def test_first_blocks_are_torch_alone():
    """Nothing is imported there but torch, the standard library and what PyTorch brings."""
    known = {"torch", "numpy", "snippets"}
    for page in PAGES:
        for section in page.sections:
            first = next((part for part in section.parts if isinstance(part, Example)), None)
            if first:
                nodes = ast.walk(ast.parse(first.code.source))
                names = {n.module for n in nodes if isinstance(n, ast.ImportFrom)}
                packages = {name.partition(".")[0] for name in names}
                import sys

                assert packages <= known | sys.stdlib_module_names, f"{page.path}:{first.line}"


NAMED = re.compile(r"\w_|\w\(|\w=|(?<!\w)\.?\b(?:torch|nn|os|net|model)\.\w")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_names_in_headings_are_code(language):
    for file in sorted((ROOT / f"docs/{language}").rglob("*.md")):
        for section in load(ROOT, file.relative_to(ROOT)).sections:
            words = INLINE_CODE.sub("", section.title)
            assert not NAMED.search(words), f"{file}:{section.line}: set the name as code: {words}"
