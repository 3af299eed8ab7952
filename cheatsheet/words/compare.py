"""The same page in two languages: what it means, and every way in which it fails.

Section by section, both have the same blocks in the same order: paragraphs, items, cells,
notes and warnings, fences, formulas, pictures. Of two blocks, code is the same token by token
once comments are dropped, output to the letter; in words, the targets of links and the
emphasis are the same, and in any order the numbers, shapes, and names.
"""

import io
import re
import tokenize
from bisect import bisect
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path

import yaml

from cheatsheet.page import Fence, Page
from cheatsheet.source import SourceError, read_text
from cheatsheet.words.languages import Language
from cheatsheet.words.settings import compose, scalars
from cheatsheet.words.text import (
    CHINESE,
    COLUMNS,
    COMMENT,
    HAN,
    INLINE_CODE,
    SHELL_COMMENT,
    SIGNS,
    Block,
    Line,
    page_blocks,
    read_words,
    width,
)

# Latin words in a row. Names such as nn.Linear and state_dict() are in code voice or
# hold a sign, and do not count; a name or two in a Chinese sentence is no English.
ENGLISH = re.compile(r"(?<![\w.])[A-Za-z][a-z']+(?:[ ,;:]+[A-Za-z][a-z']*)+")
WIDE = re.compile(f"[{HAN}{SIGNS}]")
# A shape is one number. Numbers that are words, such as "two", are left to whoever reviews.
NUMBER = re.compile(r"\(\d+,(?: ?\d+,?)*\)|(?<![A-Za-z\d_.])[−-]?\d+(?:\.\d+)*(?:e-?\d+)?")
# What is a name without backticks, too: an address, a placeholder, an error, what has a dot, an
# underscore, a digit or brackets in or behind it.
NAME = re.compile(
    r"https?://[^\s，。；）]+|\{\w*\}|%[sdr]|\w+Error\b"
    r"|(?!e\.g|i\.e)(?:(?<![\w.])[A-Za-z]\w*(?=[.(\[])|\w*_\w*)(?:\.\w+|\((?:\w+=\w+|\d*)\)|\[\d+\])+"
    r"|\w*[A-Za-z]_\w*|_\w+|[A-Za-z]+\d\w*",
    re.A,
)


def compare(english: Page, other: Page) -> list[SourceError]:
    """Every way in which two languages' pages say different things, with its place."""
    pages = english, other
    heads = [
        [Block(f"{'#' * s.level} {s.id}", [Line(page.path, s.line, "")]) for s in page.sections]
        for page in pages
    ]
    ours, theirs = map(by_section, pages)
    paths = english.path, other.path
    found = _compare_blocks(*heads, paths)
    for section in (one for one in ours if one in theirs):
        found += _compare_blocks(ours[section], theirs[section], paths)
    return found


def compare_menus(root: Path, english: Language, other: Language) -> list[SourceError]:
    """The same of the menus of two languages, `nav` in their configs; and the placeholders of
    the words that their templates take."""
    menus, texts = [], []
    for language in (english, other):
        path = Path(language.config)
        config = compose(path, read_text(root, path))
        texts.append(dict(labels(config)))
        entries = [one for k, value in config.value if k.value == "nav" for one in scalars(value)]
        lines = [Line(path, one.start_mark.line + 1, one.value) for one in entries]
        names = [one.text if one.text.endswith(".md") else "a title" for one in lines]
        menus.append([Block(name, [line]) for name, line in zip(names, lines, strict=True)])
    found = _compare_blocks(*menus, (Path(english.config), Path(other.config)))
    for at, its in texts[1].items():
        pair = texts[0].get(at, its).value, its.value
        mine, held = (sorted(set(re.findall(r"\{\w+\}", text))) for text in pair)
        if mine != held:
            problem = f"{at[-1]} has {held}, and in {english.config} {mine}; make them the same."
            found.append(SourceError(other.config, its.start_mark.line + 1, problem))
    return found + (left_in_english(menus[1]) if other.chinese else [])


def labels(node: yaml.Node, at: tuple = ()) -> Iterator[tuple[tuple, yaml.ScalarNode]]:
    """The texts of a config, by the keys that lead to them."""
    if isinstance(node, yaml.ScalarNode):
        yield at, node
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from labels(value, (*at, key.value))
    else:
        for number, value in enumerate(node.value):
            yield from labels(value, (*at, number))


def _compare_blocks(
    ours: list[Block], theirs: list[Block], paths: tuple[Path, Path]
) -> list[SourceError]:
    there, here = (Line(path, 1, "") for path in paths)
    found = []
    for mine, its in zip_longest(ours, theirs):
        there, here = mine.first if mine else there, its.first if its else here
        if not (mine and its and mine.kind == its.kind):
            problem = f"here is {_said(its)}, and {there.place} has {_said(mine)}"
            found.append(here.error(f"{problem}; make them the same."))
            break  # what follows may belong to something else
        unlike = differences(mine, its)
        found += unlike
        if unlike and mine.fence:
            break
    return found


def _said(block: Block | None) -> str:
    return f"{block.kind} {block.text!r}".removesuffix(" ''") if block else "nothing more"


def by_section(page: Page) -> dict[str, list[Block]]:
    """The blocks of each section, by its id; the description is of the first one."""
    found: dict[str, list[Block]] = {}
    starts = [section.line for section in page.sections[1:]]
    ids = [section.id for section in page.sections] or [""]
    for block in page_blocks(page):
        found.setdefault(ids[bisect(starts, block.first.number)], []).append(block)
    return found


