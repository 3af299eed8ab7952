"""A lab: a page whose code runs when the site is staged, and whose plots it shows.

It is written as every page is. mkdocs-jupyter runs its notebook, by the preprocessor of
nbconvert that it sets up; of what it gives, the plots go into the pages, and the notebook
stands beside the lab for download. Runs are kept in an ignored folder by what they ran:
code, definitions and versions. With `CI` set, nothing is kept.
"""

import hashlib
import json
import os
import platform
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from cheatsheet.forms.notebook import make_notebook
from cheatsheet.forms.plain import Piece
from cheatsheet.page import Page, SourceError

FOLDER = "labs/"
RUNS = ".cache/labs"
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
FAILED_LINE = re.compile(r"Cell In\[(\d+)\], line (\d+)")


def lab_notebook(pieces: list[Piece], lang: str, title: str) -> NotebookNode:
    """The notebook of a lab's pieces, not run yet.

    The cell of a fence knows its `line` on the page.
    """
    notebook = make_notebook(pieces, lang, title)
    code = _code(notebook)
    for piece, cell in zip((p for p in pieces if p.kind == "code"), code, strict=True):
        cell.outputs = []
        if piece.example:
            cell.metadata["line"] = piece.example.line
    setup = new_code_cell(SETUP.rstrip("\n"), id="setup", metadata={"tags": ["setup"]})
    notebook.cells.insert(notebook.cells.index(code[0]), setup)
    versions = {name: version(name) for name in ("torch", "matplotlib")}
    notebook.metadata["versions"] = {"python": platform.python_version()} | versions
    return notebook


def _code(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def run_labs(root: Path, labs: dict[Page, NotebookNode]) -> None:
    """Fill each lab's notebook with what its code gave, from a kept run or a new one.

    Raises:
        SourceError: code of a lab raises; with the line on its page.
    """
    folder = None if os.environ.get("CI") else root / RUNS
    with ThreadPoolExecutor(max(1, len(labs))) as pool:  # a kernel waits for its imports
        runs = [pool.submit(_run, folder, *lab) for lab in labs.items()]
        for notebook, run in zip(labs.values(), runs, strict=True):
            executed = run.result()
            for cell, ran in zip(_code(notebook), executed.cells, strict=True):
                cell.outputs, cell.execution_count = ran.outputs, ran.execution_count
                cell.metadata.update(ran.metadata)
            notebook.metadata.language_info = executed.metadata.language_info


def _run(folder: Path | None, page: Page, notebook: NotebookNode) -> NotebookNode:
    """The code alone, executed: what is said around it need not run again."""
    cells = [new_code_cell(c.source, id=str(n)) for n, c in enumerate(_code(notebook))]
    keys = ("kernelspec", "language_info", "versions")
    code = new_notebook(cells=cells, metadata={k: notebook.metadata[k] for k in keys})
    key = hashlib.sha256(json.dumps(code, sort_keys=True).encode()).hexdigest()[:32]
    kept = folder and folder / f"{key}.ipynb"
    if kept and kept.is_file():
        return nbformat.read(kept, nbformat.NO_CONVERT)
    text = _execute(code, page, notebook)
    if kept:
        try:
            kept.parent.mkdir(parents=True, exist_ok=True)
            aside = kept.with_suffix(f".{os.getpid()}")
            aside.write_text(text, encoding="utf-8")
            aside.replace(kept)  # whole, or not at all
        except OSError:
            pass  # a checkout that nobody can write to: it runs again next time
    return nbformat.reads(text, nbformat.NO_CONVERT)


def _execute(code: NotebookNode, page: Page, notebook: NotebookNode) -> str:
    # Here: they take a second to import, and most builds run no lab.
    from mkdocs_jupyter.convert import get_nbconvert_app
    from nbconvert.exporters import NotebookExporter
    from nbconvert.preprocessors import CellExecutionError

    config = get_nbconvert_app(execute=True, allow_errors=False).config
    config.KernelManager.transport_encryption = "auto"  # or it would warn
    exporter = NotebookExporter(config=config)
    with TemporaryDirectory() as folder:
        try:
            resources = {"metadata": {"path": folder}}
            return exporter.from_notebook_node(code, resources)[0]
        except CellExecutionError as error:
            raise _failure(error, page, notebook) from error


def _failure(error, page: Page, notebook: NotebookNode) -> SourceError:
    """Which line of the lab an error of its run comes from, and what it says."""
    trace = re.sub(r"\x1b\[[\d;]*m", "", error.traceback)
    words, line = f"{error.ename}: {error.evalue}", 1
    if match := FAILED_LINE.search(trace):
        cell = _code(notebook)[int(match[1]) - 1]
        first = cell.metadata.get("line", 0)
        code = cell.source.split("\n")[int(match[2]) - 1].strip()
        found = (n for n in range(first, len(page.lines)) if page.lines[n].strip() == code)
        line = next(found, first - 1) + 1
        words = f"{words} (in `{code}`)"
    problem = f"this lab raises when the build runs it: {words}; mend the code."
    return SourceError(page.path, line, problem)


def seconds(notebook: NotebookNode) -> float:
    """How long the cells of an executed notebook ran, by the clock of the run."""
    times = [c.metadata.execution for c in _code(notebook) if "execution" in c.metadata]
    spans = [(one["iopub.status.busy"], one["shell.execute_reply"]) for one in times]
    return sum((_time(end) - _time(start)).total_seconds() for start, end in spans)


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
