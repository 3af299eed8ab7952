"""What of a module is translated, its comments and docstrings, and the module translated.

A message is what a translator sees at once: the comment lines that follow one another,
a comment behind a statement, or one section of a docstring (sections are parted by
blank lines). How the lines are broken is no part of it.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from cheatsheet.source import SourceError, read_text
from cheatsheet.words.text import COLUMNS, HAN, SIGNS, Line, comments, width

QUOTES = '"""'
DEFINITIONS = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
STEP = 4  # columns of one level of indentation
# Comments that speak to tools.
PRAGMA = re.compile(r"#\s*(?:noqa|type:|fmt:|ruff:|pragma)")
CLOSING = "，。、；：？！）】》」』”’…％"
OPENING = "（【《「『“‘"
# What is never broken: a name in backticks, a word; each wide sign stands for itself.
PIECE = re.compile(rf"\s+|(?:`[^`]*`|[^\s`{HAN}{SIGNS}“”‘’…])+|.", re.S)


@dataclass(frozen=True)
class Message(Line):
    """One text to translate."""

    owner: str = "module"  # or such as "MLP.forward"
    kind: Literal["comment", "inline comment", "docstring"] = "comment"
    start: str = ""  # what stands before the comment, or the docstring that it is a section of


@dataclass(frozen=True)
class Passage:
    """The lines, counted from 1, inclusive, that messages make up: a comment, a docstring."""

    line: int
    end: int
    messages: list[Message]


def read_passages(path: Path, text: str) -> list[Passage]:
    """The passages of a module in the order of its lines.

    Raises:
        SourceError: it is not Python, or no translation could take the place of a docstring.
    """
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        problem = f"not Python: {error.msg}; mend it."
        raise SourceError(path, error.lineno or 1, problem) from None
    lines = text.split("\n")
    scopes = list(_scopes(tree, ""))
    docstrings = [
        _docstring(path, lines, node.body[0].value, owner or "module")
        for node, owner in scopes
        if ast.get_docstring(node)
    ]
    found: list[Passage] = []
    for comment in comments(text):
        if PRAGMA.match(comment.text):
            continue
        line, start = comment.line, lines[comment.line - 1][: comment.column]
        last = found[-1].messages[0] if found and found[-1].end == line - 1 else None
        if last and last.start == start and not start.strip():
            joined = replace(last, text=f"{last.text} {comment.words}")
            found[-1] = Passage(last.number, line, [joined])
        else:
            around = (name for n, name in scopes if not name or n.lineno <= line <= n.end_lineno)
            owner = [*around][-1]
            kind = "inline comment" if start.strip() else "comment"
            message = Message(path, line, comment.words, "", owner or "module", kind, start)
            found.append(Passage(line, line, [message]))
    return sorted(docstrings + found, key=lambda passage: passage.line)


def _scopes(node: ast.AST, name: str) -> Iterator[tuple[ast.AST, str]]:
    """The module and all definitions in it, outer ones first, with qualified names."""
    if isinstance(node, (ast.Module, *DEFINITIONS)):
        yield node, name
    for child in ast.iter_child_nodes(node):
        inner = f"{name}.{child.name}".lstrip(".") if isinstance(child, DEFINITIONS) else name
        yield from _scopes(child, inner)


