"""The same page in two languages: what it means, and every way in which it fails.

Equal but for words: headings by level and id, definitions, targets of links and images,
fences by header, code token by token once comments are dropped, outputs to the letter.
"""

import io
import re
import tokenize
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import zip_longest

from markdown_it.token import Token

from cheatsheet.page import Example, Fence, Page, Shell, Shown
from cheatsheet.words.languages import Language
from cheatsheet.words.text import (
    CHINESE,
    HAN,
    INLINE_CODE,
    SHELL_COMMENT,
    SIGNS,
    Line,
    comments,
    prose,
    read_words,
    width,
)

COLUMNS = 88
# Latin words in a row. Names such as nn.Linear and state_dict() are in code voice or
# hold a sign, and do not count; a name or two in a Chinese sentence is no English.
ENGLISH = re.compile(r"(?<![\w.])[A-Za-z][a-z']+(?:[ ,;:]+[A-Za-z][a-z']*)+")
WIDE = re.compile(f"[{HAN}{SIGNS}]")


@dataclass(frozen=True)
class Mark:
    """One thing that both languages must have, and where it stands."""

    line: int
    what: str


def headings(page: Page) -> list[Mark]:
    """Levels and ids, such as "## access-parameter"."""
    named = [section for section in page.sections if section.id]
    return [Mark(one.line, f"{'#' * one.level} {one.id}") for one in named]


def definitions(page: Page) -> list[Mark]:
    """The definitions that are shown, such as "snippets.custom_module.MLP"."""
    shown = [part for part in page.parts if isinstance(part, Shown)]
    return [Mark(one.line, f"{one.module}.{one.name}") for one in shown]


def links(page: Page) -> list[Mark]:
    """The targets of links."""
    return _inside(page, lambda t: t.type == "link_open" and t.attrs["href"])


def images(page: Page) -> list[Mark]:
    """The targets of images and plots."""
    return _inside(page, lambda t: t.type == "image" and t.attrs["src"])


def alternatives(page: Page) -> list[Mark]:
    """The texts that stand for images."""
    return _inside(page, lambda t: t.type == "image" and (t.content or " "))


def _inside(page: Page, what: Callable[[Token], str]) -> list[Mark]:
    found = []
    for token in page.tokens:
        line = token.map[0] + 1 if token.map else 1
        for child in token.children or ():
            line += child.type in ("softbreak", "hardbreak")
            if text := what(child):
                found.append(Mark(line, text))
    return found


def compare(english: Page, other: Page) -> list[str]:
    """Every way in which two languages' pages say different things, with its place."""
    found = []
    for kind, read in {
        "heading": headings,
        "definition": definitions,
        "link": links,
        "image": images,
        "block": lambda page: [Mark(one.line, one.header) for one in page.fences],
    }.items():
        found += _compare_marks(kind, english, read(english), other, read(other))
    for mine, its in zip(alternatives(english), alternatives(other), strict=False):
        if mine.what == its.what:
            problem = f"{other.path}:{its.line}: the text of this image is the one of "
            found.append(problem + f"{english.path}:{mine.line}; write it anew.")
    for ours, theirs in zip(_code(english), _code(other), strict=False):
        found += compare_code(ours.code, theirs.code)
    for mine, its in zip(english.examples, other.examples, strict=False):
        for title, output in its.outputs.items():
            own = mine.outputs.get(title)
            if own and own.source != output.source:
                problem = f"{other.path}:{output.line}: this output differs from the "
                problem += f"one at {english.path}:{own.line}; make them the same."
                found.append(problem)
    return found


def _code(page: Page) -> list[Example | Shell]:
    return [part for part in page.parts if isinstance(part, (Example, Shell))]


def _compare_marks(kind, english, ours, other, theirs) -> list[str]:
    for mine, its in zip_longest(ours, theirs):
        if mine and its and mine.what != its.what:
            return [
                f"{other.path}:{its.line}: this {kind} is {its.what!r}, and "
                f"{english.path}:{mine.line} has {mine.what!r}; make them the same."
            ]
        if not (mine and its):
            there, missing, mark = english.path, other.path, mine
            if its:
                there, missing, mark = other.path, english.path, its
            return [
                f"{there}:{mark.line}: the {kind} {mark.what!r} is missing in "
                f"{missing}; add it there."
            ]
    return []


