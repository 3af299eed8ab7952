"""What takes long to make is made once, whichever worker wants it first."""

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest


class Known:
    """What was looked at in this run, in any worker: lines of a file."""

    def __init__(self, tmp_path_factory, name: str):
        self.file = _base(tmp_path_factory) / name

    def new(self, found: list[str]) -> list[str]:
        """Those of `found` that nobody has added yet."""
        known = set(self.file.read_text("utf-8").split("\n")) if self.file.exists() else set()
        return sorted({*found} - known)

    def add(self, found: list[str]) -> None:
        with self.file.open("a", encoding="utf-8") as file:
            file.write("".join(f"{one}\n" for one in found))


def _base(tmp_path_factory) -> Path:
    """The folder of this run."""
    base = tmp_path_factory.getbasetemp()
    # A worker's own folder lies in it.
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


def share(tmp_path_factory, name: str, make: Callable[[Path], None]) -> Path:
    """The folder of that name, which `make` filled, here or in another worker.

    What `make` fails with fails each test that asks.
    """
    base = _base(tmp_path_factory)
    folder, done = base / name, base / f"{name}.done"
    with (base / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            try:
                make(folder)
                done.touch()
            except BaseException as error:
                done.write_text(f"{type(error).__name__}: {error}", encoding="utf-8")
    if problem := done.read_text(encoding="utf-8"):
        pytest.fail(f"{name} could not be made: {problem}")
    return folder
