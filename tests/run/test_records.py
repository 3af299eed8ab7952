"""`--record`: what a run writes, and what of it holds when a page changes."""

import os
import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from cheatsheet.page import load, read
from cheatsheet.run.records import Run, Unsupported, read_records, results, write_record
from cheatsheet.source import SourceError
from tests.faults.records import FILE, rewritten
from tests.run.planted import ROOT, emulates, fence, plant, run_pytest

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
    root = plant(tmp_path_factory.mktemp("project"), {"en/page": PAGE})
    done = run_pytest(root, "docs", "--record", bare=True, **IN_WORKFLOW)
    assert done.returncode == 1  # the last fence is wrong
    [(name, run)] = read_records(root / "docs/runs", root).items()
    assert re.fullmatch(r"torch-\d+\.\d+-cpu\.json", name)
    assert f"recorded in docs/runs/{name}" in done.stdout
    return root, run


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
    written = write_record(tmp_path, run)
    assert written.read_bytes() == (root / "docs/runs" / run.file).read_bytes()
    assert read_records(tmp_path, tmp_path) == {run.file: run}


def test_a_run_overwrites_that_of_its_release_and_device_alone(recorded, tmp_path):
    """And they are read in the order of the releases, 2.9 before 2.10."""
    _, run = recorded
    gpu = replace(run.device, kind="cuda", driver="580")
    others = [replace(run, torch=torch) for torch in ("2.10.0", "2.9.1+cpu", "2.9.0")]
    for one in (*others, replace(others[0], device=gpu)):
        write_record(tmp_path, one)
    found = read_records(tmp_path, tmp_path)
    assert [*found] == ["torch-2.9-cpu.json", "torch-2.10-cpu.json", "torch-2.10-cuda.json"]
    assert found["torch-2.9-cpu.json"].torch == "2.9.0"


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
    [gave] = results(page, [run], root)
    assert (len(gave), gave.count("passed")) == (total, passed)


def test_what_each_block_gave(recorded):
    """One that was written again, as it was, ran once."""
    root, run = recorded
    page = read(Path("docs/en/page.md"), PAGE + fence("1 + 1", "2"))
    assert [*results(page, [run], root)] == [["passed", "passed", "failed", ""]]
    assert [*results(read(Path("docs/en/other.md"), PAGE), [run], root)] == [["", "", ""]]


@pytest.mark.parametrize(
    ("title", "newer"),
    [("torch 2.99+", {"torch": "2.100.0"}), ("Python 3.99+", {"python": "3.100.0"})],
)
def test_an_output_of_a_later_release_is_that_of_its_own_runs_alone(recorded, title, newer):
    root, run = recorded
    later = fence("1 + 1", "2") + f'```text title="{title}"\n3\n```\n'
    page = read(Path("docs/en/page.md"), later)
    runs = [run, replace(run, **newer)]
    assert [*results(page, runs, root)] == [["passed"], ["failed"]]  # it gave 2


def test_a_changed_definition_has_not_run(recorded):
    root, run = recorded
    file = root / "snippets/gpu_device.py"
    text = file.read_text(encoding="utf-8")
    file.write_text(text + "\n# changed\n", encoding="utf-8")
    [gave] = results(load(root, "docs/en/page.md"), [run], root)
    file.write_text(text, encoding="utf-8")
    assert gave == ["", "passed", "failed"]


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
    (root / FILE.name).write_text(rewritten(**changes), encoding="utf-8")
    return read_records(root, root)


def test_a_record_of_a_commit_before_is_taken(history):
    for commit in ("HEAD", "HEAD~1"):
        assert runs_of(history, commit=git(history, "rev-parse", commit))


@pytest.mark.parametrize("commit", ["0" * 40, "other", None])
def test_a_commit_that_is_not_in_the_history_is_named(history, commit):
    commit = commit and git(history, "rev-parse", commit)
    with pytest.raises(SourceError, match=rf"^{FILE.name}:1: .* commit: {commit} is not in the hi"):
        runs_of(history, commit=commit)


def test_a_run_before_its_commit_is_named(history):
    commit = git(history, "rev-parse", "HEAD")
    assert runs_of(history, commit=commit, time="2026-02-03T04:05:06+00:00")
    with pytest.raises(
        SourceError, match=rf"^{FILE.name}:1: .*05:05\+00:00 is before its commit, 2026"
    ):
        runs_of(history, commit=commit, time="2026-02-03T04:05:05+00:00")


def test_a_workflow_of_another_repository_is_named(tmp_path, monkeypatch):
    for name, value in IN_WORKFLOW.items():
        monkeypatch.setenv(name, value)
    assert runs_of(tmp_path, workflow=WORKFLOW)
    for other in (WORKFLOW.replace("owner/", "other/"), WORKFLOW.replace("github", "evil")):
        with pytest.raises(SourceError, match=rf"^{FILE.name}:1: .* workflow: {other} is not of "):
            runs_of(tmp_path, workflow=other)


