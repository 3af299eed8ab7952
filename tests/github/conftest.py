"""The shell steps of the workflows, run as they are written."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

import pytest

from cheatsheet.build import seal
from cheatsheet.run.records import Device, read_records, write_record
from tests.github.flows import FOLDER, ROOT, read
from tests.site.project import build, copy_project
from tests.site.shared import share

REPOSITORY = "Owner/cheatsheet"
GITHUB = {
    "GITHUB_REPOSITORY": REPOSITORY,
    "GITHUB_REPOSITORY_OWNER": REPOSITORY.partition("/")[0],
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_RUN_ID": "77",
}
ADDRESS = "https://owner.github.io/cheatsheet/"
# The tests of a small project, one of them of its site.
TESTS = {
    "tests/test_small.py": "def test_sum():\n    assert 1 + 1 == 2\n\n\n"
    "def test_word():\n    assert 'a' < 'b'\n",
    "tests/site/test_small.py": "import os\nfrom pathlib import Path\n\n\ndef test_site():\n"
    "    assert Path(os.environ['SITE_FOLDER'], 'index.html').exists()\n",
}
KEPT = (".github", ".gitignore", "conftest.py", "pyproject.toml", "requirements.txt")


@pytest.fixture
def environment(tmp_path):
    """What GitHub sets for a step; and no settings of this machine for git."""
    output = tmp_path / "output.txt"
    output.touch()
    return of_github() | {"GITHUB_OUTPUT": str(output), "GH_TOKEN": ""}


def of_github() -> dict[str, str]:
    own = ("GIT_", "GITHUB_", "SITE_", "PYTEST_", "CI")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(own)}
    return kept | GITHUB | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}


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


@dataclass(frozen=True)
class Proved:
    """A small project at a commit, the site built of it, and the evidence of its tests."""

    root: Path

    @property
    def site(self) -> Path:
        return self.root / "site"

    @property
    def commit(self) -> str:
        return self.run("git", "rev-parse", "HEAD").stdout.strip()

    def run(self, *command: str, **environment: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            command, cwd=self.root, env=of_github() | environment, capture_output=True, text=True
        )

    def test(self, evidence: str, *arguments: str, **environment: str) -> str:
        """Run pytest as the jobs do; what it says."""
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments]
        return self.run(*command, TEST_EVIDENCE=evidence, **environment).stdout

    def test_site(self) -> str:
        return self.test("evidence/site.json", "tests/site", SITE_FOLDER="site")

    def change(self, name: str, old: str, new: str) -> None:
        text = (self.root / name).read_text(encoding="utf-8")
        assert old in text, f"{name} has no {old!r}"
        (self.root / name).write_text(text.replace(old, new, 1), encoding="utf-8")

    def seal(self) -> None:
        """Let the site be one that was built and tested as it is now."""
        file = self.site / "manifest.json"
        old = sha256(file.read_bytes()).hexdigest()
        file.unlink()
        seal(self.root, self.site)
        self.change("evidence/site.json", old, sha256(file.read_bytes()).hexdigest())


def make_proved(folder: Path) -> None:
    """All that the jobs before the last one do, with few pages; a GPU is said to be there."""
    copy_project(folder, "index", "gpu-info", "verified", program=True)
    for name in KEPT:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)
    shutil.rmtree(folder / "docs/runs")
    (folder / ".cache").unlink()
    (folder / "tests/site").mkdir(parents=True)
    shutil.copy(ROOT / "tests/conftest.py", folder / "tests")
    for name, text in TESTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    proved = Proved(folder)
    proved.run("git", "init", "--quiet", "--initial-branch=main")
    proved.run("git", "add", "docs", "snippets", "cheatsheet", "hooks.py", "tests", *KEPT)
    proved.run("git", "add", "mkdocs.yml", "mkdocs.zh.yml")
    who = ("-c", "user.name=x", "-c", "user.email=x@example.org")
    proved.run("git", *who, "commit", "--quiet", "-m", "All of it")
    proved.run("git", "gc", "--quiet")  # few files, for it is copied often
    parts = ("docs", "tests", "--ignore=tests/site", "--record")
    said = proved.test("evidence/tests.json", *parts)
    assert "evidence: evidence/tests.json" in said, said
    [run] = read_records(folder / "docs/runs", folder).values()
    cuda = replace(run, device=Device("cuda", "NVIDIA H100", "580", 1))
    write_record(folder / "docs/runs", cuda)
    built = build(folder, folder / "site", ADDRESS)
    assert built.returncode == 0, built.stderr
    said = proved.test_site()
    assert "evidence: evidence/site.json" in said, said


def copy(source: str, target: str) -> None:
    """A file of a project; no test writes into what lies in these folders."""
    shared = {"assets", "cheatsheet", "snippets"} & {*Path(source).parts}
    (os.link if shared else shutil.copy2)(source, target)


@pytest.fixture
def proved(tmp_path_factory, tmp_path):
    made = share(tmp_path_factory, "proved", make_proved)
    yield Proved(shutil.copytree(made, tmp_path / "proved", copy_function=copy))
    shutil.rmtree(tmp_path / "proved")  # pytest would keep it, and all the others
