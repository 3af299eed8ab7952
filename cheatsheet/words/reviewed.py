"""Prose that was written from other prose: which text each section was written from.

docs/reviewed.<code>.json holds, for every section of a translated page, a short hash of
the English section that it says. When the English changes, the section is out of date,
until someone brings it up to date and records that:

    python -m cheatsheet reviewed docs/<code>/access-parameter.md#by-name

What a section says is all but code and outputs, which are compared elsewhere; the
comments in the code belong to it, and so do the words of plots.
"""

import difflib
import hashlib
import json
import re
import subprocess
import textwrap
from pathlib import Path

from cheatsheet.page import (
    Example,
    Page,
    Plot,
    Prose,
    Section,
    SourceError,
    load,
    read,
    read_text,
)
from cheatsheet.words.languages import Language, read_languages
from cheatsheet.words.text import comments, read_words, write

LINK = re.compile(r"(?<=\])\([^)\s]*\)")
BREAK = re.compile(r"\n(?:---)?\n")
COMMAND = "python -m cheatsheet reviewed"

Said = tuple[str, ...]  # the paragraphs of a section, unwrapped
Record = dict[str, dict[str, str]]  # page → id of a section → digest


def said(page: Page) -> dict[str, Said]:
    """What each section of a page says, by its id.

    The first section begins with the page: its description belongs to it.
    """
    found: dict[str, Said] = {}
    words = [f"description: {page.description}"] if page.description else []
    for section in page.sections:
        words += [section.title, *_paragraphs(section)]
        if section.id:
            # Where lines break and links lead is not what a paragraph says.
            joined = (" ".join(paragraph.split()) for paragraph in words)
            found[section.id] = tuple(LINK.sub("", one) for one in joined if one)
            words = []
    return found


def _paragraphs(section: Section) -> list[str]:
    found = []
    for part in section.parts:
        match part:
            case Prose():
                found += BREAK.split(part.text)
            case Plot():
                found.append(f"![{part.words}]")
            case Example(code=code):
                found += [comment.string for comment in comments(code.source)]
                found += [word.text for word in read_words(code.source) or ()]
    return found


def digest(paragraphs: Said) -> str:
    """A short hash of what a section says, as the record has it."""
    return hashlib.sha256("\n".join(paragraphs).encode()).hexdigest()[:8]


def check(root: Path, language: Language) -> list[str]:
    """Every section that was written from another text than the English one of now.

    Raises:
        SourceError: the record or a page cannot be read.
    """
    record = _read_record(root, language)
    pages = language.pages(root)
    found = []
    for name in pages:
        english, own = _both(root, language, name)
        source = said(english) if english else {}
        known = record.get(name, {})
        for section in own.sections:
            # What one page lacks, the comparison of the pages says.
            text, old = source.get(section.id), known.get(section.id)
            if text is not None and old != digest(text):
                place = f"{own.path}:{section.line}"
                found.append(_out_of_date(root, place, section.id, english, old))
        for gone in known.keys() - said(own).keys():
            found.append(
                f"{language.reviewed}:1: {name} has no section #{gone} any more; "
                f"run: {COMMAND} {own.path}"
            )
    for name in sorted(record.keys() - set(pages)):
        problem = f"there is no {language.docs}/{name}; remove it."
        found.append(f"{language.reviewed}:1: {problem}")
    return found


def _out_of_date(root: Path, place: str, name: str, english: Page, old: str | None) -> str:
    page = place.rpartition(":")[0]
    line = next(one.line for one in english.sections if one.id == name)
    cure = f"bring it up to date, then run: {COMMAND} {page}#{name}"
    if old is None:
        return (
            f"{place}: no record says which text section #{name} was written from; "
            f"compare it with {english.path}:{line} and {cure}"
        )
    before = _find_in_history(root, english.path, name, old)
    diff = ["(The older text is not in the git history that is here.)"]
    if before is not None:
        texts = _wrap(before), _wrap(said(english)[name])
        names = f"{english.path} (then)", str(english.path)
        diff = list(difflib.unified_diff(*texts, *names, lineterm=""))
    problem = f"section #{name} was written from an older text of {english.path}:{line}"
    return "\n".join([f"{place}: {problem}; {cure}", *diff])


