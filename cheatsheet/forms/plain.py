"""The parts of a page in Markdown that any reader of Markdown shows as it is meant.

What only the site understands goes: ids of headings, `///` blocks, relative links.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from cheatsheet.standalone.inline import Part

# In code and in formulas every sign stands for itself.
CODE = r"(?P<ticks>`+)(?!`)(?:(?!\n\n).)+?(?<!`)(?P=ticks)(?!`)"
VERBATIM = rf"(?P<verbatim>{CODE}|\$\$.+?\$\$)"
IMAGE = r"!\[(?P<alt>[^\]]*)\]\((?P<image>[^)\s]+)\)(?P<end>\n?)"
LINK = r"\]\((?P<link>[^)\s]+)(?=[)\s])"
ATTRIBUTES = r"[ \t]*\{:?[ ]?(?:[#.][\w-]+|[\w-]+=[^\s}]+)(?:[ ][^{}\n]*)?\}"
INLINE = re.compile("|".join([VERBATIM, IMAGE, LINK, ATTRIBUTES]), re.S)
INLINE_LANGUAGE = re.compile(r"(?<=`)(?:#!|:::)\w+ ")
BLOCK = re.compile(r"(?P<marks>/{3,})[ ]*(?P<kind>[\w-]+)(?:[ ]*\|[ ]*(?P<title>.*))?$")
OPTION = re.compile(r"[ ]{4}[\w-]+:")


@dataclass(frozen=True)
class Words:
    """What is said in the language of the page."""

    blocks: dict[str, str]  # the names of `///` blocks: note, warning, …
    defined_above: str  # "`{name}` is defined above."
    output: str
    error: str


def plain_parts(
    parts: list[Part], link: Callable[[str], str], words: Words
) -> list[Part]:
    """The same parts, prose and references as plain Markdown.

    `link` gives the address of a link's target as the page writes it, "" for none.
    """
    quotes: list[str] = []  # for each open block, what stands before its lines
    return [
        part
        if part.kind in ("code", "shell")
        else replace(part, kind="prose", text=_plain(part, quotes, link, words))
        for part in parts
    ]


def plain_page(parts: list[Part], words: Words) -> str:
    """One text of what `plain_parts` gives, outputs after their code."""
    return "\n\n".join(_with_outputs(part, words) for part in parts) + "\n"


def _plain(part: Part, quotes: list[str], link, words: Words) -> str:
    if part.kind == "reference":
        return words.defined_above.format(name=part.text)
    text = INLINE.sub(lambda match: _inline(match, link), part.text)
    lines = []
    options = False  # the lines right below the opening of a block may be options
    for line in text.split("\n"):
        block = BLOCK.match(line)
        if block:
            name = words.blocks.get(block["kind"], "")
            quotes.append("" if block["kind"] == "tab" else "> ")
            title = " · ".join(filter(None, [name, block["title"]]))
            lines += [f"{''.join(quotes)}**{title}**", "".join(quotes).rstrip()]
            options = True
        elif quotes and re.fullmatch(r"/{3,}\s*", line):
            quotes.pop()
            lines.append("".join(quotes).rstrip())
        elif not (options and (OPTION.match(line) or not line.strip())):
            options = False
            lines.append(("".join(quotes) + line).rstrip())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


def _inline(match: re.Match, link: Callable[[str], str]) -> str:
    if match["verbatim"]:
        return INLINE_LANGUAGE.sub("", match[0], count=1)
    if match["image"]:
        target, _, scheme = match["image"].partition("#only-")
        # One picture in two variants: the light one stands for both.
        if scheme == "dark":
            return ""
        address, alt = link(target), match["alt"]
        # What a hook draws into the page is no file; its words stand for it.
        return (f"![{alt}]({address})" if address else f"*{alt}*") + match["end"]
    if match["link"]:
        return f"]({link(match['link']) or match['link']}"
    return ""


def _with_outputs(part: Part, words: Words) -> str:
    if part.kind != "code":
        return part.text
    fences = [_fence("python", part.text)]
    if part.example:
        label = words.error if part.example.raises else words.output
        for title, block in part.example.outputs.items():
            fences += [f"{label} · {title}"] if title else []
            fences.append(_fence("text", block.source))
    return "\n\n".join(fences)


def _fence(header: str, source: str) -> str:
    longest = max(map(len, re.findall(r"(?m)^`{3,}", source)), default=2)
    marks = "`" * (longest + 1)
    return f"{marks}{header}\n{source.rstrip()}\n{marks}"
