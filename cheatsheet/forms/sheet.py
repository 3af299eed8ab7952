"""The sheet as one page of Markdown, made of blocks of the other pages.

docs/cheatsheet.yml chooses the sections. Nothing is typed anew: headings, answers, code
and outputs are those of the pages, definitions those of `snippets`, and what all blocks
import stands once, on top.
"""

import ast
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from cheatsheet.forms.compact import compact
from cheatsheet.forms.narrow import make_narrow
from cheatsheet.blocks import Block, read_blocks, read_page, split_lines
from cheatsheet.page import HEADING
from cheatsheet.standalone.compose import ANNOTATION
from cheatsheet.standalone.definitions import Definitions, StandaloneError, snippet_imports
from cheatsheet.standalone.statements import Statement, split_statements

SELECTION = "docs/cheatsheet.yml"
# An output that takes more room than its code tells too little to stand on paper.
OUTPUT_LINES = 4
OUTPUT_COLUMNS = 66


class SheetError(Exception):
    """The sheet cannot be composed as chosen; names file, line and cure."""


@dataclass
class Section:
    heading: str
    answer: str = ""  # its first paragraph, where that stands before any code
    blocks: list[Block] = field(default_factory=list)


def read_selection(root: Path) -> dict[str, list[str]]:
    """The ids of the chosen sections, by page.

    Raises:
        SheetError: the file cannot be read, or is not such a table.
    """
    path = root / SELECTION
    try:
        chosen = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SheetError(f"{SELECTION}:1: cannot be read: {error.strerror}.") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1
        raise SheetError(f"{SELECTION}:{line}: this is not YAML: {error}.") from error
    lists = chosen.values() if isinstance(chosen, dict) else [None]
    if not all(
        isinstance(ids, list) and all(isinstance(one, str) for one in ids)
        for ids in lists
    ):
        problem = "each line is a page and the ids of its sections; write `page: [id]`."
        raise SheetError(f"{SELECTION}:1: {problem}")
    return chosen


def compose(root: Path, docs: str, snippets: Path, head: str) -> str:
    """The Markdown of the sheet, in the language of `docs`.

    `snippets` is the folder that holds the package in that language; `head` is what
    stands before the first block.

    Raises:
        SheetError: the selection names a page, a section or code that is not there.
    """
    sheet = _Sheet(root, Definitions(snippets))
    for page, ids in read_selection(root).items():
        path = root / docs / f"{page}.md"
        if not path.is_file():
            raise sheet.error(page, page, f"there is no {docs}/{page}.md")
        sections = read_sections(path)
        for one in ids:
            if one not in sections:
                raise sheet.error(page, one, f"{docs}/{page}.md has no section {one}")
            level = 3 if page in ids and one != page else 2
            sheet.add(page, one, level, sections)
    imports = _fence("python", "\n".join(_merge(sheet.imports)))
    return "\n\n".join([head, imports, *sheet.finish()]) + "\n"


def read_sections(path: Path) -> dict[str, Section]:
    """The sections of a page by id; errors as `read_blocks`."""
    text = read_page(path)
    blocks = {block.line: block for block in read_blocks(text, path)}
    sections: dict[str, Section] = {}
    section = Section("")
    paragraph: list[str] = []
    fenced = 0
    for number, line in enumerate([*split_lines(text), ""], 1):
        if number in blocks:
            fenced = blocks[number].end
            section.blocks.append(blocks[number])
        if number <= fenced:
            continue
        if heading := HEADING.match(line):
            section = sections[heading["id"]] = Section(heading["title"])
        elif line.strip() and not line.startswith(":::"):
            paragraph.append(line)
            continue
        if paragraph and not section.answer and not section.blocks:
            section.answer = " ".join(paragraph)
        paragraph = []
    return sections


@dataclass(frozen=True)
class Code:
    """Python that still has the width it has on a page."""

    source: str
    is_definition: bool


