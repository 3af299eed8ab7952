"""Ruff, over many texts at once: it sorts imports, drops those not used, formats, finds.

What was tidied once is remembered, so that under `mkdocs serve` an edit costs what it
changed.
"""

import json
import subprocess
import tempfile
from pathlib import Path

from ruff import find_ruff_bin

# The line above each cell of a notebook, which is one text; a comment would move with an import.
CELL = '"a cell"\n'
# A source, the number of the cell from 0, and what is wrong there.
Finding = tuple[str, int, str]
_known: dict[tuple[str, tuple[str, ...]], str] = {}


class Untidy(Exception):
    """Sources use names that nothing defines, or define one twice: the `findings`."""

    def __init__(self, findings: list[Finding]):
        super().__init__(*findings)
        self.findings = findings


def tidy(sources: list[str]) -> dict[str, str]:
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


def _formatted(sources: list[str], *options: str, check: bool = False) -> dict[str, str]:
    """Each source as ruff formats it with these options; `check`: when `_check` has been there."""
    new = [one for one in dict.fromkeys(sources) if (one, options) not in _known]
    if new:
        with tempfile.TemporaryDirectory() as folder:
            files = {Path(folder, f"{n:04}.py"): source for n, source in enumerate(new)}
            for file, source in files.items():
                file.write_text(source, encoding="utf-8")
            if check:
                _check(folder, files)
            _ruff(folder, "format", "--quiet", *options)
            for file, source in files.items():
                _known[source, options] = file.read_text(encoding="utf-8")
    return {source: _known[source, options] for source in sources}


def _check(folder: str, files: dict[Path, str]) -> None:
    """Sort and drop imports in the files of a folder; Untidy: something else is wrong."""
    select = ["--select", "I,F401,F821,F811", "--output-format", "json"]
    findings = []
    for problem in json.loads(_ruff(folder, "check", "--fix", *select)):
        file, row = Path(problem["filename"]), problem["location"]["row"]
        source = files[file]
        # What stays of an import that is not used, such as one inside `try`, is meant.
        allowed = ("F401", "F811") if source.startswith(CELL) else ("F401",)
        if problem["code"] not in allowed:
            above = "\n".join(file.read_text(encoding="utf-8").split("\n")[:row])
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