def _docstring(path: Path, lines: list[str], string: ast.Constant, owner: str) -> Passage:
    first, end = string.lineno, string.end_lineno
    source = "\n".join(lines[first - 1 : end]).strip()
    if not (source.startswith(QUOTES) and source.endswith(QUOTES)) or "\\" in source:
        problem = 'a docstring is written in """, on lines of its own, without "\\"; mend it.'
        raise SourceError(path, first, problem)
    start = _margin(lines[first - 1])
    sections: list[tuple[int, list[str]]] = []
    new = True
    for number, line in enumerate(source[3:-3].split("\n"), first):
        content = line.strip()
        if not content:
            new = True
            continue
        margin = start if number == first else _margin(line)
        level, rest = divmod(len(margin) - len(start), STEP)
        if level < 0 or rest:
            problem = f"this line of a docstring is indented by {len(margin)}; use {len(start)}"
            raise SourceError(path, number, f"{problem}, or {STEP} or {2 * STEP} more.")
        if new:
            sections.append((number, []))
        rows = sections[-1][1]
        # A line goes on the one before: at the margin, or deeper than an entry.
        if rows and level != 1:
            rows[-1] += " " + content
        else:
            rows.append(" " * STEP * level + content)
        new = False
    messages = [
        Message(path, number, "\n".join(rows), "", owner, "docstring", start)
        for number, rows in sections
    ]
    return Passage(first, end, messages)


def _margin(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def read_messages(root: Path) -> list[Message]:
    """The messages of all modules in `root`/snippets, in order; errors as `read_passages`."""
    paths = [file.relative_to(root) for file in sorted(root.glob("snippets/*.py"))]
    return [
        message
        for path in paths
        for passage in read_passages(path, read_text(root, path))
        for message in passage.messages
    ]


def fault(message: Message, translation: str) -> str | None:
    """Why a translation cannot stand where the message stands."""
    if message.kind == "docstring" and (QUOTES in translation or "\\" in translation):
        return 'a docstring holds no """ and no backslash; write it without'
    columns = width(f"{message.start}# {translation}")
    if message.kind == "inline comment" and columns > COLUMNS:
        over = f"{columns - COLUMNS} columns (a Chinese character takes two)"
        return f"with this comment the line is {columns} columns wide; shorten it by {over}"
    return None


def localize_module(path: Path, text: str, translations: dict[str, str]) -> str:
    """The module with each message replaced by its translation, which has no `fault`.

    Raises:
        SourceError: as `read_passages`; KeyError: a message has no translation.
    """
    lines = text.split("\n")
    for passage in reversed(read_passages(path, text)):
        words = [translations[message.text] for message in passage.messages]
        kind, start = passage.messages[0].kind, passage.messages[0].start
        if kind == "docstring":
            new = _write_docstring(start, words)
        elif kind == "comment":
            new = wrap(words[0], f"{start}# ", f"{start}# ")
        else:
            new = [f"{start}# {words[0]}"]
        lines[passage.line - 1 : passage.end] = new
    result = "\n".join(lines)
    assert program(result) == program(text), f"{path}: not the same program"
    return result


def program(text: str) -> str:
    """What a module does, apart from its docstrings and comments."""
    tree = ast.parse(text)
    for node, _ in _scopes(tree, ""):
        if ast.get_docstring(node):
            del node.body[0]
    return ast.dump(tree)


def _write_docstring(margin: str, sections: list[str]) -> list[str]:
    lines: list[str] = []
    for section in sections:
        lines += [""] if lines else []
        for row in section.split("\n"):
            indent = _margin(row)
            first = margin + indent if lines else margin + QUOTES
            hanging = margin + indent + (" " * STEP if indent else "")
            lines += wrap(row.strip(), first, hanging)
    if len(lines) == 1 and width(lines[0] + QUOTES) <= COLUMNS:
        return [lines[0] + QUOTES]
    return [*lines, margin + QUOTES]


def wrap(text: str, first: str, hanging: str) -> list[str]:
    """Break text into lines, where its language allows it; `first` and `hanging` begin the first
    and the other lines."""
    pieces: list[str] = []  # stretches that stay on one line, each with the space behind it
    for piece in PIECE.findall(text):
        if pieces and (piece.isspace() or piece in CLOSING or pieces[-1][-1] in OPENING):
            pieces[-1] += piece
        else:
            pieces.append(piece)
    lines, line = [], first
    for piece in pieces:
        if width(line + piece.rstrip()) > COLUMNS and line not in (first, hanging):
            lines.append(line.rstrip())
            line = hanging
        line += piece
    return [*lines, line.rstrip()]
