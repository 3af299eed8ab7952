"""The other shell steps, run as they are written."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.github.conftest import run, script
from tests.github.flows import ACTION, FOLDER, ROOT, read

DATE = "2026-02-03T04:05:06Z"
COMMIT = "git init -q && git commit -q --allow-empty -m x"
WHO = {
    "GIT_AUTHOR_NAME": "x",
    "GIT_AUTHOR_EMAIL": "x@example.org",
    "GIT_COMMITTER_NAME": "x",
    "GIT_COMMITTER_EMAIL": "x@example.org",
    "GIT_AUTHOR_DATE": DATE,
    "GIT_COMMITTER_DATE": DATE,
}


BUILD = script("build", "Build both languages")


@pytest.fixture
def small(tmp_path, environment):
    """A commit of one page and of what the site's own configuration says of addresses.

    What the whole site makes of the addresses is for tests/site: it builds it by the
    same command.
    """
    settings = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    addresses = re.findall(r"^(?:site|repo)_url: .*\n", settings, re.M)
    assert len(addresses) == 2
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "page.md").write_text("[index](index.md)", encoding="utf-8")
    (tmp_path / "docs" / "index.md").touch()
    (tmp_path / "mkdocs.yml").write_text("site_name: x\n" + "".join(addresses))
    (tmp_path / ".venv").symlink_to(sys.prefix)
    assert run(COMMIT, tmp_path, environment | WHO).returncode == 0
    return tmp_path


def test_the_build_step_builds_the_site_that_is_published(small, environment):
    done = run(BUILD, small, environment)
    assert done.returncode == 0, done.stdout + done.stderr
    address = "https://owner.github.io/cheatsheet/"
    with open(environment["GITHUB_OUTPUT"], encoding="utf-8") as output:
        assert output.read() == f"url={address}\n"
    page = (small / "site" / "page" / "index.html").read_text(encoding="utf-8")
    assert f'<link rel="canonical" href="{address}page/">' in page
    assert 'href="https://github.com/Owner/cheatsheet/edit/' in page
    # The date of the commit, so that the same commit gives the same site.
    sitemap = (small / "site" / "sitemap.xml").read_text(encoding="utf-8")
    assert set(re.findall(r"<lastmod>(.*)</lastmod>", sitemap)) == {DATE[:10]}


def test_an_address_that_is_set_is_the_site_s(small, environment):
    address = "https://example.org/"
    done = run(BUILD, small, environment | {"ADDRESS": address})
    assert done.returncode == 0, done.stdout + done.stderr
    page = (small / "site" / "page" / "index.html").read_text(encoding="utf-8")
    assert f'<link rel="canonical" href="{address}page/">' in page


def test_a_warning_stops_the_build_step(small, environment):
    (small / "docs" / "index.md").unlink()
    done = run(BUILD, small, environment)
    assert done.returncode != 0
    assert "index.md" in done.stderr
    with open(environment["GITHUB_OUTPUT"], encoding="utf-8") as output:
        assert output.read() == ""


LOOK = script("gpu-runner", "Look for the repository variable GPU_RUNNER")


def test_without_a_gpu_runner_the_run_fails_and_says_what_to_set(tmp_path, environment):
    done = run(LOOK, tmp_path, environment | {"GPU_RUNNER": ""})
    assert done.returncode == 1
    [line] = done.stdout.splitlines()
    assert line.startswith("::error::Nothing is published")
    assert "Set the repository variable GPU_RUNNER" in line


def test_a_gpu_runner_of_any_name_is_taken(tmp_path, environment):
    name = "gpu; exit 1 $(exit 1)"
    assert run(LOOK, tmp_path, environment | {"GPU_RUNNER": name}).returncode == 0


FENCES = script("outputs", "Run the fences", "weekly.yml")


@pytest.mark.parametrize(("status", "passes"), [(0, True), (1, True), (2, False)])
def test_the_weekly_run_goes_on_where_a_fence_failed(tmp_path, environment, status, passes):
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(
        f'#!/bin/sh\n[ "$2" = pytest ] && echo F && exit {status}\necho 2.16.0.dev20261120+cpu\n',
        encoding="utf-8",
    )
    python.chmod(0o755)
    done = run(FENCES, tmp_path, environment)
    assert (done.returncode == 0) is passes, done.stdout + done.stderr
    assert (tmp_path / "outputs/torch.txt").read_text() == "2.16.0.dev20261120+cpu\n"
    # Kept for the report, and in the log, which is where the report sends the reader.
    assert (tmp_path / "outputs/fences.txt").read_text() == done.stdout == "F\n"


def test_the_matrix_names_torch_that_the_tool_knows(tmp_path, environment):
    """Each is installed without a download: pip only says what it was asked for."""
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\necho "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    (tmp_path / ".github").symlink_to(ROOT / ".github")
    page = (ROOT / "docs/en/index.md").read_text(encoding="utf-8")
    [oldest] = re.findall(r'torch\.__version__ >= "([\d.]+)"', page)
    wanted = {
        "oldest": rf"cpu torch=={re.escape(oldest)}\.\d$",
        "newest": "whl/cpu torch$",
        "nightly": "--pre .*nightly/cpu torch$",
    }
    step = script("cpu", "Replace torch")
    assert step == script("outputs", "Replace torch", "weekly.yml")
    for name, pattern in wanted.items():
        done = run(step, tmp_path, environment | {"TORCH": name})
        assert re.search(rf"install --isolated .*{pattern}", done.stdout.strip()), done.stdout
    assert run(step, tmp_path, environment | {"TORCH": "x"}).returncode == 2


# The other steps of the weekly job, and the commands that each must come to. `python -m` finds a
# stand-in in the folder first: one that says what it was asked, and fails where it is to.
STAND_IN = """\
import os, sys
from pathlib import Path
asked = " ".join([Path(sys.argv[0]).absolute().relative_to(Path.cwd()).as_posix(), *sys.argv[1:]])
print(asked, flush=True)
assert Path.cwd() in map(Path.absolute, map(Path, sys.path)), "the program cannot be imported"
if asked == "venv.py .zensical":
    Path(".zensical/bin").mkdir(parents=True)
    Path(".zensical/bin/python").symlink_to(sys.executable)
