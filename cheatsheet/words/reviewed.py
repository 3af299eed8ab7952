"""Prose that was written from other prose: which text each section was written from.

docs/reviewed.<code>.json holds, for every section of a translated page, a short hash of
the English section that it says. When the English changes, the section is out of date,
until someone brings it up to date and records that:

    python -m cheatsheet reviewed docs/<code>/access-parameter.md#by-name

A section is what stands between two headings, apart from code and outputs, which are
compared token by token elsewhere; the comments in the code belong to it, and so do the
words of plots.
"""

import difflib
import hashlib
import io
import json
import re
import subprocess
import sys
import textwrap
import tokenize
from dataclasses import dataclass
from pathlib import Path

from cheatsheet.blocks import Block, PageError, read_blocks, read_page, split_lines
from cheatsheet.words.plot_words import read_words
from cheatsheet.words.languages import Language, read_languages

HEADING = re.compile(r"#{1,6}\s+(?P<text>.+?)\s+\{ #(?P<id>[a-z0-9-]+) \}\s*$")
LINK = re.compile(r"(?<=\])\([^)\s]*\)")
COMMAND = "python -m cheatsheet reviewed"


class ReviewError(Exception):
    """The record cannot be read or written; names file, line and cure."""


@dataclass(frozen=True)
class Section:
    """One section of a page: the line of its heading, and its paragraphs, unwrapped."""

    line: int
    paragraphs: tuple[str, ...]

    @property
    def digest(self) -> str:
        return hashlib.sha256("\n".join(self.paragraphs).encode()).hexdigest()[:8]


Record = dict[str, dict[str, str]]  # page → id of a section → digest


def read_sections(path: Path, text: str | None = None) -> dict[str, Section]:
    """The sections of a page by the ids of their headings.

    The first section begins with the page: its description belongs to it.

    Raises:
        PageError: the page cannot be read; see `read_blocks`.
    """
    text = read_page(path) if text is None else text
    blocks = {block.line: block for block in read_blocks(text, path)}
    sections: dict[str, Section] = {}
    words: list[list[str]] = [[]]  # the paragraphs of the section, as lists of lines
    name, start = None, 1
    fenced = 0
    for number, line in enumerate(split_lines(text), 1):
        if number in blocks:
            fenced = blocks[number].end
            words += [[comment] for comment in _comments(blocks[number])] + [[]]
        if number <= fenced:
            continue
        if heading := HEADING.match(line):
            if name is not None:
                sections[name] = Section(start, _paragraphs(words))
                words = [[]]
            name, start = heading["id"], number
            words += [[heading["text"]], []]
        elif not line.strip() or line == "---" or line.startswith(":::"):
            words.append([])
        else:
            words[-1].append(line)
    if name is not None:
        sections[name] = Section(start, _paragraphs(words))
    return sections


def _paragraphs(words: list[list[str]]) -> tuple[str, ...]:
    # Where lines break and links lead is not what a paragraph says.
    joined = (" ".join(" ".join(lines).split()) for lines in words)
    return tuple(LINK.sub("", paragraph) for paragraph in joined if paragraph)


def _comments(block: Block) -> list[str]:
    if block.language != "python":
        return []
    tokens = tokenize.generate_tokens(io.StringIO(block.source).readline)
    comments = [token.string for token in tokens if token.type == tokenize.COMMENT]
    return comments + [word.text for word in read_words(block.source) or ()]


def check(root: Path, language: Language) -> list[str]:
    """Every section that was written from another text than the English one of now.

    Raises:
        ReviewError: the record cannot be read.
        PageError: a page cannot be read.
    """
    record = _read_record(root, language)
    pages = _pages(root, language)
    found = []
    for page in pages:
        english, own = _both(root, language, page)
        known = record.get(page.as_posix(), {})
        for name, section in own.items():
            if name not in english:
                continue  # the comparison of the pages says so
            if known.get(name) != english[name].digest:
                found.append(
                    _out_of_date(root, language, page, name, section, known.get(name))
                )
        for name in known.keys() - own.keys():
            found.append(
                f"{language.reviewed}: {page} has no section #{name} any more; "
                f"run: {COMMAND} {language.docs}/{page}"
            )
    for name in sorted(record.keys() - {page.as_posix() for page in pages}):
        found.append(
            f"{language.reviewed}: there is no {language.docs}/{name}; remove it."
        )
    return found


def _out_of_date(
    root: Path, language: Language, page: Path, name: str, section: Section, old: str
) -> str:
    source = read_languages(root)[0]
    english = read_sections(root / source.docs / page)[name]
    place = f"{language.docs}/{page}"
    origin = f"{source.docs}/{page}"
    cure = f"bring it up to date, then run: {COMMAND} {place}#{name}"
    if old is None:
        return (
            f"{place}:{section.line}: no record says which text section #{name} was "
            f"written from; compare it with {origin}:{english.line} and {cure}"
        )
    before = _find_in_history(root, origin, name, old)
    if before is None:
        diff = "(The older text is not in the git history that is here.)"
    else:
        diff = "\n".join(
            difflib.unified_diff(
                _wrap(before), _wrap(english), f"{origin} (then)", origin, lineterm=""
            )
        )
    return (
        f"{place}:{section.line}: section #{name} was written from an older text of "
        f"{origin}:{english.line}; {cure}\n{diff}"
    )


