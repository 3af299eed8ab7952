"""A page, read once: its sections, and what stands in them.

The grammar is narrower than Markdown on purpose. A fence stands at the margin, is made
of backticks and has one of a few headers; every heading has an id. Python-Markdown,
which renders the site, and markdown-it, which finds the blocks for pytest, agree on
exactly these. Needs markdown-it-py alone, which pytest-markdown-docs brings.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from cheatsheet.source import SourceError, check_visible, read_text

HEADER = re.compile(
    r"python(?: \{(?P<flags>(?: \.(?:raises|annotate))*)(?: hl_lines=\"(?P<marked>[\d ]+)\")? \})?"
    r'|text(?: title="(?P<title>CPU|GPU|(?:torch|Python) \d+\.\d+\+)")?'
    r"|bash"
)
HEADERS = (
    'python, python { .raises }, python { .annotate }, python { hl_lines="2" }, '
    'text, text title="CPU", text title="GPU", text title="torch 2.15+", '
    'text title="Python 3.14+", bash'
)
FENCE = re.compile(r"`{3,}(?P<header>[^`]*)$")
# A fence in a place where one of the two Markdown readers would not see it: indented,
# in a list or a quotation, or made of tildes.
STRAY_FENCE = re.compile(r"[\s>]*(?:[-*+]\s+|\d+[.)]\s+)*[\s>]*(?:`{3,}[^`]*|~{3,}.*)$")
STRAY = (
    "a fence must start at the margin with backticks, or it is shown without being run; use "
    "/// blocks where it belongs into an admonition or a tab."
)
TAG = re.compile(r"<[A-Za-z/!?]")
HTML = "raw HTML (a comment too) can hide code from the run; write Markdown, or a /// block."
ESCAPES = {
    "code_block": "an indented code block is not run; use a ``` fence at the margin.",
    "html_block": HTML,
}
# Attributes, such as a style, for what stands before them. Formulas and marks have braces, too.
ATTRIBUTES = re.compile(r"\{(?! #[\w-]+ \})[^{}]+\}")
BRACED = re.compile(r"\$\$\n.*\n\$\$|\{\{ \w+ \}\}", re.S)
ATTRIBUTE = "attributes and options can hide what they are for; only { #id } of a heading is known."
BLOCK = re.compile(r"(?P<marks>/{3,})\s*(?P<kind>[^\s|]*)")
BLOCKS = ("note", "tip", "warning", "danger", "details", "tab")
FRONT_MATTER = re.compile(r"---\ndescription: (?P<description>.*\S)\n---\n")
HEADING = re.compile(r"(?P<level>#{1,6})\s+(?P<title>.+?)\s+\{ #(?P<id>[a-z0-9-]+) \}")
SHOWN = re.compile(r":::\s+(?P<module>snippets\.\w+)\.(?P<name>\w+)\s*$")
PLOT = re.compile(r"!\[(?P<words>[^\]]*)\]\((?P<target>plot|[\w./-]+\.md#[a-z0-9-]+)\)\s*$")


@dataclass(frozen=True)
class Fence:
    """One fence. `line` and `end` are the 1-based lines of its two marks."""

    path: Path
    line: int
    end: int
    header: str
    source: str

    @property
    def language(self) -> str:
        return self.header.partition(" ")[0]

    @property
    def flags(self) -> frozenset[str]:
        """`raises` and `annotate`, of a Python fence."""
        flags = HEADER.fullmatch(self.header)["flags"] or ""
        return frozenset(flag.removeprefix(".") for flag in flags.split())

    @property
    def marked(self) -> list[int]:
        """The lines of code that are the answer, by their numbers."""
        return [int(number) for number in (HEADER.fullmatch(self.header)["marked"] or "").split()]

    @property
    def title(self) -> str | None:
        """CPU or GPU, of an output that is right there alone."""
        return HEADER.fullmatch(self.header)["title"]


@dataclass(frozen=True)
class Prose:
    """Lines of Markdown between other parts, from `line` on, no blank one at its ends."""

    line: int
    text: str


def release_of(version: str) -> tuple[int, ...]:
    """Without its patch: (2, 15) of torch "2.15.0+cpu", (3, 14) of "Python 3.14+"."""
    return tuple(map(int, re.findall(r"\d+", version)[:2]))


@dataclass(frozen=True)
class Example:
    """A Python fence with the output fences that belong to it, by title."""

    number: int  # on the page, from 1
    section: str  # its id
    code: Fence
    outputs: dict[str | None, Fence] = field(default_factory=dict, hash=False)

    @property
    def line(self) -> int:
        return self.code.line

    @property
    def raises(self) -> bool:
        """The code is meant to raise; its error is its output."""
        return "raises" in self.code.flags

    @property
    def differs(self) -> bool:
        """Does the page say that this code prints one thing here, another there?"""
        return bool(self.outputs) and None not in self.outputs

    def output(self, title: str | None, on: Mapping[str, tuple] = {}) -> Fence | None:
        """The fence that shows what this code prints on CPU or GPU, by its title; and `on` a
        release of torch and Python, by default as on the pinned torch and the oldest Python.
        """
        since = [one for one in self.outputs if one and one.endswith("+")]
        if newer := [one for one in since if release_of(one) <= on.get(one.split()[0], ())]:
            return self.outputs[max(newer, key=lambda one: (one[:5] == "torch", release_of(one)))]
        return self.outputs.get(title, self.outputs.get(None))


@dataclass(frozen=True)
class Shell:
    """A fence of shell commands; `section` is the id of its section."""

    section: str
    code: Fence

    @property
    def line(self) -> int:
        return self.code.line


@dataclass(frozen=True)
class Shown:
    """A definition of `snippets` that the page shows: `::: snippets.<module>.<name>`."""

    line: int
    module: str
    name: str


@dataclass(frozen=True)
class Plot:
    """`![words](plot)`, what the code above it draws, or `![words](<lab>.md#<section>)`,
    what the code in that section of a lab draws."""

    line: int
    words: str
    target: str


Part = Prose | Example | Shell | Shown | Plot


@dataclass(frozen=True)
class Section:
    """What stands below a heading, down to the next; above the first, one of level 0, no id."""

    id: str
    title: str
    level: int
    line: int
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Page:
    """A page; `path` is what messages call it. `tokens` are those of markdown-it."""

    path: Path
    text: str
    description: str
    sections: tuple[Section, ...]
    tokens: tuple[Token, ...] = field(repr=False, compare=False)

    @cached_property
    def lines(self) -> list[str]:
        return self.text.split("\n")  # `str.splitlines` knows more ends

    @cached_property
    def parts(self) -> list[Part]:
        return [part for section in self.sections for part in section.parts]

    @cached_property
    def examples(self) -> list[Example]:
        return [part for part in self.parts if isinstance(part, Example)]

    @property
    def empty_outputs(self) -> list[Fence]:
        """Those that are still to be filled."""
        outputs = [one for example in self.examples for one in example.outputs.values()]
        return [one for one in outputs if not one.source.strip()]


def load(root: Path, name: Path | str) -> Page:
    """The page in the file `name` below `root`; errors as `read_text` and `read`."""
    return read(Path(name), read_text(root, name))


@lru_cache(maxsize=512)
def read(path: Path, text: str) -> Page:
    """The page that a text makes.

    Raises:
        SourceError: it is not of the grammar of pages; with line and cure.
    """
    check_visible(path, text)
    lines, description = text.split("\n"), ""
    if front := FRONT_MATTER.match(text):
        description = front["description"]
        # It is no Markdown; blank lines in its place keep the numbers.
        lines[:3] = ["", "", ""]
    tokens = MarkdownIt("commonmark").enable("table").parse("\n".join(lines))
    sections = _Reader(path, lines, tokens).sections()
    return Page(path, text, description, sections, tuple(tokens))


class _Reader:
    """Goes through the lines of a page once, and puts its parts into sections.

    Where a fence stands, markdown-it says, which finds the blocks for pytest, too.
    """

    def __init__(self, path: Path, lines: list[str], tokens: list[Token]):
        self.path, self.lines = path, lines
        self.fences = {t.map[0] + 1: t for t in tokens if t.type == "fence" and not t.level}
        self.escapes = dict(_escapes(tokens))
        self.heads = [("", "", 0, 1)]  # id, title, level, line of each section
        self.parts: list[list[Part]] = [[]]  # of each section
        self.prose: list[str] = []
        self.open: list[tuple[int, str]] = []  # the lines and the marks of open `///` blocks
        self.examples = 0

    def sections(self) -> tuple[Section, ...]:
        number = 1
        while number <= len(self.lines):
            line = self.lines[number - 1]
            if FENCE.match(line) and number in self.fences:
                self.end_prose(number)
                number = self.add_fence(self.fence(number))
            elif problem := STRAY if STRAY_FENCE.match(line) else self.escapes.get(number):
                raise SourceError(self.path, number, problem)
            elif line.startswith("#"):
                self.end_prose(number)
                self.begin_section(line.rstrip(), number)
            elif line.startswith(":::") or PLOT.match(line):
                self.end_prose(number)
                self.parts[-1].append(self.shown(line, number))
            else:
                self.check_prose(line, number)
                self.prose.append(line)
            number += 1
        self.end_prose(number)
        if self.open:
            line, marks = self.open[-1]
            raise SourceError(self.path, line, f"this block stays open; close it by {marks}.")
        pairs = zip(self.heads, self.parts, strict=True)
        return tuple(Section(*head, tuple(parts)) for head, parts in pairs if parts or head[0])

    def check_prose(self, line: str, number: int) -> None:
        if block := BLOCK.match(line):
            marks, kind = block["marks"], block["kind"]
            closes = not kind and self.open and self.open[-1][1] == marks
            if kind not in BLOCKS and not closes:
                problem = f"a block {kind!r} is not known; open one of {', '.join(BLOCKS)}."
                raise SourceError(self.path, number, problem)
            if kind:
                if self.lines[number : number + 1] and self.lines[number][:1].isspace():
                    raise SourceError(self.path, number + 1, ATTRIBUTE)
                self.open.append((number, marks))
            else:
                self.open.pop()

    def end_prose(self, number: int) -> None:
        """The lines before line `number` are a part, if they say anything."""
        first = number - len(self.prose)
        text = "\n".join(self.prose).rstrip()
        self.prose = []
        if text:
            blank = len(text) - len(text.lstrip("\n"))
            self.parts[-1].append(Prose(first + blank, text[blank:]))

    def begin_section(self, line: str, number: int) -> None:
        heading = HEADING.fullmatch(line)
        if heading is None:
            problem = f"this heading has no id; write it as {line} {{ #some-id }}."
            raise SourceError(self.path, number, problem)
        for name, _, _, other in self.heads:
            if name == heading["id"]:
                problem = f"the id {name} stands at line {other} too; write another."
                raise SourceError(self.path, number, problem)
        self.heads.append((heading["id"], heading["title"], len(heading["level"]), number))
        self.parts.append([])

    def fence(self, first: int) -> Fence:
        """The fence whose opening marks stand on line `first`."""
        token = self.fences[first]
        header, end = token.info.strip(), token.map[1]
        if not HEADER.fullmatch(header):
            problem = f"a fence with the header {header!r} is not known; use one of: {HEADERS}."
            raise SourceError(self.path, first, problem)
        # The opening of another fence inside: the end of this one was forgotten. More marks
        # than at the opening would end it for markdown-it alone.
        headers = (FENCE.match(line) for line in token.content.split("\n"))
        inside = any(one and HEADER.fullmatch(one["header"].strip()) for one in headers)
        if inside or end == first or self.lines[end - 1].rstrip() != token.markup:
            problem = f"this fence is never closed; add the {token.markup} line."
            raise SourceError(self.path, first, problem)
        fence = Fence(self.path, first, end, header, token.content)
        lines = ["", *token.content.split("\n")]
        if not all(0 < number < len(lines) and lines[number].strip() for number in fence.marked):
            raise SourceError(self.path, first, "hl_lines marks a line that is not there; count.")
        return fence

    def add_fence(self, fence: Fence) -> int:
        """Take a fence into the parts; the line on which it ends."""
        before = self.parts[-1][-1] if self.parts[-1] else None
        if fence.language == "python":
            self.check_syntax(fence)
            self.examples += 1
            self.parts[-1].append(Example(self.examples, self.heads[-1][0], fence))
        elif fence.language == "bash":
            self.parts[-1].append(Shell(self.heads[-1][0], fence))
        else:
            shown = before.outputs if isinstance(before, Example) else None
            newer, problem = str(fence.title).endswith("+"), ""
            if shown is None:
                problem = "no Python fence stands right before this output, which is always of one."
            elif newer and not shown:
                problem = "show before this what the pinned torch prints, in a text fence."
            elif fence.title in shown or (None in shown and not newer):
                problem = "this code has an output fence already; title them CPU and GPU."
            if problem:
                raise SourceError(self.path, fence.line, problem)
            shown[fence.title] = fence
        return fence.end

    def check_syntax(self, fence: Fence) -> None:
        try:
            ast.parse(fence.source)
        except SyntaxError as error:
            code = (error.text or "").strip()
            problem = f"this is not Python: {error.msg}: {code}; mend the code."
            raise SourceError(self.path, fence.line + (error.lineno or 1), problem) from error

    def shown(self, line: str, number: int) -> Shown | Plot:
        plot, shown = PLOT.match(line), SHOWN.match(line)
        if plot and plot["words"].strip():
            return Plot(number, plot["words"].strip(), plot["target"])
        if shown:
            return Shown(number, shown["module"], shown["name"])
        problem = f"{line.removeprefix(':::').strip()} is not known; name a definition as "
        problem += "snippets.<module>.<name>, behind `::: `."
        if plot:
            problem = "a plot needs words for those who do not see it."
        raise SourceError(self.path, number, problem)


def _escapes(tokens: list[Token]) -> Iterator[tuple[int, str]]:
    """Lines that could show code without a run, and what is wrong with them."""
    for token in tokens:
        line = token.map[0] + 1 if token.map else 0
        if token.type in ESCAPES:
            yield line, ESCAPES[token.type]
        for child in token.children or ():
            line += child.type in ("softbreak", "hardbreak")
            words = child.content if child.type in ("text", "image") else ""
            if child.type == "html_inline" or TAG.search(words):
                yield line, HTML
            elif child.attrs.get("title") or (
                ATTRIBUTES.search(words) and not BRACED.fullmatch(token.content)
            ):
                yield line, ATTRIBUTE
