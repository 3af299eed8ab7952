"""Code as narrow as a column of the sheet: wrapped as Python is, not by the paper."""

import re

from cheatsheet.standalone.tidy import format_narrow
from cheatsheet.words.messages import wrap
from cheatsheet.words.text import comments, width

# What a column of A4 holds at the size of print.css, in the widest of its fonts.
COLUMNS = 68


def make_narrow(sources: list[str]) -> list[str]:
    """Each source as ruff formats it for a column; one blank line, none where there was none."""
    made = []
    texts = format_narrow(list(map(_raise_comments, sources)), COLUMNS)
    for source, text in zip(sources, texts, strict=True):
        lines = [_wrap_comment(line) for line in text.strip().split("\n")]
        blank = "\n\n" if "\n\n" in source else "\n"  # ruff puts two around a definition
        made.append(re.sub(r"\n{2,}", blank, "\n".join(lines)))
    return made


def _raise_comments(source: str) -> str:
    """The source; a comment that makes its line too long stands above it instead."""
    lines = source.split("\n")
    for comment in reversed(comments(source)):
        line = lines[comment.line - 1]
        code = line[: comment.column].rstrip()
        if code and width(line) > COLUMNS:
            indent = code[: len(code) - len(code.lstrip())]
            lines[comment.line - 1 : comment.line] = [indent + comment.text, code]
    return "\n".join(lines) + "\n"


def _wrap_comment(line: str) -> str:
    text = line.lstrip()
    if not text.startswith("#"):
        return line
    start = line[: len(line) - len(text)] + "# "
    return "\n".join(wrap(text.removeprefix("#").lstrip(), start, start, COLUMNS))
