"""Ruff, over the files of a folder: it sorts, drops, formats and finds."""

import subprocess

from ruff import find_ruff_bin


def ruff(folder: str, *arguments: str) -> str:
    """What one run of ruff in a folder prints, with its default settings.

    Raises:
        RuntimeError: ruff itself failed, in its words; findings are no failure.
    """
    command = [find_ruff_bin(), *arguments, "--isolated", "--no-cache", "."]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode > 1:  # 1: it found something
        raise RuntimeError(done.stderr)
    return done.stdout
