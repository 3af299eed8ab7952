"""The commands of whoever writes or translates: `python -m cheatsheet --help`."""

import os
import subprocess
import sys
import time
from pathlib import Path

from cheatsheet.page import SourceError
from cheatsheet.words import catalog, reviewed, sync
from cheatsheet.words.languages import read_languages
from cheatsheet.words.text import write

USAGE = """\
python -m cheatsheet sync [--check]
    Fill the outputs of the English pages, carry code and outputs into the translated
    ones, bring the catalogs up to date, and list what a person must still write.
    --check changes nothing, runs no page, and fails when something is left.
python -m cheatsheet update
    Bring snippets/locales/*.po up to date with what snippets/ says.
python -m cheatsheet reviewed [PAGE[#SECTION] ...]
    Record that sections of a translated page say what the English ones say now;
    without arguments, list those that are out of date.
"""


def main(arguments: list[str]) -> int:
    """Run a command in the project that is the current folder; return its status."""
    name, *rest = arguments or ["--help"]
    unknown = name not in COMMANDS or (name == "update" and rest)
    if unknown or (name == "sync" and rest not in ([], ["--check"])):
        print(USAGE, end="", file=sys.stdout if name == "--help" else sys.stderr)
        return 0 if name == "--help" else 2
    try:
        return COMMANDS[name](Path.cwd(), rest)
    except SourceError as error:
        print(error, file=sys.stderr)
        return 1


def _update(root: Path, _: list[str]) -> int:
    for language in read_languages(root):
        if language.code:
            print(catalog.update(root, language))
    return 0


def _reviewed(root: Path, arguments: list[str]) -> int:
    if not arguments:
        languages = [one for one in read_languages(root) if one.code]
        found = [line for one in languages for line in reviewed.check(root, one)]
        print("\n\n".join(found) or "Every section is up to date.")
        return 1 if found else 0
    # All are looked up before the first is recorded.
    for target in [reviewed.find(root, argument) for argument in arguments]:
        print(reviewed.record(root, *target))
    return 0


def _sync(root: Path, arguments: list[str]) -> int:
    check = bool(arguments)
    if os.environ.get("CI") and not check:
        print("sync is refused where CI is set; use --check.", file=sys.stderr)
        return 2
    if not check and not fill_outputs(root):
        return 1
    texts = sync.planned(root)
    for path, text in texts.items():
        if check:
            print(f"{path}:1: not as sync writes it; run: {sync.COMMAND}")
        else:
            write(root / path, text)
            print(f"{path}: written")
    found = sync.left(root, frozenset(texts) if check else frozenset())
    print("\n".join(found) or "Nothing is left to write.")
    return 1 if found or (check and texts) else 0


def fill_outputs(root: Path) -> bool:
    """Run the English pages and put what they print into them; say what failed."""
    docs = read_languages(root)[0].docs
    command = [sys.executable, "-m", "pytest", "-q", docs, "--update-outputs"]
    started = time.monotonic()
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    if done.returncode:
        print(done.stdout + done.stderr, file=sys.stderr)
        return False
    print(f"{docs}: ran, outputs filled, in {time.monotonic() - started:.0f} s")
    return True


COMMANDS = {"sync": _sync, "update": _update, "reviewed": _reviewed}


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