def _wrap(section: Section) -> list[str]:
    return [line for words in section.paragraphs for line in textwrap.wrap(words, 80)]


def _find_in_history(root: Path, file: str, name: str, digest: str) -> Section | None:
    """The newest committed version of a section that has the digest."""
    for commit in _git(root, "log", "--format=%H", "--", file).split():
        text = _git(root, "show", f"{commit}:./{file}")
        try:
            section = read_sections(Path(file), text).get(name)
        except PageError:
            continue  # a page of another time, by other rules
        if section and section.digest == digest:
            return section
    return None


def _git(root: Path, *arguments: str) -> str:
    """What git prints; nothing where there is no git, or no repository."""
    command = ["git", *arguments]
    try:
        done = subprocess.run(
            command, cwd=root, capture_output=True, text=True, encoding="utf-8"
        )
    except OSError:
        return ""
    return done.stdout if done.returncode == 0 else ""


def record(root: Path, language: Language, page: str, name: str | None) -> str:
    """Record a section of a page, or all of them, as reviewed; return what was done.

    Raises:
        ReviewError: the record cannot be read.
        PageError: a page cannot be read.
    """
    records = _read_record(root, language) if _file(root, language).exists() else {}
    english, own = _both(root, language, Path(page))
    names = [one for one in own if one in english]
    known = records.get(page, {})
    now = {one: english[one].digest for one in names}
    chosen = [name] if name is not None else names
    changed = [one for one in chosen if known.get(one) != now[one]]
    gone = sorted(known.keys() - own.keys())
    records[page] = {  # in the order of the page
        one: now[one] if one in chosen else known[one]
        for one in names
        if one in chosen or one in known
    }
    ordered = {page: records[page] for page in sorted(records)}
    text = json.dumps(ordered, indent=2) + "\n"
    _file(root, language).write_text(text, encoding="utf-8")
    done = ", ".join(f"#{one}" for one in changed) or "nothing that was not recorded"
    dropped = "; dropped " + ", ".join(f"#{one}" for one in gone) if gone else ""
    return f"{language.docs}/{page}: recorded as reviewed: {done}{dropped}"


def _file(root: Path, language: Language) -> Path:
    return root / language.reviewed


def _pages(root: Path, language: Language) -> list[Path]:
    """The pages of a language, by their paths in its folder."""
    folder = root / language.docs
    return sorted(path.relative_to(folder) for path in folder.rglob("*.md"))


def _both(root: Path, language: Language, page: Path):
    """The sections of the English page and of the translated one."""
    source = read_languages(root)[0]
    english = Path(source.docs, page)
    own = Path(language.docs, page)
    return tuple(
        read_sections(path, read_page(root / path)) if (root / path).exists() else {}
        for path in (english, own)
    )


def _read_record(root: Path, language: Language) -> Record:
    cure = f"restore it, or review every page and run: {COMMAND} {language.docs}/*.md"
    try:
        text = _file(root, language).read_text(encoding="utf-8")
        found = json.loads(text)
    except OSError as error:
        problem = f"{language.reviewed}:1: cannot be read: {error.strerror}; {cure}"
        raise ReviewError(problem) from error
    except json.JSONDecodeError as error:
        place = f"{language.reviewed}:{error.lineno}"
        raise ReviewError(f"{place}: not JSON: {error.msg}; mend the line.") from error
    whole = isinstance(found, dict) and all(
        isinstance(page, dict) and all(isinstance(one, str) for one in page.values())
        for page in found.values()
    )
    if not whole:
        problem = "not a record: pages, their sections and a hash each"
        raise ReviewError(f"{language.reviewed}:1: {problem}; {cure}")
    return found


def command(arguments: list[str]) -> int:
    """`python -m cheatsheet reviewed [PAGE[#SECTION] ...]`."""
    root = Path.cwd()
    try:
        languages = [one for one in read_languages(root) if one.code]
        if not arguments:
            found = [line for one in languages for line in check(root, one)]
            print("\n\n".join(found) or "Every section is up to date.")
            return 1 if found else 0
        # All are looked up before the first is recorded.
        targets = [_target(root, languages, argument) for argument in arguments]
        for target in targets:
            print(record(root, *target))
    except (ReviewError, PageError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _target(root: Path, languages: list[Language], argument: str):
    path, _, name = argument.partition("#")
    for language in languages:
        page = path.removeprefix(f"{language.docs}/")
        if page != path and (root / path).is_file():
            english, own = _both(root, language, Path(page))
            if name and name not in english.keys() & own.keys():
                known = ", ".join(f"#{one}" for one in own if one in english)
                raise ReviewError(f"{path}: there is no section #{name}; use {known}.")
            return language, page, name or None
    folders = " or ".join(f"{language.docs}/<page>.md" for language in languages)
    raise ReviewError(f"{path}: there is no such page; name {folders}.")
