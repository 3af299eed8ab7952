"""A function in a process of its own, which stays."""

import os
import subprocess
import sys
import time

import pytest

from cheatsheet.beside import Beside

SEEN = []


def remember(folder, text: str) -> None:
    """Write down what this process has been asked so far."""
    SEEN.append(text)
    folder.mkdir(exist_ok=True)
    (folder / "seen.txt").write_text(f"{os.getpid()} {' '.join(SEEN)}", encoding="utf-8")


def fail(_folder, how: str) -> None:
    if how == "ends":
        os._exit(3)
    raise {"raises": ValueError("no such thing"), "exits": SystemExit(2), "silent": OSError()}[how]


@pytest.fixture
def beside():
    """Make one of a function; its process ends at the end."""
    made = []
    yield lambda function: made.append(Beside(function)) or made[-1]
    for other in made:
        if other._connection:
            other._connection.close()
        other._temporary.cleanup()


def test_it_stays_and_remembers(beside):
    other = beside(remember)
    for text in ("one", "two"):
        other.start(text)
        assert other.wait() == ""
    process, *seen = (other.folder / "seen.txt").read_text(encoding="utf-8").split()
    assert int(process) != os.getpid()
    assert (seen, SEEN) == (["one", "two"], [])


def test_a_call_that_nobody_waits_for_ends_before_the_next(beside):
    other = beside(remember)
    other.start("given up")
    other.start("asked for")
    assert other.wait() == ""
    assert (other.folder / "seen.txt").read_text("utf-8").endswith(" given up asked for")
    assert other.wait() == "", "nothing was begun"


@pytest.mark.parametrize(
    ("how", "words"),
    [("raises", "no such thing"), ("exits", "2"), ("silent", "OSError")],
)
def test_what_goes_wrong_is_told_and_the_process_stays(beside, how, words):
    other = beside(fail)
    for _ in range(2):
        other.start(how)
        assert other.wait() == words


def test_a_process_that_ends_is_told_and_made_anew(beside):
    other = beside(fail)
    for _ in range(2):
        other.start("ends")
        assert other.wait() == "its process ended"


def test_without_fork_it_runs_here(beside, monkeypatch):
    monkeypatch.setattr("multiprocessing.get_all_start_methods", lambda: ["spawn"])
    monkeypatch.setattr(sys.modules[__name__], "SEEN", [])
    other = beside(remember)
    other.start("here")
    assert SEEN == []  # not yet: the caller goes on first
    assert other.wait() == ""
    assert SEEN == ["here"]


def test_it_ends_with_the_first_process(tmp_path):
    """Also where that one is killed, and can end nothing by itself."""
    code = "import os, sys; from tests.test_beside import *; other = Beside(remember)\n"
    code += "other.start('x'); other.wait()\n"
    code += "print((other.folder / 'seen.txt').read_text('utf-8').split()[0], flush=True)\n"
    code += "os.kill(os.getpid(), 9)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == -9
    end = time.monotonic() + 20
    while time.monotonic() < end and _runs(int(done.stdout)):
        time.sleep(0.05)
    assert not _runs(int(done.stdout))


def _runs(process: int) -> bool:
    try:
        with open(f"/proc/{process}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
