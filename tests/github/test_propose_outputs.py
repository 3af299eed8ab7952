"""One pull request shows what a newer torch prints, where nothing but outputs changed."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.github.conftest import run, script
from tests.github.flows import ROOT
from tests.github.test_steps import WHO

# `gh api` over the pull requests in a file. It takes exactly what the script may say.
GH = """\
import json, os, sys
from pathlib import Path
file = Path(os.environ["PULLS"])
pulls = json.loads(file.read_text())
api, path, *rest = sys.argv[1:]
assert api == "api"
path, _, query = path.partition("?")
assert path == "repos/Owner/cheatsheet/pulls", path
if query:
    assert rest == ["--jq", ".[0].html_url // empty"], rest
    query = dict(pair.split("=") for pair in query.split("&"))
    assert query.pop("state") == "open" and not query.keys() - {"head"}
    print(*[p["url"] for p in pulls if "Owner:" + p["head"] == query["head"]][:1])
else:
    assert rest[-4:-2] == ["-F", "body=@-"] and rest[-2] == "--jq", rest
    pull = dict(value.split("=", 1) for value in rest[1:-4:2])
    url = f"https://example.org/{len(pulls) + 1}"
    file.write_text(json.dumps([*pulls, pull | {"url": url, "body": sys.stdin.read()}]))
    print("opened " + url)
"""
PAGE = "# Page {{ #page }}\n\n```python\n{}\n```\n\n```text\n1\n```\n"
STEP = script("outputs", "Show what it prints", "weekly.yml")
CLEAN = "git reset -q --hard && git clean -qfd docs .github cheatsheet"
COMMIT = "git init -q --initial-branch=main && git add . && git commit -q -m x"


@pytest.fixture
def repository(checkout, environment):
    """A checkout of two pages where torch 2.8 is pinned, a bare repository, and gh."""
    shutil.rmtree(checkout / "docs")
    for language in ("en", "zh"):
        page = checkout / f"docs/{language}/page.md"
        page.parent.mkdir(parents=True)
        page.write_text(PAGE.format("print(2)"), encoding="utf-8")
    (checkout / "requirements.txt").write_text("torch==2.8.0\n", encoding="utf-8")
    assert run(COMMIT, checkout, environment | WHO).returncode == 0
    bare = checkout.with_name("bare.git")
    run(f"git init -q --bare {bare}", checkout, environment)
    gh = checkout.with_name("bin") / "gh"
    gh.parent.mkdir()
    gh.write_text(f"#!{sys.executable}\n{GH}", encoding="utf-8")
    gh.chmod(0o755)
    checkout.with_name("pulls.json").write_text("[]", encoding="utf-8")
    return Repository(checkout, bare, environment)


class Repository:
    def __init__(self, folder: Path, bare: Path, environment: dict):
        self.folder, self.bare = folder, bare
        path = f"{folder.with_name('bin')}:{environment['PATH']}"
        self.environment = environment | {
            "PATH": path,
            "PULLS": str(folder.with_name("pulls.json")),
        }

    @property
    def pulls(self) -> list[dict]:
        return json.loads(self.folder.with_name("pulls.json").read_text(encoding="utf-8"))

    def git(self, *arguments: str) -> str:
        command = ["git", "-C", str(self.bare), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    def write(self, patch: str, version: str = "2.15.0+cpu") -> None:
        outputs = self.folder / "outputs"
        outputs.mkdir(exist_ok=True)
        (outputs / "torch.txt").write_text(version + "\n", encoding="utf-8")
        (outputs / "pages.patch").write_text(patch, encoding="utf-8")

    def propose(self) -> subprocess.CompletedProcess:
        tool = ROOT / ".github/scripts/propose-outputs.sh"
        return run(
            f"{CLEAN} && git checkout -q main && {tool} outputs {self.bare}",
            self.folder,
            self.environment,
        )

    def change(self, name: str, text: str, mode: int = 0o644) -> str:
        """The patch that writes a text into a file."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(mode)
        return run(f"git add -N . && git diff && {CLEAN}", self.folder, self.environment).stdout


def test_what_a_newer_torch_prints_becomes_one_pull_request(repository):
    """The step of the weekly job, as it is written, and the script, on the torch that is here."""
    (repository.folder / "outputs").mkdir()
    done = run(STEP, repository.folder, repository.environment)
    assert done.returncode == 0, done.stdout + done.stderr
    patch = (repository.folder / "outputs/pages.patch").read_text(encoding="utf-8")
    run(CLEAN, repository.folder, repository.environment)
    repository.write(patch)
    for said in ("opened", "updated"):
        done = repository.propose()
        assert done.returncode == 0, done.stdout + done.stderr
        assert done.stdout.endswith(f"{said} https://example.org/1\n")
    [pull] = repository.pulls
    assert (pull["head"], pull["base"]) == ("outputs-of-torch-2.15", "main")
    assert repository.git("branch", "--format=%(refname:short)") == "outputs-of-torch-2.15\n"
    names = repository.git("diff", "--name-only", "outputs-of-torch-2.15^", "outputs-of-torch-2.15")
    english, record, chinese = names.split()
    assert (english, chinese) == ("docs/en/page.md", "docs/zh/page.md")
    release = record.removeprefix("docs/runs/torch-").removesuffix("-cpu.json")
    for page in (english, chinese):
        text = repository.git("show", f"outputs-of-torch-2.15:{page}")
        assert text == PAGE.format("print(2)") + f'\n```text title="torch {release}+"\n2\n```\n'


def test_more_than_outputs_is_no_proposal(repository):
    """A fence that raises is for the issue alone."""
    page = repository.folder / "docs/zh/page.md"
    page.write_text(PAGE.format("print(1 / 0)"), encoding="utf-8")
    (repository.folder / "outputs").mkdir()
    assert run(STEP, repository.folder, repository.environment).returncode == 0
    assert not (repository.folder / "outputs/pages.patch").exists()
    (repository.folder / "outputs/torch.txt").write_text("2.15.0\n", encoding="utf-8")
    done = repository.propose()
    assert (done.returncode, done.stdout) == (0, "Nothing to propose.\n")


OTHERS = {
    "a workflow": (".github/workflows/site.yml", 0o644),
    "the program": ("cheatsheet/page.py", 0o644),
    "a record of a GPU": ("docs/runs/torch-2.15-cuda.json", 0o644),
    "a program as a page": ("docs/en/page.md", 0o755),
}


@pytest.mark.parametrize("other", OTHERS)
def test_a_patch_of_anything_else_is_refused(repository, other):
    name, mode = OTHERS[other]
    repository.write(repository.change(name, "x\n", mode))
    done = repository.propose()
    assert done.returncode == 1, done.stdout + done.stderr
    assert "changes more than pages and records" in done.stdout and name in done.stdout
    assert repository.pulls == [] and repository.git("branch") == ""


def test_a_link_and_a_version_that_is_none_are_refused(repository):
    (repository.folder / "docs/en/link.md").symlink_to("/etc/passwd")
    lines = f"git add -N docs && git diff && {CLEAN}"
    repository.write(run(lines, repository.folder, repository.environment).stdout)
    assert "changes more than pages and records" in repository.propose().stdout
    run(CLEAN, repository.folder, repository.environment)
    repository.write("x", version="2.16.0.dev20261120+cpu")
    done = repository.propose()
    assert done.returncode == 1 and "does not hold a release of torch" in done.stdout
