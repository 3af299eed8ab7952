"""The printable sheet as one page of Markdown, made of blocks of the other pages.

docs/cheatsheet.yml chooses the sections. Nothing is typed anew: headings, answers, code
and outputs are those of the pages, definitions those of `snippets`, and what all blocks
import stands once, on top.
"""

import ast
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import yaml

from cheatsheet.forms.compact import compact
from cheatsheet.forms.narrow import make_narrow
from cheatsheet.forms.plain import fence
from cheatsheet.page import (
    Example,
    Fence,
    Page,
    Prose,
    Section,
    Shell,
    SourceError,
    read_text,
    split_lines,
)
from cheatsheet.standalone.definitions import Definitions
from cheatsheet.standalone.program import Reader
from cheatsheet.standalone.statements import Statement

SELECTION = "docs/cheatsheet.yml"
# An output that takes more room than its code tells too little to stand on paper.
OUTPUT_LINES = 4
OUTPUT_COLUMNS = 66
# What is pasted must run; the blocks that do stand on the pages themselves.
CODE = "{ .no-copy }"


def read_selection(root: Path) -> dict[str, list[str]]:
    """The ids of the chosen sections, by page.

    Raises:
        SourceError: the file cannot be read, or is not such a table.
    """
    try:
        chosen = yaml.safe_load(read_text(root, SELECTION))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1
        raise SourceError(SELECTION, line, f"this is not YAML: {error}.") from error
    lists = chosen.values() if isinstance(chosen, dict) else [None]
    if not all(isinstance(ids, list) and all(isinstance(one, str) for one in ids) for ids in lists):
        problem = "each line is a page and the ids of its sections; write `page: [id]`."
        raise SourceError(SELECTION, 1, problem)
    return chosen


def compose(
    root: Path,
    pages: dict[str, Page],
    definitions: Definitions,
    header: Callable[[Example, Fence], str],
) -> str:
    """What stands below the title of the sheet, each section in a block of its own.

    `pages` are those of one language by file name; `header` gives the header with which
    an output of an example is shown.

    Raises:
        SourceError: the selection names a page, a section or code that is not there.
    """
    sheet = _Sheet(root, definitions, header)
    for name, ids in read_selection(root).items():
        page = pages.get(f"{name}.md")
        if page is None:
            folder = next(iter(pages.values())).path.parent.as_posix()
            raise sheet.error(name, name, f"there is no {folder}/{name}.md")
        sections = {section.id: section for section in page.sections}
        reader = Reader(page, definitions)
        for one in ids:
            if one not in sections:
                raise sheet.error(name, one, f"{page.path} has no section {one}")
            level = 3 if name in ids and one != name else 2
            sheet.add(name, sections[one], level, reader)
    imports = fence(f"python {CODE}", "\n".join(_merge(sheet.imports)))
    return "\n\n".join([imports, *sheet.finish()]) + "\n"


@dataclass(frozen=True)
class Code:
    """Python that still has the width it has on a page."""

    source: str
    is_definition: bool


class _Sheet:
    """What the sheet holds so far."""

    def __init__(self, root: Path, definitions: Definitions, header):
        self.root = root
        self.definitions = definitions
        self.header = header
        self.sections: list[list[str | Code]] = []
        self.imports: list[ast.Import | ast.ImportFrom] = []
        self._shown: set[str] = set()

    def error(self, page: str, word: str, problem: str) -> SourceError:
        lines = split_lines(read_text(self.root, SELECTION))
        own = re.compile(rf"{re.escape(page)}:.*")
        line = next((n for n, text in enumerate(lines, 1) if own.match(text)), 1)
        return SourceError(SELECTION, line, f"{problem}; mend {word!r} here.")

    def add(self, page: str, section: Section, level: int, reader: Reader) -> None:
        name = section.id
        code = next((p for p in section.parts if isinstance(p, (Example, Shell))), None)
        if code is None:
            raise self.error(page, name, f"the section {name} of {page} has no code")
        anchor = name if name == page else f"{page}-{name}"
        link = f"[{section.title}]({page}.md#{name})"
        parts: list[str | Code] = [f"{'#' * level} {link} {{ #{anchor} }}"]
        self.sections.append(parts)
        first = section.parts[0]
        if name == page and isinstance(first, Prose):
            answer = " ".join(first.text.split("\n\n")[0].split("\n"))
            parts.append(answer.replace("](#", f"]({page}.md#"))
        if isinstance(code, Shell):
            parts.append(fence(f"bash {CODE}", code.code.source))
            return
        parts += self._python(code, reader)
        for output in code.outputs.values():
            if _is_short(output.source):
                parts.append(fence(self.header(code, output), output.source))

    def _python(self, example: Example, reader: Reader) -> list[Code]:
        """The code without its imports, after the definitions that it uses."""
        imports, needs, shown = reader.for_sheet(example)
        self._import(imports, shown)
        definitions = []
        for statement in needs:
            if not statement.is_import and statement.source not in self._shown:
                self._shown.add(statement.source)
                definitions.append(compact(statement.source))
        code = [Code(re.sub(r"\n{3,}", "\n\n", shown), is_definition=False)]
        if definitions:
            text = "\n".join(definitions)
            self._import([s for s in needs if s.is_import], text)
            code.insert(0, Code(text, is_definition=True))
        return code

    def _import(self, statements: list[Statement], code: str) -> None:
        used = {n.id for n in ast.walk(ast.parse(code)) if isinstance(n, ast.Name)}
        self.imports += [s.node for s in statements if s.binds & used]

    def finish(self) -> list[str]:
        """The sections as Markdown, the code as narrow as a column."""
        code = [p for parts in self.sections for p in parts if isinstance(p, Code)]
        narrow = dict(zip(code, make_narrow([c.source for c in code]), strict=True))
        sections = []
        for parts in self.sections:
            texts = []
            for part in parts:
                if isinstance(part, Code):
                    lines = narrow[part].split("\n")
                    if part.is_definition:
                        lines = [line for line in lines if line]
                    texts.append(fence(f"python {CODE}", "\n".join(lines)))
                else:
                    texts.append(part)
            sections.append("\n\n".join(["/// html | section", *texts, "///"]))
        return sections


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
