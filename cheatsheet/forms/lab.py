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
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from nbformat import NotebookNode, from_dict
from nbformat.v4 import writes_json

from cheatsheet.forms.notebook import make_notebook
from cheatsheet.forms.plain import Piece
from cheatsheet.page import Page
from cheatsheet.source import SourceError, write_text

FOLDER = "labs/"
RUNS = ".cache/labs"
# What a notebook needs for plots whose words stay text: matplotlib has no Chinese glyphs, and
# the fonts of a browser do.
SETUP = """\
import warnings

from matplotlib import pyplot as plt
from matplotlib_inline.backend_inline import set_matplotlib_formats

set_matplotlib_formats("svg", metadata={"Date": None})
plt.rcParams |= {"svg.fonttype": "none", "svg.hashsalt": "", "font.size": 12}
plt.rcParams["figure.figsize"] = (5.6, 3.5)
warnings.filterwarnings("ignore", "Glyph .* missing from font")
"""
# Between two labs: the names of the one before are no names of the next, nor its settings.
FORGET = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
FORGET |= {"source": "plt.rcdefaults()\n%reset -f"}
FAILED_LINE = re.compile(r"Cell In\[(\d+)\], line (\d+)")


def lab_notebook(pieces: tuple[Piece, ...], lang: str, title: str) -> NotebookNode:
    """The notebook of a lab's pieces, not run yet; the cell of a fence knows its `line`."""
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
    keeps = not os.environ.get("CI")
    files = {page: root / RUNS / f"{_key(notebook)}.ipynb" for page, notebook in labs.items()}
    new = {}
    for page, notebook in labs.items():
        if keeps and files[page].is_file():
            _fill(notebook, nbformat.read(files[page], nbformat.NO_CONVERT).cells)
        else:
            new[page] = notebook
    if new:
        with ThreadPoolExecutor(1) as pool:  # this thread may have an event loop that runs
            pool.submit(_execute, new).result()
    for page, notebook in new.items() if keeps else ():
        with suppress(SourceError):  # a checkout that nobody can write to: it runs again next time
            write_text(
                root, files[page], writes_json(from_dict({**notebook, "cells": _code(notebook)}))
            )


def _key(notebook: NotebookNode) -> str:
    """What is said around the code changes nothing, and need not run again."""
    ran = [notebook.metadata.versions, *(cell.source for cell in _code(notebook))]
    return hashlib.sha256(json.dumps(ran, sort_keys=True).encode()).hexdigest()[:32]


def _fill(notebook: NotebookNode, executed: list[NotebookNode]) -> None:
    for cell, done in zip(_code(notebook), executed, strict=True):
        # The setup says at most what matplotlib lacks there: a home, or a list of the fonts.
        cell.outputs = [] if "setup" in cell.metadata.get("tags", ()) else done.outputs


def _execute(labs: dict[Page, NotebookNode]) -> None:
    """Run the labs in one kernel, which forgets all names in between: what takes the time is
    to start it, and to import torch there."""
    # Here: they take a while to import, and most builds run no lab.
    from jupyter_core.utils import ensure_event_loop
    from mkdocs_jupyter.convert import get_nbconvert_app
    from nbconvert.exporters import NotebookExporter
    from nbconvert.preprocessors import CellExecutionError, CoalesceStreamsPreprocessor

    config = get_nbconvert_app(execute=True, allow_errors=False).config
    config.KernelManager.transport_encryption = "auto"  # or it would warn
    # The same code gives the same bytes: no time, and what is printed in one piece.
    config.ExecutePreprocessor["record_timing"] = False
    exporter = NotebookExporter(config=config)
    exporter.register_preprocessor(CoalesceStreamsPreprocessor, enabled=True)
    cells = [(p, cell) for p, book in labs.items() for cell in [*_code(book), from_dict(FORGET)]]
    metadata = next(iter(labs.values())).metadata
    whole = {"cells": [{**cell, "id": f"{n}"} for n, (_, cell) in enumerate(cells)]}
    whole |= {"metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    # The kernel's client takes this thread's event loop, and leaves it open.
    with TemporaryDirectory() as folder, closing(ensure_event_loop()):
        try:
            place = {"metadata": {"path": folder}}
            text, _ = exporter.from_notebook_node(from_dict(whole), place)
        except CellExecutionError as error:
            raise _failure(error, cells) from error
    done = iter(nbformat.reads(text, nbformat.NO_CONVERT).cells)
    for notebook in labs.values():
        _fill(notebook, [next(done) for _ in _code(notebook)])
        next(done)  # that forgets


def _failure(error, cells: list[tuple[Page, NotebookNode]]) -> SourceError:
    """Which line of which lab an error comes from, and what it says."""
    words, (page, cell), line = f"{error.ename}: {error.evalue}", cells[0], 1
    if match := FAILED_LINE.search(re.sub(r"\x1b\[[\d;]*m", "", error.traceback)):
        page, cell = cells[int(match[1]) - 1]
        line = cell.metadata.get("line", 1)
        code = cell.source.split("\n")[int(match[2]) - 1].strip()
        below = enumerate(page.lines[line - 1 :], line)
        line = next((number for number, text in below if text.strip() == code), line)
        words += f" (in `{code}`)"
    problem = f"this lab raises when the build runs it: {words}; mend the code."
    return SourceError(page.path, line, problem)
