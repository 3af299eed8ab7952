"""A project that may publish its site, and what keeps it from that, one fault at a time."""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from cheatsheet.folder import seal
from cheatsheet.page import Shell, load
from cheatsheet.run.records import (
    Block,
    Device,
    code_hash,
    digest,
    output_hash,
    read_records,
    write_record,
)
from tests.github.flows import ROOT
from tests.site.project import build, copy_project

PINS = ("requirements.txt", ".github/scripts/replace-torch.sh")
TORCH, OLDEST = (
    re.search(r"torch==(\d+\.\d+)", (ROOT / name).read_text(encoding="utf-8"))[1] for name in PINS
)
RECORD = f"torch-{TORCH}"
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
    "tests/test_rooms.py": "import pytest\n\n\n@pytest.mark.xfail\n"
    "def test_the_program_is_small():\n    raise AssertionError\n",
    "tests/site/test_small.py": "import os\nfrom pathlib import Path\n\n\ndef test_site():\n"
    "    assert Path(os.environ['SITE_FOLDER'], 'index.html').exists()\n",
}
KEPT = (".github", ".gitignore", "conftest.py", "pyproject.toml", "requirements.txt")


def of_github() -> dict[str, str]:
    own = ("GIT_", "GITHUB_", "SITE_", "PYTEST_", "CI")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(own)}
    return kept | GITHUB | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}


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

    def reseal(self) -> None:
        """Let the site be one that was built and tested as it is now."""
        file = self.site / "manifest.json"
        old = sha256(file.read_bytes()).hexdigest()
        file.unlink()
        seal(self.root, self.site)
        self.change("evidence/site.json", old, sha256(file.read_bytes()).hexdigest())


def make_proved(folder: Path) -> None:
    """All that the jobs before the last one do, with few pages; a GPU and the other releases of
    torch are said to be there."""
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
    pages = [load(folder, name) for name in sorted({block.page for block in run.blocks})]
    examples = [one for page in pages for one in page.examples]
    own = {(e.code.path.as_posix(), e.line): output_hash(e.output("GPU", {})) for e in examples}
    blocks = [replace(block, output=own[block.page, block.line]) for block in run.blocks]
    shells = [
        Block(
            *(page.path.as_posix(), part.line, part.section, "bash"),
            *(code_hash(part.code, folder), None, "passed", 0.1),
        )
        for page in pages
        for part in page.parts
        if isinstance(part, Shell)
    ]
    cuda = replace(cuda, blocks=(*blocks, *shells))
    releases = {file.name.split("-")[1] for file in (ROOT / "docs/runs").iterdir()} - {TORCH}
    for other in (cuda, *(replace(run, torch=f"{release}.0+cpu") for release in releases)):
        write_record(folder / "docs/runs", other)
    built = build(folder, folder / "site", ADDRESS)
    assert built.returncode == 0, built.stderr
    said = proved.test_site()
    assert "evidence: evidence/site.json" in said, said


def copy(source: str, target: str) -> None:
    """A file of a project; no test writes into what lies in these folders."""
    shared = {"assets", "cheatsheet", "snippets"} & {*Path(source).parts}
    (os.link if shared else shutil.copy2)(source, target)


def judge(proved, commit: str = "", **environment: str) -> subprocess.CompletedProcess:
    script = str(proved.root / ".github/scripts/evidence.py")
    command = [sys.executable, "-S", script, "site", commit or proved.commit, "evidence"]
    return proved.run(*command, **environment)


# What is wrong, and what is said of it: of the site as it was built, and of what its tests left.


def recorded(kind: str, change, release: str = TORCH):
    """The record in the site is another one, of the right digest."""

    def plant(proved):
        file = proved.site / f"runs/torch-{release}-{kind}.json"
        record = json.loads(file.read_text(encoding="utf-8"))
        change(record)
        record["digest"] = digest(record)
        file.write_text(json.dumps(record), encoding="utf-8")

    return plant


def says(kind: str, **values):
    return recorded(kind, lambda record: record.update(values))


def gone(name: str):
    def plant(proved):
        path = proved.root / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()

    return plant


def text(name: str, old: str, new: str):
    return lambda proved: proved.change(name, old, new)


def made_up(kind: str, key: str, value: str | None):
    """A block that has an output, of another hash."""
    return recorded(
        kind, lambda record: next(b for b in record["blocks"] if b["output"]).update({key: value})
    )


def on_device(record, kind: str) -> None:
    record["device"]["kind"] = kind


def of_changed_tests(proved: Proved) -> None:
    """As when a step edits a test before it runs."""
    proved.change("tests/test_small.py", "1 + 1 == 2", "True")
    proved.test("evidence/tests.json", "tests", "--ignore=tests/site")
    proved.run("git", "checkout", "tests")


