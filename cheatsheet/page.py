"""A page, read once: its sections, and what stands in them.

The grammar is narrower than Markdown on purpose. A fence stands at the margin, is made
of backticks and has one of a few headers; every heading has an id. Python-Markdown,
which renders the site, and markdown-it, which finds the blocks for pytest, agree on
exactly these. Needs markdown-it-py alone, which pytest-markdown-docs brings.
"""

import ast
import re
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

HEADER = re.compile(
    r"python(?: \{(?P<flags>(?: \.(?:raises|annotate))+) \})?"
    r'|text(?: title="(?P<title>CPU|GPU)")?'
    r"|bash"
)
HEADERS = (
    "python, python { .raises }, python { .annotate }, "
    'text, text title="CPU", text title="GPU", bash'
)
FENCE = re.compile(r"(?P<marks>`{3,})(?P<header>[^`]*)$")
# A fence in a place where one of the two Markdown readers would not see it: indented,
# in a list or a quotation, or made of tildes.
STRAY_FENCE = re.compile(r"[\s>]*(?:[-*+]\s+|\d+[.)]\s+)*[\s>]*(?:`{3,}[^`]*|~{3,}.*)$")
RAW_HTML = re.compile(r"\s*<(?!https?:|mailto:)[A-Za-z/!?]")
FRONT_MATTER = re.compile(r"---\ndescription: (?P<description>.*\S)\n---\n")
HEADING = re.compile(r"(?P<level>#{1,6})\s+(?P<title>.+?)\s+\{ #(?P<id>[a-z0-9-]+) \}")
SHOWN = re.compile(r":::\s+(?P<module>snippets\.\w+)\.(?P<name>\w+)\s*$")
PLOT = re.compile(r"!\[(?P<words>[^\]]*)\]\((?P<target>plot|[\w./-]+\.md#[a-z0-9-]+)\)\s*$")


class SourceError(Exception):
    """Something in a source file is wrong: "file:line: what; the cure", one a line."""

    def __init__(self, path: Path | str, line: int, problem: str):
        super().__init__(f"{path}:{line}: {problem}")

    @classmethod
    def of(cls, problems: list[str]) -> "SourceError":
        """One error that says several problems, each with its place."""
        error = cls("", 0, "")
        error.args = ("\n".join(problems),)
        return error


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
    def title(self) -> str | None:
        """CPU or GPU, of an output that is right there alone."""
        return HEADER.fullmatch(self.header)["title"]


@dataclass(frozen=True)
class Prose:
    """Lines of Markdown between other parts, from `line` on, no blank one at its ends."""

    line: int
    text: str


@dataclass(frozen=True)
class Example:
    """A Python fence with the output fences that belong to it, by title.

    `number` counts the examples of a page from 1; `section` is the id of its section.
    """

    number: int
    section: str
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

    def output(self, title: str | None) -> Fence | None:
        """The fence that shows what this code prints on CPU or GPU, by its title."""
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
    """What stands below one heading, down to the next one of any level.

    Before the first heading: a section without id and title, of level 0.
    """

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
        return split_lines(self.text)

    @cached_property
    def parts(self) -> list[Part]:
        return [part for section in self.sections for part in section.parts]

    @cached_property
    def examples(self) -> list[Example]:
        return [part for part in self.parts if isinstance(part, Example)]

    @cached_property
    def fences(self) -> list[Fence]:
        """All fences in the order of the page, outputs after their code."""
        found = []
        for part in self.parts:
            if isinstance(part, (Example, Shell)):
                found.append(part.code)
            if isinstance(part, Example):
                found += part.outputs.values()
        return found

    @property
    def title(self) -> str:
        return next((one.title for one in self.sections if one.title), "")


def load(root: Path, name: Path | str) -> Page:
    """The page in the file `name` below `root`.

    Raises:
        SourceError: as `read_text` and `read`.
    """
    return read(Path(name), read_text(root, name))


def read_text(root: Path, name: Path | str) -> str:
    """The text of a source file, line ends as they are; errors call it `name`.

    Raises:
        SourceError: the file cannot be read or is not UTF-8.
    """
    try:
        data = (root / name).read_bytes()
    except OSError as error:
        raise SourceError(name, 1, f"cannot be read: {error.strerror}.") from error
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        problem = f"byte {data[error.start]:#04x} is not UTF-8; save the file as UTF-8."
        raise SourceError(name, line, problem) from error


def split_lines(text: str) -> list[str]:
    """Lines as editors and Markdown count them (`str.splitlines` knows more ends)."""
    return re.split(r"\r\n|\r|\n", text)


@lru_cache(maxsize=512)
def read(path: Path, text: str) -> Page:
    """The page that a text makes.

    Raises:
        SourceError: a fence is unbalanced, has an unknown header, or stands where it would be
            shown without being run, or run without being shown; its code is not Python; an
            output follows no code, or stands twice; a heading has no id, or one that stood
            before; a `:::` or a plot is not written so that it can be shown.
    """
    reader = _Reader(path, split_lines(text))
    sections = reader.sections()
    # Front matter is no Markdown; blank lines in its place keep the numbers.
    body = "\n".join([""] * reader.skipped + reader.lines[reader.skipped :])
    tokens = MarkdownIt("commonmark").enable("table").parse(body)
    page = Page(path, text, reader.description, sections, tuple(tokens))
    _agree_with_markdown_it(page)
    return page


def _agree_with_markdown_it(page: Page) -> None:
    """markdown-it finds the blocks for pytest: what it sees must be what we see."""
    expected = {fence.line: fence for fence in page.fences}
    for token in page.tokens:
        if token.type not in ("fence", "code_block"):
            continue
        line = token.map[0] + 1
        if token.type == "code_block" or line not in expected:
            problem = "an indented code block is not run; use a ``` fence at the margin."
            raise SourceError(page.path, line, problem)
        if expected.pop(line).source != token.content:
            raise SourceError(page.path, line, "the end of this fence is ambiguous.")
    for line in expected:
        problem = "pytest does not see this fence; put blank lines around it."
        raise SourceError(page.path, line, problem)