def _wrap(paragraphs: Said) -> list[str]:
    return [line for words in paragraphs for line in textwrap.wrap(words, 80)]


def _find_in_history(root: Path, path: Path, name: str, old: str) -> Said | None:
    """The newest committed version of a section that has the digest."""
    for commit in _git(root, "log", "--format=%H", "--", path.as_posix()).split():
        text = _git(root, "show", f"{commit}:./{path.as_posix()}")
        try:
            section = said(read(path, text)).get(name)
        except SourceError:
            continue  # a page of another time, by other rules
        if section and digest(section) == old:
            return section
    return None


def _git(root: Path, *arguments: str) -> str:
    """What git prints; nothing where there is no git, or no repository."""
    command = ["git", *arguments]
    try:
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, encoding="utf-8")
    except OSError:
        return ""
    return done.stdout if done.returncode == 0 else ""


def record(root: Path, language: Language, page: str, name: str | None) -> str:
    """Record a section of a page, or all of them, as reviewed; return what was done.

    Raises:
        SourceError: the record or a page cannot be read.
    """
    exists = (root / language.reviewed).exists()
    records = _read_record(root, language) if exists else {}
    english, own = _both(root, language, page)
    source = said(english) if english else {}
    now = {one: digest(source[one]) for one in said(own) if one in source}
    known = records.get(page, {})
    chosen = list(now) if name is None else [name]
    changed = [one for one in chosen if known.get(one) != now[one]]
    gone = sorted(known.keys() - said(own).keys())
    records[page] = {  # in the order of the page
        one: now[one] if one in chosen else known[one]
        for one in now
        if one in chosen or one in known
    }
    ordered = {page: records[page] for page in sorted(records)}
    write(root / language.reviewed, json.dumps(ordered, indent=2) + "\n")
    done = ", ".join(f"#{one}" for one in changed) or "nothing that was not recorded"
    dropped = "; dropped " + ", ".join(f"#{one}" for one in gone) if gone else ""
    return f"{language.docs}/{page}: recorded as reviewed: {done}{dropped}"


def _both(root: Path, language: Language, name: str) -> tuple[Page | None, Page]:
    """The English page, if there is one, and the translated one."""
    english = f"{read_languages(root)[0].docs}/{name}"
    source = load(root, english) if (root / english).is_file() else None
    return source, load(root, f"{language.docs}/{name}")


def _read_record(root: Path, language: Language) -> Record:
    cure = f"restore it, or review every page and run: {COMMAND} {language.docs}/*.md"
    if not (root / language.reviewed).exists():
        raise SourceError(language.reviewed, 1, f"there is no such file; {cure}")
    try:
        found = json.loads(read_text(root, language.reviewed))
    except json.JSONDecodeError as error:
        problem = f"not JSON: {error.msg}; mend the line."
        raise SourceError(language.reviewed, error.lineno, problem) from error
    whole = isinstance(found, dict) and all(
        isinstance(page, dict) and all(isinstance(one, str) for one in page.values())
        for page in found.values()
    )
    if not whole:
        problem = f"not a record: pages, their sections and a hash each; {cure}"
        raise SourceError(language.reviewed, 1, problem)
    return found


def find(root: Path, argument: str) -> tuple[Language, str, str | None]:
    """The language, page and section of `docs/<code>/page.md#section`.

    Raises:
        SourceError: there is none, or a page cannot be read.
    """
    path, _, name = argument.partition("#")
    languages = [language for language in read_languages(root) if language.code]
    for language in languages:
        page = path.removeprefix(f"{language.docs}/")
        if page != path and (root / path).is_file():
            english, own = _both(root, language, page)
            known = [one for one in said(own) if english and one in said(english)]
            if name and name not in known:
                names = ", ".join(f"#{one}" for one in known)
                problem = f"there is no section #{name}; use {names}."
                raise SourceError(path, 1, problem)
            return language, page, name or None
    folders = " or ".join(f"{language.docs}/<page>.md" for language in languages)
    raise SourceError(path, 1, f"there is no such page; name {folders}.")
