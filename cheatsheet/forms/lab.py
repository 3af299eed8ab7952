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
from contextlib import closing, suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from nbformat import NotebookNode

from cheatsheet.forms.notebook import make_notebook
from cheatsheet.forms.plain import Piece
from cheatsheet.page import Page, SourceError
from cheatsheet.words.text import write

FOLDER = "labs/"
RUNS = ".cache/labs"
# What a notebook needs for plots whose words stay text: matplotlib has no Chinese glyphs, and
# the fonts of a browser do.
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
    code = [piece for piece in pieces if piece.kind == "code"]
    # Without their examples: what code prints, its run says.
    alone = [replace(piece, example=None) for piece in pieces]
    alone.insert(pieces.index(code[0]), Piece("code", SETUP))
    notebook = make_notebook(alone, lang, title)
    setup, *cells = _code(notebook)
    setup.metadata["tags"] = ["setup"]
    for piece, cell in zip(code, cells, strict=True):
        if piece.example:
            cell.metadata["line"] = piece.example.line
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
        list(pool.map(partial(_run, folder), labs, labs.values()))  # all, and what they raise


def _run(folder: Path | None, page: Page, notebook: NotebookNode) -> None:
    # What is said around the code changes nothing, and need not run again.
    ran = [notebook.metadata.versions, *(cell.source for cell in _code(notebook))]
    key = hashlib.sha256(json.dumps(ran, sort_keys=True).encode()).hexdigest()[:32]
    kept = folder and folder / f"{key}.ipynb"
    if kept and kept.is_file():
        text = kept.read_text(encoding="utf-8")
    else:
        text = _execute(page, notebook)
        with suppress(OSError):  # a checkout that nobody can write to: it runs again next time
            if kept:
                write(kept, text)
    executed = nbformat.reads(text, nbformat.NO_CONVERT)
    notebook.metadata.language_info = executed.metadata.language_info
    for cell, done in zip(_code(notebook), _code(executed), strict=True):
        cell.outputs, cell.metadata["execution"] = done.outputs, done.metadata.execution


def _execute(page: Page, notebook: NotebookNode) -> str:
    # Here: they take a second to import, and most builds run no lab.
    from jupyter_core.utils import ensure_event_loop
    from mkdocs_jupyter.convert import get_nbconvert_app
    from nbconvert.exporters import NotebookExporter
    from nbconvert.preprocessors import CellExecutionError

    config = get_nbconvert_app(execute=True, allow_errors=False).config
    config.KernelManager.transport_encryption = "auto"  # or it would warn
    exporter = NotebookExporter(config=config)
    # The kernel's client takes this thread's event loop, and leaves it open.
    with TemporaryDirectory() as folder, closing(ensure_event_loop()):
        try:
            return exporter.from_notebook_node(notebook, {"metadata": {"path": folder}})[0]
        except CellExecutionError as error:
            raise _failure(error, page, notebook) from error


def _failure(error, page: Page, notebook: NotebookNode) -> SourceError:
    """Which line of the lab an error of its run comes from, and what it says."""
    words, line = f"{error.ename}: {error.evalue}", 1
    if match := FAILED_LINE.search(re.sub(r"\x1b\[[\d;]*m", "", error.traceback)):
        cell = _code(notebook)[int(match[1]) - 1]
        line = cell.metadata.get("line", 1)
        code = cell.source.split("\n")[int(match[2]) - 1].strip()
        below = enumerate(page.lines[line - 1 :], line)
        line = next((number for number, text in below if text.strip() == code), line)
        words += f" (in `{code}`)"
    problem = f"this lab raises when the build runs it: {words}; mend the code."
    return SourceError(page.path, line, problem)


def seconds(notebook: NotebookNode) -> float:
    """How long the cells of an executed notebook ran, by the clock of the run."""
    time = datetime.fromisoformat
    spans = [cell.metadata.execution for cell in _code(notebook)]
    times = [time(s["shell.execute_reply"]) - time(s["iopub.status.busy"]) for s in spans]
    return sum(one.total_seconds() for one in times)
