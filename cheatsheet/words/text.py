"""What texts are made of: signs and their width, comments, and the blocks of a page."""

import ast
import io
import re
import tokenize
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from unicodedata import east_asian_width

from markdown_it import MarkdownIt
from markdown_it.token import Token

from cheatsheet.page import Fence, Page
from cheatsheet.source import SourceError

COLUMNS = 88  # of code: more would scroll on a laptop
# Chinese characters, and the signs that are as wide as they are.
HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
SIGNS = "\u3000-\u30ff\uff00-\uffef"
CHINESE = re.compile(f"[{HAN}]")
INLINE_CODE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)")
SHELL_COMMENT = re.compile(r"(?:^|(?<=\s))#+\s*.+")
ID = re.compile(r"\s*\{ #[a-z0-9-]+ \}")
COMMENT = "comment"


@dataclass(frozen=True)
class Line:
    """One line of words."""

    path: Path
    number: int  # from 1
    text: str
    before: str = ""  # the line that it goes on from, in the same paragraph

    @property
    def place(self) -> str:
        return f"{self.path}:{self.number}"

    def error(self, problem: str) -> SourceError:
        return SourceError(self.path, self.number, problem)


@dataclass(frozen=True)
class Block:
    """What stands by itself on a page: a paragraph, an item, a cell, a fence, a comment in it."""

    # The tags that begin here, such as "<ul><li><p>", the header of a fence, a mark, a formula.
    kind: str
    lines: list[Line]  # its words; code stands in backticks
    # The targets of links and images, and emphasis, by these names.
    marks: dict[str, list[Line]] = field(default_factory=dict)
    fence: Fence | None = None

    @property
    def first(self) -> Line:
        return self.lines[0]

    @property
    def text(self) -> str:
        return " ".join(line.text for line in self.lines)


@dataclass(frozen=True)
class Comment:
    """A comment with its sign; `line` counts from 1, and `column` from 0."""

    line: int
    column: int
    text: str

    @property
    def words(self) -> str:
        return self.text.lstrip("#").strip()


def width(text: str) -> int:
    """The columns that a line takes, a Chinese character two."""
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)


@lru_cache(maxsize=4096)
def comments(source: str, language: str = "python") -> list[Comment]:
    """The comments of Python or shell code; of what is no Python, those before its fault."""
    if language != "python":
        rows = enumerate(map(SHELL_COMMENT.search, source.split("\n")), 1)
        return [Comment(number, found.start(), found[0]) for number, found in rows if found]
    found = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type == tokenize.COMMENT:
                found.append(Comment(*token.start, token.string))
    except (tokenize.TokenError, SyntaxError):
        pass  # reading the page, or the module, says so
    return found


@lru_cache(maxsize=4096)
def read_words(source: str) -> list[tuple[ast.Constant, ast.Constant]] | None:
    """The keys and the words of a lab's plots, `words = {"layer": "layer"}`; None for other code:
    the values of this one fence may differ between languages."""
    try:
        body = ast.parse(source).body
    except SyntaxError:
        return None
    match body:
        case [ast.Assign([ast.Name("words")], ast.Dict(keys, values))]:
            nodes = [*keys, *values]
            if all(isinstance(one, ast.Constant) and isinstance(one.value, str) for one in nodes):
                return list(zip(keys, values, strict=True))
    return None


def page_blocks(page: Page) -> list[Block]:
    """What a page says, its description first."""
    front = [Block("description", [Line(page.path, 2, page.description)])]
    return front * bool(page.description) + read_blocks(page.path, page.tokens)


def markdown(text: str) -> list[Token]:
    """The tokens of Markdown that is no page, such as the README."""
    return MarkdownIt("commonmark").enable("table").parse(text)


def read_blocks(path: Path, tokens: Iterable[Token]) -> list[Block]:
    """What any Markdown says, block by block; formulas, ids and addresses are no words."""
    found, opened = [], ""
    for token in tokens:
        first = token.map[0] + 1 if token.map else 0
        if token.nesting == 1:
            opened += f"<{token.tag}{token.info}>"  # with the number of an item
        elif token.type == "fence":
            fence = Fence(path, first, token.map[1], token.info, token.content)
            found.append(Block(f"{opened}```{token.info}", [Line(path, first, "")], fence=fence))
            if fence.language in ("python", "bash"):
                said = comments(fence.source, fence.language)
                words = read_words(fence.source) or ()
                rows = [("word", text.lineno, text.value) for _, text in words]
                rows += [(COMMENT, one.line, one.words) for one in said]
                found += [Block(kind, [Line(path, first + n, text)]) for kind, n, text in rows]
            opened = ""
        elif token.type == "inline":
            if token.content.startswith(("$$", ":::")):
                kind = " ".join(token.content.split())
                found.append(Block(kind, [Line(path, first, "")]))
            else:
                found += _inline(path, token, first, opened)
            opened = ""
    return found


def _inline(path: Path, token: Token, first: int, kind: str) -> list[Block]:
    """A paragraph, a heading or a cell, without links and emphasis; then its pictures."""
    rows, marks, pictures = [""], {"link": [], "emphasis": []}, []
    for child in token.children:
        number = first + len(rows) - 1
        match child.type:
            case "softbreak" | "hardbreak":
                rows.append("")
            case "text":
                rows[-1] += child.content
            case "code_inline":
                ticked = "`" in child.content
                rows[-1] += f"`` {child.content} ``" if ticked else f"`{child.content}`"
            case "link_open":
                marks["link"].append(Line(path, number, child.attrs["href"]))
            case "strong_open" | "em_open":
                marks["emphasis"].append(Line(path, number, child.markup))
            case "image":
                target = {"image": [Line(path, number, child.attrs["src"])]}
                pictures.append(Block("picture", [Line(path, number, child.content)], target))
    if rows[0].startswith("///"):
        kind, _, rows[0] = map(str.strip, rows[0].partition("|"))
    lines = [Line(path, first, ID.sub("", rows[0]))]
    for number, (before, row) in enumerate(pairwise(rows), first + 1):
        # What follows the title of a block, or ends it, does not go on from the line before.
        new = kind.startswith("///") and number == first + 1
        lines.append(Line(path, number, row.removeprefix("///"), "" if new else before))
    return [Block(kind, lines, marks), *pictures]
