"""What a lab's run drew and printed: its plots for the pages, its output compared."""

import html
import posixpath
import re

from nbformat import NotebookNode

from cheatsheet.page import Page, Plot
from cheatsheet.run.compare import difference
from cheatsheet.source import SourceError

# The look of the page for what matplotlib draws, by pattern; site.css has the colours for light
# and dark grounds.
LOOK = {
    r"(?s)<metadata>.*?</metadata>|<style .*?</style>|<!--.*?-->": "",
    r'<g id="[^"]*"': "<g",
    r"font-family: [^;\"]*;? ?": "",
    "fill: #ffffff": "fill: none",  # the ground is the page's own
    "#000000|#b0b0b0": "currentColor",  # lines and words, and the grid
    "#1f77b4": "var(--plot-0)",
    "#ff7f0e": "var(--plot-1)",
    "#2ca02c": "var(--plot-2)",
    "#d62728": "var(--plot-3)",
    "#9467bd": "var(--plot-4)",
    r"\s*\n\s*": " ",
    "> <": "><",
}


class Plots:
    """The drawings of the labs, which ran; `labs` are pages and their notebooks, by file name.

    Raises:
        SourceError: a page does not show what its run drew and printed.
    """

    def __init__(self, labs: dict[str, tuple[Page, NotebookNode]]):
        self.pages = {name: page for name, (page, _) in labs.items()}
        self.drawn = {name: _drawings(page, notebook) for name, (page, notebook) in labs.items()}

    def draw(self, name: str, page: Page, lines: list[str]) -> None:
        """Put drawings into the lines of a page; SourceError: no lab draws one of its plots."""
        for part in page.parts:
            if isinstance(part, Plot):
                drawing = self._drawing(name, page, part)
                lines[part.line - 1] = figure(drawing, part.words, part.line)

    def _drawing(self, name: str, page: Page, part: Plot) -> str:
        if part.target == "plot" and name in self.drawn:
            return self.drawn[name][part.line]
        target, _, section = part.target.partition("#")
        lab = posixpath.normpath(posixpath.join(posixpath.dirname(name), target))
        for one in self.pages[lab].sections if lab in self.pages else ():
            lines = [p.line for p in one.parts if one.id == section and p.line in self.drawn[lab]]
            if lines:
                return self.drawn[lab][lines[0]]
        problem = f"there is no lab that draws {part.target}; name its file and the "
        raise SourceError(page.path, part.line, problem + "section of the plot.")


def _drawings(page: Page, notebook: NotebookNode) -> dict[int, str]:
    """The drawing, as SVG, for each plot of a lab, by its line."""
    cells = {c.metadata["line"]: c for c in notebook.cells if "line" in c.metadata}
    found: dict[int, str] = {}
    lines: list[int] = []  # of the plots below the code that comes next, upwards
    for part in reversed(page.parts):
        if isinstance(part, Plot) and part.target == "plot":
            lines.insert(0, part.line)
        elif part.line in cells:
            printed, plots = _outputs(page, part.line, cells[part.line])
            shown = part.output("CPU")
            if diff := difference(shown.source if shown else "", printed):
                problem = f"the page shows other output (-) than the build's run gave (+):\n{diff}"
                cure = "If the new output is right: pytest --update-outputs"
                raise SourceError(page.path, (shown or part.code).line, f"{problem}\n{cure}")
            if len(lines) != len(plots):
                problem = f"this code draws {len(plots)} plots, and {len(lines)} lines "
                problem += "![what it shows](plot) stand after it; write one for each."
                raise SourceError(page.path, part.line, problem)
            found |= zip(lines, plots, strict=True)
            lines = []
    if lines:
        raise SourceError(page.path, lines[0], "no code above this line draws a plot.")
    return found


def _outputs(page: Page, line: int, cell: NotebookNode) -> tuple[str, list[str]]:
    """What a cell printed, and the plots that it drew."""
    printed, plots = "", []
    for output in cell.outputs:
        if output.output_type == "stream":
            printed += output.text
        elif "image/svg+xml" in output.data:
            plots.append(output.data["image/svg+xml"])
        elif set(output.data) == {"text/plain"}:
            printed += output.data["text/plain"] + "\n"
        else:
            kinds = ", ".join(output.data)
            problem = f"a page shows text and plots, and this code gives {kinds}; "
            raise SourceError(page.path, line, problem + "print it, or plot it.")
    return printed.rstrip(), plots


def figure(svg: str, words: str, line: int = 0) -> str:
    """A plot in the colours and fonts of the page around it, on one line of HTML.

    Two plots of a page use the same ids of matplotlib: their `line` tells them apart.
    """
    svg = re.sub(r"\d+\.\d{3,}", lambda number: f"{float(number[0]):.2f}", svg)
    opening = re.search(r'<svg [^>]*?(viewBox="[^"]*")[^>]*>', svg)
    drawing = svg[opening.end() :]
    for pattern, ours in (LOOK | {r"(?<=[\"#])([mp][0-9a-f]{10})\b": rf"\1-{line}"}).items():
        drawing = re.sub(pattern, ours, drawing)
    head = f'<svg {opening[1]} role="img" aria-label="{html.escape(words)}">'
    # The search reads text, and the numbers of an axis answer nobody.
    return f'<figure class="plot">{head}{drawing.strip()}</figure>'
