"""The catalogs: snippets/locales/<code>.po holds the translation of every message."""

import io
import re
import shutil
import sys
from pathlib import Path

from babel.messages import pofile
from babel.messages.catalog import Catalog
from babel.messages.catalog import Message as Entry

from cheatsheet.words.languages import Language, read_languages
from cheatsheet.words.messages import Message, SourceError, read_messages
from cheatsheet.words.rewrite import TranslationError, localize_module

UPDATE = "python -m cheatsheet update"
PROJECT = {"project": "snippets", "version": "1"}
HEADER = "# The comments and docstrings of snippets/, translated. README.md says how."
# Dates and versions that Babel would renew at every update, without a change.
VOLATILE = re.compile(
    r'^"(?:POT-Creation-Date|PO-Revision-Date|Generated-By|Report-Msgid-Bugs-To|'
    r'Last-Translator|Language-Team|Project-Id-Version): .*"\n',
    re.M,
)
# What a translation must keep to the letter: names in backticks (shapes among them),
# addresses, placeholders, names with a dot or an underscore, errors, and numbers.
KEPT = re.compile(
    r"`[^`]+`|https?://\S+|\{\w*\}|%[sdr]"
    r"|(?<![\w.])[A-Za-z]\w*(?:[._][\w]+)+_?|\w+_(?!\w)|\w*_\w+|\w+Error\b"
    r"|\d+(?:\.\d+)?"
)
LINE = re.compile(r'(?:#.*|(?:msg(?:id|str) )?"(?:[^"\\]|\\.)*")?\s*')
# Code alone, such as `bias=False`, reads the same in every language: it has no two
# words in a row.
CODE = re.compile(r"(?!.*[A-Za-z] [A-Za-z]).*[=()\[\]]")


class CatalogError(Exception):
    """The catalog does not translate the source: one line a problem, with its cure."""


def update(root: Path, language: Language) -> str:
    """Bring a catalog up to date with the source; return a summary of what changed.

    New messages get an empty msgstr. A message that resembles one that is gone takes
    its translation over, marked `fuzzy`, with the old msgid beside it. Messages that
    are gone are kept at the end, behind `#~`.
    """
    path = root / language.catalog
    path.parent.mkdir(parents=True, exist_ok=True)
    catalog = (
        _read(path, language.catalog)
        if path.exists()
        else Catalog(
            locale=language.code, fuzzy=False, header_comment=HEADER, **PROJECT
        )
    )
    retired = len(catalog.obsolete)
    for entry in catalog.obsolete.values():
        catalog[entry.id] = entry  # its message may have come back
    previous = {entry.id: entry.previous_id for entry in catalog if entry.fuzzy}
    catalog.update(_template(read_messages(root)))
    for entry in catalog:
        if entry.fuzzy and entry.id in previous:
            entry.previous_id = previous[entry.id]
    buffer = io.BytesIO()
    pofile.write_po(
        buffer, catalog, width=88, include_lineno=False, include_previous=True
    )
    text = VOLATILE.sub("", buffer.getvalue().decode("utf-8"))
    path.write_text(text.rstrip("\n") + "\n", encoding="utf-8")
    entries = [entry for entry in catalog if entry.id]
    fuzzy = sum(entry.fuzzy for entry in entries)
    empty = sum(not entry.string for entry in entries)
    return (
        f"{language.catalog}: {len(entries)} messages; to translate: {empty} new, "
        f"{fuzzy} changed (fuzzy); {len(catalog.obsolete) - retired} retired."
    )


def _template(messages: list[Message]) -> Catalog:
    template = Catalog(fuzzy=False, **PROJECT)
    for message in messages:
        template.add(
            message.text,
            locations=[(message.path.as_posix(), message.line)],
            auto_comments=[f"{message.owner}, {message.kind}"],
        )
    return template


def _read(path: Path, shown: str) -> Catalog:
    """The catalog in a file.

    Raises:
        CatalogError: the file is not a .po file.
    """
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise CatalogError(f"{shown}:{line}: not UTF-8; save it as UTF-8.") from None
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        if not LINE.fullmatch(line):  # Babel would take what stands between the ends
            problem = (
                "this is no line of a .po file; look for a missing quotation mark."
            )
            raise CatalogError(f"{shown}:{number}: {problem}")
    try:
        catalog = pofile.read_po(io.BytesIO(text.encode()), abort_invalid=True)
    except pofile.PoFileError as error:
        problem = f"this is not a .po file: {error}; mend it."
        raise CatalogError(f"{shown}:{error.lineno + 1}: {problem}") from None
    for entry in catalog:
        _read_previous(entry)
    known = {entry.lineno for entry in catalog if entry.id}
    starts = [n for n, line in enumerate(lines, 1) if line.startswith("msgid ")]
    for number in starts[1:]:  # the first is the header
        if number not in known:
            problem = "this msgid stands in the file twice; keep one of them."
            raise CatalogError(f"{shown}:{number}: {problem}")
    return catalog


