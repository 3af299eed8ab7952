"""Pinning anew: the new versions, what is asked for, and what a person is told to look at."""

import runpy
import shutil
import subprocess
import sys
from types import SimpleNamespace

import pytest

from tests.github.flows import ROOT

pin = SimpleNamespace(**runpy.run_path(str(ROOT / ".github/scripts/pin.py")))
PINS = "# Why.\ntorch==2.13.0\nmkdocs==1.6.1\nPyYAML==6.0.3\n"


def test_every_pin_follows_what_was_resolved():
    lock = "mkdocs==1.6.2 \\\n    --hash=sha256:0\npyyaml==6.0.3 \\\n    --hash\ntorch==2.13.0\n"
    text, changes = pin.renewed(PINS, lock)
    assert text == PINS.replace("1.6.1", "1.6.2")
    assert changes == ["mkdocs: 1.6.1 → 1.6.2"]


def test_torch_stays_unless_one_is_named():
    assert pin.ask(PINS, None) == "torch==2.13.0\nmkdocs<2\nPyYAML"
    assert pin.ask(PINS, "2.15.0").startswith("torch==2.15.0\n")


# The whole command. `python -m` finds a module of the current folder first: one that says what
# it was asked, and fails where FAILS is a part of that. That of uv gives each name a version.
STAND_IN = """\
import os, sys
from pathlib import Path
asked = " ".join([Path(__file__).stem, *sys.argv[1:]])
print("ran", asked, file=sys.stderr)
if os.environ["FAILS"] in asked:
    sys.exit(1)
"""
RESOLVE = """\
for line in sys.stdin:
    print(line.strip() if "==" in line else line.strip().removesuffix("<2").lower() + "==9.0")
"""
STEPS = """\
ran pip install --quiet -r requirements.txt
ran pytest docs -q --update-outputs
ran cheatsheet sync
ran pytest docs -q --record
ran cheatsheet inventory
"""
FENCES, LINKS = "the fences that failed above", "links to PyTorch's documentation"
SYNC = "what sync lists above"
MENDS = {
    "nothing": [],
    "--update-outputs": [FENCES, LINKS],
    "cheatsheet sync": [SYNC],
    "--record": [FENCES],
    "cheatsheet inventory": [LINKS],
}


@pytest.fixture
def pin_anew(tmp_path):
    scripts = tmp_path / ".github/scripts"
    scripts.mkdir(parents=True)
    for name in ("pin.py", "lock.py"):
        shutil.copy(ROOT / ".github/scripts" / name, scripts)
    (tmp_path / "requirements.txt").write_text(PINS, encoding="utf-8")
    for name in ("pip", "pytest", "cheatsheet", "uv"):
        text = STAND_IN + RESOLVE * (name == "uv")
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")

    def run(fails: str, *arguments: str) -> subprocess.CompletedProcess:
        command = [sys.executable, str(scripts / "pin.py"), *arguments]
        environment = {"FAILS": fails, "PYTHONUTF8": "1"}
        return subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True
        )

    return run


@pytest.mark.parametrize("fails", MENDS)
def test_what_failed_is_told_from_what_is_left_to_write(pin_anew, fails):
    done = pin_anew(fails)
    assert done.returncode == 0, done.stderr
    _, look = done.stdout.split("Look at:\n")
    assert "  mkdocs: 1.6.1 → 9.0\n  PyYAML: 6.0.3 → 9.0\n" in look
    assert [one for one in (FENCES, SYNC, LINKS) if f"  {one}: " in look] == MENDS[fails]
    assert "commit, then pytest docs --record" in look
    assert "records of other releases" not in look


def test_all_of_it_is_made_in_order(pin_anew, tmp_path):
    done = pin_anew("nothing", "2.15.0")
    steps = [line for line in done.stderr.splitlines(True) if not line.startswith("ran uv ")]
    assert "".join(steps) == STEPS
    assert "torch==2.15.0\nmkdocs==9.0\n" in (tmp_path / "requirements.txt").read_text("utf-8")
    assert "  torch: 2.13.0 → 2.15.0\n" in done.stdout
    assert "  the records of other releases: each with its torch" in done.stdout
    locked = {path.name for path in (tmp_path / ".github").glob("*.lock")}
    assert locked == {path.name for path in (ROOT / ".github").glob("*.lock")}


@pytest.mark.parametrize(
    ("fails", "says"),
    [
        ("uv pip compile", f"If uv is missing, run: {sys.executable} -m pip install uv==0."),
        ("pip install", "These packages could not be installed; nothing ran."),
    ],
)
def test_without_a_lock_or_its_packages_nothing_runs(pin_anew, tmp_path, fails, says):
    done = pin_anew(fails)
    assert done.returncode == 1 and says in done.stderr, done.stderr
    assert "Traceback" not in done.stderr and "ran pytest" not in done.stderr
    kept = (tmp_path / "requirements.txt").read_text("utf-8") == PINS
    assert kept is fails.startswith("uv")
