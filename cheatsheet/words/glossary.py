"""glossary.yml: one translation a term, and which other ones are not to be used."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Message as Entry

from cheatsheet.page import SourceError
from cheatsheet.words.settings import read_entries
from cheatsheet.words.text import INLINE_CODE, Line

FILE = "docs/glossary.yml"
LISTS = ("also", "not", "unless")


@dataclass(frozen=True)
class Term:
    """One term; see the head of glossary.yml for what its parts mean."""

    line: int
    en: str
    zh: str
    also: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()

    @property
    def right(self) -> tuple[str, ...]:
        return (self.zh, *self.also)


def read(root: Path) -> list[Term]:
    """The glossary of a project.

    Raises:
        SourceError: it cannot be read; a term stands twice, or a translation is right
            for one term and wrong for another.
    """
    found = read_entries(root, FILE, ("terms",), ("en", "zh"), ("why",), LISTS)
    terms = [
        Term(line, own["en"], own["zh"], *(own.get(key, ()) for key in LISTS))
        for line, own in found
    ]
    _refuse_contradictions(terms)
    return terms


def _refuse_contradictions(terms: list[Term]) -> None:
    lines: dict[str, int] = {}
    for term in terms:
        if (first := lines.setdefault(term.en.casefold(), term.line)) != term.line:
            problem = f"the term {term.en!r} stands in line {first} too; keep one."
            raise SourceError(FILE, term.line, problem)
    right = {word: term for term in terms for word in term.right}
    for term in terms:
        for word in term.wrong:
            if other := right.get(word):
                problem = f"{word!r} is wrong for {term.en!r} and right for "
                problem += f"{other.en!r} (line {other.line}); choose."
                raise SourceError(FILE, term.line, problem)


def wrong_terms(terms: list[Term], lines: Iterable[Line]) -> Iterator[str]:
    """Translations that the site does not use, wherever they stand."""
    for line in lines:
        text = INLINE_CODE.sub(" ", line.text)
        for term in terms:
            for word in term.wrong:
                if _stands_in(word, text, term.unless):
                    yield (
                        f"{line.place}: {word!r} is not this site's word for "
                        f"{term.en!r}; write {term.zh!r} ({FILE}:{term.line})."
                    )


def _stands_in(word: str, text: str, longer: Iterable[str]) -> bool:
    for one in longer:
        text = text.replace(one, " ")
    return word in text


def missing_terms(terms: list[Term], catalog: str, entries: Iterable[Entry]) -> Iterator[str]:
    """Messages of a catalog whose English has a term and whose translation has it not."""
    # The longest first: a state dict is not also a dict.
    patterns = [(term, _pattern(term.en)) for term in terms]
    patterns.sort(key=lambda each: -len(each[0].en))
    for entry in entries:
        original = INLINE_CODE.sub(" ", entry.id)
        for term, pattern in patterns:
            original, count = pattern.subn(" ", original)
            if count and not any(word in entry.string for word in term.right):
                words = " or ".join(map(repr, term.right))
                yield (
                    f"{catalog}:{entry.lineno}: the msgid has {term.en!r} and the "
                    f"msgstr lacks {words}; put it in, or accept another translation "
                    f"by `also` ({FILE}:{term.line})."
                )


def _pattern(term: str) -> re.Pattern:
    """A term as a whole word, singular or plural; not as a name in code."""
    stem = re.escape(term)
    plural = f"{stem[:-1]}(?:y|ies)" if term.endswith("y") else f"{stem}(?:e?s)?"
    return re.compile(rf"(?<![\w.-]){plural}(?![\w=(-]|\.\w)", re.I)
