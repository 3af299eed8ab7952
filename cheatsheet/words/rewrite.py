"""A module in another language: the same program, other comments and docstrings."""

import ast
import re
from pathlib import Path
from unicodedata import east_asian_width

from cheatsheet.words.messages import QUOTES, STEP, Message, Passage, read_passages

COLUMNS = 88
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
WIDE = "\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60"
CLOSING = "，。、；：？！）】》」』”’…％"
OPENING = "（【《「『“‘"
# What is never broken: a name in backticks, a word; each wide sign stands for itself.
PIECE = re.compile(rf"\s+|(?:`[^`]*`|[^\s`{WIDE}“”‘’…])+|.", re.S)


class TranslationError(Exception):
    """A translation that cannot stand in the source; the message it translates."""

    def __init__(self, message: Message, problem: str):
        super().__init__(problem)
        self.message = message


def localize_module(path: Path, text: str, translations: dict[str, str]) -> str:
    """The module with each message replaced by its translation.

    Raises:
        TranslationError: a translation does not fit into 88 columns behind its
            statement, or would end the docstring.
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
        if isinstance(node, DOCUMENTED) and ast.get_docstring(node) is not None:
            del node.body[0]
    return ast.dump(tree)


def _write_comment(passage: Passage, lines, translations) -> list[str]:
    prefix = lines[0][: passage.column] + "# "
    return wrap(translations[passage.messages[0].text], prefix, prefix)


def _write_inline(passage: Passage, lines, translations) -> list[str]:
    message = passage.messages[0]
    line = f"{lines[0][: passage.column]}# {translations[message.text]}"
    if width(line) > COLUMNS:
        raise TranslationError(
            message,
            f"with this comment the line is {width(line)} columns wide; shorten it by "
            f"{width(line) - COLUMNS} columns (a Chinese character takes two)",
        )
    return [line]


def _write_docstring(passage: Passage, lines, translations) -> list[str]:
    margin = lines[0][: passage.column]
    result: list[str] = []
    for message in passage.messages:
        translation = translations[message.text]
        if QUOTES in translation or "\\" in translation:
            raise TranslationError(message, 'a docstring holds no """ and no backslash')
        result += [""] if result else []
        for line in translation.split("\n"):
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
        if pieces and (
            piece.isspace() or piece in CLOSING or pieces[-1][-1] in OPENING
        ):
            pieces[-1] += piece
        else:
            pieces.append(piece)
    return pieces


def width(line: str) -> int:
    """Columns that a line takes, a Chinese character two."""
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in line)
