"""What a page says at one glance: its answers as a table, its errors as a list with cures."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cheatsheet.forms.site import from_elsewhere
from cheatsheet.page import Example, Page, Prose, Section

ERRORS = "errors"  # the id of the section below which each section is named by a message
# Where a sentence ends: 「。」 needs no space after it; within （） it ends none.
END = re.compile(r"(?<=[.!?])\s+(?=[^\sa-z])|(?<=[。！？])(?!）)")


@dataclass(frozen=True)
class Failure:
    """An error that a page explains: its message as the heading says it, and the cure."""

    section: Section
    cure: str
    block: Example | None  # the one that cures

    def line(self, name: str) -> str:
        """An item of a list; `name` is that of the page."""
        cure = from_elsewhere(self.cure, name)
        return f"- [{self.section.title}]({name}#{self.section.id})  \n  {cure}"


def failures_of(page: Page) -> Iterator[Failure]:
    """The errors of a page. The cure is what is said last before the block that cures."""
    below = False
    for section in page.sections:
        if section.level <= 2:
            below = section.id == ERRORS
            continue
        if not below:
            continue
        words = [n for n, part in enumerate(section.parts) if isinstance(part, Prose)]
        blocks = [n for n, part in enumerate(section.parts) if isinstance(part, Example)]
        cures = [n for n in blocks if words and n > words[0]]
        last = cures[-1] if cures else len(section.parts)
        said = [section.parts[n].text for n in words if n < last]
        sentences = END.split(" ".join(said[-1].split("\n"))) if said else []
        cure = next(filter(None, reversed(sentences)), "")
        cure = cure[:-1] + {":": ".", "：": "。"}.get(cure[-1:], cure[-1:])
        yield Failure(section, cure, section.parts[last] if cures else None)


def list_failures(pages: dict[str, Page]) -> str:
    """All errors of a site, from A to Z of their messages, in Markdown."""
    found = [(one, name) for name, page in pages.items() for one in failures_of(page)]
    found.sort(key=lambda pair: re.sub(r"\W+", " ", pair[0].section.title).strip().casefold())
    return "\n".join(one.line(name) for one, name in found)


def group(page: Page, lines: list[str], words: str) -> None:
    """On the front page, make a box to search from, with these words, and columns of what
    stands before the first code: each section that has prose alone is kept together."""
    ends = [section.line for section in page.sections[1:]] + [len(lines) + 1]
    alone = [
        (section.line, end)
        for section, end in zip(page.sections[1:], ends[1:], strict=False)
        if all(isinstance(part, Prose) for part in section.parts)
    ]
    first_code = min((example.line for example in page.examples), default=len(lines))
    alone = [(start, end) for start, end in alone if end <= first_code]
    if not alone:
        return
    for start, end in alone:
        lines[start - 1] = f"//// html | section\n\n{lines[start - 1]}"
        lines[end - 2] += "\n\n////\n"
    box = f"//// html | button.search-box\n{words}\n////"
    lines[alone[0][0] - 1] = f"{box}\n\n///// html | div.groups\n\n{lines[alone[0][0] - 1]}"
    lines[alone[-1][1] - 2] += "\n/////\n"


def table_of(page: Page, head: tuple[str, str]) -> str:
    """The sections of a page, each with its answer: the lines marked in its first block."""
    rows = []
    for section in page.sections[1:]:
        block = next((part for part in section.parts if isinstance(part, Example)), None)
        if block and block.code.marked and section.level == 2:
            lines = block.code.source.split("\n")
            code = lines[block.code.marked[0] - 1].strip().rstrip(",").replace("|", "\\|")
            marks = "``" if "`" in code else "`"
            rows.append(f"| [{section.title}](#{section.id}) | {marks}{code}{marks} |")
    if len(rows) < 2:
        return ""
    table = "\n".join([f"| {head[0]} | {head[1]} |", "| --- | --- |", *rows])
    return f"\n/// html | nav.answers\n\n{table}\n\n///\n"
