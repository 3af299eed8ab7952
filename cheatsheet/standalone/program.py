"""The code of a page as one program: the copy of a block or a definition has all that it needs,
the notebook each definition once, where it is first needed. Each gets imports, definitions in
place of the imports from `snippets`, and code; ruff makes them tidy.
"""

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from cheatsheet.page import Example, Page, Shown
from cheatsheet.source import SourceError
from cheatsheet.standalone.definitions import Definitions, Name, Unresolved, snippet_imports
from cheatsheet.standalone.prompt import for_prompt
from cheatsheet.standalone.slices import slices
from cheatsheet.standalone.statements import Statement, first_line, split_statements
from cheatsheet.standalone.tidy import CELL, Finding, Untidy, tidy

ANNOTATION = re.compile(r"[ \t]*# \(\d+\)!?[ \t]*$", re.M)
CURE = "define it, once, in this block or in one before it on the page."


@dataclass(frozen=True)
class Copy:
    """What is pasted for a block or a definition, which is written at `line` of `path`."""

    path: Path
    line: int
    text: str
    shown: str  # what the page shows of it
    added: tuple[str, ...]  # the definitions of snippets that came with it, by name
    earlier: bool  # other code of the page came with it

    @property
    def imports(self) -> bool:
        """Imports came with it."""
        return self.before.startswith(("import ", "from "))

    @property
    def lines(self) -> int:
        return self.text.count("\n")

    @property
    def more(self) -> int:
        """The number of lines that stand before what is shown."""
        return self.before.count("\n") + 1 if self.before else 0

    @property
    def before(self) -> str:
        """The lines of it that stand before what is shown."""
        return _before(self.text, self.shown)


@lru_cache(None)  # most copies are as they were when something else is edited
def _before(text: str, shown: str) -> str:
    """The lines of a copy before what the page shows of it, without imports that this has."""
    seen = split_statements(shown, 0)
    own = [s.node for s in seen if not s.is_import]
    every = [s.node for s in split_statements(text, 0)]
    above = {ast.unparse(node): node for node in every[: -len(own)]}
    again = {ast.unparse(s.node) for s in seen if s.is_import}
    if not own or above.keys() <= again | {ast.unparse(node) for node in own}:
        return ""
    lines, below = text.split("\n"), ["", *shown.split("\n")]
    end = first_line(every[-len(own)]) - 1
    first = first_line(own[0]) - 1
    while end and below[first].startswith("#") and lines[end - 1] == below[first]:
        end, first = end - 1, first - 1  # a comment above the first line shown
    lines = lines[:end]
    for one in reversed([node for code, node in above.items() if code in again]):
        del lines[one.lineno - 1 : one.end_lineno]
        if not any(lines[max(one.lineno - 2, 0) : one.lineno]):  # between two empty lines
            del lines[one.lineno - 1 : one.lineno]
    return "\n".join(lines).strip("\n")


@dataclass(frozen=True)
class Standalone:
    """A page made whole: of each Python block and definition shown, by its line on the page."""

    copies: dict[int, Copy]
    cells: dict[int, str]  # the code in the page's notebook, "" where that has it already


def make_standalone(pages: list[Page], definitions: Definitions) -> list[Standalone]:
    """What each page gives to take along; all at once, because tidying starts a program.

    Raises:
        SourceError: a block, or a definition, cannot stand alone.
    """
    drafts = [program_of(page, definitions.of(page.text)) for page in pages]
    sources = [copy.text for one in drafts for copy in one.copies.values()]
    sources += [_notebook(one) for one in drafts]
    try:
        tidied = tidy(sources)
    except Untidy as error:
        raise _mistakes(error.findings, pages, drafts) from None
    made = []
    for one in drafts:
        copies = {n: replace(c, text=for_prompt(tidied[c.text])) for n, c in one.copies.items()}
        texts = [text.strip() for text in tidied[_notebook(one)].split(CELL)[1:]]
        cells = {n: text and f"{text}\n" for n, text in zip(one.cells, texts, strict=True)}
        made.append(Standalone(copies, cells))
    return made


def _notebook(draft: Standalone) -> str:
    return "".join(f"{CELL}{cell}\n" for cell in draft.cells.values())


