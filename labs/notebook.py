"""The notebook of a lab: it runs anywhere, for what `snippets` defines stands in it."""

import ast
import platform
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from fences.blocks import PageError, read_blocks, split_lines
from labs.plots import PLOT
from standalone.definitions import Definitions, StandaloneError, snippet_imports
from standalone.statements import split_statements

FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n+", re.S)
HEADING_ID = re.compile(r"(?m)^(#{1,6} .*?) \{ #[a-z0-9-]+ \}$")
LINK = re.compile(
    r"(?<=\]\()(?!https?:)(?P<target>[^)\s#]*)(?P<anchor>#[^)\s]*)?(?=\))"
)

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


def notebook_of(
    path: Path, text: str, definitions: Definitions, address: Callable[[str], str]
) -> NotebookNode:
    """The notebook of a lab, not run yet: a code cell for each Python fence.

    Args:
        path: of the lab, for messages.
        definitions: in the language of the lab.
        address: makes a link to a page, such as `../index.md`, an absolute one.

    Raises:
        PageError: the lab holds what a notebook cannot, or imports what is not there.
    """
    lines = split_lines(text)
    cells = []
    inlined: set[str] = set()
    end = 0
    for block in read_blocks(text, path):
        if block.language == "bash":
            problem = "a lab runs Python alone; say in words what to do in a shell."
            raise PageError(path, block.line, problem)
        cells += _prose(lines[end : block.line - 1], path, end, address)
        end = block.end
        if block.language == "python":
            if not any(cell.cell_type == "code" for cell in cells):
                cells.append(new_code_cell(SETUP.rstrip("\n")))
            source = _inline(block, definitions, inlined)
            cells.append(new_code_cell(source, metadata={"line": block.line}))
    cells += _prose(lines[end:], path, end, address)
    for number, cell in enumerate(cells):
        cell.id = f"cell-{number}"  # not a random one: the same lab, the same notebook
    names = ("torch", "matplotlib")
    metadata = {
        "kernelspec": {
            "name": "python3",
            "language": "python",
            "display_name": "Python 3",
        },
        "language_info": {"name": "python"},
        "versions": {"python": platform.python_version()}
        | {name: version(name) for name in names},
    }
    notebook = new_notebook(cells=cells, metadata=metadata)
    nbformat.validate(notebook)
    return notebook


def _prose(lines: list[str], path: Path, before: int, address) -> list[NotebookNode]:
    for number, line in enumerate(lines, before + 1):
        if line.startswith("///"):
            problem = "a notebook has no /// blocks; write a paragraph in a lab."
            raise PageError(path, number, problem)
    text = "\n".join(lines)
    text = FRONT_MATTER.sub("", text) if before == 0 else text
    text = PLOT.sub("", text)
    text = re.sub(r"(?m)^:::.*$", "", text)
    text = HEADING_ID.sub(r"\1", text)
    text = LINK.sub(lambda m: address(m["target"]) + (m["anchor"] or ""), text)
    text = re.sub(r"\n{3,}", "\n\n", text).strip()
    return [new_markdown_cell(text)] if text else []


def _inline(block, definitions: Definitions, inlined: set[str]) -> str:
    """The code of a fence, definitions in the place of imports from `snippets`."""
    statements = split_statements(block.source, block.line)
    try:
        wanted = [source for s in statements for _, source in snippet_imports(s)]
        needs = definitions.collect(wanted)
    except StandaloneError as error:
        raise PageError(block.path, block.line, f"{error}.") from error
    if not wanted:
        return block.source.rstrip("\n")
    own = [s for s in statements if not snippet_imports(s)]
    head = [s.source for s in own if s.is_import]
    head += [ast.unparse(s.node) for s in needs if s.is_import]
    new = [s.source for s in needs if not s.is_import and s.source not in inlined]
    inlined.update(new)
    lines = block.source.split("\n")
    last = max(s.node.end_lineno for s in statements if s.is_import)
    rest = "\n".join(lines[last:]).strip("\n")
    parts = ["\n".join(dict.fromkeys(head)), *new, rest]
    return _sort_imports("\n\n\n".join(part for part in parts if part))


def _sort_imports(source: str) -> str:
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--quiet"]
    command += ["--select", "I", "--fix-only", "-"]
    done = subprocess.run(
        command, input=source + "\n", capture_output=True, text=True, encoding="utf-8"
    )
    return done.stdout.rstrip("\n")


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
    sources = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    cells = [new_code_cell(source, id=f"{n}") for n, source in enumerate(sources)]
    return new_notebook(cells=cells, metadata=notebook.metadata)


def fill(notebook: NotebookNode, executed: NotebookNode) -> None:
    """Put what the run of `code_of(notebook)` gave into the notebook."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for cell, ran in zip(cells, executed.cells, strict=True):
        assert cell.source == ran.source, "the run of another notebook"
        cell.outputs = ran.outputs
        cell.execution_count = ran.execution_count
        cell.metadata.update(ran.metadata)
    notebook.metadata.language_info = executed.metadata.language_info
