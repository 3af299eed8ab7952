"""Ruff, over many texts at once: it sorts imports, drops those not used, formats, finds.

What was tidied once is remembered, so that under `mkdocs serve` an edit costs what it
changed.
"""

import json
import subprocess
import tempfile
from pathlib import Path

from ruff import find_ruff_bin

# A text, or the cells of a notebook: of these ruff knows that a cell sees what the cells
# before it bind.
Source = str | tuple[str, ...]
_known: dict[tuple[Source, int], Source] = {}


class Untidy(Exception):
    """A source uses a name that nothing defines, or defines one twice.

    `index` says which of the sources, `cell` which cell of a notebook, from 0.
    """

    def __init__(self, index: int, cell: int, problem: str):
        super().__init__(problem)
        self.index = index
        self.cell = cell


def tidy(sources: list[Source]) -> list[Source]:
    """Each source with its imports sorted, those that are not used gone, and formatted.

    Raises:
        Untidy: a name is not defined, or in a text (not a notebook) defined again.
    """
    new = [n for n, source in enumerate(sources) if (source, 88) not in _known]
    if new:
        with tempfile.TemporaryDirectory() as folder:
            files = {_write(Path(folder), n, sources[n]): n for n in new}
            select = ["--select", "I,F401,F821,F811", "--output-format", "json"]
            for problem in json.loads(_ruff(folder, "check", "--fix", *select)):
                file = Path(problem["filename"])
                if problem["code"] == "F821" or file.suffix == ".py":
                    cell = (problem.get("cell") or 1) - 1
                    raise Untidy(files[file.name], cell, problem["message"])
            _ruff(folder, "format", "--quiet")
            for name, n in files.items():
                _known[sources[n], 88] = _read(Path(folder, name))
    return [_known[source, 88] for source in sources]


def format_narrow(sources: list[str], columns: int) -> list[str]:
    """Each source formatted to that many columns, imports as they are."""
    new = [source for source in sources if (source, columns) not in _known]
    if new:
        with tempfile.TemporaryDirectory() as folder:
            names = [_write(Path(folder), n, source) for n, source in enumerate(new)]
            width = ["--line-length", str(columns)]
            trailing = ["--config", "format.skip-magic-trailing-comma=true"]
            _ruff(folder, "format", "--quiet", *width, *trailing)
            for name, source in zip(names, new, strict=True):
                _known[source, columns] = _read(Path(folder, name))
    return [_known[source, columns] for source in sources]


def _write(folder: Path, number: int, source: Source) -> str:
    name = f"{number:04}.py" if isinstance(source, str) else f"{number:04}.ipynb"
    text = source if isinstance(source, str) else json.dumps(_notebook(source))
    (folder / name).write_text(text, encoding="utf-8")
    return name


def _notebook(cells: tuple[str, ...]) -> dict:
    kind = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    lines = [{**kind, "source": cell.splitlines(keepends=True)} for cell in cells]
    language = {"language_info": {"name": "python"}}
    return {"cells": lines, "metadata": language, "nbformat": 4, "nbformat_minor": 4}


def _read(file: Path) -> Source:
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".py":
        return text
    return tuple("".join(cell["source"]) for cell in json.loads(text)["cells"])


def _ruff(folder: str, *arguments: str) -> str:
    """What one run of ruff in a folder prints, with its default settings.

    Raises:
        RuntimeError: ruff itself failed, in its words; findings are no failure.
    """
    command = [find_ruff_bin(), *arguments, "--isolated", "--no-cache", "."]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode > 1:  # 1: it found something
        raise RuntimeError(done.stderr)
    return done.stdout
