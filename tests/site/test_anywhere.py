"""The site is built from anywhere, by anyone, and one commit gives the same bytes.

Few pages show it: a lab and the sheet are among them. What keeps each written file whole:
tests/test_reader.py.
"""

import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.site.conftest import ADDRESS, chromium
from tests.site.project import PROGRAM, ROOT, SOURCES, copy_project, environment

NAMES = ("index", "define-network", "labs/custom-distribution")
OTHER = "https://cheatsheet.example/"
ODD = "用户 的 folder"
NOBODY = 65534
MKDOCS = (sys.executable, "-m", "mkdocs", "build", "--strict")
NOWHERE = "/dev/null/home"  # not even root can make it
# A reader who has set nothing, on the other side of the day.
STRANGE = dict.fromkeys(("HOME", "LANG", "PYTHONUTF8", "PYTHONIOENCODING"))
STRANGE |= {"LC_ALL": "C", "TZ": "Pacific/Kiritimati"}


def run(*command: str, cwd: Path, limit: int = 0, **settings) -> subprocess.CompletedProcess:
    """Run a command to its end; `limit` is how large a file can get, as on a full disk."""
    sizes = (limit, resource.RLIM_INFINITY)
    return subprocess.run(
        command,
        cwd=cwd,
        env=environment(**settings),
        capture_output=True,
        text=True,
        timeout=300,
        preexec_fn=(lambda: resource.setrlimit(resource.RLIMIT_FSIZE, sizes)) if limit else None,
    )


def check(done: subprocess.CompletedProcess) -> None:
    """It went through, without a warning."""
    assert done.returncode == 0, done.stdout + done.stderr
    assert "WARNING" not in done.stderr, done.stderr


def files_in(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    return copy_project(tmp_path_factory.mktemp("project"), *NAMES, program=True)


@pytest.fixture(scope="module")
def plain(project) -> Path:
    """The site as it is built in its checkout."""
    pdf = "1" if chromium() else ""
    check(run(*MKDOCS, cwd=project, SITE_URL=ADDRESS, CHEATSHEET_PDF=pdf))
    return project / "site"


def use_windows_line_ends(project: Path) -> None:
    for path in project.rglob("*.*"):
        if path.suffix in (".md", ".yml", ".po", ".json") or path.match("snippets/*.py"):
            path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))


def wait_until(true, what: str) -> None:
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end, what
        time.sleep(0.02)


def waits_for_a_lock(process: subprocess.Popen) -> bool:
    locks = Path("/proc/locks").read_text(encoding="utf-8").splitlines()
    return any("->" in line and f" {process.pid} " in line for line in locks)


