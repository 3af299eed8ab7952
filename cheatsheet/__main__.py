"""The commands of whoever writes or translates: `python -m cheatsheet --help`."""

import sys

from cheatsheet.words import catalog, reviewed

USAGE = """\
python -m cheatsheet update
    Bring snippets/locales/*.po up to date with what snippets/ says.
python -m cheatsheet reviewed [PAGE[#SECTION] ...]
    Record that sections of a translated page say what the English ones say now;
    without arguments, list those that are out of date.
"""
COMMANDS = {"update": catalog.command, "reviewed": reviewed.command}


def main(arguments: list[str]) -> int:
    name, *rest = arguments or ["--help"]
    if name not in COMMANDS:
        print(USAGE, end="", file=sys.stdout if name == "--help" else sys.stderr)
        return 0 if name == "--help" else 2
    return COMMANDS[name](rest)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