BUILT = {
    "no second language": (gone("site/zh"), "site/zh/gpu-info/index.html: there is none"),
    "no page": (gone("site/gpu-info/index.html"), "site/gpu-info/index.html: there is none"),
    "no Chinese page": (gone("site/zh/gpu-info/index.html"), "site/zh/gpu-info/index.html: there"),
    "an empty page": (
        lambda proved: (proved.site / "zh/gpu-info/index.html").write_text("", encoding="utf-8"),
        "site/zh/gpu-info/index.html: it is not docs/zh/gpu-info.md, whose description it lacks",
    ),
    "a page of the other language": (
        lambda proved: shutil.copy(
            proved.site / "gpu-info/index.html", proved.site / "zh/gpu-info/index.html"
        ),
        "site/zh/gpu-info/index.html: it is not docs/zh/gpu-info.md, whose description it lacks",
    ),
    "no front page": (gone("site/index.html"), "site/index.html: there is none; build the site"),
    "no search": (gone("site/search/sections.json"), "search/sections.json: cannot be read"),
    "a page not found": (
        text("site/zh/search/sections.json", '"gpu-info/":[', '"info/":['),
        "site/zh/search/sections.json: the page gpu-info/ cannot be found",
    ),
    "no sitemap": (gone("site/sitemap.xml"), "site/sitemap.xml: there is none"),
    "a page not on the map": (
        text("site/sitemap.xml", "/zh/gpu-info/</loc>", "/zh/</loc>"),
        "site/sitemap.xml: it does not name https://owner.github.io/cheatsheet/zh/gpu-info",
    ),
    "no record of the CPU": (gone(f"site/runs/{RECORD}-cpu.json"), "-cpu.json: cannot be read"),
    "no record of a GPU": (gone(f"site/runs/{RECORD}-cuda.json"), "-cuda.json: cannot be read"),
    "no record of the oldest torch": (
        gone(f"site/runs/torch-{OLDEST}-cpu.json"),
        "-cpu.json: cannot be read",
    ),
    "no records": (gone("site/runs"), "-cpu.json: cannot be read"),
    "a record of another commit": (
        says("cuda", commit="0" * 40),
        r"cuda.json:\d+: its commit is 000",
    ),
    "a record of no commit": (says("cpu", commit=None), r"cpu.json:\d+: its commit is None"),
    "a record of another run": (
        says("cuda", workflow="https://github.com/Owner/cheatsheet/actions/runs/76"),
        r"cuda.json:\d+: its workflow is https://github.com/Owner/cheatsheet/actions/runs/76, not",
    ),
    "a record made by hand": (
        says("cpu", workflow=None),
        r"cpu.json:\d+: its workflow is None, not",
    ),
    "a record of changed files": (says("cpu", dirty=True), r"cpu.json:\d+: its dirty is True"),
    "a record of another torch": (
        says("cpu", torch="2.8.0+cpu"),
        r"cpu.json:\d+: its torch is 2.8.0, not",
    ),
    "a record of the oldest torch by hand": (
        recorded("cpu", lambda record: record.update(workflow=None), OLDEST),
        r"-cpu.json:\d+: its workflow is None, not",
    ),
    "an emulated GPU": (
        recorded("cuda", lambda record: on_device(record, "emulated")),
        r"cuda.json:\d+: its kind is emulated, not cuda",
    ),
    "the CPU for a GPU": (
        lambda proved: shutil.copy(
            proved.site / f"runs/{RECORD}-cpu.json", proved.site / f"runs/{RECORD}-cuda.json"
        ),
        r"cuda.json:\d+: its kind is cpu, not cuda",
    ),
    "a block failed": (
        recorded("cuda", lambda record: record["blocks"][3].update(result="failed")),
        r"docs/en/\S+.md:\d+: \S+cuda.json says failed of it; mend that block",
    ),
    "a block did not run": (
        recorded("cpu", lambda record: record["blocks"].pop(3)),
        r"docs/en/\S+.md:\d+: \S+cpu.json says that it ran 0 times, not 1; see the job that",
    ),
    "no shell on a GPU": (
        recorded(
            "cuda",
            lambda record: record.update(
                blocks=[b for b in record["blocks"] if b["language"] == "python"]
            ),
        ),
        r"docs/en/gpu-info.md:\d+: \S+cuda.json says that it ran 0 times, not 1; see the job that",
    ),
    "a record that was edited": (
        text(f"site/runs/{RECORD}-cuda.json", "NVIDIA H100", "NVIDIA H200"),
        r"cuda.json:\d+: its digest is \w+, not \w+; run the whole workflow again",
    ),
    "a block ran twice": (
        recorded("cpu", lambda record: record["blocks"].append(record["blocks"][3])),
        r"docs/en/\S+.md:\d+: \S+cpu.json says that it ran 2 times, not 1; see the job that",
    ),
    "a block for another": (
        recorded("cpu", lambda record: record["blocks"][3].update(line=9999)),
        r"docs/en/\S+.md:9999: \S+cpu.json is of another block; run the whole workflow again",
    ),
    **{
        f"made up: {key} {value}": (
            made_up("cuda", key, value),
            r"docs/en/\S+.md:\d+: \S+cuda.json is of another block; run the whole workflow again",
        )
        for key in ("code", "output")
        for value in ("0" * 32, None)
    },
    "no block of a language": (
        recorded(
            "cuda",
            lambda record: record.update(
                blocks=[b for b in record["blocks"] if b["page"].startswith("docs/en")]
            ),
        ),
        r"docs/zh/\S+.md:\d+: \S+cuda.json says that it ran 0 times, not 1; see the job that",
    ),
}
LEFT = {
    "an edit after the build": (
        text("site/index.html", "</title>", " </title>"),
        r"manifest.json:\d+: it says \w+ of index.html, which is \w+; the site was changed after",
    ),
    "a file more": (
        lambda proved: (proved.site / "more.html").write_text("more", encoding="utf-8"),
        r"manifest.json:\d+: it says nothing of more.html, which is \w+; the site was",
    ),
    "a hidden file more": (
        lambda proved: (proved.site / "zh/.more").write_text("more", encoding="utf-8"),
        r"manifest.json:\d+: it says nothing of zh/.more, which is \w+; the site was",
    ),
    "a file less": (
        gone("site/404.html"),
        r"manifest.json:\d+: it says \w+ of 404.html, which is not there",
    ),
    "a link for a file": (
        lambda proved: (
            (proved.site / "404.html").rename(proved.root / "404.html"),
            (proved.site / "404.html").symlink_to(proved.root / "404.html"),
        ),
        r"manifest.json:\d+: it says \w+ of 404.html, which is a link",
    ),
    "a folder that is a link": (
        lambda proved: (proved.site / "more").symlink_to(proved.root / "docs"),
        r"manifest.json:\d+: it says nothing of more, which is a link",
    ),
    "no manifest": (gone("site/manifest.json"), "manifest.json: cannot be read"),
    "no evidence": (gone("evidence"), r"tests/site/test_small.py:\d+: nothing in evidence says"),
    "no evidence of the site's tests": (
        gone("evidence/site.json"),
        r"tests/\S+:\d+: nothing in evidence says that tests/site/test_small.py::test_site passed",
    ),
    "no evidence of the other tests": (
        gone("evidence/tests.json"),
        r"tests/\S+:\d+: nothing in evidence says that tests/test_rooms.py::test_the_program_is",
    ),
    "one test less": (
        text("evidence/tests.json", "tests/test_small.py::test_word", "x"),
        r"tests/\S+:\d+: nothing in evidence says that tests/test_small.py::test_word passed",
    ),
    "a test that passed no time": (
        text("evidence/tests.json", 'test_sum": 1', 'test_sum": 0'),
        r"tests/test_small.py:\d+: nothing in evidence says that tests/test_small.py::test_sum p",
    ),
    "the site's tests without a site": (
        lambda proved: proved.test("evidence/site.json", "tests/site", SITE_FOLDER=""),
        r"tests/\S+:\d+: nothing in evidence says that tests/site/test_small.py::test_site passed",
    ),
    "evidence of tests that were changed": (
        of_changed_tests,
        r"tests.json:\d+: its dirty is True, not False; run the whole workflow again",
    ),
    "evidence of another commit": (
        text("evidence/tests.json", '"commit": "', '"commit": "0'),
        r"tests.json:\d+: its commit is 0",
    ),
    "evidence of another run": (
        text("evidence/site.json", "runs/77", "runs/7"),
        r"site.json:\d+: its workflow is https://github.com/Owner/cheatsheet/actions/runs/7, not",
    ),
    "evidence of another site": (
        lambda proved: (
            proved.change("site/index.html", "</title>", " </title>"),
            (proved.site / "manifest.json").unlink(),
            seal(proved.root, proved.site),
        ),
        "site.json: another site was tested",
    ),
    "evidence that is none": (text("evidence/site.json", "{", ""), "site.json: cannot be read"),
    "a checkout that was changed": (
        text("docs/en/index.md", "\n# ", "\n\n# "),
        "docs/en/index.md: is not as in the commit",
    ),
    "a page more in the checkout": (
        lambda proved: (
            (proved.root / "docs/fr").mkdir()
            or (proved.root / "docs/fr/index.md").write_text("# A { #a }\n", encoding="utf-8")
        ),
        "docs/fr/: is not as in the commit",
    ),
}


def built(plant):
    """The site is built and tested with the fault in it."""

    def act(project: Path) -> None:
        proved = Proved(project)
        plant(proved)
        proved.reseal()

    return act


def left(plant):
    """The fault came after the site was built and tested."""
    return lambda project: plant(Proved(project))


def of_another_commit(proved: Proved) -> None:
    """As when a job checks out an old tag: the sources of the site are others."""
    proved.change("docs/zh/index.md", "\n# ", "\n\n# ")
    proved.reseal()
    proved.run("git", "checkout", "docs")


LEFT["a site of another commit"] = (
    of_another_commit,
    r"manifest.json:\d+: it says \w+ of docs/zh/index.md, which is \w+; build the very",
)
ACTS = {
    kind: {name: (act, rf"\S*{said}.*\. Nothing is published\.$") for name, (act, said) in acts}
    for kind, acts in {
        "a site that was built so": [(n, (built(act), said)) for n, (act, said) in BUILT.items()],
        "what does not belong together": [
            (n, (left(act), said)) for n, (act, said) in LEFT.items()
        ],
    }.items()
}
