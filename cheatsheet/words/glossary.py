"""glossary.yml: one translation a term, and which other ones are not to be used."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from cheatsheet.words.chinese import Entry, Line, ReadError, compose

FILE = Path("docs/glossary.yml")
TERM_KEYS = ("en", "zh", "also", "not", "unless", "why")
TOP_KEYS = ("terms", "exceptions")
EXCEPTION_KEYS = ("file", "text", "why")
LISTS = ("also", "not", "unless")
CODE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)")


class GlossaryError(ReadError):
    """The glossary cannot be read; names file, line and cure."""

    def __init__(self, line: int, problem: str):
        super().__init__(f"{FILE}:{line}: {problem}")


@dataclass(frozen=True)
class Term:
    """One term; see the head of glossary.yml for what its parts mean."""

    line: int
    en: str
    zh: str
    also: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()


@dataclass(frozen=True)
class Exemption:
    line: int
    file: str
    text: str


@dataclass(frozen=True)
class Glossary:
    terms: tuple[Term, ...]
    exceptions: tuple[Exemption, ...]


@dataclass(frozen=True)
class Finding:
    """Something wrong in a file; `text` is the line that an exception may name."""

    path: Path
    text: str
    problem: str


def read(root: Path) -> Glossary:
    """The glossary of a project; errors as `parse`, and when there is none."""
    try:
        text = (root / FILE).read_text(encoding="utf-8")
    except OSError as error:
        raise GlossaryError(1, f"cannot be read: {error.strerror}.") from error
    return parse(text)


def parse(text: str) -> Glossary:
    """The glossary in a text.

    Raises:
        ReadError: it is not YAML.
        GlossaryError: a key is missing or unknown, a term stands twice, or a
            translation is right for one term and wrong for another.
    """
    parts = _mapping(
        compose(FILE, text), ("terms", "exceptions"), ("terms", "exceptions")
    )
    terms = []
    for node in _sequence(parts["terms"]):
        own = _mapping(node, TERM_KEYS, ("en", "zh"))
        values = {key: _strings(value) for key, value in own.items() if key in LISTS}
        terms.append(
            Term(
                _line(node),
                _string(own["en"]),
                _string(own["zh"]),
                values.get("also", ()),
                values.get("not", ()),
                values.get("unless", ()),
            )
        )
    exceptions = []
    for node in _sequence(parts["exceptions"]):
        own = _mapping(node, EXCEPTION_KEYS, EXCEPTION_KEYS)
        exceptions.append(
            Exemption(_line(node), _string(own["file"]), _string(own["text"]))
        )
    _refuse_contradictions(terms)
    return Glossary(tuple(terms), tuple(exceptions))


def _line(node: yaml.Node) -> int:
    return node.start_mark.line + 1


def _mapping(node: yaml.Node | None, known, required) -> dict[str, yaml.Node]:
    names = ", ".join(known)
    if not isinstance(node, yaml.MappingNode):
        line = _line(node) if node else 1
        raise GlossaryError(line, f"this is no mapping; it takes the keys {names}.")
    found: dict[str, yaml.Node] = {}
    for key, value in node.value:
        if key.value not in known or key.value in found:
            problem = "twice here" if key.value in found else f"not known; use {names}"
            raise GlossaryError(_line(key), f"the key {key.value!r} is {problem}.")
        found[key.value] = value
    for key in required:
        if key not in found:
            raise GlossaryError(_line(node), f"the key {key!r} is missing; add it.")
    return found


def _sequence(node: yaml.Node) -> list[yaml.Node]:
    if not isinstance(node, yaml.SequenceNode):
        raise GlossaryError(_line(node), "this is no list; write [] or `- ` entries.")
    return node.value


def _string(node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode) or not node.value.strip():
        raise GlossaryError(_line(node), "this is no text; write a word here.")
    return node.value


def _strings(node: yaml.Node) -> tuple[str, ...]:
    return tuple(_string(one) for one in _sequence(node))


def _refuse_contradictions(terms: list[Term]) -> None:
    lines: dict[str, int] = {}
    right: dict[str, Term] = {}
    for term in terms:
        if (first := lines.setdefault(term.en.casefold(), term.line)) != term.line:
            problem = f"the term {term.en!r} stands in line {first} too; keep one."
            raise GlossaryError(term.line, problem)
        right.update(dict.fromkeys((term.zh, *term.also), term))
    for term in terms:
        for word in term.wrong:
            if word in right:
                other = right[word]
                problem = f"{word!r} is wrong for {term.en!r} and right for "
                problem += f"{other.en!r} (line {other.line}); choose."
                raise GlossaryError(term.line, problem)


def wrong_terms(glossary: Glossary, lines: Iterable[Line]) -> Iterator[Finding]:
    """Translations that the site does not use, wherever they stand."""
    for line in lines:
        text = CODE.sub(lambda match: " " * len(match[0]), line.text)
        for term in glossary.terms:
            for word in term.wrong:
                if _stands_in(word, text, term.unless):
                    problem = f"{word!r} is not this site's word for {term.en!r}; "
                    problem += f"write {term.zh!r} ({FILE}:{term.line})."
                    yield Finding(line.path, line.text, f"{line.place}: {problem}")


def _stands_in(word: str, text: str, longer: Iterable[str]) -> bool:
    for one in longer:
        text = text.replace(one, " " * len(one))
    return word in text


def missing_terms(glossary: Glossary, entries: Iterable[Entry]) -> Iterator[Finding]:
    """Messages whose English has a term and whose translation has it not."""
    # The longest first: a state dict is not also a dict.
    terms = sorted(glossary.terms, key=lambda term: -len(term.en))
    for entry in entries:
        original = CODE.sub(" ", entry.original)
        for term in terms:
            original, count = _pattern(term.en).subn(" ", original)
            right = (term.zh, *term.also)
            if count and not any(word in entry.translation for word in right):
                problem = f"the msgid has {term.en!r} and the msgstr lacks "
                problem += f"{' or '.join(map(repr, right))}; put it in, or accept "
                problem += f"another translation by `also` ({FILE}:{term.line})."
                text = f"{entry.original}\n{entry.translation}"
                yield Finding(entry.path, text, f"{entry.place}: {problem}")


def _pattern(term: str) -> re.Pattern:
    """A term as a whole word, singular or plural; not as a name in code."""
    stem = re.escape(term)
    plural = f"{stem[:-1]}(?:y|ies)" if term.endswith("y") else f"{stem}(?:e?s)?"
    return re.compile(rf"(?<![\w.-]){plural}(?![\w=(-]|\.\w)", re.I)


def without_exceptions(glossary: Glossary, found: Iterable[Finding]) -> list[str]:
    """The problems but for the exceptions, and the exceptions that meet nothing."""
    problems, used = [], set()
    for finding in found:
        matching = [
            one
            for one in glossary.exceptions
            if one.file == finding.path.as_posix() and one.text in finding.text
        ]
        used.update(matching)
        if not matching:
            problems.append(finding.problem)
    return problems + [
        f"{FILE}:{one.line}: this exception meets nothing in {one.file} any more; "
        "remove it."
        for one in glossary.exceptions
        if one not in used
    ]
