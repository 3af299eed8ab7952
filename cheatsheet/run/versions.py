"""Outputs that differ between versions of torch.

Pages show what the pinned torch prints. `versions.json` beside this file lists the
lines that other versions print in another way. An entry says: in the section with the
heading's id `section` of `page`, in every language, the line `shown` is `printed` so
by the versions `torch`, a specifier such as "<2.8".
"""

import json
import re
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from packaging.specifiers import SpecifierSet

from cheatsheet.blocks import Block, PageError, read_page, split_lines

FILE = Path(__file__).with_name("versions.json")
HEADING_ID = re.compile(r"#+ .*\{ #(?P<id>[\w-]+) \}\s*$")


@dataclass(frozen=True)
class OtherLine:
    """One line that some versions of torch print in another way."""

    page: str
    section: str
    torch: str
    shown: str
    printed: str

    def holds_for(self, torch: str) -> bool:
        # A nightly build counts as the release that it leads to: 2.8.0.dev is not <2.8.
        return SpecifierSet(self.torch).contains(torch, prereleases=True)


def read_lines(file: Path = FILE) -> list[OtherLine]:
    """All lines that the file lists.

    Raises:
        PageError: the file is not such a list; names the entry and what is wrong.
    """
    try:
        entries = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        line = getattr(error, "lineno", 1)
        raise PageError(file, line, f"this is not JSON: {error}; mend it.") from error
    lines = []
    for number, entry in enumerate(entries, 1):
        try:
            line = OtherLine(**entry)
            SpecifierSet(line.torch)
        except (TypeError, ValueError) as error:
            problem = f"entry {number} is wrong: {error}; see cheatsheet/run/versions.py."
            raise PageError(file, 1, problem) from error
        lines.append(line)
    return lines


def wanted(shown: Block, torch: str = "", file: Path = FILE) -> str:
    """The output that `torch` (default: the installed one) should print here.

    Raises:
        PageError: as `read_lines`.
    """
    torch = torch or version("torch")
    name = shown.path.stem
    lines = [
        line for line in read_lines(file) if line.page == name and line.holds_for(torch)
    ]
    if not lines:
        return shown.source
    here = section(read_page(shown.path), shown.line)
    others = {line.shown: line.printed for line in lines if line.section == here}
    return "".join(
        others.get(line.rstrip("\n"), line.rstrip("\n")) + "\n"
        for line in shown.source.splitlines(keepends=True)
    )


def section(text: str, line: int) -> str:
    """The id of the heading above a line of a page ("" for none)."""
    for above in reversed(split_lines(text)[: line - 1]):
        if match := HEADING_ID.match(above):
            return match["id"]
    return ""
