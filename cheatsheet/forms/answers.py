"""What a page says at one glance: its answers as a table, its errors as a list with cures."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cheatsheet.forms.site import from_elsewhere
from cheatsheet.page import Example, Page, Prose, Section
from cheatsheet.words.text import INLINE_CODE

ERRORS = "errors"  # the id of the section below which each section is named by a message
# Where a sentence ends: 「。」 needs no space after it; within （） it ends none.
END = re.compile(r"(?<=[.!?])\s+(?=[^\sa-z])|(?<=[。！？])(?!）)")


@dataclass(frozen=True)
class Failure:
    """An error that a page explains: its message as the heading says it, and the cure."""

    section: Section
    cure: str
    block: Example | None  # the one that cures

    @property
    def message(self) -> str:
        """What PyTorch prints of it, without what the heading says besides."""
        code = [match[0] for match in INLINE_CODE.finditer(self.section.title)]
        return " … ".join(code) or self.section.title


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
    """All errors of a site, from A to Z of their messages, in Markdown: each message once, with
    the cure, or with those of all pages that explain it."""
    found: dict[str, list[tuple[Failure, str]]] = {}
    for name, page in pages.items():
        for one in failures_of(page):
            found.setdefault(one.message, []).append((one, name))
    lines = []
    for message in sorted(found, key=lambda one: re.sub(r"\W+", " ", one).strip().casefold()):
        several = len(found[message]) > 1
        lines += [f"- {message}  "] if several else []
        for n, (one, name) in enumerate(found[message]):
            cure, to = from_elsewhere(one.cure, name), f"({name}#{one.section.id})"
            if several:
                end = "  " if n + 1 < len(found[message]) else ""
                lines.append(f"  [{pages[name].sections[0].title}]{to} · {cure}{end}")
            else:
                lines.append(f"- [{one.section.title}]{to}  \n  {cure}")
    return "\n".join(lines)


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
    """The sections of a page, each with its answer: the lines marked in its first block. Where
    there is nothing to mark, as with errors, the sections, for those who see no contents beside."""
    rows = []
    for section in page.sections[1:]:
        block = next((part for part in section.parts if isinstance(part, Example)), None)
        if block and block.code.marked and section.level == 2:
            lines = block.code.source.split("\n")
            code = lines[block.code.marked[0] - 1].strip().rstrip(",").replace("|", "\\|")
            marks = "``" if "`" in code else "`"
            rows.append(f"| [{section.title}](#{section.id}) | {marks}{code}{marks} |")
    if len(rows) > 1:
        table = "\n".join([f"| {head[0]} | {head[1]} |", "| --- | --- |", *rows])
        return f"\n/// html | nav.answers\n\n{table}\n\n///\n"
    below = max(section.level for section in page.sections[1:])
    items = [f"- [{one.title}](#{one.id})" for one in page.sections if one.level == below]
    contents = "/// html | nav.answers.contents\n\n{}\n\n///"
    return f"\n{contents}\n".format("\n".join(items)) if len(items) > 1 else ""
