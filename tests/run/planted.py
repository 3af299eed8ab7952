"""Projects with planted pages, and whole runs of pytest over them."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cheatsheet.run.devices import running

ROOT = Path(__file__).parents[2]
PINNED = re.search(r"^torch==(\d+)\.(\d+)", (ROOT / "requirements.txt").read_text("utf-8"), re.M)
emulates = pytest.mark.skipif(
    running()["torch"] != tuple(map(int, PINNED.groups())),
    reason="tests/emulated.py is made of private parts of the pinned torch",
)
# What a bare machine with a GPU lacks: see cheatsheet/run/__init__.py.
LACKING = ["mkdocs", "material", "bs4", "babel", "yaml", "xdist", "jsonschema"]
LACKING += ["playwright", "polib", "matplotlib"]
REFUSE = f"""\
import sys


class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {LACKING!r}:
            raise ModuleNotFoundError(name)


sys.meta_path.insert(0, Refuse())
"""


def fence(code: str, output: str | None = None, flags: str = "") -> str:
    """A Python fence, and its output behind it."""
    text = f"```python{flags}\n{code}\n```\n\n"
    return text if output is None else text + f"```text\n{output}\n```\n\n"


def plant(root: Path, pages: dict[str, str]) -> Path:
    """Make `root` a project: the runner, what it needs of the program, and pages."""
    shutil.copytree(ROOT / "cheatsheet/run", root / "cheatsheet/run")
    shutil.copytree(ROOT / "snippets", root / "snippets")
    for name in ("__init__.py", "page.py", "source.py"):
        shutil.copy(ROOT / "cheatsheet" / name, root / "cheatsheet")
    (root / "bare").mkdir()
    (root / "tests").mkdir()
    for name in ("conftest.py", "pyproject.toml", "tests/emulated.py"):
        shutil.copy(ROOT / name, root / name)
    (root / "bare/sitecustomize.py").write_text(REFUSE)
    for name, text in pages.items():
        page = root / "docs" / f"{name}.md"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_bytes(text.encode())
    return root


def run_pytest(
    root: Path, *arguments: str, bare: bool = False, **environment: str
) -> subprocess.CompletedProcess:
    """Run pytest in `root`; with `bare`, as on a machine that has little installed."""
    environ = {key: value for key, value in os.environ.items() if key != "CI"}
    options = ["-p", "no:cacheprovider", "-rA"]
    if bare:
        environment["PYTHONPATH"] = str(root / "bare")
        options += ["-p", "no:xdist"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *options, *arguments],
        cwd=root,
        env=environ | environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
