"""What a page says, apart from its words; and how two languages' pages may differ."""

import io
import re
import tokenize
from dataclasses import dataclass, field
from pathlib import Path
from unicodedata import east_asian_width

from markdown_it import MarkdownIt
from markdown_it.token import Token

from cheatsheet.blocks import (
    Block,
    Example,
    read_blocks,
    read_examples,
    read_page,
    split_lines,
)
from cheatsheet.run.compare import difference
from cheatsheet.words.plot_words import read_words

HEADING = re.compile(r"(?P<level>#{1,6})\s+(?P<text>.+?)\s+\{ #(?P<id>[a-z0-9-]+) \}")
DEFINITION = re.compile(r":::\s+(\S+)$")
CHINESE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")
# Latin words in a row. Names such as nn.Linear and state_dict() are in code voice or
# hold a sign, and do not count; a name or two in a Chinese sentence is no English.
ENGLISH = re.compile(r"(?<![\w.])[A-Za-z][a-z']+(?:[ ,;:]+[A-Za-z][a-z']*)+")


@dataclass(frozen=True)
class Mark:
    """One thing that both languages must have, and where it stands."""

    line: int
    what: str


@dataclass
class Page:
    path: Path
    headings: list[Mark] = field(default_factory=list)  # "## access-parameter"
    definitions: list[Mark] = field(default_factory=list)
    links: list[Mark] = field(default_factory=list)
    images: list[Mark] = field(default_factory=list)
    alternatives: list[Mark] = field(default_factory=list)  # texts of the images
    prose: list[Mark] = field(default_factory=list)  # without code and addresses
    blocks: list[Block] = field(default_factory=list)
    examples: list[Example] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def read(path: Path, text: str | None = None) -> Page:
    text = read_page(path) if text is None else text
    page = Page(
        path, blocks=read_blocks(text, path), examples=read_examples(path, text)
    )
    lines = split_lines(text)
    fenced = {n for b in page.blocks for n in range(b.line, b.end + 1)}
    for number, line in enumerate(lines, 1):
        if number in fenced:
            continue
        if line.startswith("#"):
            _add_heading(page, number, line)
        if match := DEFINITION.match(line):
            page.definitions.append(Mark(number, match[1]))
    description = re.match(r"---\ndescription: (\S.*)\n---\n\n# ", text)
    if description:
        page.prose.append(Mark(2, description[1]))
    else:
        problem = "a page begins with its description (---, description: …, ---) and # "
        page.problems.append(f"{path}:1: {problem}; write them.")
    # Front matter is no Markdown; blank lines in its place keep the line numbers.
    body = re.sub(
        r"\A---\n.*?\n---\n", lambda m: "\n" * m[0].count("\n"), text, flags=re.S
    )
    for token in MarkdownIt("commonmark").enable("table").parse(body):
        if token.type == "inline" and not DEFINITION.match(token.content):
            _add_inline(page, token)
    for block in page.blocks:
        for word in read_words(block.source) or ():
            page.prose.append(Mark(block.line + word.line, word.text))
    return page


def _add_heading(page: Page, number: int, line: str) -> None:
    match = HEADING.fullmatch(line.rstrip())
    if match is None:
        problem = f"this heading has no id; write it as {line.strip()} {{ #some-id }}."
        page.problems.append(f"{page.path}:{number}: {problem}")
        return
    page.headings.append(Mark(number, f"{match['level']} {match['id']}"))
    if match["level"] == "#" and match["id"] != page.path.stem:
        problem = f"the id of the title is the page's name: {{ #{page.path.stem} }}."
        page.problems.append(f"{page.path}:{number}: {problem}")


def _add_inline(page: Page, token: Token) -> None:
    line = (token.map or [0])[0] + 1
    words = []
    for child in token.children:
        if child.type in ("softbreak", "hardbreak"):
            line += 1
            words.append(" ")
        elif child.type == "link_open":
            page.links.append(Mark(line, child.attrs["href"]))
        elif child.type == "image":
            page.images.append(Mark(line, child.attrs["src"]))
            page.alternatives.append(Mark(line, child.content))
        elif child.type == "text":
            words.append(child.content)
        elif child.type == "code_inline":
            words.append(" ` ")  # ends a row of words
    text = re.sub(r"\{ #[a-z0-9-]+ \}|^/// \w+ \||^///.*", "", "".join(words))
    first = (token.map or [0])[0] + 1
    page.prose.append(Mark(first, re.sub(r"\$\$.*?\$\$", "", text, flags=re.S)))


def compare(english: Page, other: Page) -> list[str]:
    """Every way in which two languages' pages say different things."""
    kinds = {
        "heading": (english.headings, other.headings),
        "definition": (english.definitions, other.definitions),
        "link": (english.links, other.links),
        "image": (english.images, other.images),
        "block": (_headers(english), _headers(other)),
    }
    found = []
    for kind, (ours, theirs) in kinds.items():
        found += _compare_marks(kind, english, ours, other, theirs)
    for mine, its in zip(english.alternatives, other.alternatives, strict=False):
        if mine.what == its.what:
            problem = f"{other.path}:{its.line}: the text of this image is the one of "
            found.append(problem + f"{english.path}:{mine.line}; write it anew.")
    for ours, theirs in zip(english.examples, other.examples, strict=False):
        found += _compare_code(ours, theirs) + _compare_outputs(ours, theirs)
    return found


