"""What takes long to make is made once, whichever worker wants it first."""

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest


def share(tmp_path_factory, name: str, make: Callable[[Path], None]) -> Path:
    """The folder of that name, which `make` filled, here or in another worker.

    What `make` fails with fails each test that asks.
    """
    base = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent  # a worker's own folder lies in that of the run
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
