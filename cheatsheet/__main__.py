"""The commands of whoever writes or translates."""

import argparse
import os
import subprocess
import sys
import time
from itertools import chain
from pathlib import Path

from cheatsheet.forms import formulas, inventory, names
from cheatsheet.page import Page
from cheatsheet.source import SourceError, write_text
from cheatsheet.words import reviewed, sync
from cheatsheet.words.languages import read_languages


def main(arguments: list[str]) -> int:
    """Run a command in the project that is the current folder; return its status.

    Raises:
        SystemExit: the arguments are not known, or ask for help.
    """
    parser = argparse.ArgumentParser("python -m cheatsheet", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, run in {"sync": _sync, "reviewed": _reviewed, "inventory": _inventory}.items():
        command = commands.add_parser(name, help=run.__doc__, description=run.__doc__)
        command.set_defaults(run=run)
        if run is _sync:
            words = "change nothing, run no page, and fail when something is left"
            command.add_argument("--check", action="store_true", help=words)
        if run is _reviewed:
            words = "a section, such as docs/<code>/page.md#by-name, or a definition, such as "
            words += "snippets/locales/<code>.po#custom_module.MLP"
            command.add_argument("sections", nargs="*", metavar="SECTION", help=words)
    options = parser.parse_args(arguments)
    try:
        return options.run(Path.cwd(), options)
    except SourceError as error:
        print(error, file=sys.stderr)
        return 1


def _sync(root: Path, options: argparse.Namespace) -> int:
    """Fill the outputs of the English pages, carry code and outputs into the translated
    ones, bring the catalogs up to date, and list what a person must still write."""
    if os.environ.get("CI") and not options.check:
        print("sync is refused where CI is set; use --check.", file=sys.stderr)
        return 2
    if not options.check and not fill_outputs(root):
        return 1
    texts = sync.planned(root) | names.planned(root, _pages(root)[0])
    texts |= formulas.planned(root, list(chain(*_pages(root))))
    texts = {path: text for path, text in texts.items() if _is_new(root / path, text)}
    for path, text in texts.items():
        if options.check:
            print(f"{path}:1: not as sync writes it; run: {sync.COMMAND}")
        else:
            write_text(root, path, text)
            print(f"{path}: written")
    found = sync.left(root)
    if options.check:  # no word of what sync itself would do
        found = [problem for problem in found if problem.path not in texts]
    print("\n".join(map(str, found)) or "Nothing is left to write.")
    return 1 if found or (options.check and texts) else 0


def _pages(root: Path) -> list[list[Page]]:
    """The pages of each language, that of the source first."""
    return [[one.page(root, name) for name in one.pages(root)] for one in read_languages(root)]


def _is_new(file: Path, text: str) -> bool:
    return not file.exists() or file.read_text(encoding="utf-8") != text


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


def _reviewed(root: Path, options: argparse.Namespace) -> int:
    """Record that translated sections say what the English ones say; without any, list those
    that are to be compared, and what has changed in them."""
    if options.sections:
        print("\n\n".join(reviewed.record(root, options.sections)))
        return 0
    found = [one for each in read_languages(root)[1:] for one in reviewed.check(root, each)]
    texts = [f"{error}{changes}" for error, changes in found]
    print("\n\n".join(texts) or "Every section is up to date.")
    return 1 if found else 0


def _inventory(root: Path, _options: argparse.Namespace) -> int:
    """Look up anew where PyTorch's documentation has the names that pages use; needs network."""
    for path, text in inventory.planned(root, chain(*_pages(root))).items():
        write_text(root, path, text)
        print(f"{path}: written")
    return 0


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):  # which may be of a locale without Chinese
        stream.reconfigure(errors="backslashreplace")
    raise SystemExit(main(sys.argv[1:]))
