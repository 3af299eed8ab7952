"""Code as narrow as a column of the sheet: wrapped as Python is, not by the paper."""

import io
import re
import tokenize

from cheatsheet.standalone.tidy import format_narrow
from cheatsheet.words.text import width

# What a column of A4 holds at the size of print.css, in the widest of its fonts.
COLUMNS = 68
# Where a comment may break: between words, and between signs that need no space, but
# not before a full-width mark.
WIDE, MARKS = r"\u2e80-\u2fff\u3040-\ud7ff", r"\u3000-\u303f\uff00-\uffef"
PIECES = re.compile(rf"[{WIDE}][{MARKS}]*\s*|[^{WIDE}\s]+\s*")


def make_narrow(sources: list[str]) -> list[str]:
    """Each source as ruff formats it for a column."""
    raised = ["\n".join(_raise_comments(source)) + "\n" for source in sources]
    texts = format_narrow(raised, COLUMNS)
    return ["\n".join(map(_wrap_comment, text.strip().split("\n"))) for text in texts]


def _raise_comments(source: str) -> list[str]:
    """The lines; a comment that makes its line too long stands above it instead."""
    lines = source.split("\n")
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    comments = [token for token in tokens if token.type == tokenize.COMMENT]
    for token in reversed(comments):
        row, column = token.start
        code = lines[row - 1][:column].rstrip()
        if code and width(lines[row - 1]) > COLUMNS:
            indent = code[: len(code) - len(code.lstrip())]
            lines[row - 1 : row] = [indent + token.string, code]
    return lines


def _wrap_comment(line: str) -> str:
    text = line.lstrip()
    if not text.startswith("#"):
        return line
    start = line[: len(line) - len(text)] + "# "
    lines = [start]
    for piece in PIECES.findall(text.removeprefix("#").lstrip()):
        if width(lines[-1] + piece.rstrip()) > COLUMNS and lines[-1] != start:
            lines.append(start)
        lines[-1] += piece
    return "\n".join(one.rstrip() for one in lines)
