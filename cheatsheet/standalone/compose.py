"""The standalone form of every block of a page, as one would write it by hand."""

import ast
import json
import re
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from cheatsheet.blocks import Block
from cheatsheet.standalone.definitions import Definitions, StandaloneError, snippet_imports
from cheatsheet.standalone.interactive import for_interactive
from cheatsheet.standalone.slices import Slicer
from cheatsheet.standalone.statements import Statement, split_statements
from cheatsheet.standalone.tidy import ruff

# The names that a fence imports from snippets → (module, name) there.
Sources = dict[str, tuple[str, str]]
ANNOTATION = re.compile(r"[ \t]*# \(\d+\)!?[ \t]*$", re.M)


@dataclass(frozen=True)
class Copy:
    """What is pasted for a block, what the page shows of it, and what came with it.

    `added` are definitions of snippets, by name; `imports` and `earlier` say whether
    imports, and other code of the page, came with it.
    """

    text: str
    shown: str
    added: tuple[str, ...]
    imports: bool
    earlier: bool

    @property
    def lines(self) -> int:
        return self.text.count("\n")


@dataclass(frozen=True)
class Draft:
    """The parts of a copy, joined and not yet tidy; `path` and `line` of the block."""

    path: Path
    line: int
    text: str
    shown: str
    added: tuple[str, ...]
    earlier: bool


def copies_of(blocks: list[Block], definitions: Definitions) -> list[Copy]:
    """The standalone form of each Python block of a page, in order.

    Raises:
        StandaloneError: a block uses a name that nothing defines, imports `*` or what
            is not in snippets, or definitions need one another in a circle.
    """
    blocks = [replace(one, source=ANNOTATION.sub("", one.source)) for one in blocks]
    sources: list[Sources] = []
    for block in blocks:
        try:
            sources.append(_sources(block))
            definitions.collect(list(sources[-1].values()))
        except StandaloneError as error:
            raise StandaloneError(f"{block.path}:{block.line}: {error}.") from None
    every = [source for one in sources for source in one.values()]
    slicer = Slicer(blocks, [s.node for s in definitions.collect(every)])
    return _tidy(
        [
            _draft(blocks, index, slicer, sources, definitions)
            for index in range(len(blocks))
        ]
    )


def _sources(block: Block) -> Sources:
    return {
        name: source
        for statement in split_statements(block.source, block.line)
        for name, source in snippet_imports(statement)
    }


def copies_of_definitions(
    names: list[tuple[str, str]], definitions: Definitions
) -> list[Copy]:
    """The standalone form of definitions that a page shows, given as (module, name)."""
    drafts = []
    for module, name in names:
        *needs, own = definitions.collect([(module, name)])
        text = _join(_imports(needs), _bodies([*needs, own]), "")
        place = definitions.path(module), own.line
        drafts.append(Draft(*place, text, own.source + "\n", _bound(needs), False))
    return _tidy(drafts)


def _draft(blocks, index, slicer, sources, definitions) -> Draft:
    block = blocks[index]
    kept, reads = slicer.slice(index)
    known = {name: at for one in sources[: index + 1] for name, at in one.items()}
    needs = definitions.collect([at for name, at in known.items() if name in reads])
    # All the imports of the page so far: those that are not used go when it is tidied.
    lines = _imports(needs) + [
        ast.unparse(statement.node)
        for fence in slicer.fences[: index + 1]
        for statement in fence
        if statement.is_import and not snippet_imports(statement)
    ]
    rest = "\n\n".join([*_paragraphs(kept), _without_imports(block)])
    text = _join(lines, _bodies(needs), rest)
    return Draft(block.path, block.line, text, block.source, _bound(needs), bool(kept))


def _imports(statements: list[Statement]) -> list[str]:
    return [s.source for s in statements if s.is_import]


def _bodies(statements: list[Statement]) -> list[str]:
    return [s.source for s in statements if not s.is_import]


def _bound(statements: list[Statement]) -> tuple[str, ...]:
    return tuple(n for s in statements if not s.is_import for n in sorted(s.binds))


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
    lines: list[str | None] = list(block.source.split("\n"))
    for statement in split_statements(block.source, 0):
        if statement.is_import:
            first, last = statement.node.lineno - 1, statement.node.end_lineno
            lines[first:last] = [None] * (last - first)
    return "\n".join(line for line in lines if line is not None).strip("\n")


def _join(imports: list[str], bodies: list[str], rest: str) -> str:
    parts = ["\n".join(dict.fromkeys(imports)), *bodies, rest]
    return "\n\n\n".join(part for part in parts if part) + "\n"


def _tidy(drafts: list[Draft]) -> list[Copy]:
    """Sort the imports, drop those that are not used, format; all in one run of ruff.

    Raises:
        StandaloneError: a text uses a name that nothing defines.
    """
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"{n:04}.py" for n in range(len(drafts))]
        for file, draft in zip(files, drafts, strict=True):
            file.write_text(draft.text, encoding="utf-8")
        ruff(folder, "check", "--fix-only", "--select", "I,F401", "--quiet")
        ruff(folder, "format", "--quiet")
        found = ruff(folder, "check", "--select", "F821,F811", "--output-format=json")
        for problem in json.loads(found):
            draft = drafts[int(Path(problem["filename"]).stem)]
            raise StandaloneError(
                f"{draft.path}:{draft.line}: {problem['message']}, for whoever copies "
                "this block alone; define it, once, in this block or in one before it "
                "on the page."
            )
        texts = [for_interactive(file.read_text(encoding="utf-8")) for file in files]
    return [
        Copy(text, one.shown, one.added, _imported(text, one.shown), one.earlier)
        for text, one in zip(texts, drafts, strict=True)
    ]


def _imported(text: str, shown: str) -> bool:
    """The text imports more than is shown."""
    own, all_ = (
        {ast.unparse(s.node) for s in split_statements(code, 0) if s.is_import}
        for code in (shown, text)
    )
    return not all_ <= own