sys.exit(3 * (asked == os.environ["FAILS"]))
"""
WEEKLY = {
    ("zensical", "Install Zensical"): [
        "venv.py .zensical",
        "pip.py install --isolated --require-hashes -r .github/requirements.zensical.lock",
    ],
    ("zensical", "Compare its site with that of MkDocs"): [
        "mkdocs.py build --strict --site-dir site",
        ".github/scripts/zensical.py site .zensical/bin/zensical",
    ],
    ("faults", "Plant every fault, and look for the check that finds it"): [
        "tests/faults/__main__.py"
    ],
    ("mutation", "Change the snippets, and let their tests find it"): [
        "tests/mutation/__main__.py"
    ],
}


@pytest.mark.parametrize(("job", "name"), WEEKLY)
def test_a_weekly_step_stops_at_the_first_failure(tmp_path, environment, job, name):
    commands = WEEKLY[job, name]
    files = {one for line in commands for one in re.findall(r"(?:\.github|tests)/\S+", line)}
    assert all((ROOT / file).is_file() for file in files)
    for fails in ("", *commands):
        folder = tmp_path / str(commands.index(fails) if fails else "all")
        for file in (*files, "venv.py", "pip.py", "mkdocs.py"):
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).write_text(STAND_IN, encoding="utf-8")
        (folder / ".venv").symlink_to(sys.prefix)
        path = f"{Path(sys.executable).parent}:{environment['PATH']}"
        done = run(
            script(job, name, "weekly.yml"), folder, environment | {"FAILS": fails, "PATH": path}
        )
        last = commands.index(fails) + 1 if fails else None
        assert done.stdout.splitlines() == commands[:last], done.stderr
        assert done.returncode == (3 if fails else 0)


def test_every_weekly_step_has_been_run_so():
    jobs = read(FOLDER / "weekly.yml")["jobs"]
    steps = {(job, step["name"]) for job in jobs for step in jobs[job]["steps"] if "run" in step}
    # The first three: above, and in test_propose_outputs.py; the scripts have tests of their own.
    others = {
        ("outputs", name) for name in ("Replace torch", "Run the fences", "Show what it prints")
    }
    others |= {
        ("report", "Open or update the issues"),
        ("propose", "Open or update the pull request"),
    }
    assert steps == WEEKLY.keys() | others


def test_every_package_is_checked_by_its_hash():
    lines = read(ACTION)["runs"]["steps"][1]["run"]
    installs = re.findall(r"pip install.*", lines)
    assert installs == ['pip install --isolated --require-hashes -r "$LOCK"']


@pytest.mark.parametrize("file", sorted(ROOT.glob(".github/scripts/*.sh")), ids=lambda f: f.name)
def test_shell_scripts_stop_at_the_first_failure(file):
    assert "\nset -euo pipefail\n" in file.read_text(encoding="utf-8")
    assert file.stat().st_mode & 0o111
    subprocess.run(["bash", "-n", file], check=True)
