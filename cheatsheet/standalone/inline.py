"""The pages made whole: each definition stands where a page first needs it.

A page is read as a list of parts, prose and code. In the code, what a fence imports
from `snippets` and what a `:::` shows is replaced by the definition itself, once a
page. So the code of a page, taken in order, is one program that needs no `snippets`.
"""

import ast
import json
import re
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

from cheatsheet.blocks import (
    Block,
    Example,
    read_blocks,
    read_examples,
    read_page,
    split_lines,
)
from cheatsheet.standalone.compose import ANNOTATION
from cheatsheet.standalone.definitions import Definitions, StandaloneError, snippet_imports
from cheatsheet.standalone.statements import Statement, split_statements
from cheatsheet.standalone.tidy import ruff

DEFINITION = re.compile(r":::\s*(?P<module>\S+)\.(?P<name>\w+)\s*$")
FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.S)


@dataclass(frozen=True)
class Part:
    """A piece of a page, from `line` on.

    `text` is Markdown for prose and for a fence of shell commands, Python for code, and
    for a reference the name of a definition that stands earlier on the page.
    """

    kind: Literal["prose", "shell", "code", "reference"]
    text: str
    line: int
    example: Example | None = None  # the fence with its outputs; not for a definition


def inline_pages(paths: Iterable[Path], definitions: Definitions) -> list[list[Part]]:
    """The parts of each page. All pages at once, because tidying starts a program.

    Raises:
        PageError: see `cheatsheet.blocks`.
        StandaloneError: something of `snippets` cannot stand on the page, or its code
            uses a name that nothing defines; with file, line and cure.
    """
    paths = list(paths)
    pages = [_Inliner(path, definitions).parts() for path in paths]
    return _tidy(paths, pages)


class _Inliner:
    def __init__(self, path: Path, definitions: Definitions):
        self.path = path
        self.definitions = definitions
        self.known: dict[str, str] = {}  # a name → the statement that bound it last
        self.assigned: set[str] = set()  # what the fences bind, imports apart

    def parts(self) -> list[Part]:
        text = read_page(self.path)
        lines = split_lines(FRONT_MATTER.sub(lambda m: "\n" * m[0].count("\n"), text))
        examples = {one.code.line: one for one in read_examples(self.path, text)}
        blocks = {block.line: block for block in read_blocks(text, self.path)}
        parts: list[Part] = []
        prose: list[str] = []
        number = 1
        while number <= len(lines):
            line = lines[number - 1]
            block, shown = blocks.get(number), DEFINITION.match(line)
            if not block and not shown:
                prose.append(line)
                number += 1
                continue
            parts += _prose(prose, number)
            prose = []
            if block:
                parts += self._of_block(block, examples)
                number = block.end + 1
            else:
                parts += self._of_definition(shown["module"], shown["name"], number)
                number += 1
        return parts + _prose(prose, number)

    def _of_block(self, block: Block, examples: dict[int, Example]) -> list[Part]:
        if block.language == "python":
            code = self._code_of(block)
            return [Part("code", code, block.line, examples[block.line])]
        if block.language == "bash":
            marks = "`" * max(3, *map(len, re.findall("`+", block.source)), 0)
            text = f"{marks}bash\n{block.source}{marks}"
            return [Part("shell", text, block.line)]
        return []  # an output goes with its code

    def _of_definition(self, module: str, name: str, line: int) -> list[Part]:
        imports, bodies = self._needs([(module, name)], line)
        if not bodies:
            return [Part("reference", name, line)]
        return [Part("code", _join(imports, bodies, ""), line)]

    def _code_of(self, block: Block) -> str:
        lines: list[str | None] = list(ANNOTATION.sub("", block.source).split("\n"))
        wanted: list[tuple[str, str]] = []
        imports: list[str] = []
        statements = split_statements(block.source, block.line)
        for statement in statements:
            of_snippets = self._snippet_imports(statement)
            wanted += of_snippets
            if statement.is_import:
                imports += [] if of_snippets else self._new_imports(statement)
                last = statement.node.end_lineno
                count = statement.source.count("\n") + 1
                lines[last - count : last] = [None] * count
        needed, bodies = self._needs(wanted, block.line)
        for statement in statements:
            if not statement.is_import:
                self.assigned |= statement.binds
                for name in statement.binds:
                    self.known.pop(name, None)
        rest = "\n".join(line for line in lines if line is not None)
        return _join(imports + needed, bodies, rest)

    def _snippet_imports(self, statement: Statement) -> list[tuple[str, str]]:
        """What a statement takes from snippets, as (module, name)."""
        try:
            if not statement.is_import and _hides_snippets(statement.node):
                problem = "an import from snippets inside of other code cannot be "
                raise StandaloneError(problem + "replaced; write it at the margin")
            return [source for _, source in snippet_imports(statement)]
        except StandaloneError as error:
            place = f"{self.path}:{statement.line}"
            raise StandaloneError(f"{place}: {error}.") from None

    def _needs(self, wanted, line: int) -> tuple[list[str], list[str]]:
        """What names of snippets need and the page has not so far: imports, bodies."""
        try:
            statements = self.definitions.collect(wanted)
        except StandaloneError as error:
            raise StandaloneError(f"{self.path}:{line}: {error}.") from None
        imports, bodies = [], []
        for statement in statements:
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
            raise StandaloneError(
                f"{self.path}:{line}: what `snippets` needs here would replace another "
                f"`{name}` that the page has; rename one of the two."
            )
        self.known[name] = source


