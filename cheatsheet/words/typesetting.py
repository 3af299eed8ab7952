"""Chinese as it is set: spaces around Latin words, full-width signs, and one wording.

autocorrect knows most of the signs and spaces, and OpenCC the characters that are not
simplified; the rules here are what the two do not see.
The words are those of glossary.yml (see glossary.py). Looked at are pages, the README,
the config and the catalog, but for code, outputs, formulas, ids and addresses.
"""

import re
from difflib import SequenceMatcher
from pathlib import Path

import autocorrect_py
from babel.messages.catalog import Message as Entry
from opencc import OpenCC

from cheatsheet.source import SourceError, read_text
from cheatsheet.words import glossary
from cheatsheet.words.catalog import translated
from cheatsheet.words.languages import Language, read_languages
from cheatsheet.words.settings import compose, scalars
from cheatsheet.words.text import (
    CHINESE,
    HAN,
    INLINE_CODE,
    Line,
    markdown,
    page_blocks,
    read_blocks,
)

# Left as they are: inline code, formulas, addresses.
KEPT = re.compile(INLINE_CODE.pattern + r"|\$[^\s$][^$]*\$" + rf"|https?://[^\s{HAN}，。；）]+")
FULL = "，。；：？！、（）《》“”…"
SIGNS = dict(zip(",;:!?", "，；：！？", strict=True))
SIMPLIFIED = OpenCC("t2s")
# In this order, after autocorrect.
RULES = [
    # half-width signs before Chinese, or behind it
    (rf" *([,;:!?]) *(?=[{HAN}{FULL}])", lambda match: SIGNS[match[1]]),
    (rf"(?<=[{HAN}{FULL}]) *([,;:!?]) *", lambda match: SIGNS[match[1]]),
    # half-width brackets and straight quotation marks around Chinese
    (rf"(?<!\w) *\(([^()]*[{HAN}][^()]*)\) *", r"（\1）"),
    (rf' *"([^"]*[{HAN}][^"]*)" *', r"“\1”"),
    # an ellipsis takes the room of two characters
    (rf"(?<=[{HAN}])(?:\.{{3,}}|(?<!…)…(?!…))", "……"),
    # a number and its unit
    (r"(?<![\w.])(\d+(?:\.\d+)?)([KMGT]i?B)\b", r"\1 \2"),
    # spaces between Chinese characters, and around signs that bring their own
    (rf" *([{FULL}]) *", r"\1"),
    (rf"(?<=[{HAN}]) +(?=[{HAN}])", ""),
]


def correct(text: str) -> str:
    """One line of Chinese as it should be set."""
    kept: list[str] = []

    def hide(match: re.Match) -> str:
        kept.append(match[0])
        return f"Q{len(kept) - 1}Q"  # to autocorrect a Latin word

    text = KEPT.sub(hide, text)
    for _ in range(2):  # a corrected sign may want a space, or lose one
        text = autocorrect_py.format(SIMPLIFIED.convert(text))
        for pattern, replacement in RULES:
            text = re.sub(pattern, replacement, text)
    return re.sub(r"Q(\d+)Q", lambda match: kept[int(match[1])], text)


def check_line(line: Line) -> list[SourceError]:
    """What is set wrongly in a line, with what should stand there."""
    right = correct(line.text)
    matcher = SequenceMatcher(None, line.text, right, autojunk=False)
    found = []
    for group in matcher.get_grouped_opcodes(4):
        (_, i, _, j, _), (_, _, to_i, _, to_j) = group[0], group[-1]
        problem = f"{line.text[i:to_i]!r} is set wrongly; write {right[j:to_j]!r}."
        found.append(line.error(problem))
    if line.before and line.text:
        joined = f"{line.before[-1]} {line.text[0]}"
        if any(sign in joined for sign in FULL) or len(correct(joined)) < 3:
            problem = f"the line break before {line.text[:8]!r} shows as a space; "
            found.append(line.error(f"{problem}put it on the line before."))
    return found


def read_project(root: Path, language: Language) -> tuple[list[Line], list[Entry]]:
    """All lines of Chinese in a project, and the translations of its catalog; errors as `check`."""
    blocks = [
        one for name in language.pages(root) for one in page_blocks(language.page(root, name))
    ]
    readme, config = Path(f"README.{language.code}.md"), Path(language.config)
    if (root / readme).is_file():  # no page, and read by no page's rules
        blocks += read_blocks(readme, markdown(read_text(root, readme)))
    lines = [line for block in blocks for line in block.lines]
    strings = scalars(compose(config, read_text(root, config)))
    lines += [Line(config, one.start_mark.line + 1, one.value) for one in strings]
    entries = translated(root, language)
    lines += [
        Line(Path(language.catalog), entry.lineno, row.strip())
        for entry in entries
        for row in entry.string.split("\n")
    ]
    return [line for line in lines if CHINESE.search(line.text)], entries


def check(root: Path) -> list[SourceError]:
    """Everything that is set or worded wrongly in the Chinese of a project.

    Raises:
        SourceError: the glossary, the languages or a file with Chinese cannot be read.
    """
    terms = glossary.read(root)
    found: list[SourceError] = []
    for language in read_languages(root):
        if language.chinese:
            lines, entries = read_project(root, language)
            found += [problem for line in lines for problem in check_line(line)]
            found += glossary.wrong_terms(terms, lines)
            found += glossary.missing_terms(terms, language.catalog, entries)
    return found
