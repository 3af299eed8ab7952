"""The same page in two languages: what it means, and every way in which it fails.

Equal but for words: headings by level and id, definitions, targets of links and images,
fences by header, code token by token once comments are dropped, outputs to the letter.
"""

import io
import re
import tokenize
from collections.abc import Callable, Iterable
from itertools import zip_longest

from markdown_it.token import Token

from cheatsheet.page import Fence, Page, Shown
from cheatsheet.words.languages import Language
from cheatsheet.words.text import (
    CHINESE,
    COLUMNS,
    HAN,
    INLINE_CODE,
    SHELL_COMMENT,
    SIGNS,
    Line,
    code_comments,
    prose,
    read_words,
    width,
)

# Latin words in a row. Names such as nn.Linear and state_dict() are in code voice or
# hold a sign, and do not count; a name or two in a Chinese sentence is no English.
ENGLISH = re.compile(r"(?<![\w.])[A-Za-z][a-z']+(?:[ ,;:]+[A-Za-z][a-z']*)+")
WIDE = re.compile(f"[{HAN}{SIGNS}]")


def headings(page: Page) -> list[Line]:
    """Levels and ids, such as "## access-parameter"."""
    return [
        Line(page.path, one.line, f"{'#' * one.level} {one.id}") for one in page.sections if one.id
    ]


def definitions(page: Page) -> list[Line]:
    """The definitions that are shown, such as "snippets.custom_module.MLP"."""
    return [
        Line(page.path, part.line, f"{part.module}.{part.name}")
        for part in page.parts
        if isinstance(part, Shown)
    ]


def links(page: Page) -> list[Line]:
    """The targets of links."""
    return _inside(page, "link_open", lambda token: token.attrs["href"])


def images(page: Page) -> list[Line]:
    """The targets of images and plots."""
    return _inside(page, "image", lambda token: token.attrs["src"])


def alternatives(page: Page) -> list[Line]:
    """The texts that stand for images."""
    return _inside(page, "image", lambda token: token.content)


def _inside(page: Page, kind: str, text: Callable[[Token], str]) -> list[Line]:
    found = []
    for token in page.tokens:
        line = token.map[0] + 1 if token.map else 1
        for child in token.children or ():
            line += child.type in ("softbreak", "hardbreak")
            if child.type == kind:
                found.append(Line(page.path, line, text(child)))
    return found


def compare(english: Page, other: Page) -> list[str]:
    """Every way in which two languages' pages say different things, with its place."""
    found = []
    for kind, read in {
        "heading": headings,
        "definition": definitions,
        "link": links,
        "image": images,
        "block": lambda page: [Line(page.path, f.line, f.header) for f in page.fences],
    }.items():
        found += _first_difference(kind, english, read(english), other, read(other))
    for mine, its in zip(alternatives(english), alternatives(other), strict=False):
        if mine.text == its.text:
            problem = f"the text of this image is the one of {mine.place}; write it anew."
            found.append(f"{its.place}: {problem}")
    for ours, theirs in zip(english.fences, other.fences, strict=False):
        if ours.header != theirs.header:
            break  # which is said above
        kind = "output" if ours.language == "text" else "code"
        found += _first_difference(kind, english, meaning(ours), other, meaning(theirs))
    return found


def _first_difference(
    kind: str, english: Page, ours: list[Line], other: Page, theirs: list[Line]
) -> list[str]:
    for mine, its in zip_longest(ours, theirs):
        if not (mine and its):
            one, lacking = (mine, other) if mine else (its, english)
            return [f"{one.place}: the {kind} {one.text!r} is missing in {lacking.path}; add it."]
        if mine.text != its.text:
            problem = f"this {kind} is {its.text!r}, and {mine.place} has {mine.text!r}"
            return [f"{its.place}: {problem}; make them the same."]
    return []


def meaning(fence: Fence) -> list[Line]:
    """What a fence has to say in every language, piece by piece.

    Of code, all tokens but comments and line ends that mean nothing; of output, every
    line; of the words of plots, the one fence whose strings may differ, the keys.
    """
    if fence.language == "python":
        if words := read_words(fence.source):
            rows = [(word.line, f"words[{word.key!r}]") for word in words]
        else:
            tokens = tokenize.generate_tokens(io.StringIO(fence.source).readline)
            ignored = (tokenize.COMMENT, tokenize.NL)
            rows = [(t.start[0], t.string) for t in tokens if t.type not in ignored]
    else:
        rows = list(enumerate(fence.source.split("\n"), 1))
    if fence.language == "bash":
        bare = [(number, SHELL_COMMENT.sub("", row).strip()) for number, row in rows]
        rows = [(number, row) for number, row in bare if row]
    return [Line(fence.path, fence.line + number, text) for number, text in rows]


def problems(page: Page, language: Language) -> list[str]:
    """What is wrong with a page by itself, with its place.

    It lacks its description or its title, an image has no text, code would scroll on a
    laptop, or something is in another language than the page (English or Chinese).
    """
    found = []
    if not page.description or page.sections[0].level != 1:
        problem = "a page begins with its description (---, description: …, ---) and #; write them."
        found.append(f"{page.path}:1: {problem}")
    for one in page.sections:
        if one.level == 1 and one.id != page.path.stem:
            problem = f"the id of the title is the page's name; write #{page.path.stem}."
            found.append(f"{page.path}:{one.line}: {problem}")
    for image in alternatives(page):
        if not image.text.strip():
            problem = "an image needs words for those who do not see it; write them."
            found.append(f"{image.place}: {problem}")
    found += [
        f"{line.place}: {width(line.text)} columns of code; break the line after {COLUMNS}."
        for line in source_lines(one.code for one in page.examples)
        if width(line.text) > COLUMNS
    ]
    if not language.code:
        found += left_in_chinese(prose(page) + source_lines(page.fences))
    elif language.chinese:
        found += left_in_english(prose(page))
        found += left_in_english(code_comments(page.path, page.tokens), words=2)
    return found


def source_lines(fences: Iterable[Fence]) -> list[Line]:
    """The lines between the marks of fences."""
    return [
        Line(fence.path, number, row)
        for fence in fences
        for number, row in enumerate(fence.source.split("\n"), fence.line + 1)
    ]


def left_in_english(lines: Iterable[Line], words: int = 3) -> list[str]:
    """Passages of Chinese that are English: so many words in a row without any Chinese, or
    seven beside it."""
    paragraphs: list[tuple[str, str]] = []
    for line in lines:
        text = INLINE_CODE.sub(" ` ", line.text)  # ends a row of words
        place, before = paragraphs.pop() if line.before else (line.place, "")
        paragraphs.append((place, f"{before} {text}"))
    found = []
    for place, text in paragraphs:
        rows = [row for row in ENGLISH.findall(text) if row.count(" ") >= words - 1]
        long = [row for row in rows if row.count(" ") >= 6]
        if long or (rows and not CHINESE.search(text)):
            cure = "write it in Chinese, or put code in `backticks`"
            found.append(f"{place}: this is English: {(long or rows)[0]!r}; {cure}.")
    return found


def left_in_chinese(lines: Iterable[Line]) -> list[str]:
    """Passages of English that are Chinese, full-width signs included."""
    return [
        f"{line.place}: this is Chinese: {line.text!r}; write it in English."
        for line in lines
        if WIDE.search(line.text)
    ]
