"""The printable sheet as one page of Markdown, made of blocks of the other pages.

docs/cheatsheet.yml chooses the sections. Nothing is typed anew: headings, answers, code
and outputs are those of the pages, definitions those of `snippets`, and what all blocks
import stands once, on top.
"""

import ast
import re
import sys
from pathlib import Path
from urllib.parse import urljoin

from cheatsheet.forms.compact import compact
from cheatsheet.forms.narrow import make_narrow
from cheatsheet.forms.pdf import FILES as PDFS
from cheatsheet.forms.plain import Words, fence
from cheatsheet.forms.site import SHEET
from cheatsheet.page import (
    Example,
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


def page_of(
    root: Path,
    pages: dict[str, Page],
    definitions: Definitions,
    words: Words,
    settings: dict,
    site_url: str,
) -> tuple[dict, str]:
    """The sheet of a site with these settings, as front matter and Markdown.

    `pages` are those of one language by file name. Errors as `compose`.
    """
    said = settings["extra"]["cheatsheet"]
    front = {
        "title": said["title"],
        "description": said["description"],
        "template": "cheatsheet.html",
        "hide": ["navigation", "toc"],
        "search": {"exclude": True},  # every block of it is on another page
    }
    head = f"\n# {settings['site_name']} {{ #cheatsheet }}\n\n"
    head += f"{_pdfs(settings, site_url)}\n{{ .sheet-pdfs }}\n\n" if said["pdf"] else ""
    head += f"{said['intro']} [{site_url}](index.md)\n\n"
    return front, head + compose(root, pages, definitions, words)


def link_pdfs(page: Page, text: str, settings: dict, site_url: str) -> str:
    """The text of the front page, with links to the PDFs, if there are any, by its link
    to the sheet.

    Raises:
        SourceError: it has none.
    """
    if not settings["extra"]["cheatsheet"]["pdf"]:
        return text
    if f"]({SHEET})" not in text:
        problem = f"the front page does not link {SHEET}, so that nobody finds the PDFs; link it."
        raise SourceError(page.path, 1, problem)
    return text.replace(f"]({SHEET})", f"]({SHEET}) · {_pdfs(settings, site_url)}", 1)


def _pdfs(settings: dict, site_url: str) -> str:
    """Links to what `finish` makes: by their addresses, for there is no such page."""
    links = {paper: f"[{paper}]({urljoin(site_url, file)})" for paper, file in PDFS.items()}
    return settings["extra"]["cheatsheet"]["pdfs"].format(**links)


def compose(root: Path, pages: dict[str, Page], definitions: Definitions, words: Words) -> str:
    """What stands below the title of the sheet, each section in a block of its own.

    Raises:
        SourceError: the selection is no table of pages and sections, or names a page, a section
            or code that is not there.
    """
    sheet = _Sheet(root, words)
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

    def __init__(self, root: Path, words: Words):
        self.root, self.words = root, words
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
        parts += [(self.words.header(code, output), output.source) for output in short]

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