def _mistakes(findings: list[Finding], pages: list[Page], drafts: list[Standalone]) -> SourceError:
    """All that is wrong with the code of the pages, each problem once for a file."""
    places: dict[tuple, tuple[Path, int, str]] = {}
    for page, draft in zip(pages, drafts, strict=True):
        for copy in draft.copies.values():
            place = (copy.path, copy.line, ", for whoever copies this block alone")
            places.setdefault((copy.text, 0), place)
        for cell, line in enumerate(draft.cells):
            places.setdefault((_notebook(draft), cell), (page.path, line, ""))
    problems: dict[tuple[Path, str], str] = {}
    for source, cell, problem in findings:
        path, line, whom = places[source, cell]
        problems.setdefault((path, problem), f"{path}:{line}: {problem}{whom}; {CURE}")
    return SourceError.of(list(problems.values()))


@lru_cache(maxsize=256)  # an edit under `mkdocs serve` changes one page
def program_of(page: Page, definitions: Definitions) -> Standalone:
    """A page made whole, but not yet tidy; errors as `make_standalone`, but for unknown names."""
    reader = Reader(page, definitions)
    return Standalone(reader.copies(), _Cells(reader).made())


@dataclass(frozen=True)
class Block:
    """A Python block as code, without the marks of its annotations."""

    source: str
    statements: tuple[Statement, ...]
    wanted: dict[str, Name]  # what it imports from snippets

    @property
    def imports(self) -> list[Statement]:
        """What it imports, but for what is of snippets."""
        return [s for s in self.statements if s.is_import and not snippet_imports(s)]

    def without_imports(self, comments: bool = True) -> str:
        """The source without the imports at the margin.

        `comments`: with those right above its imports; of snippets, they always stay.
        """
        lines: list[str | None] = list(self.source.split("\n"))
        for statement in self.statements:
            if statement.is_import:
                first, last = statement.node.lineno - 1, statement.node.end_lineno
                if not comments and not snippet_imports(statement):
                    first = last - statement.source.count("\n") - 1
                lines[first:last] = [None] * (last - first)
        return "\n".join(line for line in lines if line is not None).strip("\n")


class Reader:
    """Reads the code of a page against the definitions of `snippets`; `blocks` by line."""

    def __init__(self, page: Page, definitions: Definitions):
        self.page = page
        self.definitions = definitions
        self.blocks = {one.line: self._block(one) for one in page.examples}

    def _block(self, example: Example) -> Block:
        source = ANNOTATION.sub("", example.code.source)
        statements = split_statements(source, example.line)
        for one, other in pairwise(statements):
            shared = one.node.end_lineno == other.node.lineno
            if shared and (one.is_import or other.is_import):
                problem = "an import shares this line with other code; write two lines."
                raise SourceError(self.page.path, other.line, problem)
        wanted = {}
        for statement in statements:
            try:
                wanted |= {source[1]: source for source in snippet_imports(statement)}
            except Unresolved as error:
                raise SourceError(self.page.path, statement.line, f"{error}.") from None
        return Block(source, statements, wanted)

    def collect(self, wanted: Iterable[Name], line: int) -> list[Statement]:
        """The statements that define names, and their needs; errors are at `line`."""
        try:
            return self.definitions.collect(wanted)
        except Unresolved as error:
            raise SourceError(self.page.path, line, f"{error}.") from None

    def copies(self) -> dict[int, Copy]:
        """What is copied for each block, and for each definition that the page shows."""
        blocks = self.blocks.items()
        known = [s for line, one in blocks for s in self.collect(one.wanted.values(), line)]
        raising = [example.raises for example in self.page.examples]
        needs = slices([block.statements for block in self.blocks.values()], raising, known)
        found = {}
        for part in self.page.parts:
            if isinstance(part, Shown):
                found[part.line] = self._copy_of_definition(part)
            elif isinstance(part, Example):
                found[part.line] = self._copy(part, next(needs))
        return found

    def _copy(self, part: Example, kept: list[Statement]) -> Copy:
        block = self.blocks[part.line]
        seen = [one for line, one in self.blocks.items() if line <= part.line]
        wanted = {name: source for one in seen for name, source in one.wanted.items()}
        reads = set().union(*(statement.reads for statement in [*kept, *block.statements]))
        names = [source for name, source in wanted.items() if name in reads]
        needed, bodies = _parted(self.collect(names, part.line))
        # Imports that are not used go when it is tidied.
        heads = [s.source for s in needed] + [ast.unparse(s.node) for b in seen for s in b.imports]
        text = _join(heads, bodies, f"{_spaced(kept)}\n{block.without_imports()}".strip("\n"))
        return Copy(self.page.path, part.line, text, block.source, _bound(bodies), bool(kept))

    def _copy_of_definition(self, part: Shown) -> Copy:
        *needs, own = self.collect([(part.module, part.name)], part.line)
        if not own.is_definition:
            problem = f"{part.module}.{part.name} is not known: it is no class or function"
            raise SourceError(self.page.path, part.line, f"{problem}; show one.")
        imports, bodies = _parted(needs)
        text = _join([s.source for s in imports], [*bodies, own])
        path = self.definitions.path(part.module)
        return Copy(path, own.line, text, own.source + "\n", _bound(bodies), False)


