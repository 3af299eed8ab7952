"""The code of a page as one program, and what three readers ask of it.

Whoever copies a block or a definition wants all that it needs, and no more. Whoever
downloads the notebook wants each definition once, where it is first needed. The printed
sheet wants the definitions short, and the imports apart. Each of them gets imports,
definitions in place of the imports from `snippets`, and code; ruff makes them tidy.
"""

import ast
import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from cheatsheet.page import Example, Page, Shown, SourceError
from cheatsheet.standalone.definitions import (
    Definitions,
    Name,
    Unresolved,
    snippet_imports,
)
from cheatsheet.standalone.prompt import for_prompt
from cheatsheet.standalone.slices import slices
from cheatsheet.standalone.statements import Statement, split_statements
from cheatsheet.standalone.tidy import Untidy, tidy

ANNOTATION = re.compile(r"[ \t]*# \(\d+\)!?[ \t]*$", re.M)
CURE = "define it, once, in this block or in one before it on the page."


@dataclass(frozen=True)
class Draft:
    """The parts of a copy, joined and not yet tidy; `path` and `line` of the block."""

    path: str
    line: int
    text: str
    shown: str
    added: tuple[str, ...]
    earlier: bool


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
class Standalone:
    """A page made whole: the copy of each Python block and of each definition shown, and
    the code of each as a cell of the page's notebook, "" where that has it already.

    All by the line of the part on the page.
    """

    copies: dict[int, Copy]
    cells: dict[int, str]


def make_standalone(pages: list[Page], definitions: Definitions) -> list[Standalone]:
    """What each page gives to take along; all at once, because tidying starts a program.

    Raises:
        SourceError: a block uses a name that nothing defines, imports `*` or what is not
            in snippets, or a definition cannot stand on the page.
    """
    programs = [program_of(page, definitions) for page in pages]
    drafts = [draft for one in programs for draft in one.drafts.values()]
    cells = [tuple(one.cells.values()) for one in programs]
    try:
        tidied = tidy([draft.text for draft in drafts] + cells)
    except Untidy as error:
        if error.index < len(drafts):
            draft = drafts[error.index]
            problem = f"{error}, for whoever copies this block alone; {CURE}"
            raise SourceError(draft.path, draft.line, problem) from None
        program = programs[error.index - len(drafts)]
        line = list(program.cells)[error.cell]
        raise SourceError(program.page.path, line, f"{error}; {CURE}") from None
    copies = iter(map(_copy, tidied, drafts))
    notebooks = tidied[len(drafts) :]
    made = []
    for program, notebook in zip(programs, notebooks, strict=True):
        texts = [f"{text.strip()}\n" if text.strip() else "" for text in notebook]
        made.append(
            Standalone(
                dict(zip(program.drafts, copies, strict=False)),
                dict(zip(program.cells, texts, strict=True)),
            )
        )
    return made


def _copy(text: str, draft: Draft) -> Copy:
    imported, shown = _imports_in(text), _imports_in(draft.shown)
    text = for_prompt(text)
    return Copy(text, draft.shown, draft.added, not imported <= shown, draft.earlier)


@lru_cache(maxsize=4096)
def _imports_in(code: str) -> frozenset[str]:
    statements = split_statements(code, 0)
    return frozenset(ast.unparse(s.node) for s in statements if s.is_import)


@dataclass(frozen=True)
class Program:
    """The parts of a page's copies and cells before they are tidied, by line."""

    page: Page
    drafts: dict[int, Draft]
    cells: dict[int, str]


@lru_cache(maxsize=256)  # an edit under `mkdocs serve` changes one page
def program_of(page: Page, definitions: Definitions) -> Program:
    """The program of one page; errors as `make_standalone`, but for unknown names."""
    reader = Reader(page, definitions)
    drafts = reader.drafts()
    return Program(page, drafts, reader.cells())


