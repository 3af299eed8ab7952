"""What a machine can do of an author's day: `python -m cheatsheet sync`.

The code and the outputs of an English page are carried into its translations, catalogs
are brought up to date, and what a person must still write is marked TODO, and listed.
"""

import re
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path

from cheatsheet.page import (
    Example,
    Fence,
    Page,
    Part,
    Plot,
    Prose,
    Section,
    Shell,
    Shown,
    load,
    read,
    read_text,
)
from cheatsheet.words import catalog, reviewed
from cheatsheet.words.compare import code_tokens, compare, compare_code, problems
from cheatsheet.words.languages import Language, read_languages
from cheatsheet.words.messages import PRAGMA
from cheatsheet.words.text import SHELL_COMMENT, comments, read_words

COMMAND = "python -m cheatsheet sync"
MARK = re.compile(r"\bTODO\b:?\s*(?P<words>.*)")

Edit = tuple[int, int, list[str]]  # from this line, before that one, stands this
Unit = Example | Shell | Shown


def planned(root: Path) -> dict[Path, str]:
    """The translated pages and catalogs that `sync` would write, and their new texts.

    Raises:
        SourceError: a page, a module or a catalog cannot be read.
    """
    source, *others = read_languages(root)
    texts = {}
    for language in others:
        for name in source.pages(root):
            path = Path(language.docs, name)
            page = load(root, path) if (root / path).exists() else read(path, "")
            text = carry(load(root, f"{source.docs}/{name}"), page)
            if text != page.text:
                texts[path] = text
        path = Path(language.catalog)
        text, _ = catalog.updated(root, language)
        if not (root / path).exists() or read_text(root, path) != text:
            texts[path] = text
    return texts


def carry(english: Page, other: Page) -> str:
    """The text of a translated page with the code and the outputs of the English one.

    Code that is equal but for comments stays. Other code becomes the English one; the
    translated comments above and behind its unchanged lines stay, and the others are
    marked. A section that the page lacks is put in its place, marked. What the English
    page lacks is left alone.
    """
    lines = list(other.lines)
    edits: list[Edit] = []
    if english.description and not other.description:
        front = ["---", f"description: TODO {english.description}", "---", ""]
        edits.append((0, 0, front))
    starts = [one.line - 1 for one in other.sections if one.id] + [len(lines)]
    known = {one.id: one for one in other.sections}
    place = _behind(lines, starts[0])
    for section in english.sections:
        if own := known.get(section.id):
            end = next(start for start in starts if start >= own.line)
            edits += _carry_section(english, section, own, lines[:end])
            place = _behind(lines, end)
        elif section.id:
            edits.append(_insert(place, _stub(english, section)))
    for start, end, new in reversed(sorted(edits, key=lambda edit: edit[0])):
        lines[start:end] = new
    newline = "\r\n" if "\r\n" in other.text else "\n"
    return newline.join(lines).rstrip() + newline if edits else other.text


def _behind(lines: list[str], end: int) -> int:
    """Behind the last line before `end` that says something."""
    while end and not lines[end - 1].strip():
        end -= 1
    return end


def _insert(place: int, lines: list[str]) -> Edit:
    return place, place, ["", *lines] if place else [*lines, ""]


def _stub(english: Page, section: Section) -> list[str]:
    """A section as it stands in a translation that nobody has written yet."""
    lines = [f"{'#' * section.level} TODO: {section.title} {{ #{section.id} }}"]
    for part in section.parts:
        lines += ["", *_render(english, part, None)]
    return lines


def _render(english: Page, part: Part, old: Unit | None) -> list[str]:
    """The lines of a part in a translation; `old` is what stands there now."""
    match part:
        case Prose():
            return ["TODO: translate"]
        case Plot():
            return [f"![TODO: {part.words}]({part.target})"]
        case Shown():
            return [english.lines[part.line - 1]]
    code = carry_code(part.code, old.code if old else None)
    first, last = part.code.line, part.code.end  # the marks of the code
    return [english.lines[first - 1], *code, *english.lines[last - 1 : _end(part)]]


def _end(unit: Unit) -> int:
    """The last line of a unit, outputs included."""
    if isinstance(unit, Shown):
        return unit.line
    outputs = unit.outputs.values() if isinstance(unit, Example) else ()
    return max(fence.end for fence in (unit.code, *outputs))


def _carry_section(english: Page, section: Section, own: Section, lines: list[str]) -> list[Edit]:
    """The edits of one section; `lines` are those of its page, up to its end.

    Units that are equal but for comments belong together; between them, those that
    stand in the same order.
    """
    ours, theirs = _units(section), _units(own)
    keys = [_key(unit) for unit in theirs], [_key(unit) for unit in ours]
    place = _behind(lines, theirs[0].line - 1 if theirs else len(lines))
    edits: list[Edit] = []
    for _, i, j, k, m in SequenceMatcher(None, *keys, autojunk=False).get_opcodes():
        for number, unit in enumerate(ours[k:m], i):
            old = theirs[number] if number < j else None
            place = _end(old) if old else place
            new = _render(english, unit, old if type(old) is type(unit) else None)
            if type(old) is not type(unit):
                edits.append(_insert(place, new))
            elif new != lines[old.line - 1 : place]:
                edits.append((old.line - 1, place, new))
    return edits