def test_what_no_history_tells_is_not_asked(history, tmp_path, monkeypatch):
    """A checkout without history, and a folder within another repository; CI has the history."""
    git(tmp_path, "clone", "--quiet", "--depth=1", history.as_uri(), "shallow")
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    assert runs_of(tmp_path / "shallow", commit="0" * 40)
    with pytest.raises(SourceError, match=rf"^{FILE.name}:1: .* commit: None is not in the hi"):
        runs_of(tmp_path / "shallow", commit=None)
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    with pytest.raises(SourceError, match=r"^docs/runs:1: .*is not here; fetch it: fetch-depth: 0"):
        runs_of(tmp_path / "shallow", commit="1" * 40)
    (history / "inside").mkdir()
    assert runs_of(history / "inside", commit="0" * 40)


def test_a_record_that_is_no_text_is_named(tmp_path):
    (tmp_path / "x.json").write_bytes(b"{\xff")
    with pytest.raises(SourceError, match=r"^x\.json:1: this is no .*can't decode.*; remove"):
        read_records(tmp_path, tmp_path)


def test_a_run_of_nothing_records_nothing(recorded):
    root, _ = recorded
    done = run_pytest(root, "docs", "-k", "nothing", "--record", "x")
    assert done.returncode != 0
    assert "--record x: nothing ran, and nothing was written" in done.stderr
    assert not (root / "x").exists()


PARTS = {  # what is selected, and whether a record of it may replace one of all pages
    "docs -k line:9 --record docs/../docs/runs": False,
    "docs/en/page.md --record part": True,
}


@pytest.mark.parametrize("selection", PARTS)
def test_a_part_of_the_pages_replaces_no_record_of_them_all(recorded, tmp_path, selection):
    root = plant(tmp_path, {"en/page": PAGE, "other/last": fence("1", "1")})
    whole = write_record(root / "docs/runs", recorded[1]).read_bytes()
    done = run_pytest(root, *selection.split())
    assert ("recorded in " in done.stdout) == PARTS[selection], done.stderr
    if not PARTS[selection]:
        assert done.returncode == 4
        where = r"docs/(en/page|other/last)\.md:\d+: this did not run, and nothing was written"
        assert re.search(rf"ERROR: --record docs/\S*runs: {where}; record all", done.stderr)
    kept = (root / "docs/runs" / recorded[1].file).read_bytes() == whole
    assert kept == (not PARTS[selection] or "part" in selection)


def test_a_torch_that_no_record_can_be_of_is_named(recorded, tmp_path):
    with pytest.raises(Unsupported, match=r"torch: 2\.99\.0a0 is no release"):
        write_record(tmp_path, replace(recorded[1], torch="2.99.0a0"))
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize("torch", ["2.9.0", "3.0.0"])
def test_a_release_that_is_not_the_next_is_unknown(recorded, tmp_path, torch):
    """Be it one that never was, or one whose record before it is lost."""
    for one in ("2.8.0", "2.9.0", "2.10.0", "3.0.1", "3.1.0"):
        write_record(tmp_path, replace(recorded[1], torch=one))
    assert len(read_records(tmp_path, tmp_path)) == 5
    (tmp_path / replace(recorded[1], torch=torch).file).unlink()
    old, new = {"2.9.0": ("2.8.0", "2.10.0"), "3.0.0": ("2.10.0", "3.1.0")}[torch]
    words = f"{replace(recorded[1], torch=new).file}:1: torch: {new} is unknown here, for the one "
    words += f"before is {old}; remove it, or record those between: with each, pytest docs --rec"
    with pytest.raises(SourceError, match=f"^{re.escape(words)}"):
        read_records(tmp_path, tmp_path)


@emulates
def test_an_emulated_run_says_so_in_its_record(recorded):
    """And an accelerator must make a titled output another one."""
    root, _ = recorded
    (root / "docs/emulated").mkdir()
    (root / "docs/emulated/same.md").write_text(SAME, encoding="utf-8")
    done = run_pytest(root, "docs", "--device", "emulated", "--record", "other")
    [run] = read_records(root / "other", root).values()
    assert run.device.kind == "emulated"
    assert "no GPU" in run.device.name
    assert "fences run on an emulated accelerator, no GPU: 4" in done.stdout
    assert "docs/emulated/same.md:5: this output is titled CPU, and an acc" in done.stdout


def test_the_records_of_the_repository_are_of_its_pages():
    """They may be older than a page, which then says so; they are of real runs."""
    runs = read_records(ROOT / "docs/runs", ROOT)
    paths = [path.relative_to(ROOT) for path in (ROOT / "docs").rglob("*.md")]
    shown = {path.as_posix() for path in paths if load(ROOT, path).examples}
    for run in runs.values():
        assert len({block.page for block in run.blocks} & shown) >= 30


def test_an_old_record_is_written_as_it_was(tmp_path):
    """The form of the file stays, to the letter: schema 2, its order, its digest."""
    run = read_records(FILE.parent, ROOT)[FILE.name]
    assert write_record(tmp_path, run).read_bytes() == FILE.read_bytes()
    assert write_record(tmp_path, replace(run, dirty=not run.dirty)).read_bytes() != (
        FILE.read_bytes()
    )
