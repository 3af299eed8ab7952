"""The printable sheet as one page of Markdown, made of blocks of the other pages, and of all
errors with their cures.

docs/cheatsheet.yml chooses the sections. Nothing is typed anew: headings, answers, outputs
and code, made whole, are those of the pages. What all blocks import stands once, on top.
"""

import ast
import re
import sys
from pathlib import Path
from urllib.parse import urljoin

from cheatsheet.forms.answers import list_failures
from cheatsheet.forms.pdf import FILES as PDFS
from cheatsheet.forms.plain import Words, fence
from cheatsheet.forms.site import ERRORS, SHEET, from_elsewhere
from cheatsheet.page import Example, Page, Prose, Section, Shell
from cheatsheet.source import SourceError, read_text
from cheatsheet.standalone.program import Block, Copy
from cheatsheet.standalone.statements import split_statements
from cheatsheet.standalone.tidy import format_narrow
from cheatsheet.words.settings import read_settings

SELECTION = "docs/cheatsheet.yml"
COLUMNS = 68  # what a column of A4 holds at the size of print.css, in the widest of its fonts
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
    copies: dict[str, dict[int, Copy]],
    words: Words,
    settings: dict,
    site_url: str,
) -> tuple[dict, str]:
    """The sheet of a site with these settings, as front matter and Markdown; `copies` are by file
    name and line. Errors as `compose`."""
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
    return front, head + compose(root, pages, copies, words)


def link_pdfs(page: Page, text: str, settings: dict, site_url: str) -> str:
    """The text of the front page, with links to the PDFs, if there are any, by its link to the
    sheet; SourceError: it has none."""
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


def compose(
    root: Path, pages: dict[str, Page], copies: dict[str, dict[int, Copy]], words: Words
) -> str:
    """What stands below the title of the sheet, each section in a block of its own.

    Raises:
        SourceError: docs/cheatsheet.yml is no table, or names what is not there.
    """
    sections: list[Parts] = []
    imports: set[tuple[str, str]] = set()  # module ("" for `import x`), name
    for name, ids in _read_selection(root).items():
        page = pages.get(f"{name}.md")
        if page is None:
            folder = next(iter(pages.values())).path.parent.as_posix()
            raise _error(root, name, name, f"there is no {folder}/{name}.md")
        known = {section.id: section for section in page.sections}
        for one in ids:
            if one not in known:
                raise _error(root, name, one, f"{page.path} has no section {one}")
            code = next((p for p in known[one].parts if isinstance(p, (Example, Shell))), None)
            if code is None:
                raise _error(root, name, one, f"the section {one} of {name} has no code")
            parts = _heading(name, known[one], nested=name in ids and one != name)
            if isinstance(code, Shell):
                parts.append((SHELL, code.code.source))
            else:
                copy = copies[f"{name}.md"][code.line]
                parts.append((PYTHON, _without_imports(copy.text, imports)))
                short = (o for o in code.outputs.values() if _is_short(o.source))
                parts += [(words.header(code, output), output.source) for output in short]
            sections.append(parts)
    narrow = iter(_narrow([text for own in sections for h, text in own if h == PYTHON]))
    blocks = [fence(PYTHON, _merge(imports))]
    for parts in sections:
        texts = [(h, next(narrow) if h == PYTHON else text) for h, text in parts]
        shown = [fence(header, text) if header else text for header, text in texts]
        blocks.append("\n\n".join(["/// html | section", *shown, "///"]))
    if errors := pages.get(ERRORS):
        title = errors.sections[0].title
        blocks.append(f"## [{title}]({ERRORS}) {{ #errors }}\n\n{list_failures(pages)}")
    return "\n\n".join(blocks) + "\n"


def _error(root: Path, page: str, word: str, problem: str) -> SourceError:
    lines = read_text(root, SELECTION).split("\n")
    line = next((n for n, text in enumerate(lines, 1) if text.startswith(f"{page}:")), 1)
    return SourceError(SELECTION, line, f"{problem}; mend {word!r} here.")


def _heading(page: str, section: Section, nested: bool) -> Parts:
    """The heading as a link to the page; of the page itself, the answer below it, too."""
    anchor = section.id if section.id == page else f"{page}-{section.id}"
    link = f"[{section.title}]({page}.md#{section.id})"
    parts: Parts = [("", f"{'###' if nested else '##'} {link} {{ #{anchor} }}")]
    first = section.parts[0]
    if section.id == page and isinstance(first, Prose):
        answer = " ".join(first.text.split("\n\n")[0].split("\n"))
        parts.append(("", from_elsewhere(answer, f"{page}.md")))
    return parts


def _without_imports(code: str, imports: set[tuple[str, str]]) -> str:
    """The code without its imports, which are noted."""
    block = Block(code, tuple(split_statements(code, 0)), {})
    nodes = [statement.node for statement in block.imports]
    imports |= {(getattr(n, "module", ""), ast.unparse(one)) for n in nodes for one in n.names}
    return block.without_imports()


def _narrow(sources: list[str]) -> list[str]:
    """Each source as ruff formats it for a column, with as many empty lines as it had."""
    pairs = zip(sources, format_narrow(sources, COLUMNS), strict=True)
    return [re.sub(r"\n{2,}", "\n\n" if "\n\n" in one else "\n", new) for one, new in pairs]


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