class _Reader:
    """Goes through the lines of a page once, and puts its parts into sections."""

    def __init__(self, path: Path, lines: list[str]):
        self.path = path
        self.lines = lines
        front = FRONT_MATTER.match("\n".join(lines))
        self.skipped = front[0].count("\n") if front else 0
        self.description = front["description"] if front else ""
        self.done: list[Section] = []
        self.head = ("", "", 0, 1)  # id, title, level, line of the section
        self.parts: list[Part] = []
        self.prose: list[str] = []
        self.examples = 0
        self.attached = False  # an output here belongs to the example before

    def error(self, line: int, problem: str) -> SourceError:
        return SourceError(self.path, line, problem)

    def sections(self) -> tuple[Section, ...]:
        number = self.skipped + 1
        while number <= len(self.lines):
            line = self.lines[number - 1]
            if opening := FENCE.match(line):
                self._end_prose(number)
                number = self._add_fence(self._fence(opening, number))
            elif line.startswith("#"):
                self._end_prose(number)
                self._begin_section(line.rstrip(), number)
            elif line.startswith(":::") or PLOT.match(line):
                self._end_prose(number)
                self.parts.append(self._shown(line, number))
                self.attached = False
            else:
                self._refuse_escape(line, number)
                self.prose.append(line)
            number += 1
        self._end_prose(number)
        self._end_section()
        return tuple(self.done)

    def _refuse_escape(self, line: str, number: int) -> None:
        if STRAY_FENCE.match(line):
            problem = "a fence must start at the margin with backticks, or it is shown without "
            problem += "being run; use /// blocks where it belongs into an admonition or a tab."
            raise self.error(number, problem)
        if RAW_HTML.match(line):
            problem = "raw HTML (a comment too) can hide code from the run; write Markdown, "
            raise self.error(number, problem + "or a /// block.")

    def _end_prose(self, number: int) -> None:
        """The lines before line `number` are a part, if they say anything."""
        lines, self.prose = self.prose, []
        first = number - len(lines)
        while lines and not lines[0].strip():
            del lines[0]
            first += 1
        if text := "\n".join(lines).rstrip():
            self.parts.append(Prose(first, text))
            self.attached = False

    def _begin_section(self, line: str, number: int) -> None:
        heading = HEADING.fullmatch(line)
        if heading is None:
            problem = f"this heading has no id; write it as {line} {{ #some-id }}."
            raise self.error(number, problem)
        self._end_section()
        for one in self.done:
            if one.id == heading["id"]:
                problem = f"the id {one.id} stands at line {one.line} too; write another."
                raise self.error(number, problem)
        self.head = (heading["id"], heading["title"], len(heading["level"]), number)

    def _end_section(self) -> None:
        if self.parts or self.head[0]:
            self.done.append(Section(*self.head, tuple(self.parts)))
        self.parts = []
        self.attached = False

    def _fence(self, opening: re.Match, first: int) -> Fence:
        """The fence whose opening marks stand on line `first`."""
        closing = re.compile(re.escape(opening["marks"]) + r"`*\s*$")
        for end in range(first + 1, len(self.lines) + 1):
            line = self.lines[end - 1]
            if closing.match(line):
                source = "".join(line + "\n" for line in self.lines[first : end - 1])
                return Fence(self.path, first, end, self._header(opening, first), source)
            # The opening of the next fence, where the end of this one was forgotten.
            inside = FENCE.match(line)
            if inside and HEADER.fullmatch(inside["header"].rstrip()):
                break
        raise self.error(first, "this fence is never closed; add the ``` line.")

    def _header(self, opening: re.Match, line: int) -> str:
        header = opening["header"].rstrip()
        if HEADER.fullmatch(header):
            return header
        problem = f"a fence with the header {header!r} is not known; use one of: {HEADERS}."
        raise self.error(line, problem)

    def _add_fence(self, fence: Fence) -> int:
        """Take a fence into the parts; the line on which it ends."""
        if fence.language == "python":
            self._check_syntax(fence)
            self.examples += 1
            self.parts.append(Example(self.examples, self.head[0], fence))
        elif fence.language == "bash":
            self.parts.append(Shell(self.head[0], fence))
        elif not self.attached:
            problem = "no Python fence stands right before this output; a text fence is always "
            raise self.error(fence.line, problem + "the output of the fence before it.")
        else:
            outputs = self.parts[-1].outputs
            if fence.title in outputs or None in outputs:
                problem = "this code has an output fence already; keep one, or title them "
                raise self.error(fence.line, problem + "CPU and GPU.")
            outputs[fence.title] = fence
        self.attached = fence.language != "bash"
        return fence.end

    def _check_syntax(self, fence: Fence) -> None:
        try:
            ast.parse(fence.source)
        except SyntaxError as error:
            code = (error.text or "").strip()
            problem = f"this is not Python: {error.msg}: {code}; mend the code."
            raise self.error(fence.line + (error.lineno or 1), problem) from error

    def _shown(self, line: str, number: int) -> Shown | Plot:
        if plot := PLOT.match(line):
            if not plot["words"].strip():
                raise self.error(number, "a plot needs words for those who do not see it.")
            return Plot(number, plot["words"].strip(), plot["target"])
        if shown := SHOWN.match(line):
            return Shown(number, shown["module"], shown["name"])
        problem = f"{line.removeprefix(':::').strip()} is not known; name a definition as "
        raise self.error(number, problem + "snippets.<module>.<name>, behind `::: `.")
