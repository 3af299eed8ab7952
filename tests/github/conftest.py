"""The shell steps of the workflows, run as they are written."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.gate import Proved, copy, make_proved, of_github
from tests.github.flows import FOLDER, ROOT, read
from tests.site.shared import share


@pytest.fixture
def environment(tmp_path):
    """What GitHub sets for a step; and no settings of this machine for git."""
    output = tmp_path / "output.txt"
    output.touch()
    return of_github() | {"GITHUB_OUTPUT": str(output), "GH_TOKEN": ""}


def script(job: str, name: str, flow: str = "site.yml") -> str:
    """The shell lines of one step."""
    steps = read(FOLDER / flow)["jobs"][job]["steps"]
    return next(step["run"] for step in steps if step["name"] == name)


def run(lines: str, folder: Path, environment: dict) -> subprocess.CompletedProcess:
    """Run shell lines as GitHub does where a step names no shell: by `bash -e`."""
    return subprocess.run(
        ["bash", "-e", "-c", lines],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
    )


@pytest.fixture
def checkout(tmp_path):
    """What `actions/checkout` and the install action leave: the files, and .venv."""
    folder = tmp_path / "checkout"
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    files = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True)
    for name in files.stdout.splitlines():
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes((ROOT / name).read_bytes())
            (folder / name).chmod((ROOT / name).stat().st_mode)
    (folder / ".venv").symlink_to(sys.prefix)
    return folder


@pytest.fixture
def proved(tmp_path_factory, tmp_path):
    made = share(tmp_path_factory, "proved", make_proved)
    yield Proved(shutil.copytree(made, tmp_path / "proved", copy_function=copy))
    shutil.rmtree(tmp_path / "proved")  # pytest would keep it, and all the others