class Reader:
    """Reads the code of a page against the definitions of `snippets`."""

    def __init__(self, page: Page, definitions: Definitions):
        self.page = page
        self.definitions = definitions
        self.fences = {
            one.line: split_statements(ANNOTATION.sub("", one.code.source), one.line)
            for one in page.examples
        }
        # What the fences import from snippets: the names → (module, name) there.
        self.sources = {line: self._sources(line) for line in self.fences}
        self.known: dict[str, str] = {}  # in cells: a name → what bound it last
        self.assigned: set[str] = set()  # in cells: what the fences bind

    def _at(self, line: int, error: Unresolved) -> SourceError:
        return SourceError(self.page.path, line, f"{error}.")

    def _sources(self, line: int) -> dict[str, Name]:
        for one, other in pairwise(self.fences[line]):
            shared = one.node.end_lineno == other.node.lineno
            if shared and (one.is_import or other.is_import):
                problem = "an import shares this line with other code; write two lines."
                raise SourceError(self.page.path, other.line, problem)
        found = {}
        for statement in self.fences[line]:
            try:
                found.update(snippet_imports(statement))
            except Unresolved as error:
                raise self._at(statement.line, error) from None
        return found

    def collect(self, wanted: list[Name], line: int) -> list[Statement]:
        """The statements that define names, and their needs; errors are at `line`."""
        try:
            return self.definitions.collect(wanted)
        except Unresolved as error:
            raise self._at(line, error) from None

    # Copies

    def drafts(self) -> dict[int, Draft]:
        """What is copied for each block, and for each definition that the page shows."""
        every = []
        for line, sources in self.sources.items():
            every += self.collect(list(sources.values()), line)
        raising = [one.raises for one in self.page.examples]
        needs = slices(list(self.fences.values()), raising, every)
        found, imports, sources = {}, [], {}
        for part in self.page.parts:
            if isinstance(part, Shown):
                found[part.line] = self._draft_of_definition(part)
            elif isinstance(part, Example):
                imports += self._imports_of(part)
                sources |= self.sources[part.line]
                found[part.line] = self._draft(part, next(needs), imports, sources)
        return found

    def _draft(self, part: Example, needs, imports, sources) -> Draft:
        """`imports` are all of the page so far: those not used go when it is tidied."""
        kept, reads = needs
        wanted = [source for name, source in sources.items() if name in reads]
        definitions = self.collect(wanted, part.line)
        own = [ast.unparse(statement.node) for statement in imports]
        rest = "\n\n".join([*_paragraphs(kept), self.shown(part)])
        text = _join([*_imports(definitions), *own], _bodies(definitions), rest)
        shown = ANNOTATION.sub("", part.code.source)
        added = _bound(definitions)
        return Draft(str(self.page.path), part.line, text, shown, added, bool(kept))

    def _draft_of_definition(self, part: Shown) -> Draft:
        *needs, own = self.collect([(part.module, part.name)], part.line)
        if not own.is_definition:
            problem = f"{part.module}.{part.name} is not known: it is no class or function"
            raise SourceError(self.page.path, part.line, f"{problem}; show one.")
        text = _join(_imports(needs), _bodies([*needs, own]), "")
        path = str(self.definitions.path(part.module))
        return Draft(path, own.line, text, own.source + "\n", _bound(needs), False)

    def _imports_of(self, part: Example) -> list[Statement]:
        """What a fence imports, but for what is of snippets."""
        statements = self.fences[part.line]
        return [s for s in statements if s.is_import and not snippet_imports(s)]

    def shown(self, part: Example, comments: bool = True) -> str:
        """The block as it is shown, but for its imports at the margin.

        `comments`: with those right above its imports; of snippets, they always stay.
        """
        lines: list[str | None] = ANNOTATION.sub("", part.code.source).split("\n")
        for statement in self.fences[part.line]:
            if statement.is_import:
                first, last = statement.node.lineno - 1, statement.node.end_lineno
                if not comments and not snippet_imports(statement):
                    first = last - statement.source.count("\n") - 1
                lines[first:last] = [None] * (last - first)
        return "\n".join(line for line in lines if line is not None).strip("\n")

    # The sheet

    def for_sheet(self, part: Example) -> tuple[list[Statement], list[Statement], str]:
        """The imports so far, the definitions that the block uses, and the block.

        Imports and definitions come with more than the block needs of them.
        """
        shown = self.shown(part)
        used = {n.id for n in ast.walk(ast.parse(shown)) if isinstance(n, ast.Name)}
        until = [one for one in self.page.examples if one.line <= part.line]
        sources = {k: v for one in until for k, v in self.sources[one.line].items()}
        wanted = [source for name, source in sources.items() if name in used]
        imports = [s for one in until for s in self._imports_of(one)]
        return imports, self.collect(wanted, part.line), shown

    # The notebook

    def cells(self) -> dict[int, str]:
        """The code of the page in order, each definition where it is first needed."""
        found = {}
        for part in self.page.parts:
            if isinstance(part, Shown):
                wanted = [(part.module, part.name)]
                imports, bodies = self._new(wanted, part.line)
                found[part.line] = _join(imports, bodies, "") if bodies else ""
            elif isinstance(part, Example):
                found[part.line] = self._cell(part)
        return found

    def _cell(self, part: Example) -> str:
        imports: list[str] = []
        for statement in self._imports_of(part):
            imports += self._new_imports(statement)
        wanted = list(self.sources[part.line].values())
        needed, bodies = self._new(wanted, part.line)
        for statement in self.fences[part.line]:
            if not statement.is_import:
                self.assigned |= statement.binds
                for name in statement.binds:
                    self.known.pop(name, None)
        # An import goes to the top of its cell with the comments above it.
        return _join(imports + needed, bodies, self.shown(part, comments=False))

    def _new(self, wanted: list[Name], line: int) -> tuple[list[str], list[str]]:
        """What names of snippets need and the page has not so far: imports, bodies."""
        imports, bodies = [], []
        for statement in self.collect(wanted, line):
            if statement.is_import:
                imports += self._new_imports(statement, line)
                continue
            new = {n for n in statement.binds if self.known.get(n) != statement.source}
            for name in sorted(new):
                self._bind(name, statement.source, line)
            bodies += [statement.source] if new else []
        return imports, bodies

    def _new_imports(self, statement: Statement, line: int | None = None) -> list[str]:
        """What an import brings that the page has not; `line`: of who needs it."""
        node = statement.node
        new = []
        for alias in node.names:
            one = ast.Import([alias])
            if isinstance(node, ast.ImportFrom):
                one = ast.ImportFrom(node.module, [alias], node.level)
            source, name = ast.unparse(one), alias.asname or alias.name
            if self.known.get(name) != source:
                self._bind(name, source, line)
                new.append(source)
        # As it was written, with its comments, where that says the same.
        return [statement.source] if len(new) == len(node.names) else new

    def _bind(self, name: str, source: str, line: int | None) -> None:
        if line is not None and (name in self.assigned or name in self.known):
            problem = "what `snippets` needs here would replace another "
            problem += f"`{name}` that the page has; rename one of the two."
            raise SourceError(self.page.path, line, problem)
        self.known[name] = source


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


def _join(imports: list[str], bodies: list[str], rest: str) -> str:
    parts = ["\n".join(dict.fromkeys(imports)), *bodies, rest]
    return "\n\n\n".join(part for part in parts if part) + "\n"