def _units(section: Section) -> list[Unit]:
    return [part for part in section.parts if isinstance(part, Unit)]


def _key(unit: Unit) -> tuple:
    if isinstance(unit, Shown):
        return unit.module, unit.name
    if read_words(unit.code.source):
        return ("words",)
    return tuple(token.text for token in code_tokens(unit.code))


def carry_code(ours: Fence, theirs: Fence | None) -> list[str]:
    """The lines of English code with the comments of the code that stands there now."""
    words = read_words(ours.source)
    known = bool(words and theirs and read_words(theirs.source))
    if known or (theirs and not compare_code(ours, theirs)):
        return theirs.source.split("\n")[:-1]
    if words:  # of plots; no mark can stand in them
        return ["# TODO: words", *ours.source.split("\n")[:-1]]
    rows, old_rows = _rows(ours), _rows(theirs) if theirs else []
    codes = [row.code for row in old_rows], [row.code for row in rows]
    lines = []
    for tag, i, j, k, m in SequenceMatcher(None, *codes, autojunk=False).get_opcodes():
        for number, row in enumerate(rows[k:m], i):
            # Lines that changed one by one have their old comments as a hint.
            old = old_rows[number] if m - k == j - i else _Row(None)
            same = tag == "equal"
            lines += _translated(row.above, old.above, same)
            if row.code is not None:
                behind = _translated(row.behind, old.behind, same)
                lines.append("  ".join([row.code, *behind]))
    return lines


@dataclass
class _Row:
    """A line of code, the comment lines above it, and the comment behind it.

    Comments at the end stand above no line: its code is None.
    """

    code: str | None
    above: list[str] = field(default_factory=list)
    behind: list[str] = field(default_factory=list)


def _rows(fence: Fence) -> list[_Row]:
    lines = fence.source.split("\n")[:-1]
    if fence.language == "python":
        starts = dict(one.start for one in comments(fence.source))
    else:
        found = enumerate(map(SHELL_COMMENT.search, lines), 1)
        starts = {number: comment.start() for number, comment in found if comment}
    rows = [_Row(None)]
    for number, line in enumerate(lines, 1):
        column = starts.get(number, len(line))
        code, comment = line[:column].rstrip(), line[column:]
        if comment and not code:
            rows[-1].above.append(line)
        else:
            rows[-1].code = code
            rows[-1].behind += [comment] if comment else []
            rows.append(_Row(None))
    return rows


def _translated(english: list[str], old: list[str], same: bool) -> list[str]:
    """Comments as they stand in a translation, which had old ones at the same code."""
    if same and english and old:
        return old
    before = " ".join(line.strip(" #") for line in old)
    marked = []
    for line in english:
        indent, sign, words = line.partition("# ")
        if not re.search("[A-Za-z]{2}", words) or PRAGMA.match(line.strip()):
            marked.append(line)  # no words, such as `# (1)!`
        else:
            hint, before = f" ({before})" if before else "", ""
            marked.append(f"{indent}{sign}TODO: {words}{hint}")
    return marked


def left(root: Path, unread: frozenset[Path] = frozenset()) -> list[str]:
    """What a person must still write or settle, each with its place and its cure.

    `unread` are pages that nobody need look at yet.

    Raises:
        SourceError: a page or the settings cannot be read.
    """
    source, *others = read_languages(root)
    found = []
    for name in source.pages(root):
        page = load(root, f"{source.docs}/{name}")
        found += problems(page, source)
        for example in page.examples:
            for output in example.outputs.values():
                if not output.source.strip():
                    problem = f"this output is empty; run: {COMMAND}"
                    found.append(f"{page.path}:{output.line}: {problem}")
    for language in others:
        for name in language.pages(root):
            if Path(language.docs, name) not in unread:
                found += _left_on_page(root, source, language, name)
        found += catalog.problems(root, language)
        found += [one.partition("\n")[0] for one in reviewed.check(root, language)]
    return sorted(dict.fromkeys(found), key=_place)


def _place(problem: str) -> tuple[str, int]:
    file, line, *_ = problem.split(":")
    return file, int(line)


def _left_on_page(root: Path, source: Language, language: Language, name: str) -> list[str]:
    page = load(root, f"{language.docs}/{name}")
    if not (root / source.docs / name).exists():
        problem = f"there is no {source.docs}/{name}; remove this page, or write that."
        return [f"{page.path}:1: {problem}"]
    english = load(root, f"{source.docs}/{name}")
    found = {}
    for number, line in enumerate(page.lines, 1):
        if (mark := MARK.search(line)) and line not in english.lines:
            problem = f"TODO, in {language.name}: {mark['words']}; write it."
            found[f"{page.path}:{number}:"] = problem
    known = {section.id for section in english.sections}
    for section in page.sections:
        if section.id not in known:
            problem = f"section #{section.id} is not in {english.path}; remove it here, "
            found[f"{page.path}:{section.line}:"] = problem + "or write it there."
    rest = compare(english, page) + problems(page, language)
    # What is marked needs no second reason.
    rest = [one for one in rest if not one.startswith(tuple(found))]
    return [f"{place} {problem}" for place, problem in found.items()] + rest