def _prose(lines: list[str], end: int) -> list[Part]:
    """The lines before line `end` as a part, if they say anything."""
    text = "\n".join(lines).strip("\n")
    return [Part("prose", text, end - len(lines))] if text.strip() else []


def _join(imports: list[str], bodies: list[str], rest: str) -> str:
    parts = ["\n".join(imports), *bodies, rest.strip("\n")]
    return "\n\n\n".join(part for part in parts if part) + "\n"


def _hides_snippets(node: ast.stmt) -> bool:
    imports = [one for one in ast.walk(node) if isinstance(one, ast.Import)]
    names = [alias.name for one in imports for alias in one.names]
    names += [o.module or "" for o in ast.walk(node) if isinstance(o, ast.ImportFrom)]
    return any(name.split(".")[0] == "snippets" for name in names)


def _tidy(paths: list[Path], pages: list[list[Part]]) -> list[list[Part]]:
    """Sort the imports, drop those that no code of the page uses, format.

    As notebooks: of these ruff knows that a cell sees what the cells before it bind.
    """
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder, f"{number:04}.ipynb") for number in range(len(pages))]
        for file, parts in zip(files, pages, strict=True):
            cells = [new_code_cell(p.text) for p in parts if p.kind == "code"]
            nbformat.write(new_notebook(cells=cells), file)
        ruff(folder, "check", "--fix-only", "--select", "I,F401", "--quiet")
        ruff(folder, "format", "--quiet")
        found = ruff(folder, "check", "--select", "F821", "--output-format", "json")
        for problem in json.loads(found):
            number = int(Path(problem["filename"]).stem)
            code = [part for part in pages[number] if part.kind == "code"]
            place = f"{paths[number]}:{code[problem['cell'] - 1].line}"
            cure = "define it in this block or in one before it on the page."
            raise StandaloneError(f"{place}: {problem['message']}; {cure}")
        tidied = [nbformat.read(file, as_version=4).cells for file in files]
    return [
        _with_code(parts, [cell.source.strip("\n") + "\n" for cell in cells])
        for parts, cells in zip(pages, tidied, strict=True)
    ]


def _with_code(parts: list[Part], sources: list[str]) -> list[Part]:
    """The same parts with other code; code of which nothing is left goes."""
    rest = iter(sources)
    new = [replace(p, text=next(rest)) if p.kind == "code" else p for p in parts]
    return [part for part in new if part.text.strip()]
