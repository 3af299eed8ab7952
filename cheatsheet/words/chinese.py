"""Where Chinese text stands: in pages, catalogs, configs and the theme, by its lines.

Code, outputs, formulas, ids and addresses are left out; inline code is kept between
backticks. Only lines with a Chinese character are given.
"""

import io
import re
import tokenize
from dataclasses import dataclass
from pathlib import Path

import yaml
from babel.messages import pofile
from markdown_it import MarkdownIt
from markdown_it.token import Token

from cheatsheet.words.plot_words import read_words
from cheatsheet.words.languages import Language

HAN = "\u3400-\u4dbf\u4e00-\u9fff"
CHINESE = re.compile(f"[{HAN}]")
FRONT_MATTER = re.compile(r"\A---\ndescription: (?P<description>.*)\n---\n")
ID = re.compile(r"\s*\{ #[a-z0-9-]+ \}")
# The first line of a block such as `/// warning | title`, and its last one.
BLOCK = re.compile(r"///\s*(?:[\w-]+\s*\|)?\s*")
SHELL_COMMENT = re.compile(r"(?:^|\s)#+\s*(.+)")
THEME = (".css", ".html", ".jinja", ".js")
# What readers may type into the search is not what the site says.
READERS_WORDS = ("extra", "search")
# What a template or a script says: no tags, quotes and expressions around it.
STRETCH = re.compile(rf"[^<>\"'`{{}}\n]*[{HAN}][^<>\"'`{{}}\n]*")


class ReadError(Exception):
    """A file cannot be read as what it is; names file, line and cure."""


@dataclass(frozen=True)
class Line:
    """One line of Chinese; `number` counts from 1.

    `before` is the line that it goes on from, in the same paragraph.
    """

    path: Path
    number: int
    text: str
    before: str = ""

    @property
    def place(self) -> str:
        return f"{self.path}:{self.number}"


@dataclass(frozen=True)
class Entry:
    """One translated message of a catalog."""

    path: Path
    number: int
    original: str
    translation: str

    @property
    def place(self) -> str:
        return f"{self.path}:{self.number}"


def read_markdown(path: Path, text: str) -> list[Line]:
    """The prose of a page, the comments of its code, and the words of its plots."""
    lines = []
    if front := FRONT_MATTER.match(text):
        lines.append(Line(path, 2, front["description"]))
        # It is no Markdown; blank lines in its place keep the numbers.
        text = front[0].count("\n") * "\n" + text[front.end() :]
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        if token.type == "fence":
            lines += _read_comments(path, token)
        elif token.type == "inline" and not token.content.startswith("$$"):
            lines += _read_inline(path, token)
    return [line for line in lines if CHINESE.search(line.text)]


def _read_comments(path: Path, token: Token) -> list[Line]:
    first = token.map[0] + 1
    language = token.info.split(" ")[0]
    if language == "bash":
        found = enumerate(map(SHELL_COMMENT.search, token.content.split("\n")), 1)
        return [Line(path, first + n, comment[1]) for n, comment in found if comment]
    lines = []
    try:
        readline = io.StringIO(token.content if language == "python" else "").readline
        for one in tokenize.generate_tokens(readline):
            if one.type == tokenize.COMMENT:
                text = one.string.lstrip("#").strip()
                lines.append(Line(path, first + one.start[0], text))
    except (tokenize.TokenError, SyntaxError):
        pass  # no Python; reading the examples of the page says so
    words = (read_words(token.content) or []) if language == "python" else []
    return lines + [Line(path, first + word.line, word.text) for word in words]


