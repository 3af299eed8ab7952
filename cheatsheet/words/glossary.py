"""glossary.yml: one translation a term, and which other ones are not to be used."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Message as Entry

from cheatsheet.source import SourceError
from cheatsheet.words.settings import read_entries
from cheatsheet.words.text import INLINE_CODE, Line

FILE = "docs/glossary.yml"
OPTIONAL = {"why": "", "also": [], "not": [], "unless": []}


@dataclass(frozen=True)
class Term:
    """One term; see the head of glossary.yml for what its parts mean."""

    line: int
    en: str
    zh: str
    right: list[str]  # zh and `also`
    wrong: list[str]  # `not`
    unless: list[str]


def read(root: Path) -> list[Term]:
    """The glossary of a project; SourceError: it cannot be read, or contradicts itself."""
    terms = [
        Term(line, own["en"], own["zh"], [own["zh"], *own["also"]], own["not"], own["unless"])
        for line, own in read_entries(root, FILE, "terms", ("en", "zh"), OPTIONAL)
    ]
    lines: dict[str, int] = {}
    right = {word: term for term in terms for word in term.right}
    for term in terms:
        if (first := lines.setdefault(term.en.casefold(), term.line)) != term.line:
            problem = f"the term {term.en!r} stands in line {first} too; keep one."
            raise SourceError(FILE, term.line, problem)
        for word in term.wrong:
            if other := right.get(word):
                problem = f"{word!r} is wrong for {term.en!r} and right for {other.en!r} "
                raise SourceError(FILE, term.line, f"{problem}(line {other.line}); choose.")
    return terms


def wrong_terms(terms: list[Term], lines: Iterable[Line]) -> Iterator[SourceError]:
    """Translations that the site does not use, wherever they stand."""
    for line in lines:
        for term in terms:
            text = INLINE_CODE.sub(" ", line.text)
            for longer in term.unless:
                text = text.replace(longer, " ")
            for word in term.wrong:
                if word in text:
                    problem = f"{word!r} is not this site's word for {term.en!r}; "
                    yield line.error(f"{problem}write {term.zh!r} ({FILE}:{term.line}).")


def missing_terms(
    terms: list[Term], catalog: str, entries: Iterable[Entry]
) -> Iterator[SourceError]:
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
                problem = f"the msgid has {term.en!r} and the msgstr lacks {words}; put it in, "
                problem += f"or accept another translation by `also` ({FILE}:{term.line})."
                yield SourceError(catalog, entry.lineno, problem)


def _pattern(term: str) -> re.Pattern:
    """A term as a whole word, singular or plural; not as a name in code."""
    stem = re.escape(term)
    plural = f"{stem[:-1]}(?:y|ies)" if term.endswith("y") else f"{stem}(?:e?s)?"
    return re.compile(rf"(?<![\w.-]){plural}(?![\w=(-]|\.\w)", re.I)