def compare_code(ours: Fence, theirs: Fence) -> list[str]:
    """How the code of a fence differs from that of another, but for comments.

    Of the words of plots, the one fence whose strings may differ, the keys are code.
    """
    place = f"{theirs.path}:{theirs.line}"
    words = read_words(ours.source), read_words(theirs.source)
    if None not in words:
        keys = [[word.key for word in each] for each in words]
        if keys[0] == keys[1]:
            return []
        return [
            f"{place}: these words are for {keys[1]}, and those at "
            f"{ours.path}:{ours.line} for {keys[0]}; make the keys the same."
        ]
    a, b = code_tokens(ours), code_tokens(theirs)
    for mine, its in zip(a, b, strict=False):
        if mine.what != its.what:
            return [
                f"{theirs.path}:{its.line}: the code has {its.what!r}, and "
                f"{ours.path}:{mine.line} has {mine.what!r}; only comments may differ."
            ]
    if len(a) != len(b):
        return [
            f"{place}: this code and that of {ours.path}:{ours.line} differ in length; "
            "only comments may."
        ]
    return []


def code_tokens(fence: Fence) -> list[Mark]:
    """Code without comments and line ends that mean nothing, with the page's lines."""
    if fence.language != "python":
        rows = enumerate(fence.source.split("\n"), fence.line + 1)
        bare = [Mark(n, SHELL_COMMENT.sub("", row).strip()) for n, row in rows]
        return [mark for mark in bare if mark.what]
    tokens = tokenize.generate_tokens(io.StringIO(fence.source).readline)
    ignored = (tokenize.COMMENT, tokenize.NL)
    return [
        Mark(fence.line + one.start[0], one.string)
        for one in tokens
        if one.type not in ignored
    ]


def problems(page: Page, language: Language) -> list[str]:
    """What is wrong with a page by itself, with its place.

    It lacks its description or its title, an image has no text, code would scroll on a
    laptop, or something is in another language than the page (English or Chinese).
    """
    found = []
    if not page.description or page.sections[0].level != 1:
        problem = "a page begins with its description (---, description: …, ---) and # "
        found.append(f"{page.path}:1: {problem}; write them.")
    for one in page.sections:
        if one.level == 1 and one.id != page.path.stem:
            problem = (
                f"the id of the title is the page's name: {{ #{page.path.stem} }}."
            )
            found.append(f"{page.path}:{one.line}: {problem}")
    for mark in alternatives(page):
        if not mark.what.strip():
            problem = "an image needs words for those who do not see it; write them."
            found.append(f"{page.path}:{mark.line}: {problem}")
    found += [
        f"{line.place}: {width(line.text)} columns of code; break the line after "
        f"{COLUMNS}."
        for line in source_lines(example.code for example in page.examples)
        if width(line.text) > COLUMNS
    ]
    if not language.code:
        found += left_in_chinese(prose(page) + source_lines(page.fences))
    elif language.chinese:
        found += left_in_english(prose(page)) + comments_in_english(page)
    return found


def source_lines(fences: Iterable[Fence]) -> list[Line]:
    """The lines between the marks of fences."""
    return [
        Line(fence.path, number, row)
        for fence in fences
        for number, row in enumerate(fence.source.split("\n"), fence.line + 1)
    ]


def left_in_english(lines: Iterable[Line]) -> list[str]:
    """Passages of Chinese that are English."""
    paragraphs: list[tuple[Line, str]] = []
    for line in lines:
        text = INLINE_CODE.sub(" ` ", line.text)  # ends a row of words
        if line.before and paragraphs:
            first, text_before = paragraphs.pop()
            paragraphs.append((first, f"{text_before} {text}"))
        else:
            paragraphs.append((line, text))
    found = []
    for line, text in paragraphs:
        rows = [row for row in ENGLISH.findall(text) if row.count(" ") >= 2]
        long = [row for row in rows if row.count(" ") >= 6]
        if long or (rows and not CHINESE.search(text)):
            problem = (
                f"this is English: {(long or rows)[0]!r}; write it in Chinese, or "
            )
            found.append(f"{line.place}: {problem}put code in `backticks`.")
    return found


def comments_in_english(page: Page) -> list[str]:
    """Comments of the code on a Chinese page that are English sentences."""
    return [
        f"{page.path}:{example.line + one.start[0]}: this comment is English: "
        f"{one.string}; write it in Chinese."
        for example in page.examples
        for one in comments(example.code.source)
        if not CHINESE.search(one.string)
        and any(" " in row for row in ENGLISH.findall(one.string))
    ]


def left_in_chinese(lines: Iterable[Line]) -> list[str]:
    """Passages of English that are Chinese, full-width signs included."""
    return [
        f"{line.place}: this is Chinese: {line.text!r}; write it in English."
        for line in lines
        if WIDE.search(line.text)
    ]
