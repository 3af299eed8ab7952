"""The notebook of a lab: it runs anywhere, and draws in its reader's fonts."""

import platform
from datetime import datetime
from importlib.metadata import version

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from cheatsheet.standalone.inline import Part
from cheatsheet.forms.notebook import make_notebook

# What a notebook needs for plots whose words stay text: matplotlib has no Chinese
# glyphs, and the fonts of a browser do.
SETUP = """\
import warnings

from matplotlib import pyplot as plt
from matplotlib_inline.backend_inline import set_matplotlib_formats

set_matplotlib_formats("svg")
plt.rcParams |= {"svg.fonttype": "none", "figure.figsize": (5.6, 3.5), "font.size": 12}
warnings.filterwarnings("ignore", "Glyph .* missing from font")
"""


def lab_notebook(parts: list[Part], lang: str, title: str) -> NotebookNode:
    """The notebook of a lab's parts, not run yet.

    The cell of a fence knows its `line` on the page.
    """
    notebook = make_notebook(parts, lang, title)
    code = _code(notebook)
    for part, cell in zip((p for p in parts if p.kind == "code"), code, strict=True):
        if part.example:
            cell.metadata["line"] = part.example.code.line
    setup = new_code_cell(SETUP.rstrip("\n"), id="setup", metadata={"tags": ["setup"]})
    notebook.cells.insert(notebook.cells.index(code[0]), setup)
    names = ("torch", "matplotlib")
    notebook.metadata["versions"] = {"python": platform.python_version()} | {
        name: version(name) for name in names
    }
    return notebook


def _code(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def seconds(notebook: NotebookNode) -> float:
    """How long the cells of an executed notebook ran, by the clock of the run."""
    total = 0.0
    for cell in notebook.cells:
        if times := cell.metadata.get("execution"):
            start, end = times["iopub.status.busy"], times["shell.execute_reply"]
            total += (_time(end) - _time(start)).total_seconds()
    return total


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def code_of(notebook: NotebookNode) -> NotebookNode:
    """The code alone, without places: what need not run again when a text changes."""
    sources = [cell.source for cell in _code(notebook)]
    cells = [new_code_cell(source, id=f"{n}") for n, source in enumerate(sources)]
    keys = ("kernelspec", "language_info", "versions")
    metadata = {key: notebook.metadata[key] for key in keys}
    return new_notebook(cells=cells, metadata=metadata)


def fill(notebook: NotebookNode, executed: NotebookNode) -> None:
    """Put what the run of `code_of(notebook)` gave into the notebook."""
    for cell, ran in zip(_code(notebook), executed.cells, strict=True):
        assert cell.source == ran.source, "the run of another notebook"
        cell.outputs = ran.outputs
        cell.execution_count = ran.execution_count
        cell.metadata.update(ran.metadata)
    notebook.metadata.language_info = executed.metadata.language_info
