"""Draw the figures of the pages, at build time, from what `snippets` really gives."""

import contextlib
import io
import runpy
from pathlib import Path

import matplotlib
import torch
from matplotlib.figure import Figure
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from torch import nn

SNIPPETS = Path(__file__).parent.parent / "snippets"
ACCENT = {"light": "#0a6c5f", "dark": "#5ed3bd"}
TEXT = {"light": "#444444", "dark": "#c8c8c8"}

# The same bytes for the same draw, and words that stay text, in the reader's font.
STYLE = {
    "svg.hashsalt": "figures",
    "svg.fonttype": "none",
    "font.family": "DejaVu Sans",  # comes with matplotlib, which measures with it
    "font.size": 11,
}


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Add each figure in two variants; `#only-light` and `#only-dark` choose one."""
    weights = draw_custom_distribution()
    for theme in ("light", "dark"):
        uri = f"figures/custom-distribution-{theme}.svg"
        content = plot_custom_distribution(weights, theme)
        files.append(File.generated(config, uri, content=content))
    return files


def draw_custom_distribution() -> torch.Tensor:
    """One million weights by `my_init`, shape (1000000,)."""
    # Run the file, not import it: under `mkdocs serve` it changes while we live.
    my_init = runpy.run_path(str(SNIPPETS / "parameter_initialization.py"))["my_init"]
    with torch.random.fork_rng(devices=[]), contextlib.redirect_stdout(io.StringIO()):
        torch.manual_seed(0)
        layer = nn.Linear(1000, 1000, bias=False)
        my_init(layer)
    return layer.weight.detach().flatten()


def plot_custom_distribution(weights: torch.Tensor, theme: str) -> str:
    """The draw as bars against the density of the law (dashed), as SVG.

    The mass at 0 has no density: it stands as an arrow. The three numbers are the
    measured masses. No words, so that one figure serves every language.
    """
    accent, text = ACCENT[theme], TEXT[theme]
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(6.4, 2.6), layout="constrained")
        axes = figure.add_subplot()

        edges = torch.linspace(-10, 10, 81)
        nonzero = weights[weights != 0]
        density = torch.histogram(nonzero, edges).hist / (len(weights) * 0.25)
        axes.stairs(density.numpy(), edges.numpy(), fill=True, color=accent, alpha=0.45)
        for low, high in ((-10, -5), (5, 10)):
            axes.plot([low, high], [0.05, 0.05], color=text, dashes=(5, 3), lw=1.2)
        arrow = {"color": accent, "lw": 2.4, "arrowstyle": "-|>", "mutation_scale": 14}
        arrow |= {"shrinkA": 0, "shrinkB": 0}
        axes.annotate("", xy=(0, 0.075), xytext=(0, 0), arrowprops=arrow)

        for where, height, hit in (
            (-7.5, 0.058, weights <= -5),
            (0, 0.08, weights == 0),
            (7.5, 0.058, weights >= 5),
        ):
            mass = f"{hit.double().mean():.4f}"
            axes.text(where, height, mass, color=text, ha="center")

        axes.set(xlim=(-11, 11), ylim=(0, 0.095), xlabel="w", ylabel="p(w)")
        axes.set(
            xticks=[-10, -5, 0, 5, 10], yticks=[0, 0.05], yticklabels=["0", "0.05"]
        )
        axes.xaxis.label.set_style("italic")
        axes.yaxis.label.set_style("italic")
        axes.xaxis.label.set_color(text)
        axes.yaxis.label.set_color(text)
        axes.tick_params(colors=text)
        axes.spines[["top", "right"]].set_visible(False)
        axes.spines[["left", "bottom"]].set_color(text)

        buffer = io.StringIO()
        no_metadata = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        figure.savefig(buffer, format="svg", transparent=True, metadata=no_metadata)
    return buffer.getvalue().replace("'DejaVu Sans'", "sans-serif")
