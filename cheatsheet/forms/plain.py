"""A page in Markdown that any reader of Markdown shows as it is meant, in pieces.

What only the site understands goes: ids of headings, `///` blocks, relative links. The
notebook is made of the same pieces.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from cheatsheet.page import Example, Fence, Page, Part, Plot, Prose, Shell, Shown

# In code and in formulas every sign stands for itself.
CODE = r"(?P<ticks>`+)(?!`)(?:(?!\n\n).)+?(?<!`)(?P=ticks)(?!`)"
VERBATIM = rf"(?P<verbatim>{CODE}|\$\$.+?\$\$)"
LINK = r"\]\((?P<link>[^)\s]+)(?=[)\s])"
INLINE = re.compile(rf"{VERBATIM}|{LINK}|[ ]?\{{ #[\w-]+ \}}", re.S)
INLINE_LANGUAGE = re.compile(r"(?<=`)(?:#!|:::)\w+ ")
BLOCK = re.compile(r"(?P<marks>/{3,})[ ]*(?P<kind>[\w-]+)(?:[ ]*\|[ ]*(?P<title>.*))?$")


@dataclass(frozen=True)
class Words:
    """What is said in the language of the page."""

    blocks: dict[str, str]  # the names of `///` blocks: note, warning, …
    defined_above: str  # "`{name}` is defined above."
    output: str
    error: str
    cure: str

    def label(self, example: Example, title: str | None) -> str:
        """What stands with an output of an example, such as "Error · GPU"."""
        return " · ".join(filter(None, [self.error if example.raises else self.output, title]))

    def header(self, example: Example, output: Fence) -> str:
        """The header of an output fence on the site: what it is, and its label."""
        error = " .error" if example.raises else ""
        label = self.label(example, output.title)
        return f'text {{ .output{error} .no-copy data-label="{label}" }}'


@dataclass(frozen=True)
class Piece:
    """Plain Markdown, or Python: of the fence `example`, or of a definition (None)."""

    kind: Literal["prose", "code"]
    text: str
    example: Example | None = None


def pieces_of(
    page: Page,
    cells: dict[int, str],
    ranges: dict[int, str],
    link: Callable[[str], str],
    words: Words,
) -> tuple[Piece, ...]:
    """A page as plain pieces, each heading one of its own.

    `cells` are the codes of the notebook by line (see standalone/program.py); `ranges` says of
    an example, by its number, where it is not true everywhere; `link` gives the address of a
    link's target as the page writes it, "" for none.
    """
    plain = _Plain(link, words)
    pieces = []
    for section in page.sections:
        if section.title:
            pieces.append(Piece("prose", plain.prose(f"{'#' * section.level} {section.title}")))
        for part in section.parts:
            if isinstance(part, Example) and part.number in ranges:
                pieces.append(Piece("prose", f"*{ranges[part.number]}*"))
            if code := cells.get(part.line):
                pieces.append(Piece("code", code, part if isinstance(part, Example) else None))
            elif not isinstance(part, Example):  # of code that has only imports, nothing
                pieces.append(Piece("prose", plain.part(part)))
    return tuple(piece for piece in pieces if piece.text)


def plain_page(pieces: tuple[Piece, ...], words: Words) -> str:
    """One text of all pieces, outputs after their code."""
    texts = []
    for piece in pieces:
        texts.append(fence("python", piece.text) if piece.kind == "code" else piece.text)
        if piece.example:
            for title, block in piece.example.outputs.items():
                texts += [words.label(piece.example, title)] if title else []
                texts.append(fence("text", block.source))
    return "\n\n".join(texts) + "\n"


class _Plain:
    """Makes prose plain; knows which `///` blocks are open."""

    def __init__(self, link: Callable[[str], str], words: Words):
        self.link = link
        self.words = words
        self.quotes: list[str] = []  # for each open block, what stands before its lines

    def part(self, part: Part) -> str:
        if isinstance(part, Prose):
            return self.prose(part.text)
        if isinstance(part, Shown):  # the page has it already
            return self.words.defined_above.format(name=part.name)
        if isinstance(part, Shell):
            return fence("bash", part.code.source)
        assert isinstance(part, Plot)  # drawn into the page: its words stand for it
        return f"*{part.words}*"

    def prose(self, text: str) -> str:
        text = INLINE.sub(self._inline, text)
        lines = []
        for line in text.split("\n"):
            block = BLOCK.match(line)
            if block:
                name = self.words.blocks.get(block["kind"], "")
                self.quotes.append("" if block["kind"] == "tab" else "> ")
                title = " · ".join(filter(None, [name, block["title"]]))
                quotes = "".join(self.quotes)
                lines += [f"{quotes}**{title}**", quotes.rstrip()]
            elif self.quotes and re.fullmatch(r"/{3,}\s*", line):
                self.quotes.pop()
                lines.append("".join(self.quotes).rstrip())
            else:
                lines.append(("".join(self.quotes) + line).rstrip())
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")

    def _inline(self, match: re.Match) -> str:
        if match["verbatim"]:
            return INLINE_LANGUAGE.sub("", match[0], count=1)
        if match["link"]:
            return f"]({self.link(match['link']) or match['link']}"
        return ""


def fence(header: str, source: str) -> str:
    """A fence around a text, of more marks than the text begins a line with."""
    longest = max(map(len, re.findall(r"(?m)^`{3,}", source)), default=2)
    marks = "`" * (longest + 1)
    return f"{marks}{header}\n{source.rstrip()}\n{marks}"