class _Cells:
    """Goes through a page, and gives each cell what the ones before it have not."""

    def __init__(self, reader: Reader):
        self.reader = reader
        self.known: dict[str, str] = {}  # a name → what bound it last, "" for a fence

    def made(self) -> dict[int, str]:
        """The code of the page in order, each definition where it is first needed."""
        found = {}
        for part in self.reader.page.parts:
            if isinstance(part, Shown):
                imports, bodies = self._needed([(part.module, part.name)], part.line)
                found[part.line] = _join(imports, bodies) if bodies else ""
            elif isinstance(part, Example):
                found[part.line] = self._cell(self.reader.blocks[part.line], part.line)
        return found

    def _cell(self, block: Block, line: int) -> str:
        own = [source for s in block.imports for source in self._new(s)]
        imports, bodies = self._needed(block.wanted.values(), line)
        for statement in block.statements:
            if not statement.is_import:
                self.known |= dict.fromkeys(statement.binds, "")
        # An import goes to the top of its cell with the comments above it.
        return _join(own + imports, bodies, block.without_imports(comments=False))

    def _needed(self, wanted: Iterable[Name], line: int) -> tuple[list[str], list[Statement]]:
        """What names of snippets need and the page has not so far: imports, bodies."""
        imports, bodies = _parted(self.reader.collect(wanted, line))
        new = [source for s in imports for source in self._new(s, line)]
        return new, [s for s in bodies if self._new(s, line)]

    def _new(self, statement: Statement, line: int | None = None) -> list[str]:
        """What of a statement the page has not so far; `line`: of who needs it."""
        pieces = _pieces(statement)
        new = {name: one for name, one in pieces.items() if self.known.get(name) != one}
        for name in sorted(new):
            if line is not None and name in self.known:
                problem = "what `snippets` needs here would replace another "
                problem += f"`{name}` that the page has; rename one of the two."
                raise SourceError(self.reader.page.path, line, problem)
        self.known |= new
        # As it was written, with its comments, where that says the same.
        return [statement.source] if new.keys() == pieces.keys() else list(new.values())


def _pieces(statement: Statement) -> dict[str, str]:
    """For each name that a statement binds, the code that binds it."""
    node = statement.node
    if not statement.is_import:
        return dict.fromkeys(statement.binds, statement.source)
    pieces = {}
    for alias in node.names:
        one = ast.Import([alias])
        if isinstance(node, ast.ImportFrom):
            one = ast.ImportFrom(node.module, [alias], node.level)
        pieces[alias.asname or alias.name] = ast.unparse(one)
    return pieces


def _parted(statements: list[Statement]) -> tuple[list[Statement], list[Statement]]:
    """Imports, and what is defined."""
    return [s for s in statements if s.is_import], [s for s in statements if not s.is_import]


def _bound(bodies: list[Statement]) -> tuple[str, ...]:
    return tuple(name for statement in bodies for name in sorted(statement.binds))


def _spaced(kept: list[Statement]) -> str:
    """Statements of one fence together, with a blank line between fences."""
    text, end = "", 0
    for statement in kept:
        text += ("\n" if statement.line > end + 2 else "") + statement.source + "\n"
        end = statement.line + statement.node.end_lineno - statement.node.lineno
    return text


def _join(imports: list[str], bodies: list[Statement], rest: str = "") -> str:
    parts = ["\n".join(imports), *(statement.source for statement in bodies), rest]
    return "\n\n\n".join(part for part in parts if part) + "\n"
