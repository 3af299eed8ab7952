"""Let the tests of snippets find faults that nobody thought of: python -m tests.mutation

mutmut changes one thing at a time in a copy of snippets, and runs the tests that reach it.
They must notice at least 95 % of these faults, and survivors.yml must say of each other one
why no test can. It takes minutes; python -m pip install -r .github/requirements.mutmut.lock
"""

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

HERE, ROOT = Path(__file__).parent, Path(__file__).parents[2]
COPIED = ("snippets", "tests/snippets", "tests/accelerators.py", "tests/emulated.py")
NEEDED = 0.95  # of the faults are noticed


def mutmut(folder: Path, *arguments: str) -> str:
    """What mutmut says; its way of drawing what goes on is not."""
    command = [sys.executable, "-m", "mutmut", *arguments]
    # It forks a process that has run torch, whose threads would then wait for ever.
    alone = os.environ | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=folder, env=alone, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def run(folder: Path) -> dict[str, str]:
    """What became of each fault, by its name: `killed`, `survived`, `timeout`, …"""
    for name in COPIED:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        (folder / name).parent.mkdir(exist_ok=True)
        copy(ROOT / name, folder / name)
    shutil.copy(HERE / "setup.cfg", folder)
    mutmut(folder, "run")
    lines = mutmut(folder, "results", "--all", "true").splitlines()
    return dict(line.strip().split(": ") for line in lines if ": " in line)


def change(folder: Path, name: str) -> tuple[str, str]:
    """The lines that a fault changes, and those that it makes of them."""
    lines = mutmut(folder, "show", name).splitlines()
    sides = ([one[1:].strip() for one in lines if one[:1] == sign != one[1:2]] for sign in "-+")
    was, becomes = map("\n".join, sides)
    return was, becomes


def main() -> int:
    """Print how many were noticed, and what is wrong; return the status."""
    if not find_spec("mutmut"):
        print(__doc__, file=sys.stderr)
        return 2
    reasons = yaml.safe_load((HERE / "survivors.yml").read_text(encoding="utf-8"))
    explained = {(one["was"], one["becomes"]): one["why"] for one in reasons}
    with TemporaryDirectory() as folder:
        results = run(Path(folder))
        left = [name for name, result in results.items() if result != "killed"]
        changes = {name: change(Path(folder), name) for name in left}
    wrong = [
        f"{name} {results[name]}: {was!r} may be {becomes!r}; write a test, or say why in {HERE}"
        for name, (was, becomes) in changes.items()
        if (was, becomes) not in explained
    ]
    wrong += [
        f"survivors.yml: {was!r} is not {becomes!r} unnoticed any more; remove it"
        for was, becomes in explained.keys() - {*changes.values()}
    ]
    part = 1 - len(left) / len(results) if results else 0
    print(f"{len(results)} faults, {len(left)} survived: {part:.1%} noticed, {NEEDED:.0%} needed.")
    print("\n".join(wrong))
    return 1 if wrong or part < NEEDED else 0


if __name__ == "__main__":
    sys.exit(main())
