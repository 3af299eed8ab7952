"""What a machine can do of an author's day: `python -m cheatsheet sync`.

The code and the outputs of an English page are carried into its translations, catalogs
are brought up to date, and what a person must still write is marked TODO, and listed.
"""

import re
from bisect import bisect
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import pairwise
from pathlib import Path

from cheatsheet.page import Example, Fence, Page, Part, Plot, Prose, Section, Shell, Shown
from cheatsheet.source import SourceError
from cheatsheet.words import catalog, reviewed, typesetting
from cheatsheet.words.compare import compare, compare_menus, meaning, problems
from cheatsheet.words.languages import Language, read_languages
from cheatsheet.words.messages import PRAGMA
from cheatsheet.words.text import comments, read_words

COMMAND = "python -m cheatsheet sync"
MARK = re.compile(r"\bTODO\b:?\s*(?P<words>.*)")

Unit = Example | Shell | Shown


def planned(root: Path) -> dict[Path, str]:
    """The texts that the translated pages and the catalogs should have, by their paths.

    Raises:
        SourceError: a page, a module or a catalog cannot be read.
    """
    source, *others = read_languages(root)
    texts = {}
    for language in others:
        for name in source.pages(root):
            page = language.page(root, name)
            texts[page.path] = carry(source.page(root, name), page)
        texts[Path(language.catalog)] = catalog.updated(root, language)
    return texts


def carry(english: Page, other: Page) -> str:
    """The text of a translated page with the code and the outputs of the English one.

    Translated comments at unchanged lines stay; others, and sections that the page lacks, are
    marked. What the English page lacks is left alone.
    """
    known = {section.id: section for section in other.sections if section.id}
    starts = [0, *(section.line - 1 for section in known.values()), len(other.lines)]
    old = ["\n".join(other.lines[start:end]).strip("\n") for start, end in pairwise(starts)]
    # The texts of the sections by their ids; what stands before the first has none.
    texts = dict(zip(["", *known], old, strict=True))
    if english.description and not other.description:
        texts[""] = f"---\ndescription: TODO {english.description}\n---\n\n{texts['']}"
    order, place = list(texts), 0
    for section in english.sections:
        if section.id in known:
            place = order.index(section.id)
            text = _carry_section(english, section, other, known[section.id])
            texts[section.id] = text or texts[section.id]
        elif section.id:
            place += 1
            order.insert(place, section.id)
            heading = f"{'#' * section.level} TODO: {section.title} {{ #{section.id} }}"
            parts = [_carry_part(english, part, None) for part in section.parts]
            texts[section.id] = "\n\n".join([heading, *parts])
    new = [texts[section] for section in order]
    if new == old:
        return other.text
    return "\n\n".join(one.strip("\n") for one in new if one) + "\n"


def _carry_section(english: Page, section: Section, other: Page, own: Section) -> str | None:
    """The new text of a section of the translated page; None where it may stay as it is.

    Units that are equal but for comments belong together; between them, those that
    stand in the same order.
    """
    old = [other.lines[own.line - 1], *("\n".join(_lines(other, one)) for one in own.parts)]
    new = [[text] for text in old]  # what stands there, and what is put behind it
    places = [place for place, part in enumerate(own.parts, 1) if isinstance(part, Unit)]
    theirs = [own.parts[place - 1] for place in places]
    ours = [part for part in section.parts if isinstance(part, Unit)]
    keys = [_key(unit) for unit in theirs], [_key(unit) for unit in ours]
    place = places[0] - 1 if places else len(own.parts)
    for _, i, j, k, m in SequenceMatcher(None, *keys, autojunk=False).get_opcodes():
        for number, unit in enumerate(ours[k:m], i):
            there = None
            if number < j:
                there, place = theirs[number], places[number]
            if type(there) is type(unit):
                new[place][0] = _carry_part(english, unit, there)
            else:
                new[place].append(_carry_part(english, unit, None))
    texts = [text for one in new for text in one]
    return None if texts == old else "\n\n".join(texts)


