"""Formulas, typeset by MathJax ahead of the reader.

What MathJax draws is kept in docs/formulas.json, by its TeX, as outputs are kept on pages:
`python -m cheatsheet sync` writes it, in Chromium, and pages bring it along. So no reader
waits for MathJax, which weighs more than a page.
"""

import json
import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from cheatsheet.forms.pdf import chromium
from cheatsheet.page import Page, Prose
from cheatsheet.source import SourceError, read_text

KEPT = "docs/formulas.json"
FORMULA = re.compile(r"(?ms)^\$\$\n(?P<tex>.*?)\n\$\$$")
MATHJAX = Path(str(files("mathjax")), "static/mathjax/es5/tex-svg.js")
# What TeX rejects must look like an error, not like text. For screen readers: MathML.
CONFIG = """MathJax = {
  startup: { typeset: false },
  tex: { packages: { "[-]": ["noundefined", "noerrors"] } },
  svg: { fontCache: "local" },
}"""
TYPESET = """async (tex) => {
  await MathJax.startup.promise
  const drawn = MathJax.tex2svg(tex, { display: true })
  const wrong = drawn.querySelector("[data-mml-node=merror]")
  if (wrong) return { wrong: wrong.dataset.mjxError }
  // What its fonts lack, MathJax leaves to those of the machine, and measures there.
  const foreign = drawn.querySelector("svg text")?.textContent
  return foreign ? { wrong: `it has no drawing of ${foreign}` } : { html: drawn.innerHTML }
}"""


def formulas_of(page: Page) -> Iterator[tuple[int, str]]:
    """The line of each formula of a page, and its TeX."""
    for part in page.parts:
        for match in FORMULA.finditer(part.text) if isinstance(part, Prose) else ():
            yield part.line + part.text.count("\n", 0, match.start()), match["tex"]


def draw(kept: dict[str, str], page: Page, lines: list[str]) -> None:
    """Put drawings, as of `read_kept`, into the lines of a page; SourceError: one is not kept."""
    for line, tex in formulas_of(page):
        if tex not in kept:
            raise SourceError(page.path, line, "not typeset yet; run: python -m cheatsheet sync.")
        end = line + tex.count("\n") + 2
        lines[line - 1 : end] = [kept[tex], *[""] * (end - line)]


def read_kept(root: Path) -> dict[str, str]:
    """The drawing of each formula, as HTML on one line, by its TeX."""
    return json.loads(read_text(root, KEPT)) if (root / KEPT).exists() else {}


def planned(root: Path, pages: list[Page]) -> dict[Path, str]:
    """The text of docs/formulas.json for these pages, by its path.

    Raises:
        SourceError: MathJax rejects a formula, or there is no Chromium to ask it.
    """
    kept = read_kept(root)
    places = {tex: (page, line) for page in pages for line, tex in formulas_of(page)}
    # One that is new is a reason to draw all: their ids are counted, and may meet on a page.
    new = sorted(places) if places.keys() - kept.keys() else []
    for tex, drawn in zip(new, typeset(new) if new else (), strict=True):
        if "wrong" in drawn:
            page, line = places[tex]
            problem = f"MathJax rejects {tex!r}: {drawn['wrong']}; mend the TeX."
            raise SourceError(page.path, line, problem)
        svg = re.sub(r"\s+", " ", drawn["html"])
        kept[tex] = f'<div class="formula">{svg}</div>'
    found = {tex: kept[tex] for tex in places}
    return {Path(KEPT): json.dumps(found, ensure_ascii=False, indent=2, sort_keys=True) + "\n"}


def typeset(formulas: list[str]) -> list[dict[str, str]]:
    """What MathJax makes of each formula: its `html`, or what is `wrong` with it."""
    with chromium() as browser:
        tab = browser.new_page()
        tab.add_script_tag(content=CONFIG)
        tab.add_script_tag(path=MATHJAX)
        return [tab.evaluate(TYPESET, tex) for tex in formulas]
