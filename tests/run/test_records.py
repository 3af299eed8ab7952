"""`--record`: what a run writes, and what of it holds when a page changes."""

import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from cheatsheet.page import SourceError, load, read
from cheatsheet.run.records import (
    Run,
    count_passed,
    keys,
    read_records,
    write_record,
)
from tests.faults.records import FILE, rewritten
from tests.run.planted import ROOT, fence, plant, run_pytest

PAGE = (
    "# Page { #page }\n\n"
    + fence("from snippets.gpu_device import try_gpu")
    + "## Numbers { #numbers }\n\n"
    + fence("1 + 1", "2")
    + fence("1 + 1", "3")
)


IN_WORKFLOW = {
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REPOSITORY": "owner/cheatsheet",
    "GITHUB_RUN_ID": "77",
}
WORKFLOW = "https://github.com/owner/cheatsheet/actions/runs/77"
SAME = '```python\n1\n```\n\n```text title="CPU"\n1\n```\n'


@pytest.fixture(scope="module")
def recorded(tmp_path_factory) -> tuple[Path, Run]:
    """A project with a page, and the record of a run over it on a bare machine."""
    pages = {"en/page": PAGE, "emulated/same": SAME}
    root = plant(tmp_path_factory.mktemp("project"), pages)
    record = ("--record", "docs/runs/cpu.json")
    done = run_pytest(root, "docs/en", *record, bare=True, **IN_WORKFLOW)
    assert done.returncode == 1  # the last fence is wrong
    assert "recorded in docs/runs/cpu.json" in done.stdout
    return root, read_records(root / "docs/runs", root)["cpu"]


def test_what_is_recorded(recorded):
    _, run = recorded
    assert run.device.kind == "cpu"
    assert run.commit is run.dirty is None  # no git there
    assert run.workflow == WORKFLOW
    blocks = [(b.page, b.line, b.id, b.result, b.output is None) for b in run.blocks]
    assert blocks == [
        ("docs/en/page.md", 3, "page", "passed", True),
        ("docs/en/page.md", 9, "numbers", "passed", False),
        ("docs/en/page.md", 17, "numbers", "failed", False),
    ]
    assert all(block.seconds > 0 for block in run.blocks)


def test_what_is_written_is_what_is_read(recorded, tmp_path):
    root, run = recorded
    write_record(tmp_path / "cpu.json", run)
    assert (tmp_path / "cpu.json").read_bytes() == (root / "docs/runs/cpu.json").read_bytes()
    assert read_records(tmp_path, tmp_path) == {"cpu": run}


# What changes, how many examples there are then, and how many of them are still those
# that ran and passed: two of three, for the last one failed.
CHANGES = {
    "nothing": (lambda page: page, 3, 2),
    "lines": (lambda page: "More.\n\n" + page, 3, 2),
    "order": (lambda page: page.replace("## Numbers { #numbers }\n\n", ""), 3, 2),
    "code": (
        lambda page: page.replace("1 + 1\n```\n\n```text\n2", "2\n```\n\n```text\n2"),
        3,
        1,
    ),
    "comment": (lambda page: page.replace("try_gpu", "try_gpu  # a comment"), 3, 1),
    "output": (lambda page: page.replace("\n2\n", "\n2.0\n"), 3, 1),
    "what failed": (lambda page: page.replace("\n3\n", "\n4\n"), 3, 2),
    "a block more": (lambda page: page + fence("1 + 1", "2"), 4, 2),
    "a block less": (lambda page: page.partition("## ")[0], 1, 1),
}


@pytest.mark.parametrize("change", CHANGES)
def test_which_blocks_still_are_the_ones_that_passed(recorded, change):
    root, run = recorded
    make, total, passed = CHANGES[change]
    page = read(Path("docs/en/page.md"), make(PAGE))
    assert count_passed(page, run, root) == (total, passed)


def test_nothing_passed_on_another_page_or_where_no_run_was(recorded):
    root, run = recorded
    assert count_passed(read(Path("docs/en/other.md"), PAGE), run, root) == (3, 0)
    assert count_passed(read(Path("docs/en/page.md"), PAGE), None, root) == (3, 0)


def test_a_changed_definition_has_not_run(recorded):
    root, run = recorded
    file = root / "snippets/gpu_device.py"
    text = file.read_text(encoding="utf-8")
    file.write_text(text + "\n# changed\n", encoding="utf-8")
    counts = count_passed(load(root, "docs/en/page.md"), run, root)
    file.write_text(text, encoding="utf-8")
    assert counts == (3, 1)


def test_a_gpu_output_does_not_touch_the_record_of_the_cpu():
    both = SAME + '\n```text title="GPU"\n2\n```\n'
    cpu = [keys(read(Path("page.md"), text), "cpu", ROOT) for text in (SAME, both)]
    gpu = [keys(read(Path("page.md"), text), "cuda", ROOT) for text in (SAME, both)]
    assert cpu[0] == cpu[1]
    assert gpu[0] != gpu[1]