def _read_previous(entry: Entry) -> None:
    """Babel writes the old msgid behind `#|`, and reads it as a comment of the user."""
    old = [line for line in entry.user_comments if line.startswith("|")]
    entry.user_comments = [line for line in entry.user_comments if line not in old]
    if old:
        lines = [line.removeprefix("| ").removeprefix("msgid ") for line in old]
        entry.previous_id = [pofile.denormalize("\n".join(lines))]


def read_translations(root: Path, language: Language) -> dict[str, str]:
    """The translation of every message of the source.

    Raises:
        CatalogError: one is missing, empty, marked fuzzy, not in the source any more,
            or has lost a name, a number, a placeholder or a line. Names each.
        SourceError: see `read_messages`.
    """
    messages = read_messages(root)
    path = root / language.catalog
    if not path.exists():
        raise CatalogError(
            f"{language.catalog}:1: there is no such file; run: {UPDATE}, and "
            f"translate its {len({message.text for message in messages})} messages."
        )
    catalog = _read(path, language.catalog)
    sources = {message.text: message for message in reversed(messages)}
    entries = {entry.id: entry for entry in catalog if entry.id}
    problems = [
        f"{message.place}: this {message.kind} is not in {language.catalog}: "
        f"{message.text!r}; run: {UPDATE}, and translate it."
        for message in messages
        if message.text not in entries
    ]
    for entry in entries.values():
        source = sources.get(entry.id)
        problems += [
            f"{language.catalog}:{entry.lineno}: {problem}"
            for problem in _problems(entry, source)
        ]
    if problems:
        raise CatalogError("\n".join(problems))
    return {entry.id: entry.string for entry in entries.values()}


def _problems(entry: Entry, source: Message | None) -> list[str]:
    """What is wrong with one translation."""
    if source is None:
        return [
            f"{entry.id!r} is no longer in the source; run: {UPDATE}, to retire it."
        ]
    where = f"(the {source.kind} at {source.place})"
    if not entry.string:
        return [f"{entry.id!r} is not translated {where}; write its msgstr."]
    if entry.fuzzy:
        return [
            f"the English of {entry.id!r} changed {where}; bring msgstr up to date and "
            'remove the "fuzzy" line and the "#|" lines.'
        ]
    if entry.string == entry.id and not CODE.match(entry.id):
        return [f"the msgstr of {entry.id!r} is the English {where}; translate it."]
    found = [
        f"the msgstr of {entry.id!r} has lost {lost!r} {where}; put it in."
        for lost in _lost(entry.id, entry.string)
    ]
    if _outline(entry.id) != _outline(entry.string):
        found.append(
            f"the msgstr of {entry.id!r} has other lines {where}: one a line of the "
            "msgid, indented alike."
        )
    return found


def _lost(original: str, translation: str) -> list[str]:
    rest = translation
    lost = []
    for name in KEPT.findall(original):
        name = name.rstrip(".,;:)")
        if name in rest:
            rest = rest.replace(name, "\0", 1)
        else:
            lost.append(name)
    return lost


def _outline(text: str) -> list[int]:
    return [len(line) - len(line.lstrip()) for line in text.split("\n")]


def localize_package(root: Path, language: Language, folder: Path) -> None:
    """Write the localized copy of `root`/snippets as `folder`/snippets.

    Raises:
        CatalogError: as `read_translations`; also when a translation does not fit in
            the source.
        SourceError: see `read_messages`.
    """
    translations = read_translations(root, language)
    shutil.rmtree(folder / "snippets", ignore_errors=True)
    (folder / "snippets").mkdir(parents=True)
    for source in sorted((root / "snippets").glob("*.py")):
        text = source.read_text(encoding="utf-8")
        try:
            result = localize_module(source.relative_to(root), text, translations)
        except TranslationError as error:
            catalog = _read(root / language.catalog, language.catalog)
            line = catalog.get(error.message.text).lineno
            place = f"{language.catalog}:{line}: {error.message.place}"
            raise CatalogError(f"{place}: {error}.") from None
        (folder / "snippets" / source.name).write_text(result, encoding="utf-8")


def command(arguments: list[str]) -> int:
    """`python -m cheatsheet update`."""
    if arguments:
        print(f"{UPDATE} takes no arguments.", file=sys.stderr)
        return 2
    root = Path.cwd()
    try:
        for language in read_languages(root):
            if language.code:
                print(update(root, language))
    except (CatalogError, SourceError, ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0