class _Sheet:
    """What the sheet holds so far."""

    def __init__(self, root: Path, definitions: Definitions):
        self.root = root
        self.definitions = definitions
        self.parts: list[str | Code] = []
        self.imports: list[ast.Import | ast.ImportFrom] = []
        self._shown: set[str] = set()

    def error(self, page: str, word: str, problem: str) -> SheetError:
        lines = (self.root / SELECTION).read_text(encoding="utf-8").split("\n")
        own = re.compile(rf"{re.escape(page)}:.*")
        line = next((n for n, text in enumerate(lines, 1) if own.match(text)), 1)
        return SheetError(f"{SELECTION}:{line}: {problem}; mend {word!r} here.")

    def add(self, page: str, name: str, level: int, sections: dict) -> None:
        section = sections[name]
        if not section.blocks:
            raise self.error(page, name, f"the section {name} of {page} has no code")
        anchor = name if name == page else f"{page}-{name}"
        link = f"[{section.heading}]({page}.md#{name})"
        self.parts.append(f"{'#' * level} {link} {{ #{anchor} }}")
        if name == page and section.answer:
            self.parts.append(section.answer.replace("](#", f"]({page}.md#"))
        code, *rest = section.blocks
        if code.language == "python":
            every = [block for one in sections.values() for block in one.blocks]
            try:
                self._add_python(code, every[: every.index(code) + 1])
            except StandaloneError as error:
                raise SheetError(f"{code.path}:{code.line}: {error}.") from error
        else:
            self.parts.append(_fence(code.header, code.source))
        for output in rest:
            if output.language != "text":
                break
            if _is_short(output.source):
                self.parts.append(_fence(output.header, output.source))

    def _add_python(self, code: Block, until: list[Block]) -> None:
        """The code without its imports, after the definitions that it uses."""
        imports = [
            statement
            for block in until
            if block.language == "python"
            for statement in split_statements(block.source, block.line)
            if statement.is_import
        ]
        shown = _without_imports(ANNOTATION.sub("", code.source))
        used = _names(shown)
        wanted = {
            name: source
            for statement in imports
            for name, source in snippet_imports(statement)
            if name in used
        }
        self._import([s for s in imports if not snippet_imports(s)], used)
        needs = self.definitions.collect(list(wanted.values()))
        definitions = []
        for statement in needs:
            if not statement.is_import and statement.source not in self._shown:
                self._shown.add(statement.source)
                definitions.append(compact(statement.source))
        if definitions:
            text = "\n".join(definitions)
            self._import([s for s in needs if s.is_import], _names(text))
            self.parts.append(Code(text, is_definition=True))
        self.parts.append(Code(shown, is_definition=False))

    def finish(self) -> list[str]:
        """The parts as Markdown, the code as narrow as a column."""
        code = [part for part in self.parts if isinstance(part, Code)]
        narrow = dict(zip(code, make_narrow([c.source for c in code]), strict=True))
        parts = []
        for part in self.parts:
            if isinstance(part, Code):
                lines = narrow[part].split("\n")
                if part.is_definition:
                    lines = [line for line in lines if line]
                parts.append(_fence("python", "\n".join(lines)))
            else:
                parts.append(part)
        return parts

    def _import(self, statements: list[Statement], used: set[str]) -> None:
        self.imports += [s.node for s in statements if s.binds & used]


def _without_imports(source: str) -> str:
    lines = source.split("\n")
    for node in ast.parse(source).body:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            first, last = node.lineno - 1, node.end_lineno
            lines[first:last] = [None] * (last - first)
    text = "\n".join(line for line in lines if line is not None).strip("\n")
    return re.sub(r"\n{3,}", "\n\n", text)


def _names(source: str) -> set[str]:
    nodes = ast.walk(ast.parse(source))
    return {node.id for node in nodes if isinstance(node, ast.Name)}


def _is_short(output: str) -> bool:
    lines = output.rstrip("\n").split("\n")
    return len(lines) <= OUTPUT_LINES and max(map(len, lines)) <= OUTPUT_COLUMNS


def _merge(imports: list[ast.Import | ast.ImportFrom]) -> list[str]:
    """Each import once, those of one module together, the standard library first."""
    plain: set[str] = set()
    members: dict[str, set[str]] = {}
    for node in imports:
        names = {ast.unparse(alias) for alias in node.names}
        if isinstance(node, ast.Import):
            plain |= names
        else:
            members.setdefault(node.module, set()).update(names)
    lines = [(name.split(" ")[0], False, f"import {name}") for name in plain]
    lines += [
        (module, True, f"from {module} import {', '.join(sorted(names))}")
        for module, names in members.items()
    ]

    def order(line: tuple[str, bool, str]) -> tuple:
        module, is_from, _ = line
        return module.split(".")[0] not in sys.stdlib_module_names, is_from, module

    return [text for *_, text in sorted(lines, key=order)]


def _fence(header: str, source: str) -> str:
    return f"```{header}\n{source.rstrip()}\n```"