def git(folder: Path, *arguments: str) -> str:
    who = ("-c", "user.name=x", "-c", "user.email=x@example.org")
    day = {f"GIT_{one}_DATE": "2026-02-03T04:05:06Z" for one in ("AUTHOR", "COMMITTER")}
    done = subprocess.run(
        ["git", *who, *arguments],
        cwd=folder,
        env=os.environ | day,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


@pytest.fixture
def history(tmp_path) -> Path:
    """A project with two commits, and one of another branch."""
    folder = tmp_path / "history"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "commit", "--quiet", "--allow-empty", "-m", "first")
    git(folder, "checkout", "--quiet", "-b", "other")
    git(folder, "commit", "--quiet", "--allow-empty", "-m", "other")
    git(folder, "checkout", "--quiet", "main")
    git(folder, "commit", "--quiet", "--allow-empty", "-m", "second")
    return folder


def runs_of(root: Path, **changes) -> dict[str, Run]:
    (root / "cpu.json").write_text(rewritten(**changes), encoding="utf-8")
    return read_records(root, root)


def test_a_record_of_a_commit_before_is_taken(history):
    for commit in ("HEAD", "HEAD~1"):
        assert runs_of(history, commit=git(history, "rev-parse", commit))["cpu"]
    assert runs_of(history, commit=None, dirty=None)["cpu"]


@pytest.mark.parametrize("commit", ["0" * 40, "other"])
def test_a_commit_that_is_not_in_the_history_is_named(history, commit):
    commit = git(history, "rev-parse", commit)
    with pytest.raises(SourceError, match=rf"^cpu\.json:1: .* commit: {commit} is not in the hi"):
        runs_of(history, commit=commit)


def test_a_run_before_its_commit_is_named(history):
    commit = git(history, "rev-parse", "HEAD")
    assert runs_of(history, commit=commit, time="2026-02-03T04:05:06+00:00")
    with pytest.raises(
        SourceError, match=r"^cpu\.json:1: .*05:05\+00:00 is before its commit, 2026"
    ):
        runs_of(history, commit=commit, time="2026-02-03T04:05:05+00:00")


def test_what_no_history_tells_is_not_asked(history, tmp_path):
    """A checkout without history, as that of a job, and a folder within another repository."""
    git(tmp_path, "clone", "--quiet", "--depth=1", history.as_uri(), "shallow")
    assert runs_of(tmp_path / "shallow", commit="0" * 40)
    (history / "inside").mkdir()
    assert runs_of(history / "inside", commit="0" * 40)


def test_a_record_that_is_no_text_is_named(tmp_path):
    (tmp_path / "cpu.json").write_bytes(b"{\xff")
    with pytest.raises(SourceError, match=r"^cpu\.json:1: this is no .*can't decode.*; record"):
        read_records(tmp_path, tmp_path)


def test_a_run_of_nothing_records_nothing(recorded):
    root, _ = recorded
    done = run_pytest(root, "docs", "-k", "nothing", "--record", "x.json")
    assert done.returncode != 0
    assert "--record x.json: nothing ran, and nothing was written" in done.stderr
    assert not (root / "x.json").exists()


def test_an_emulated_run_says_so_in_its_record(recorded):
    """And an accelerator must make a titled output another one."""
    root, _ = recorded
    record = ["--device", "emulated", "--record", "docs/runs/emulated.json"]
    done = run_pytest(root, "docs", *record)
    run = read_records(root / "docs/runs", root)["emulated"]
    (root / "docs/runs/emulated.json").unlink()
    assert run.device.kind == "emulated"
    assert "no GPU" in run.device.name
    assert "fences run on an emulated accelerator, no GPU: 4" in done.stdout
    assert "docs/emulated/same.md:5: this output is titled CPU, and an acc" in done.stdout


def test_the_records_of_the_repository_are_of_its_pages():
    """They may be older than a page, which then says so; they are of real runs."""
    runs = read_records(ROOT / "docs/runs", ROOT)
    assert "cpu" in runs
    paths = [path.relative_to(ROOT) for path in (ROOT / "docs").rglob("*.md")]
    shown = {path.as_posix() for path in paths if load(ROOT, path).examples}
    for run in runs.values():
        assert len({block.page for block in run.blocks} & shown) >= 30


def test_an_old_record_is_written_as_it_was(tmp_path):
    """The form of the file stays, to the letter: schema 2, its order, its digest."""
    run = read_records(FILE.parent, ROOT)["cpu"]
    write_record(tmp_path / "cpu.json", run)
    assert (tmp_path / "cpu.json").read_bytes() == FILE.read_bytes()
    write_record(tmp_path / "cpu.json", replace(run, dirty=not run.dirty))
    assert (tmp_path / "cpu.json").read_bytes() != FILE.read_bytes()
