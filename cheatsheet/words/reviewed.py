"""Prose that was written from other prose: what both sides said when someone compared them.

docs/reviewed.<code>.json holds, for every section of a translated page, the paragraphs of
the English section and of its translation. When either side says something else, the
section is to be reviewed: `check` shows what changed. Whoever has compared the two records
that, section by section:

    python -m cheatsheet reviewed docs/<code>/access-parameter.md#by-name

What a section says is all but code and outputs, which are compared elsewhere; the
comments in the code belong to it, and so do the words of plots.
"""

import difflib
import json
import re
import textwrap
from pathlib import Path

from cheatsheet.page import Example, Page, Plot, Prose, Section, SourceError, read_text, write_text
from cheatsheet.words.languages import Language, read_languages
from cheatsheet.words.text import comments, read_words

LINK = re.compile(r"(?<=\])\([^)\s]*\)")
BREAK = re.compile(r"\n(?:---)?\n")
COMMAND = "python -m cheatsheet reviewed"

Review = dict[str, list[str]]  # the paragraphs of a section, of its "source" and "translation"
Record = dict[str, Review]  # by <page>#<section>


def said(page: Page) -> dict[str, list[str]]:
    """What each section of a page says, by its id.

    The first section begins with the page: its description belongs to it.
    """
    found: dict[str, list[str]] = {}
    words = [f"description: {page.description}"] if page.description else []
    for section in page.sections:
        words += [section.title, *_paragraphs(section)]
        if section.id:
            # Where lines break and links lead is not what a paragraph says.
            joined = (" ".join(paragraph.split()) for paragraph in words)
            found[section.id] = [LINK.sub("", one) for one in joined if one]
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
                found += [comment.text for comment in comments(code.source)]
                found += [word.text for word in read_words(code.source) or ()]
    return found


def check(root: Path, language: Language) -> list[str]:
    """Every section of which a side is not as it was reviewed, with the changes.

    Raises:
        SourceError: the record or a page cannot be read.
    """
    source, record = read_languages(root)[0], _read_record(root, language)
    found = []
    for name in language.pages(root):
        pages = source.page(root, name), language.page(root, name)
        for section, now in _reviews(*pages).items():
            then = record.pop(f"{name}#{section}", None)
            if then != now:
                english, place = (_place(page, section) for page in pages)
                state = "changed since it was reviewed" if then else "was never reviewed"
                problem = f"{place}: section #{section} {state}; compare it with {english}, "
                problem += f"then run: {COMMAND} {language.docs}/{name}#{section}"
                found.append(problem + (_changes(then, now) if then else ""))
    # What one page lacks, the comparison of the pages says.
    return found + [
        f"{language.reviewed}:1: there is no section {target} in both languages any more; "
        f"run: {COMMAND} {language.docs}/{target}"
        for target in record
    ]


def record(root: Path, targets: list[str]) -> list[str]:
    """Record sections, each `docs/<code>/page.md#section`, as reviewed; return what was done.

    A section that is in the record alone is dropped from it. Nothing is recorded where
    one of the targets cannot be.

    Raises:
        SourceError: there is no such section; the record or a page cannot be read.
    """
    source, *languages = read_languages(root)
    records: dict[str, Record] = {}
    done = []
    for target in targets:
        path, _, section = target.partition("#")
        language = next((one for one in languages if path.startswith(f"{one.docs}/")), None)
        if language is None:
            folders = " or ".join(f"{one.docs}/<page>.md#<section>" for one in languages)
            raise SourceError(path, 1, f"this is no translated page; name {folders}.")
        name = path.removeprefix(f"{language.docs}/")
        reviews = records.setdefault(language.reviewed, _read_record(root, language))
        known = _reviews(source.page(root, name), language.page(root, name))
        then, now = reviews.pop(f"{name}#{section}", None), known.get(section)
        if now:
            reviews[f"{name}#{section}"] = now
            done.append(f"{target}: recorded as reviewed{_changes(then, now)}")
        elif then:
            done.append(f"{target}: dropped from the record")
        else:
            names = ", ".join(f"#{one}" for one in known) or "another page"
            raise SourceError(path, 1, f"there is no section #{section}; name {names}.")
    for file, reviews in records.items():
        text = json.dumps(reviews, indent=2, ensure_ascii=False, sort_keys=True)
        write_text(root, file, text + "\n")
    return done


def _reviews(english: Page, other: Page) -> dict[str, Review]:
    """What both sides of each section say now, in the order of the translated page."""
    source, translation = said(english), said(other)
    return {
        section: {"source": source[section], "translation": paragraphs}
        for section, paragraphs in translation.items()
        if section in source
    }


def _place(page: Page, section: str) -> str:
    return next(f"{page.path}:{one.line}" for one in page.sections if one.id == section)


def _changes(then: Review | None, now: Review) -> str:
    """A diff of each side that changed, below one another."""
    lines = []
    for side in now:
        texts = then[side] if then else [], now[side]
        wrapped = [[line for words in text for line in textwrap.wrap(words, 80)] for text in texts]
        names = f"{side}, reviewed", f"{side}, now"
        lines += difflib.unified_diff(*wrapped, *names, lineterm="")
    return "".join(f"\n{line}" for line in lines)


def _read_record(root: Path, language: Language) -> Record:
    if not (root / language.reviewed).exists():
        return {}  # of a language that begins
    try:
        found = json.loads(read_text(root, language.reviewed))
    except json.JSONDecodeError as error:
        problem = f"not JSON: {error.msg}; mend the line."
        raise SourceError(language.reviewed, error.lineno, problem) from error
    if not (isinstance(found, dict) and all(map(_is_review, found.values()))):
        problem = "not a record, of <page>#<section> and the paragraphs of each side; restore it."
        raise SourceError(language.reviewed, 1, problem)
    return found


def _is_review(found: object) -> bool:
    match found:
        case {"source": [*source], "translation": [*translation]}:
            return all(isinstance(one, str) for one in (*source, *translation))
    return False
