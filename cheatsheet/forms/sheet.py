"""The printable sheet as one page of Markdown, made of blocks of the other pages.

docs/cheatsheet.yml chooses the sections. Nothing is typed anew: headings, answers, code
and outputs are those of the pages, definitions those of `snippets`, and what all blocks
import stands once, on top.
"""

import ast
import re
import sys
from collections.abc import Callable
from pathlib import Path

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
from cheatsheet.words.settings import read_settings

SELECTION = "docs/cheatsheet.yml"
# An output that takes more room than its code tells too little to stand on paper.
OUTPUT_LINES = 4
OUTPUT_COLUMNS = 66
# What is pasted must run; the blocks that do stand on the pages themselves.
PYTHON = "python { .no-copy }"
SHELL = "bash { .no-copy }"
Parts = list[tuple[str, str]]  # the header of a fence, "" for prose, and the text


def _read_selection(root: Path) -> dict[str, list[str]]:
    """The ids of the chosen sections, by page."""
    chosen = read_settings(root, SELECTION)
    for ids in chosen.values():
        if not isinstance(ids, list) or not all(isinstance(one, str) for one in ids):
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
        SourceError: the selection is no table of pages and sections, or names a page, a section
            or code that is not there.
    """
    sheet = _Sheet(root, header)
    for name, ids in _read_selection(root).items():
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
    return "\n\n".join([fence(PYTHON, _merge(sheet.imports)), *sheet.finish()]) + "\n"


class _Sheet:
    """What the sheet holds so far."""

    def __init__(self, root: Path, header: Callable[[Example, Fence], str]):
        self.root = root
        self.header = header
        self.sections: list[Parts] = []
        self.imports: set[tuple[str, str]] = set()  # module ("" for `import x`), name
        self._shown: set[str] = set()

    def error(self, page: str, word: str, problem: str) -> SourceError:
        lines = split_lines(read_text(self.root, SELECTION))
        line = next((n for n, text in enumerate(lines, 1) if text.startswith(f"{page}:")), 1)
        return SourceError(SELECTION, line, f"{problem}; mend {word!r} here.")

    def add(self, page: str, section: Section, level: int, reader: Reader) -> None:
        name = section.id
        code = next((p for p in section.parts if isinstance(p, (Example, Shell))), None)
        if code is None:
            raise self.error(page, name, f"the section {name} of {page} has no code")
        anchor = name if name == page else f"{page}-{name}"
        link = f"[{section.title}]({page}.md#{name})"
        parts: Parts = [("", f"{'#' * level} {link} {{ #{anchor} }}")]
        self.sections.append(parts)
        first = section.parts[0]
        if name == page and isinstance(first, Prose):
            answer = " ".join(first.text.split("\n\n")[0].split("\n"))
            parts.append(("", answer.replace("](#", f"]({page}.md#")))
        if isinstance(code, Shell):
            parts.append((SHELL, code.code.source))
            return
        parts += [(PYTHON, text) for text in self._python(code, reader)]
        short = (output for output in code.outputs.values() if _is_short(output.source))
        parts += [(self.header(code, output), output.source) for output in short]

    def _python(self, example: Example, reader: Reader) -> list[str]:
        """The code without its imports, after the definitions that it uses."""
        imports, needs, shown = reader.for_sheet(example)
        self._import(imports, shown)
        new = [s for s in needs if not s.is_import and s.source not in self._shown]
        self._shown |= {statement.source for statement in new}
        definitions = "\n".join(compact(statement.source) for statement in new)
        self._import([s for s in needs if s.is_import], definitions)
        code = re.sub(r"\n{3,}", "\n\n", shown)
        return [definitions, code] if definitions else [code]

    def _import(self, statements: list[Statement], code: str) -> None:
        """Note what the code uses of imports."""
        used = {n.id for n in ast.walk(ast.parse(code)) if isinstance(n, ast.Name)}
        nodes = [statement.node for statement in statements if statement.binds & used]
        self.imports |= {
            (getattr(node, "module", ""), ast.unparse(alias))
            for node in nodes
            for alias in node.names
        }

    def finish(self) -> list[str]:
        """The sections as Markdown, the code as narrow as a column."""
        code = [text for parts in self.sections for header, text in parts if header == PYTHON]
        narrow = iter(make_narrow(code))
        sections = []
        for parts in self.sections:
            texts = []
            for header, text in parts:
                text = next(narrow) if header == PYTHON else text
                texts.append(fence(header, text) if header else text)
            sections.append("\n\n".join(["/// html | section", *texts, "///"]))
        return sections


def _is_short(output: str) -> bool:
    lines = output.rstrip("\n").split("\n")
    return len(lines) <= OUTPUT_LINES and max(map(len, lines)) <= OUTPUT_COLUMNS


def _merge(imports: set[tuple[str, str]]) -> str:
    """Each import once, those of one module together, the standard library first."""
    lines = sorted(f"import {name}" for module, name in imports if not module)
    for module in sorted({module for module, _ in imports if module}):
        names = sorted(name for one, name in imports if one == module)
        lines.append(f"from {module} import {', '.join(names)}")
    packages = {line: re.split("[ .]", line)[1] for line in lines}
    return "\n".join(sorted(lines, key=lambda one: packages[one] not in sys.stdlib_module_names))
