"""Pin anew: the packages, their locks, what the pages show, the record of it, in one go:

    .venv/bin/python .github/scripts/pin.py            the newest of all packages but torch
    .venv/bin/python .github/scripts/pin.py 2.15.0     and that torch

Needs network, and uv, as lock.py. It installs the new packages where it runs, writes
requirements.txt, the locks, the outputs of both languages and, into docs/runs, the record, and
says what a person must look at. It commits nothing.
"""

import re
import runpy
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
FILE = ROOT / "requirements.txt"
PIN = re.compile(r"^(?P<name>[\w-]+)==(?P<version>\S+)", re.M)
BOUNDS = {"mkdocs": "<2"}  # Material is not for the next one


def renewed(pins: str, lock: str) -> tuple[str, list[str]]:
    """The pins at the versions that a lock resolved, and what changed: "name: old → new"."""
    locked = {found["name"]: found["version"] for found in PIN.finditer(lock)}
    changes = []

    def renew(match: re.Match) -> str:
        name, old = match["name"], match["version"]
        new = locked[re.sub(r"[-_.]+", "-", name).lower()]
        changes.extend([f"{name}: {old} → {new}"] if new != old else [])
        return f"{name}=={new}"

    return PIN.sub(renew, pins), changes


def ask(pins: str, torch: str | None) -> str:
    """What to resolve: every package without its version, but torch."""
    torch = torch or re.search(r"^torch==(\S+)", pins, re.M)[1]
    names = [found["name"] for found in PIN.finditer(pins) if found["name"] != "torch"]
    return "\n".join([f"torch=={torch}", *(name + BOUNDS.get(name, "") for name in names)])


def run(*command: str) -> bool:
    """Run a command of this Python at the root; did it pass?"""
    print("+", *command, flush=True)
    return not subprocess.run([sys.executable, "-m", *command], cwd=ROOT).returncode


def main(torch: str | None = None) -> None:
    lock = runpy.run_path(str(Path(__file__).with_name("lock.py")))
    pins = FILE.read_text(encoding="utf-8")
    # One version for every Python, where a newer one is not for the oldest of them.
    same = ("--fork-strategy", "fewest")
    text, changes = renewed(pins, lock["compile_"](ask(pins, torch), lock["PYPI"], *same))
    FILE.write_text(text, encoding="utf-8")
    lock["main"]()
    if not run("pip", "install", "--quiet", "-r", "requirements.txt"):
        sys.exit("These packages could not be installed; nothing ran.")
    ran = run("pytest", "docs", "-q", "--update-outputs")
    synced = ran and run("cheatsheet", "sync")
    recorded = ran and run("pytest", "docs", "-q", "--record")
    linked = ran and run("cheatsheet", "inventory")
    stat = ["git", "diff", "--stat", "--", "docs"]
    diff = subprocess.run(stat, cwd=ROOT, capture_output=True, text=True).stdout or "  none\n"
    look = {
        f"pages, their prose beside each new output, in both languages:\n{diff}": True,
        "the fences that failed above: mend them, then run this again": not (ran and recorded),
        "what sync lists above: write it, then python -m cheatsheet sync": ran and not synced,
        "links to PyTorch's documentation: python -m cheatsheet inventory": not linked,
        "the whole suite: pytest -n auto; the site: mkdocs serve, after a new theme": True,
        "the record, which is of no commit: commit, then pytest docs --record, and commit it": True,
        "the records of other releases: each with its torch, pytest docs --record": torch,
    }
    lines = [*(changes or ["nothing newer"]), *(one for one, true in look.items() if true)]
    print("\nLook at:", *lines, sep="\n  ")


if __name__ == "__main__":
    main(*sys.argv[1:2])