def test_strange_surroundings_give_the_same_bytes(plain, tmp_path):
    """By a relative path, from another folder, of files with Windows line ends; at the same
    time as another build into the same folder, which is killed while it writes."""
    checkout, out = tmp_path / ODD / "the project", tmp_path / ODD / "out"
    copy_project(checkout, *NAMES, program=True)
    use_windows_line_ends(checkout)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    command = [*MKDOCS, "-f", f"../{ODD}/the project/mkdocs.yml", "-d", str(out)]
    own = {"SITE_URL": ADDRESS, "CHEATSHEET_PDF": "1" if chromium() else ""} | STRANGE
    options = {"cwd": elsewhere, "env": environment(**own), "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **options) as first:
        wait_until(lambda: list(out.glob("**/*.html")) or first.poll(), "nothing is built")
        first.send_signal(signal.SIGSTOP)
        with subprocess.Popen(command, **options) as second:
            wait_until(lambda: waits_for_a_lock(second) or second.poll() is not None, "no lock")
            waited = second.poll() is None
            first.kill()
            _, said = second.communicate(timeout=300)
    assert waited, said
    assert second.returncode == 0 and "WARNING" not in said, said
    ours, theirs = files_in(plain), files_in(out)
    assert theirs.keys() == ours.keys()
    assert {"sitemap.xml.gz", "zh/sitemap.xml.gz"} <= ours.keys()
    # The manifest says what the sources were, to the byte.
    assert [name for name in ours if ours[name] != theirs[name]] == ["manifest.json"]
    assert list(elsewhere.iterdir()) == []
    made = {path.name for path in checkout.iterdir()}
    assert made == {*SOURCES, *PROGRAM, ".cache"}, "a build leaves something behind"


@pytest.fixture
def read_only():
    """A checkout that its reader cannot write to, where anybody may read it."""
    folder = Path(tempfile.mkdtemp(prefix="read-only-"))
    project = copy_project(folder / "project", *NAMES, program=True)
    (project / ".cache").unlink()  # the lab runs anew, and its run cannot be kept
    for name in ("conftest.py", "pyproject.toml"):
        shutil.copy(ROOT / name, project)
    for path in (project, *project.rglob("*")):
        path.chmod(path.stat().st_mode & 0o555 | 0o444)
    folder.chmod(0o755)
    (folder / "out").mkdir()
    (folder / "out").chmod(0o777)
    yield folder
    for path in (project, *project.rglob("*")):
        if path.is_dir():
            path.chmod(0o755)
    shutil.rmtree(folder)


def unable_to_write(folder: Path) -> tuple[str, ...]:
    """What lets a command see a folder that it cannot write to.

    Permissions do not bind root. It gets a file system that is read-only there, or,
    where it may not mount, gives up its rights, if anybody may read Python.
    """
    if os.getuid():
        return ()
    mount = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"'
    nobody = f"setpriv --reuid={NOBODY} --regid={NOBODY} --clear-groups".split()
    for before in (["unshare", "-m", "sh", "-c", mount, str(folder)], nobody):
        command = [*before, sys.executable, "-c", "import mkdocs"]
        if shutil.which(before[0]) and not subprocess.run(command).returncode:
            return tuple(before)
    reason = "root can write anywhere, and may neither mount nor run Python as another"
    return (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)


def test_a_checkout_that_cannot_be_written_for_a_site_of_another_address(plain, read_only):
    """By an absolute path, without a home. The address alone decides where the site lives:
    its head names absolute addresses, everything else is relative."""
    project, out = read_only / "project", read_only / "out"
    before = unable_to_write(project)
    touch = [*before, "touch", str(project / "docs/en/new.md")]
    assert subprocess.run(touch, capture_output=True).returncode
    own = {"SITE_URL": OTHER, "CHEATSHEET_PDF": "", "HOME": NOWHERE}
    command = [*before, *MKDOCS, "-f", str(project / "mkdocs.yml")]
    check(run(*command, "-d", str(out / "site"), cwd=out, **own))
    lab = "labs/custom-distribution"
    files = ("define-network/index.html", "zh/define-network/index.html")
    # It ran once more here, and the notebook of that run is the same.
    files += (f"{lab}/index.html", f"zh/{lab}/custom-distribution.ipynb")
    for page in files:
        html = (plain / page).read_text(encoding="utf-8")
        theirs = (out / "site" / page).read_text(encoding="utf-8")
        # Where a mistake is reported, the address stands within another one.
        html = html.replace(quote(ADDRESS), quote(OTHER))
        assert theirs == html.replace(ADDRESS, OTHER)
    html = (out / "site/404.html").read_text(encoding="utf-8")
    assert 'href="/assets/' in html
    drawn = (out / f"site/{lab}/index.html").read_text(encoding="utf-8")
    assert "<svg" in drawn.partition("<article")[2]
    assert ROOT.as_posix() not in html
    # Pytest cannot keep there what it would, and runs.
    pytest_there = [*before, sys.executable, "-m", "pytest", "-q", f"{project}/docs/en/index.md"]
    done = run(*pytest_there, "--rootdir", str(project), cwd=out, **own)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_full_disk_is_named(project, tmp_path):
    """No file can grow beyond 100 kB; a site has larger ones."""
    own = {"SITE_URL": ADDRESS, "CHEATSHEET_PDF": ""}
    done = run(*MKDOCS, "-d", str(tmp_path / "site"), cwd=project, limit=100_000, **own)
    assert done.returncode == 1
    said = done.stderr.partition("ERROR")[2]
    assert "File too large" in said and "Traceback" not in said, done.stderr
    assert not (tmp_path / "site/manifest.json").exists(), "it says that the site is whole"
