"""Put what a lab's run drew into its page, and check what it printed against it."""

import html
import re
from pathlib import Path

from nbformat import NotebookNode

from cheatsheet.blocks import PageError, read_examples, split_lines
from cheatsheet.run.compare import difference

PLOT = re.compile(r"(?m)^!\[(?P<text>[^\]]*)\]\(plot\)$")

# The colours in which matplotlib draws by itself, as the theme's: site.css has them for
# light and dark grounds.
COLOURS = {
    "#000000": "currentColor",
    "#1f77b4": "var(--plot-0)",
    "#ff7f0e": "var(--plot-1)",
    "#2ca02c": "var(--plot-2)",
    "#d62728": "var(--plot-3)",
    "#9467bd": "var(--plot-4)",
    "#b0b0b0": "currentColor",  # of a grid
}
NO_PART_OF_THE_DRAWING = re.compile(
    r"<metadata>.*?</metadata>|<style .*?</style>|<!--.*?-->", re.S
)


def with_plots(path: Path, text: str, notebook: NotebookNode) -> str:
    """The text of a lab with its plots, from its executed notebook.

    Raises:
        PageError: a plot has no text alternative, or one has no plot; the run printed
            something else than the page shows; an output is of no kind that pages show.
    """
    examples = read_examples(path, text)
    lines = split_lines(text)
    cells = [cell for cell in notebook.cells if "line" in cell.metadata]
    starts = [example.code.end for example in examples]
    ends = [example.code.line - 1 for example in examples[1:]] + [len(lines)]
    for number in range(1, starts[0] if starts else len(lines)):
        if PLOT.match(lines[number - 1]):
            raise PageError(path, number, "no code above this line draws a plot.")
    for example, cell, start, end in zip(examples, cells, starts, ends, strict=True):
        printed, plots = _outputs(path, example.code.line, cell)
        shown = example.output("CPU")
        if diff := difference(shown.source if shown else "", printed):
            line = (shown or example.code).line
            problem = "the page shows other output (-) than the build's run gave (+):"
            cure = "If the new output is right: pytest --update-outputs"
            raise PageError(path, line, f"{problem}\n{diff}\n{cure}")
        places = [n for n in range(start, end) if PLOT.match(lines[n])]
        if len(places) != len(plots):
            problem = f"this code draws {len(plots)} plots, and {len(places)} lines "
            problem += "![what it shows](plot) stand after it; write one for each."
            raise PageError(path, example.code.line, problem)
        for place, plot in zip(places, plots, strict=True):
            words = PLOT.match(lines[place])["text"].strip()
            if not words:
                problem = "a plot needs words for those who do not see it."
                raise PageError(path, place + 1, problem)
            lines[place] = figure(plot, words)
    return "\n".join(lines)


def _outputs(path: Path, line: int, cell: NotebookNode) -> tuple[str, list[str]]:
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
            raise PageError(path, line, problem + "print it, or plot it.")
    return printed.rstrip(), plots


def figure(svg: str, words: str) -> str:
    """A plot in the colours and fonts of the page around it, on one line of HTML."""
    svg = svg[svg.index("<svg") :]
    svg = NO_PART_OF_THE_DRAWING.sub("", svg)
    svg = re.sub(r'<g id="[^"]*"', "<g", svg)
    svg = svg.replace("fill: #ffffff", "fill: none")  # the ground is the page's own
    svg = re.sub(r"font-family: [^;\"]*;? ?", "", svg)
    svg = re.sub(r"\d+\.\d{3,}", lambda number: f"{float(number[0]):.2f}", svg)
    for colour, ours in COLOURS.items():
        svg = svg.replace(colour, ours)
    width, height = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg).groups()
    label = html.escape(words)
    head = f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{label}">'
    svg = re.sub(r"<svg [^>]*>", lambda _: head, svg, count=1)
    svg = re.sub(r"\s*\n\s*", " ", svg).replace("> <", "><").strip()
    # The search reads text, and the numbers of an axis answer nobody.
    return f'<figure class="plot" data-search-exclude>{svg}</figure>'
