"""Chinese as it is set: spaces around Latin words, full-width signs, and one wording.

autocorrect knows most of the signs and spaces; the rules here are what it does not see.
The words are those of glossary.yml (see glossary.py). Which text is looked at: see
chinese.py.
"""

import re
from difflib import SequenceMatcher
from pathlib import Path

import autocorrect_py

from cheatsheet.words import glossary
from cheatsheet.words.chinese import HAN, Line, read_project
from cheatsheet.words.languages import read_languages

# Left as they are: inline code, formulas, addresses.
KEPT = re.compile(
    r"(`+)(?!`).+?(?<!`)\1(?!`)|\$[^\s$][^$]*\$" + rf"|https?://[^\s{HAN}，。；）]+"
)
FULL = "，。；：？！、（）《》“”…"
SIGNS = dict(zip(",;:!?", "，；：！？", strict=True))
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
        text = autocorrect_py.format(text)
        for pattern, replacement in RULES:
            text = re.sub(pattern, replacement, text)
    return re.sub(r"Q(\d+)Q", lambda match: kept[int(match[1])], text)


def check_line(line: Line) -> list[str]:
    """What is set wrongly in a line, with what should stand there."""
    right = correct(line.text)
    matcher = SequenceMatcher(None, line.text, right, autojunk=False)
    found = []
    for group in matcher.get_grouped_opcodes(4):
        (_, i, _, j, _), (_, _, to_i, _, to_j) = group[0], group[-1]
        found.append(
            f"{line.place}: {line.text[i:to_i]!r} is set wrongly; write "
            f"{right[j:to_j]!r}."
        )
    if line.before and line.text:
        joined = f"{line.before[-1]} {line.text[0]}"
        if any(sign in joined for sign in FULL) or len(correct(joined)) < 3:
            found.append(
                f"{line.place}: the line break before {line.text[:8]!r} shows as a "
                "space; put it on the line before."
            )
    return found


def check(root: Path) -> list[str]:
    """Everything that is set or worded wrongly in the Chinese of a project.

    Raises:
        GlossaryError: glossary.yml cannot be read.
        ReadError: a file with Chinese cannot be read.
        ValueError: as `read_languages`.
    """
    words = glossary.read(root)
    found: list[glossary.Finding] = []
    for language in read_languages(root):
        if language.code and language.lang.startswith("zh"):
            lines, entries = read_project(root, language)
            for line in lines:
                found += [
                    glossary.Finding(line.path, line.text, problem)
                    for problem in check_line(line)
                ]
            found += glossary.wrong_terms(words, lines)
            found += glossary.missing_terms(words, entries)
    return glossary.without_exceptions(words, found)
