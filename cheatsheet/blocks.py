"""Read the code blocks of a Markdown page, and refuse every block that would escape.

The grammar is narrower than Markdown on purpose. A fence stands at the margin, is made
of backticks and has one of a few headers. Python-Markdown, which renders the site, and
markdown-it, which finds the blocks for pytest, agree on exactly these.
"""

import ast
import re
from dataclasses import dataclass, field
from pathlib import Path

from markdown_it import MarkdownIt

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
HEADING_ID = re.compile(r"#{1,6}\s.*\{ #(?P<id>[a-z0-9-]+) \}\s*$")
RAW_HTML = re.compile(r"\s*<(?!https?:|mailto:)[A-Za-z/!?]")


class PageError(Exception):
    """Something is wrong with a page; it names the file, the line and the cure."""

    def __init__(self, path: Path, line: int, problem: str):
        super().__init__(f"{path}:{line}: {problem}")


@dataclass(frozen=True)
class Block:
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
        flags = HEADER.fullmatch(self.header)["flags"] or ""
        return frozenset(flag.removeprefix(".") for flag in flags.split())

    @property
    def title(self) -> str | None:
        return HEADER.fullmatch(self.header)["title"]


@dataclass(frozen=True)
class Example:
    """A Python fence with the output fences that belong to it, by title."""

    code: Block
    outputs: dict[str | None, Block] = field(default_factory=dict)

    @property
    def raises(self) -> bool:
        return "raises" in self.code.flags

    @property
    def differs(self) -> bool:
        """Does the page say that this code prints one thing here, another there?"""
        return bool(self.outputs) and None not in self.outputs

    def output(self, title: str | None) -> Block | None:
        """The fence that shows what this code prints on CPU or GPU, by its title."""
        return self.outputs.get(title, self.outputs.get(None))


def read_page(path: Path) -> str:
    """The text of a page, line ends as they are.

    Raises:
        PageError: the file cannot be read or is not UTF-8.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise PageError(path, 1, f"cannot be read: {error.strerror}.") from error
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        problem = f"byte {data[error.start]:#04x} is not UTF-8; save the file as UTF-8."
        raise PageError(path, line, problem) from error


def split_lines(text: str) -> list[str]:
    """Lines as editors and Markdown count them (`str.splitlines` knows more ends)."""
    return re.split(r"\r\n|\r|\n", text)


def read_blocks(text: str, path: Path) -> list[Block]:
    """All fences of a page in order.

    Raises:
        PageError: a fence is unbalanced, has an unknown header, or stands where it
            would be shown without being run, or run without being shown.
    """
    blocks: list[Block] = []
    lines = split_lines(text)
    number = 0
    while number < len(lines):
        opening = FENCE.match(lines[number])
        number += 1
        if opening is None:
            _refuse_escape(lines[number - 1], path, number)
            continue
        first = number
        closing = re.compile(re.escape(opening["marks"]) + r"`*\s*$")
        while number < len(lines) and not closing.match(lines[number]):
            number += 1
            # The opening of the next fence, where the end of this one was forgotten.
            inside = FENCE.match(lines[number - 1])
            if inside and HEADER.fullmatch(inside["header"].rstrip()):
                number = len(lines)
        if number == len(lines):
            raise PageError(
                path, first, "this fence is never closed; add the ``` line."
            )
        number += 1
        header = opening["header"].rstrip()
        if not HEADER.fullmatch(header):
            problem = f"a fence with the header {header!r} is not known; use one of: "
            raise PageError(path, first, problem + HEADERS + ".")
        source = "".join(line + "\n" for line in lines[first : number - 1])
        blocks.append(Block(path, first, number, header, source))
    _agree_with_markdown_it(text, path, blocks)
    return blocks


def section_id(text: str, line: int) -> str:
    """The id of the heading above a line, "" where there is none."""
    above = map(HEADING_ID.match, reversed(split_lines(text)[: line - 1]))
    return next((match["id"] for match in above if match), "")


def _refuse_escape(line: str, path: Path, number: int) -> None:
    if STRAY_FENCE.match(line):
        problem = (
            "a fence must start at the margin with backticks, or it is shown without "
            "being run; use /// blocks where it belongs into an admonition or a tab."
        )
        raise PageError(path, number, problem)
    if RAW_HTML.match(line):
        problem = (
            "raw HTML (a comment too) can hide code from the run; "
            "write Markdown, or a /// block."
        )
        raise PageError(path, number, problem)


def _agree_with_markdown_it(text: str, path: Path, blocks: list[Block]) -> None:
    """markdown-it finds the blocks for pytest: what it sees must be what we see."""
    expected = {block.line: block for block in blocks}
    for token in MarkdownIt("commonmark").parse(text):
        if token.type not in ("fence", "code_block"):
            continue
        line = token.map[0] + 1
        if token.type == "code_block" or line not in expected:
            problem = (
                "an indented code block is not run; use a ``` fence at the margin."
            )
            raise PageError(path, line, problem)
        if expected.pop(line).source != token.content:
            raise PageError(path, line, "the end of this fence is ambiguous.")
    for line in expected:
        problem = "pytest does not see this fence; put blank lines around it."
        raise PageError(path, line, problem)


def read_examples(path: Path, text: str | None = None) -> list[Example]:
    """The Python fences of a page, each with its output fences.

    Raises:
        PageError: as `read_blocks`; also for code that is not Python, and for an output
            fence that is empty, stands twice, or follows no Python fence.
    """
    text = read_page(path) if text is None else text
    lines = split_lines(text)
    examples: list[Example] = []
    last: Block | None = None
    for block in read_blocks(text, path):
        if block.language == "python":
            _check_syntax(block)
            examples.append(Example(block))
        elif block.language == "text":
            between = [] if last is None else lines[last.end : block.line - 1]
            attached = last is not None and last.language in ("python", "text")
            if not attached or any(line.strip() for line in between):
                problem = "no Python fence stands right before this output; a text "
                problem += "fence is always the output of the fence before it."
                raise PageError(path, block.line, problem)
            _add_output(examples[-1], block)
        last = block
    return examples


def _check_syntax(block: Block) -> None:
    try:
        ast.parse(block.source)
    except SyntaxError as error:
        line = block.line + (error.lineno or 1)
        code = (error.text or "").strip()
        problem = f"this is not Python: {error.msg}: {code}; mend the code."
        raise PageError(block.path, line, problem) from error


def _add_output(example: Example, block: Block) -> None:
    if block.title in example.outputs or None in example.outputs:
        problem = "this code has an output fence already; keep one, or title them "
        problem += "CPU and GPU."
        raise PageError(block.path, block.line, problem)
    example.outputs[block.title] = block