def _headers(page: Page) -> list[Mark]:
    return [Mark(block.line, block.header) for block in page.blocks]


def _compare_marks(kind, english, ours, other, theirs) -> list[str]:
    for mine, its in zip(ours, theirs, strict=False):
        if mine.what != its.what:
            return [
                f"{other.path}:{its.line}: this {kind} is {its.what!r}, and "
                f"{english.path}:{mine.line} has {mine.what!r}; make them the same."
            ]
    for longer, shorter, rest in (
        (english, other, ours[len(theirs) :]),
        (other, english, theirs[len(ours) :]),
    ):
        if rest:
            return [
                f"{longer.path}:{rest[0].line}: the {kind} {rest[0].what!r} is missing "
                f"in {shorter.path}; add it there."
            ]
    return []


def _compare_code(ours: Example, theirs: Example) -> list[str]:
    words = read_words(ours.code.source), read_words(theirs.code.source)
    if None not in words:  # the one fence whose strings may differ, apart from its keys
        keys = [[word.key for word in each] for each in words]
        if keys[0] == keys[1]:
            return []
        return [
            f"{theirs.code.path}:{theirs.code.line}: these words are for {keys[1]}, "
            f"and those at {ours.code.path}:{ours.code.line} for {keys[0]}; make the "
            "keys the same."
        ]
    a, b = _tokens(ours.code), _tokens(theirs.code)
    for (mine, line), (its, its_line) in zip(a, b, strict=False):
        if mine != its:
            return [
                f"{theirs.code.path}:{its_line}: the code has {its!r}, and "
                f"{ours.code.path}:{line} has {mine!r}; only comments may differ."
            ]
    if len(a) != len(b):
        return [
            f"{theirs.code.path}:{theirs.code.line}: this code and that of "
            f"{ours.code.path}:{ours.code.line} differ in length; only comments may."
        ]
    return []


def _tokens(block: Block) -> list[tuple[str, int]]:
    """The code without comments and line ends that mean nothing, with page lines."""
    tokens = tokenize.generate_tokens(io.StringIO(block.source).readline)
    ignored = (tokenize.COMMENT, tokenize.NL)
    return [
        (t.string, block.line + t.start[0]) for t in tokens if t.type not in ignored
    ]


def _compare_outputs(ours: Example, theirs: Example) -> list[str]:
    found = []
    for title, block in theirs.outputs.items():
        mine = ours.outputs.get(title)
        if mine and (diff := difference(mine.source, block.source)):
            found.append(
                f"{block.path}:{block.line}: this output differs from the one at "
                f"{mine.path}:{mine.line}:\n{diff}"
            )
    return found


def left_in_english(page: Page) -> list[str]:
    """Passages of a Chinese page that are English."""
    found = []
    for mark in page.prose + page.alternatives:
        rows = [row for row in ENGLISH.findall(mark.what) if row.count(" ") >= 2]
        long = [row for row in rows if row.count(" ") >= 6]
        if long or (rows and not CHINESE.search(mark.what)):
            words = (long or rows)[0]
            problem = f"{page.path}:{mark.line}: this is English: {words!r}; "
            found.append(problem + "write it in Chinese, or put code in `backticks`.")
    return found


def left_in_chinese(page: Page) -> list[str]:
    """Passages of an English page that are Chinese, comments in code included."""
    marks = page.prose + page.alternatives
    marks += [
        Mark(block.line + n, line)
        for block in page.blocks
        for n, line in enumerate(block.source.split("\n"), 1)
    ]
    return [
        f"{page.path}:{mark.line}: this is Chinese: {mark.what!r}; write it in English."
        for mark in marks
        if CHINESE.search(mark.what)
    ]


def comments_in_english(page: Page) -> list[str]:
    """Comments of the code on a Chinese page that are English sentences."""
    found = []
    for example in page.examples:
        tokens = tokenize.generate_tokens(io.StringIO(example.code.source).readline)
        for token in tokens:
            if token.type != tokenize.COMMENT or CHINESE.search(token.string):
                continue
            if any(row.count(" ") >= 1 for row in ENGLISH.findall(token.string)):
                line = example.code.line + token.start[0]
                problem = f"{page.path}:{line}: this comment is English: {token.string}"
                found.append(problem + "; write it in Chinese.")
    return found


def too_wide(page: Page, columns: int = 88) -> list[str]:
    """Lines of code that would scroll on a laptop; a Chinese character is two wide."""
    return [
        f"{page.path}:{block.line + n}: {width(line)} columns of code; break the line "
        f"after {columns}."
        for block in page.blocks
        if block.language == "python"
        for n, line in enumerate(block.source.split("\n"), 1)
        if width(line) > columns
    ]


def width(line: str) -> int:
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in line)
