"""The site is built from anywhere, by anyone, and one commit gives the same bytes."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.site.conftest import ADDRESS, built_here, chromium
from tests.site.project import PROGRAM, ROOT, SOURCES, copy_project, environment

OTHER = "https://cheatsheet.example/"
ODD = "用户 的 folder"
NOBODY = 65534


def mkdocs(*arguments: str, cwd: Path, before: tuple = (), **settings) -> None:
    """A build that goes through, without a warning."""
    done = subprocess.run(
        [*before, sys.executable, "-m", "mkdocs", "build", "--strict", *arguments],
        cwd=cwd,
        env=environment(**settings),
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "WARNING" not in done.stderr, done.stderr


def files_in(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_another_folder_another_locale_and_no_home_give_the_same_bytes(tmp_path_factory, tmp_path):
    """Built twice: here, and as strangely as can be, by a relative path."""
    project = copy_project(tmp_path / ODD / "the project", program=True)
    out, elsewhere = tmp_path / ODD / "out", tmp_path / "elsewhere"
    elsewhere.mkdir()
    mkdocs(
        *("-f", f"../{ODD}/the project/mkdocs.yml", "-d", str(out)),
        cwd=elsewhere,
        SITE_URL=ADDRESS,
        CHEATSHEET_PDF="1" if chromium() else "",
        **dict.fromkeys(("HOME", "LANG", "PYTHONUTF8", "PYTHONIOENCODING")),
        LC_ALL="C",
    )
    ours, theirs = files_in(built_here(tmp_path_factory)), files_in(out)
    assert theirs.keys() == ours.keys()
    assert {"sitemap.xml.gz", "zh/sitemap.xml.gz"} <= ours.keys()
    assert [name for name in ours if ours[name] != theirs[name]] == []
    assert list(elsewhere.iterdir()) == []
    made = {path.name for path in project.iterdir()}
    assert made == {*SOURCES, *PROGRAM, ".cache"}, "a build leaves something behind"


@pytest.fixture
def built_first(tmp_path_factory) -> Path:
    """The site built here: then the runs of its labs are kept."""
    return built_here(tmp_path_factory)


@pytest.fixture
def read_only(built_first):
    """A checkout that its reader cannot write to, where anybody may read it."""
    folder = Path(tempfile.mkdtemp(prefix="read-only-"))
    project = copy_project(folder / "project", program=True)
    (project / ".cache").unlink()
    shutil.copytree(ROOT / ".cache/labs", project / ".cache/labs")
    for kept in sorted((project / ".cache/labs").iterdir()):
        if "linspace" in kept.read_text(encoding="utf-8"):
            kept.unlink()  # this lab runs anew, and cannot be kept
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


def test_a_checkout_that_cannot_be_written_for_a_site_of_another_address(built_first, read_only):
    """By an absolute path. The address alone decides where the site lives: its head
    names absolute addresses, everything else is relative."""
    before, out = unable_to_write(read_only / "project"), read_only / "out"
    touch = [*before, "touch", str(read_only / "project/docs/en/new.md")]
    assert subprocess.run(touch, capture_output=True).returncode
    mkdocs(
        *("-f", str(read_only / "project/mkdocs.yml"), "-d", str(out / "site")),
        cwd=out,
        before=before,
        SITE_URL=OTHER,
        CHEATSHEET_PDF="",
        HOME="/nonexistent",
    )
    for page in ("define-network/index.html", "zh/gpu-info/index.html"):
        html = (built_first / page).read_text(encoding="utf-8")
        theirs = (out / "site" / page).read_text(encoding="utf-8")
        # Where a mistake is reported, the address stands within another one.
        html = html.replace(quote(ADDRESS), quote(OTHER))
        assert theirs == html.replace(ADDRESS, OTHER)
    html = (out / "site/404.html").read_text(encoding="utf-8")
    assert 'href="/assets/' in html
    lab = out / "site/labs/custom-distribution/index.html"
    assert "<svg" in lab.read_text(encoding="utf-8").partition("<article")[2]
    assert ROOT.as_posix() not in html