def _read_inline(path: Path, token: Token) -> list[Line]:
    """The lines of a paragraph, a heading or a cell, without links and emphasis."""
    rows, images = [""], []
    first = token.map[0] + 1
    for child in token.children:
        if child.type in ("softbreak", "hardbreak"):
            rows.append("")
        elif child.type == "text":
            rows[-1] += child.content
        elif child.type == "code_inline":
            ticked = "`" in child.content
            rows[-1] += f"`` {child.content} ``" if ticked else f"`{child.content}`"
        elif child.type == "image":
            images.append(Line(path, first + len(rows) - 1, child.content))
    lines, before = [], ""
    for number, row in enumerate(rows, first):
        if row.startswith("///"):
            lines.append(Line(path, number, BLOCK.sub("", row, count=1)))
            before = ""
        else:
            lines.append(Line(path, number, ID.sub("", row), before))
            before = row
    return lines + images


def read_entries(path: Path, text: str) -> list[Entry]:
    """The translated messages of a .po file; `number` is the line of the msgid.

    Raises:
        ReadError: it is not a .po file.
    """
    try:
        catalog = pofile.read_po(io.BytesIO(text.encode()), abort_invalid=True)
    except pofile.PoFileError as error:
        place = f"{path}:{error.lineno + 1}"
        raise ReadError(f"{place}: this is not a .po file: {error}; mend it.") from None
    return [
        Entry(path, entry.lineno, entry.id, entry.string)
        for entry in catalog
        if entry.id and entry.string and not entry.fuzzy
    ]


def read_catalog(path: Path, text: str) -> list[Line]:
    """The lines of the translations in a .po file; errors as `read_entries`."""
    return [
        Line(path, entry.number, line.strip())
        for entry in read_entries(path, text)
        for line in entry.translation.split("\n")
        if CHINESE.search(line)
    ]


def read_config(path: Path, text: str) -> list[Line]:
    """The Chinese strings of a YAML file: the menu, and what the theme says.

    Raises:
        ReadError: it is not YAML.
    """
    lines = []

    def visit(node: yaml.Node | None, keys: tuple[str, ...]) -> None:
        if keys == READERS_WORDS:
            return
        if isinstance(node, yaml.ScalarNode):
            lines.append(Line(path, node.start_mark.line + 1, node.value))
        elif isinstance(node, yaml.SequenceNode):
            for child in node.value:
                visit(child, keys)
        elif isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                visit(key, keys)
                visit(value, (*keys, key.value))

    visit(compose(path, text), ())
    return [line for line in lines if CHINESE.search(line.text)]


def compose(path: Path, text: str) -> yaml.Node | None:
    """The nodes of a YAML file, which know their lines; errors as `read_config`."""
    try:
        return yaml.compose(text, yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)  # an odd character has none
        place = f"{path}:{mark.line + 1 if mark else 1}"
        problem = getattr(error, "problem", None) or error.reason
        raise ReadError(f"{place}: not YAML: {problem}; mend it.") from None


def read_theme(path: Path, text: str) -> list[Line]:
    """The Chinese in a template, a script or a style sheet."""
    return [
        Line(path, number, stretch.strip())
        for number, line in enumerate(text.split("\n"), 1)
        for stretch in STRETCH.findall(line)
    ]


def read_project(root: Path, language: Language) -> tuple[list[Line], list[Entry]]:
    """All lines in a language, and the messages of its catalog; paths from the root.

    Raises:
        ReadError: a file cannot be read.
    """
    theme = [path for path in (root / "cheatsheet/theme").rglob("*") if path.suffix in THEME]
    lines, entries = [], []
    for read, paths in (
        (read_markdown, sorted((root / language.docs).rglob("*.md"))),
        (read_markdown, [root / f"README.{language.code}.md"]),
        (read_config, [root / language.config]),
        (read_catalog, [root / language.catalog]),
        (read_theme, sorted(theme)),
    ):
        for path in filter(Path.is_file, paths):
            shown = path.relative_to(root)
            try:
                text = path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                raise ReadError(f"{shown}:1: not UTF-8; save it as UTF-8.") from None
            lines += read(shown, text)
            if read is read_catalog:
                entries += read_entries(shown, text)
    return lines, entries
