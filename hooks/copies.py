"""What the copy button gives: each Python block, made whole (see standalone/).

Material's button copies the nearest `data-copy`. Where that is more than what is shown,
the block says how much more, and a second button copies the lines shown (copy.js).
"""

import re
import sys
from html import escape
from pathlib import Path

from mkdocs.exceptions import PluginError

# The `mkdocs` command does not put the project's folder on the path.
sys.path.insert(0, str(Path(__file__).parents[1]))

from cheatsheet.blocks import PageError, read_examples
from cheatsheet.standalone.compose import Copy, copies_of, copies_of_definitions
from cheatsheet.standalone.definitions import Definitions, StandaloneError

# A Python block, and the start of a definition that mkdocstrings shows.
BLOCK = re.compile(
    r'<div class="definition" id="(?P<definition>[\w-]+)">'
    r'|<div class="(?P<classes>language-python\b[^"]*)">'
)


def on_page_content(html, *, page, config, files):
    if page.file.generated_by:
        return html  # made of blocks of the other pages
    root = Path(config.config_file_path).parent
    path = Path(page.file.abs_src_path)
    starts = [match["definition"] for match in BLOCK.finditer(html)]
    names = [tuple(id_.replace("-", ".").rsplit(".", 1)) for id_ in starts if id_]
    try:
        code = [example.code for example in read_examples(path.relative_to(root))]
        definitions = Definitions(root / _paths(config)[0])
        fences = iter(copies_of(code, definitions))
        shown = iter(copies_of_definitions(names, definitions))
    except (PageError, StandaloneError) as error:
        raise PluginError(str(error)) from error
    inside = False  # a definition, whose block comes next

    def add(match: re.Match) -> str:
        nonlocal inside
        if match["definition"]:
            inside = True
            return match[0]
        copy = next(shown if inside else fences)
        inside = False
        return _opening(match["classes"], copy, config.extra["copy"])

    html = BLOCK.sub(add, html)
    if next(fences, None) or next(shown, None):
        raise PluginError(f"{path}: a Python block is not in the page; mend BLOCK.")
    return html


def _paths(config) -> list[str]:
    """Where mkdocstrings finds `snippets`, in the language of this site."""
    return config.plugins["mkdocstrings"].config.handlers["python"]["paths"]


def _opening(classes: str, copy: Copy, words: dict[str, str]) -> str:
    opening = f'<div class="{classes}" data-copy="{escape(copy.text)}"'
    more = copy.lines - copy.shown.count("\n")
    if more <= 0:
        return f"{opening}>"
    parts = [words["imports"]] if copy.imports else []
    parts += [f"{name}" for name in copy.added]
    parts += [words["earlier"]] if copy.earlier else []
    label = words["whole"].format(lines=copy.lines, parts=words["and"].join(parts))
    return (
        f'{opening} data-copy-label="{escape(label)}">'
        '<span class="copy-more" data-search-exclude>'
        f'<span title="{escape(label)}">+{more}</span>'
        f'<button type="button" class="copy-shown" title="{escape(words["shown"])}" '
        f'aria-label="{escape(words["shown"])}" data-clipboard-text=""></button></span>'
    )
