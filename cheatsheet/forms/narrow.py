"""Code as narrow as a column of the sheet: wrapped as Python is, not by the paper."""

import io
import re
import subprocess
import sys
import tempfile
import tokenize
from pathlib import Path

from cheatsheet.words.text import width

# What a column of A4 holds at the size of print.css, in the widest of its fonts.
COLUMNS = 68
# Where a comment may break: between words, and between signs that need no space, but
# not before a full-width mark.
WIDE, MARKS = r"\u2e80-\u2fff\u3040-\ud7ff", r"\u3000-\u303f\uff00-\uffef"
PIECES = re.compile(rf"[{WIDE}][{MARKS}]*\s*|[^{WIDE}\s]+\s*")


def make_narrow(sources: list[str]) -> list[str]:
    """Each source as ruff formats it for a column, all in one run of ruff."""
    settings = f"""\
line-length = {COLUMNS}
[format]
skip-magic-trailing-comma = true
"""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "ruff.toml").write_text(settings, encoding="utf-8")
        files = [root / f"{number:04}.py" for number in range(len(sources))]
        for file, source in zip(files, sources, strict=True):
            lines = "\n".join(_raise_comments(source))
            file.write_text(lines + "\n", encoding="utf-8")
        command = [sys.executable, "-m", "ruff", "format", "--quiet", "."]
        subprocess.run(command, cwd=folder, check=True)
        texts = [file.read_text(encoding="utf-8") for file in files]
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
