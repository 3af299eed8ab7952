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
CELL = '"a cell"'  # a line between two of them; a comment would move with an import
# A source, the number of the cell from 0, and what is wrong there.
Finding = tuple[Source, int, str]
_known: dict[tuple[Source, tuple[str, ...]], Source] = {}


class Untidy(Exception):
    """Sources use names that nothing defines, or define one twice: the `findings`."""

    def __init__(self, findings: list[Finding]):
        super().__init__(*findings)
        self.findings = findings


def tidy(sources: list[Source]) -> dict[Source, Source]:
    """Each source formatted, its imports sorted, those that are not used gone.

    Raises:
        Untidy: a name is not defined, or in a text (not a notebook) defined again.
    """
    return _formatted(sources, check=True)


def format_narrow(sources: list[str], columns: int) -> list[str]:
    """Each source formatted to that many columns, imports as they are."""
    options = ["--line-length", str(columns), "--config", "format.skip-magic-trailing-comma=true"]
    made = _formatted(sources, *options)
    return [made[source] for source in sources]


def _formatted(sources: list[Source], *options: str, check: bool = False) -> dict[Source, Source]:
    """Each source as ruff formats it with these options; `check`: when `_check` has been there."""
    new = [one for one in dict.fromkeys(sources) if (one, options) not in _known]
    if new:
        with tempfile.TemporaryDirectory() as folder:
            files = {Path(folder, f"{n:04}.py"): source for n, source in enumerate(new)}
            for file, source in files.items():
                text = (
                    source if isinstance(source, str) else "".join(f"{CELL}\n{c}\n" for c in source)
                )
                file.write_text(text, encoding="utf-8")
            if check:
                _check(folder, files)
            _ruff(folder, "format", "--quiet", *options)
            for file, source in files.items():
                text = file.read_text(encoding="utf-8")
                cells = tuple(text.split(f"{CELL}\n")[1:])
                _known[source, options] = text if isinstance(source, str) else cells
    return {source: _known[source, options] for source in sources}


def _check(folder: str, files: dict[Path, Source]) -> None:
    """Sort and drop imports in the files of a folder; Untidy: something else is wrong."""
    select = ["--select", "I,F401,F821,F811", "--output-format", "json"]
    findings = []
    for problem in json.loads(_ruff(folder, "check", "--fix", *select)):
        file, row = Path(problem["filename"]), problem["location"]["row"]
        source = files[file]
        # What stays of an import that is not used, such as one inside `try`, is meant.
        allowed = ("F401",) if isinstance(source, str) else ("F401", "F811")
        if problem["code"] not in allowed:
            above = file.read_text(encoding="utf-8").split("\n")[:row]
            findings.append((source, max(above.count(CELL) - 1, 0), problem["message"]))
    if findings:
        raise Untidy(findings)


def _ruff(folder: str, *arguments: str) -> str:
    """What one run of ruff in a folder prints; RuntimeError: it failed, and not by findings."""
    command = [find_ruff_bin(), *arguments, "--isolated", "--no-cache", "."]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode > 1:  # 1: it found something
        raise RuntimeError(done.stderr)
    return done.stdout
