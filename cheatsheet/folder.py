"""The folder of a built site: one build at a time writes it, and seals it by a manifest."""

import json
import os
from collections.abc import Iterable
from contextlib import suppress
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from cheatsheet.run.records import FOLDER as RUNS

SOURCES = ("docs/**/*", "snippets/**/*", "cheatsheet/**/*", "mkdocs*.yml", "hooks.py")
CACHES = {"__pycache__", ".ruff_cache"}  # no sources


@lru_cache  # under `mkdocs serve` a process builds into one folder again and again
def hold(site: Path) -> None:
    """Keep other processes that build into this folder waiting until this one ends.

    Where folders cannot be locked, as on Windows and on some network drives, nobody waits.
    """
    site.mkdir(parents=True, exist_ok=True)
    with suppress(ImportError, OSError):
        import fcntl

        fcntl.flock(os.open(site, os.O_RDONLY), fcntl.LOCK_EX)


def seal(root: Path, site: Path) -> None:
    """Write manifest.json: the SHA-256 of every source, and of every other file of a site.

    By these, who publishes knows what the site was built of, and that it is what was tested.
    The recorded runs are no source: they are in the site themselves.
    """
    made_of = {path for form in SOURCES for path in root.glob(form) if not CACHES & {*path.parts}}
    made_of -= {*root.glob(f"{RUNS}/*")}
    content = {"sources": _digests(root, made_of), "files": _digests(site, site.rglob("*"))}
    text = json.dumps(content, ensure_ascii=False, indent=0, sort_keys=True)
    (site / "manifest.json").write_text(text + "\n", encoding="utf-8")


def _digests(folder: Path, paths: Iterable[Path]) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in paths
        if path.is_file()
    }