def differences(ours: Block, theirs: Block) -> list[SourceError]:
    """Every way in which two blocks of one kind say different things."""
    found = []
    if ours.text == theirs.text and ENGLISH.search(INLINE_CODE.sub("`", ours.text)):
        problem = f"this is the text of {ours.first.place}, {ours.text!r}; write it anew."
        found.append(theirs.first.error(problem))
    pairs = {
        kind: (ours.marks.get(kind, []), theirs.marks.get(kind, []))
        for kind in ("link", "image", "emphasis")
    }
    pairs["number"] = _more(_numbers, ours, theirs), _more(_numbers, theirs, ours)
    pairs["name"] = _more_names(ours, theirs), _more_names(theirs, ours)
    if ours.fence and theirs.fence:
        kind = "output" if ours.fence.language == "text" else "code"
        pairs[kind] = meaning(ours.fence), meaning(theirs.fence)
    for kind, lists in pairs.items():
        found += _first_difference(kind, *lists, (ours, theirs))
    return found


def _numbers(text: str) -> list[str]:
    return NUMBER.findall(NAME.sub(" ", INLINE_CODE.sub(" ", text)))


def _names(text: str) -> list[str]:
    code = [found[0].strip("` ") for found in INLINE_CODE.finditer(text)]
    return code + NAME.findall(INLINE_CODE.sub(" ", text))


def _more(read: Callable[[str], list[str]], block: Block, other: Block) -> list[Line]:
    """What is read in a block more often than in the other, with its lines."""
    found = []
    for text in (Counter(read(block.text)) - Counter(read(other.text))).elements():
        line = next((one for one in block.lines if text in one.text), block.first)
        found.append(replace(line, text=text))  # it may be broken over two lines
    return found


def _more_names(block: Block, other: Block) -> list[Line]:
    """The names that the other block lacks. On a page, they may be repeated, and the other may
    have them without backticks, as in headings, or in words, as in "state dict"."""
    names = _more(_names, block, other)
    if block.kind == COMMENT:
        return names
    known, words = _names(other.text), INLINE_CODE.sub(" ", other.text)
    found = []
    for name in names:
        form = re.escape(name.text).replace("_", "[_ ]")
        as_words = re.search(rf"(?<![\w.]){form}s?(?!\w)", words, re.A | re.I)
        found += [] if name.text in known or as_words else [name]
    return found


def _first_difference(
    kind: str, ours: list[Line], theirs: list[Line], blocks: tuple[Block, Block]
) -> list[SourceError]:
    """Where two lists part; one that ends first lacks something behind its last line."""
    there, here = (block.first for block in blocks)
    for mine, its in zip_longest(ours, theirs):
        there, here = mine or there, its or here
        if not (mine and its and mine.text == its.text):
            has = repr(its.text) if its else "missing", repr(mine.text) if mine else "none"
            problem = f"this {kind} is {has[0]}, and {there.place} has {has[1]}"
            texts = " and ".join(repr(block.text) for block in blocks[::-1] if block.text)
            return [here.error(f"{problem}; make them the same{texts and ': '}{texts}.")]
    return []


def meaning(fence: Fence) -> list[Line]:
    """What a fence has to say in every language: of code, its tokens but for comments; of output,
    its lines; of the words of plots, the keys."""
    if fence.language == "python":
        if words := read_words(fence.source):
            rows = [(key.lineno, f"words[{key.value!r}]") for key, _ in words]
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


def problems(page: Page, language: Language) -> list[SourceError]:
    """What is wrong with a page by itself, with its place."""
    found, blocks = [], page_blocks(page)
    if not (page.description and page.sections and page.sections[0].level == 1):
        problem = "a page begins with its description (---, description: …, ---) and #; write them."
        found.append(SourceError(page.path, 1, problem))
    for one in page.sections:
        if one.level == 1 and one.id != page.path.stem:
            problem = f"the id of the title is the page's name; write #{page.path.stem}."
            found.append(SourceError(page.path, one.line, problem))
    for block in blocks:
        if block.kind == "picture" and not block.text.strip():
            problem = "an image needs words for those who do not see it; write them."
            found.append(block.first.error(problem))
    for example in page.examples:
        for number, row in enumerate(example.code.source.split("\n"), example.line + 1):
            if width(row) > COLUMNS:
                problem = f"{width(row)} columns of code; break the line after {COLUMNS}."
                found.append(SourceError(page.path, number, problem))
    if not language.code:
        rows = enumerate(page.lines, 1)
        found += left_in_chinese(Line(page.path, number, row) for number, row in rows)
    elif language.chinese:
        found += left_in_english(blocks)
    return found


def left_in_english(blocks: Iterable[Block]) -> list[SourceError]:
    """Passages of Chinese that are English: three words in a row without any Chinese (two in a
    comment), or seven beside it."""
    found = []
    for block in blocks:
        words = 2 if block.kind == COMMENT else 3
        text = INLINE_CODE.sub(" ` ", block.text)  # ends a row of words
        rows = [row for row in ENGLISH.findall(text) if row.count(" ") >= words - 1]
        long = [row for row in rows if row.count(" ") >= 6]
        if long or (rows and not CHINESE.search(text)):
            cure = "write it in Chinese, or put code in `backticks`"
            problem = f"this is English: {(long or rows)[0]!r}; {cure}."
            found.append(block.first.error(problem))
    return found


def left_in_chinese(lines: Iterable[Line]) -> list[SourceError]:
    """Passages of English that are Chinese, full-width signs included."""
    return [
        line.error(f"this is Chinese: {line.text!r}; write it in English.")
        for line in lines
        if WIDE.search(line.text)
    ]