def _lines(page: Page, part: Part) -> list[str]:
    """The lines of a part in its page, outputs included."""
    match part:
        case Prose():
            return part.text.split("\n")
        case Example():
            end = max(fence.end for fence in (part.code, *part.outputs.values()))
        case Shell():
            end = part.code.end
        case _:
            end = part.line
    return page.lines[part.line - 1 : end]


def _carry_part(english: Page, part: Part, old: Unit | None) -> str:
    """An English part as it stands in a translation; `old` is what stands there now."""
    lines = _lines(english, part)
    match part:
        case Prose():
            lines = ["TODO: translate"]
        case Plot():
            lines = [f"![TODO: {part.words}]({part.target})"]
        case Example() | Shell():
            lines[1 : part.code.end - part.line] = carry_code(part, old)
    return "\n".join(lines)


def _key(unit: Unit) -> tuple:
    """Equal for units that are equal but for their words."""
    if isinstance(unit, Shown):
        return unit.module, unit.name
    if read_words(unit.code.source):
        return ("words",)
    return tuple(piece.text for piece in meaning(unit.code))


def carry_code(ours: Example | Shell, theirs: Example | Shell | None) -> list[str]:
    """The lines of English code with the comments of the code that stands there now."""
    if theirs and _key(ours) == _key(theirs):
        return theirs.code.source.split("\n")[:-1]
    if read_words(ours.code.source):  # of plots; no mark can stand in them
        return ["# TODO: words", *ours.code.source.split("\n")[:-1]]
    rows, old_rows = _rows(ours.code), _rows(theirs.code) if theirs else []
    codes = [row.code for row in old_rows], [row.code for row in rows]
    lines = []
    for tag, i, j, k, m in SequenceMatcher(None, *codes, autojunk=False).get_opcodes():
        for number, row in enumerate(rows[k:m], i):
            # Lines that changed one by one have their old comments as a hint.
            old = old_rows[number] if m - k == j - i else _Row()
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

    code: str | None = None
    above: list[str] = field(default_factory=list)
    behind: list[str] = field(default_factory=list)


def _rows(fence: Fence) -> list[_Row]:
    starts = {one.line: one.column for one in comments(fence.source, fence.language)}
    rows = [_Row()]
    for number, line in enumerate(fence.source.split("\n")[:-1], 1):
        column = starts.get(number, len(line))
        code, comment = line[:column].rstrip(), line[column:]
        if comment and not code:
            rows[-1].above.append(line)
        else:
            rows[-1].code = code
            rows[-1].behind += [comment] if comment else []
            rows.append(_Row())
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


def left(root: Path) -> list[SourceError]:
    """What a person must still write or settle, with place and cure; errors as `planned`."""
    source, *others = read_languages(root)
    found = []
    for name in source.pages(root):
        page = source.page(root, name)
        found += problems(page, source)
        problem = f"this output is empty; run: {COMMAND}"
        found += [SourceError(page.path, one.line, problem) for one in page.empty_outputs]
    for language in others:
        for name in language.pages(root):
            found += _left_on_page(source.page(root, name), language.page(root, name), language)
        found += compare_menus(root, source, language) + catalog.problems(root, language)
        found += [error for error, _ in reviewed.check(root, language)]
    marked = {(one.path, one.line) for one in found if MARK.search(str(one))}
    found += [one for one in typesetting.check(root) if (one.path, one.line) not in marked]
    return sorted(found, key=lambda one: (str(one.path), one.line))


def _left_on_page(english: Page, page: Page, language: Language) -> list[SourceError]:
    if not english.text:
        problem = f"there is no {english.path}; remove this page, or write that."
        return [SourceError(page.path, 1, problem)]
    found = []
    for number, line in enumerate(page.lines, 1):
        if (mark := MARK.search(line)) and line not in english.lines:
            problem = f"TODO, in {language.name}: {mark['words']}; write it."
            found.append(SourceError(page.path, number, problem))
    # What is marked needs no second reason; nor does the rest of its section, until then.
    starts = [section.line for section in page.sections]
    marked = {bisect(starts, one.line) for one in found}
    rest = compare(english, page) + problems(page, language)
    return found + [one for one in rest if bisect(starts, one.line) not in marked]
