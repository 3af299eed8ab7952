"""What of a module is translated: its comments and its docstrings, as messages.

A message is what a translator sees at once: the comment lines that follow one another,
a comment behind a statement, or one section of a docstring (sections are parted by
blank lines). How the lines are broken is no part of it.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tokenize import TokenInfo
from typing import Literal

from cheatsheet.page import SourceError, read_text
from cheatsheet.words.text import comments

QUOTES = '"""'
DEFINITIONS = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
STEP = 4  # columns of one level of indentation
# Comments that speak to tools.
PRAGMA = re.compile(r"#\s*(?:noqa|type:|fmt:|ruff:|pragma)")

Kind = Literal["comment", "inline comment", "docstring"]


@dataclass(frozen=True)
class Message:
    """One text to translate. `line` counts from 1; `owner` is such as "MLP.forward"."""

    text: str
    path: Path
    line: int
    owner: str
    kind: Kind

    @property
    def place(self) -> str:
        return f"{self.path}:{self.line}"


@dataclass(frozen=True)
class Passage:
    """Lines of a module that its messages make up: a comment, or a whole docstring.

    `line` and `end` count from 1 and are inclusive; `column`, in characters, is where
    the passage begins on its first line.
    """

    kind: Kind
    line: int
    end: int
    column: int
    messages: tuple[Message, ...]


def read_passages(path: Path, text: str) -> list[Passage]:
    """The passages of a module in the order of its lines.

    Raises:
        SourceError: the module is not Python, or a docstring is written in a way that a
            translation could not take the place of.
    """
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        problem = f"not Python: {error.msg}; mend it."
        raise SourceError(path, error.lineno or 1, problem) from None
    definitions = list(_definitions(tree, "module"))
    passages = _docstrings(path, text, definitions) + _comments(path, text, definitions)
    return sorted(passages, key=lambda passage: passage.line)


def _definitions(node: ast.AST, name: str) -> Iterator[tuple[ast.AST, str]]:
    """The module and all definitions in it, outer ones first, with qualified names."""
    if isinstance(node, (ast.Module, *DEFINITIONS)):
        yield node, name
    for child in ast.iter_child_nodes(node):
        below = name
        if isinstance(child, DEFINITIONS):
            outer = "" if name == "module" else f"{name}."
            below = outer + child.name
        yield from _definitions(child, below)


def _comments(path: Path, text: str, definitions) -> list[Passage]:
    groups: list[list[TokenInfo]] = []
    for token in comments(text):
        if PRAGMA.match(token.string):
            continue
        last = groups[-1][-1] if groups else None
        if (
            last
            and token.start == (last.start[0] + 1, last.start[1])
            and _stands_alone(token)
            and _stands_alone(last)
        ):
            groups[-1].append(token)
        else:
            groups.append([token])
    passages = []
    for group in groups:
        line, column = group[0].start
        kind = "comment" if _stands_alone(group[0]) else "inline comment"
        words = " ".join(token.string.lstrip("#").strip() for token in group)
        owner = [
            name
            for node, name in definitions
            if isinstance(node, ast.Module) or node.lineno <= line <= node.end_lineno
        ][-1]
        message = Message(words.strip(), path, line, owner, kind)
        passages.append(Passage(kind, line, group[-1].start[0], column, (message,)))
    return passages


def _stands_alone(token: TokenInfo) -> bool:
    return not token.line[: token.start[1]].strip()


def _docstrings(path: Path, text: str, definitions) -> list[Passage]:
    lines = text.split("\n")
    passages = []
    for node, owner in definitions:
        if ast.get_docstring(node, clean=False) is None:
            continue
        string = node.body[0].value
        source = ast.get_source_segment(text, string)
        before = lines[string.lineno - 1].encode()[: string.col_offset].decode()
        if not source.startswith(QUOTES) or "\\" in source or before.strip():
            problem = (
                'a docstring is written in """, on a line of its own, without "\\": a '
                "translation could not take its place; mend it."
            )
            raise SourceError(path, string.lineno, problem)
        line, end, column = string.lineno, string.end_lineno, len(before)
        messages = tuple(
            Message(section, path, start, owner, "docstring")
            for section, start in _sections(path, source[3:-3], line, column)
        )
        passages.append(Passage("docstring", line, end, column, messages))
    return passages


def _sections(path: Path, text: str, line: int, column: int) -> list[tuple[str, int]]:
    """The sections of a docstring, each with its lines joined, and its first line."""
    sections: list[list[str]] = []
    starts: list[int] = []
    new = True
    for number, raw in enumerate(text.split("\n"), line):
        content = raw.strip()
        if not content:
            new = True
            continue
        spaces = column if number == line else len(raw) - len(raw.lstrip())
        level, rest = divmod(spaces - column, STEP)
        if level < 0 or rest:
            problem = f"this line of a docstring is indented by {spaces}; use {column}"
            raise SourceError(path, number, f"{problem}, or {STEP} or {2 * STEP} more.")
        if new:
            sections.append([])
            starts.append(number)
        # A line goes on the one before: at the margin, or deeper than an entry.
        if not new and (level == 0 or level >= 2):
            sections[-1][-1] += " " + content
        else:
            sections[-1].append(" " * STEP * level + content)
        new = False
    return list(zip(map("\n".join, sections), starts, strict=True))


def read_messages(root: Path) -> list[Message]:
    """The messages of all modules in `root`/snippets, in order.

    Raises:
        SourceError: as `read_passages`; or a module cannot be read.
    """
    paths = [file.relative_to(root) for file in sorted(root.glob("snippets/*.py"))]
    return [
        message
        for path in paths
        for passage in read_passages(path, read_text(root, path))
        for message in passage.messages
    ]
