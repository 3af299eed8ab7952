"""A module in another language: the same program, other comments and docstrings."""

import ast
import re
from dataclasses import dataclass
from pathlib import Path

from cheatsheet.page import SourceError
from cheatsheet.words.messages import (
    DEFINITIONS,
    QUOTES,
    STEP,
    Message,
    Passage,
    read_passages,
)
from cheatsheet.words.text import COLUMNS, HAN, SIGNS, width

CLOSING = "，。、；：？！）】》」』”’…％"
OPENING = "（【《「『“‘"
# What is never broken: a name in backticks, a word; each wide sign stands for itself.
PIECE = re.compile(rf"\s+|(?:`[^`]*`|[^\s`{HAN}{SIGNS}“”‘’…])+|.", re.S)


@dataclass(frozen=True)
class Translation:
    """One translated message; `line` is where a catalog has it."""

    path: Path
    line: int
    original: str
    text: str

    def error(self, message: Message, problem: str) -> SourceError:
        """It cannot stand where the message stands."""
        return SourceError(self.path, self.line, f"{message.place}: {problem}.")


Translations = dict[str, Translation]  # by the texts of messages


def localize_module(path: Path, text: str, translations: Translations) -> str:
    """The module with each message replaced by its translation.

    Raises:
        SourceError: a translation does not fit into 88 columns behind its statement,
            or would end the docstring.
        KeyError: a message has no translation.
        AssertionError: the result is another program; a defect of this file.
    """
    lines = text.split("\n")
    for passage in reversed(read_passages(path, text)):
        write = WRITERS[passage.kind]
        first, last = passage.line - 1, passage.end
        lines[first:last] = write(passage, lines[first:last], translations)
    result = "\n".join(lines)
    assert program(result) == program(text), f"{path}: not the same program"
    return result


def program(text: str) -> str:
    """What a module does, apart from its docstrings and comments."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, *DEFINITIONS)) and ast.get_docstring(node):
            del node.body[0]
    return ast.dump(tree)


def _write_comment(passage: Passage, lines, translations) -> list[str]:
    prefix = lines[0][: passage.column] + "# "
    return wrap(translations[passage.messages[0].text].text, prefix, prefix)


def _write_inline(passage: Passage, lines, translations) -> list[str]:
    message = passage.messages[0]
    translation = translations[message.text]
    line = f"{lines[0][: passage.column]}# {translation.text}"
    if (over := width(line) - COLUMNS) > 0:
        problem = f"with this comment the line is {width(line)} columns wide; shorten "
        problem += f"it by {over} columns (a Chinese character takes two)"
        raise translation.error(message, problem)
    return [line]


def _write_docstring(passage: Passage, lines, translations) -> list[str]:
    margin = lines[0][: passage.column]
    result: list[str] = []
    for message in passage.messages:
        translation = translations[message.text]
        if QUOTES in translation.text or "\\" in translation.text:
            problem = 'a docstring holds no """ and no backslash; write it without'
            raise translation.error(message, problem)
        result += [""] if result else []
        for line in translation.text.split("\n"):
            level = len(line) - len(line.lstrip())
            first = margin + " " * level if result else margin + QUOTES
            hanging = margin + " " * (level + STEP if level else 0)
            result += wrap(line.strip(), first, hanging)
    if len(result) == 1 and width(result[0] + QUOTES) <= COLUMNS:
        return [result[0] + QUOTES]
    return [*result, margin + QUOTES]


WRITERS = {
    "comment": _write_comment,
    "inline comment": _write_inline,
    "docstring": _write_docstring,
}


def wrap(text: str, first: str, hanging: str) -> list[str]:
    """Break text into lines of at most 88 columns, where its language allows it.

    `first` and `hanging` begin the first and the other lines.
    """
    lines, line = [], first
    for piece in _pieces(text):
        if width(line + piece.rstrip()) > COLUMNS and line not in (first, hanging):
            lines.append(line.rstrip())
            line = hanging
        line += piece
    return [*lines, line.rstrip()]


def _pieces(text: str) -> list[str]:
    """Stretches that stay on one line, each with the space behind it."""
    pieces: list[str] = []
    for piece in PIECE.findall(text):
        if pieces and (piece.isspace() or piece in CLOSING or pieces[-1][-1] in OPENING):
            pieces[-1] += piece
        else:
            pieces.append(piece)
    return pieces
