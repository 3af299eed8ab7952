"""The standalone form of every block of a page, as one would write it by hand."""

import ast
import json
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from fences.blocks import Block
from standalone.definitions import Definitions, StandaloneError, snippet_imports
from standalone.slices import slice_page
from standalone.statements import Statement, split_statements

ANNOTATION = re.compile(r"[ \t]*# \(\d+\)!?[ \t]*$", re.M)
IMPORTS = re.compile(r"(?:(?:import|from)\b.*(?:\([^)]*\))?\n|\s*\n)+")


@dataclass(frozen=True)
class Copy:
    """What is pasted for a block, and the names that came in addition to it."""

    text: str
    shown: str
    added: tuple[str, ...]

    @property
    def lines_added(self) -> int:
        return self.text.count("\n") - self.shown.count("\n")


def copies_of(blocks: list[Block], definitions: Definitions) -> list[Copy]:
    """The standalone form of each Python block of a page, in order.

    Raises:
        StandaloneError: see `Definitions.collect`; also a name that nothing defines, and
            a star import.
    """
    drafts = [_draft(blocks, index, definitions) for index in range(len(blocks))]
    texts = _tidy([text for text, _ in drafts], blocks)
    return [
        Copy(text, ANNOTATION.sub("", block.source), added)
        for text, block, (_, added) in zip(texts, blocks, drafts, strict=True)
    ]


def copy_of_definition(module: str, name: str, definitions: Definitions) -> Copy:
    """The standalone form of a definition that a page shows."""
    statements = definitions.collect([(module, name)])
    own = statements[-1]
    text = _join([s.source for s in statements if s.is_import], _bodies(statements), "")
    (text,) = _tidy([text], [Block(Path(module), 1, 1, "python", own.source)])
    added = [n for s in statements[:-1] if not s.is_import for n in sorted(s.binds)]
    return Copy(text, own.source + "\n", tuple(added))


def _draft(blocks: list[Block], index: int, definitions: Definitions):
    block = blocks[index]
    statements = [split_statements(one.source, one.line) for one in blocks[: index + 1]]
    imports = [s for fence in statements for s in fence if s.is_import]
    for statement in imports:
        if any(alias.name == "*" for alias in statement.node.names):
            place = f"{block.path}:{statement.line}"
            raise StandaloneError(f"{place}: name what you import instead of `*`.")
    sources = {}  # the name that an import from snippets binds → (module, name)
    for statement in imports:
        for module, name in snippet_imports(statement):
            sources[name] = (module, name)
    try:
        nodes = [s.node for s in definitions.collect(list(sources.values()))]
        kept, reads = slice_page(blocks, index, nodes)
        wanted = [source for name, source in sources.items() if name in reads]
        needs = definitions.collect(wanted)
    except StandaloneError as error:
        raise StandaloneError(f"{block.path}:{block.line}: {error}.") from None
    # All the imports of the page so far: those that are not used go when it is tidied.
    lines = [s.source for s in needs if s.is_import]
    lines += [_bare(s) for s in imports if not snippet_imports(s)]
    earlier = _paragraphs(kept)
    bodies = _bodies(needs)
    own = _without_imports(block)
    added = [n for s in needs if not s.is_import for n in sorted(s.binds)]
    return _join(lines, bodies, "\n\n".join([*earlier, own])), tuple(added)


def _bare(statement: Statement) -> str:
    return ast.unparse(statement.node)


def _bodies(statements: list[Statement]) -> list[str]:
    return [s.source for s in statements if not s.is_import]


def _paragraphs(kept: list[tuple[Statement, str]]) -> list[str]:
    """Statements of one fence together, with a blank line between fences."""
    paragraphs: list[list[str]] = []
    last = None
    for statement, source in kept:
        gap = last is None or statement.line - last.line > last.source.count("\n") + 2
        if gap or statement.is_definition or last.is_definition:
            paragraphs.append([])
        paragraphs[-1].append(source)
        last = statement
    return ["\n".join(lines) for lines in paragraphs]


def _without_imports(block: Block) -> str:
    """The block as it is shown, but for its imports at the margin."""
    lines = ANNOTATION.sub("", block.source).split("\n")
    for statement in split_statements(block.source, 0):
        if statement.is_import:
            first = statement.node.lineno - 1
            lines[first : statement.node.end_lineno] = [None] * (
                statement.node.end_lineno - first
            )
    return "\n".join(line for line in lines if line is not None).strip("\n")


def _join(imports: list[str], bodies: list[str], rest: str) -> str:
    parts = ["\n".join(dict.fromkeys(imports)), *bodies, rest]
    return "\n\n\n".join(part for part in parts if part) + "\n"


def _tidy(texts: list[str], blocks: list[Block]) -> list[str]:
    """Sort the imports, drop those that are not used, format; all in one run of ruff.

    Raises:
        StandaloneError: a text uses a name that nothing defines.
    """
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"{n:04}.py" for n in range(len(texts))]
        for file, text in zip(files, texts, strict=True):
            file.write_text(text, encoding="utf-8")
        _ruff(folder, "check", "--fix-only", "--select", "I,F401", "--quiet")
        _ruff(folder, "format", "--quiet")
        found = _ruff(folder, "check", "--select", "F821,E9", "--output-format", "json")
        for problem in json.loads(found or "[]"):
            block = blocks[int(Path(problem["filename"]).stem)]
            raise StandaloneError(
                f"{block.path}:{block.line}: {problem['message']}, for whoever copies "
                "this block; define it in this block or in one before it on the page."
            )
        return [file.read_text(encoding="utf-8") for file in files]


def _ruff(folder: str, *arguments: str) -> str:
    command = [sys.executable, "-m", "ruff", *arguments, "--isolated", "."]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    return done.stdout
