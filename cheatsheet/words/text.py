"""What texts are made of: signs and their width, comments, and the lines of prose."""

import ast
import io
import re
import tokenize
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from unicodedata import east_asian_width

from markdown_it import MarkdownIt
from markdown_it.token import Token

from cheatsheet.page import Page

COLUMNS = 88  # of code: more would scroll on a laptop
# Chinese characters, and the signs that are as wide as they are.
HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
SIGNS = "\u3000-\u30ff\uff00-\uffef"
CHINESE = re.compile(f"[{HAN}]")
INLINE_CODE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)")
SHELL_COMMENT = re.compile(r"(?:^|(?<=\s))#+\s*.+")
ID = re.compile(r"\s*\{ #[a-z0-9-]+ \}")
# The first line of a block such as `/// warning | title`, and its last one.
BLOCK = re.compile(r"///\s*(?:[\w-]+\s*\|)?\s*")


@dataclass(frozen=True)
class Line:
    """One line of words; `number` counts from 1.

    `before` is the line that it goes on from, in the same paragraph.
    """

    path: Path
    number: int
    text: str
    before: str = ""

    @property
    def place(self) -> str:
        return f"{self.path}:{self.number}"


@dataclass(frozen=True)
class Comment:
    """A comment with its sign; `line` counts from 1, and `column` from 0."""

    line: int
    column: int
    text: str

    @property
    def words(self) -> str:
        return self.text.lstrip("#").strip()


@dataclass(frozen=True)
class Word:
    """One value of a words fence; `line` counts from 1 in the fence."""

    key: str
    text: str
    line: int


def width(text: str) -> int:
    """The columns that a line takes, a Chinese character two."""
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)


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


def read_words(source: str) -> list[Word] | None:
    """The words of a lab's plots: the one fence that may differ between languages.

        words = {"layer": "layer", "gradients": "std of the gradients"}

    Only its values are words, and nothing else stands there; None for any other code.
    """
    try:
        body = ast.parse(source).body
    except SyntaxError:
        return None
    match body:
        case [ast.Assign([ast.Name("words")], ast.Dict(keys, values))]:
            nodes = [*keys, *values]
            if all(isinstance(one, ast.Constant) and isinstance(one.value, str) for one in nodes):
                pairs = zip(keys, values, strict=True)
                return [Word(key.value, text.value, text.lineno) for key, text in pairs]
    return None


def prose(page: Page) -> list[Line]:
    """The words of a page in the order of its lines, but for the comments in code.

    Formulas, ids and addresses are left out; inline code is kept between backticks.
    """
    front = [Line(page.path, 2, page.description)] if page.description else []
    return front + prose_in(page.path, page.tokens)


def markdown(text: str) -> list[Token]:
    """The tokens of Markdown that is no page, such as the README."""
    return MarkdownIt("commonmark").enable("table").parse(text)


def prose_in(path: Path, tokens: Iterable[Token]) -> list[Line]:
    """The same of the tokens of any Markdown."""
    lines = []
    for token in tokens:
        if token.type == "fence" and token.info.startswith("python"):
            first = token.map[0] + 1
            for word in read_words(token.content) or ():
                lines.append(Line(path, first + word.line, word.text))
        elif token.type == "inline" and not token.content.startswith(("$$", ":::")):
            lines += _inline(path, token)
    return lines


def _inline(path: Path, token: Token) -> list[Line]:
    """The lines of a paragraph, a heading or a cell, without links and emphasis."""
    rows, images = [""], []
    first = token.map[0] + 1
    for child in token.children:
        if child.type in ("softbreak", "hardbreak"):
            rows.append("")
        elif child.type == "text":
            rows[-1] += child.content
        elif child.type == "code_inline":
            ticked = "`" in child.content
            rows[-1] += f"`` {child.content} ``" if ticked else f"`{child.content}`"
        elif child.type == "image":
            images.append(Line(path, first + len(rows) - 1, child.content))
    lines, before = [], ""
    for number, row in enumerate(rows, first):
        if row.startswith("///"):
            lines.append(Line(path, number, BLOCK.sub("", row, count=1)))
            before = ""
        else:
            lines.append(Line(path, number, ID.sub("", row), before))
            before = row
    return lines + images


def code_comments(path: Path, tokens: Iterable[Token]) -> list[Line]:
    """The comments of Python and shell fences, without their signs."""
    return [
        Line(path, token.map[0] + 1 + comment.line, comment.words)
        for token in tokens
        if token.type == "fence" and token.info.startswith(("python", "bash"))
        for comment in comments(token.content, token.info.partition(" ")[0])
    ]
