"""The catalogs: snippets/locales/<code>.po holds the translation of every message."""

import io
import re
import shutil
from pathlib import Path

from babel.messages import pofile
from babel.messages.catalog import Catalog
from babel.messages.catalog import Message as Entry

from cheatsheet.source import SourceError, read_text
from cheatsheet.words.compare import differences, left_in_english
from cheatsheet.words.languages import Language
from cheatsheet.words.messages import Message, fault, localize_module, read_messages
from cheatsheet.words.text import COMMENT, Block, Line

UPDATE = "python -m cheatsheet sync"
# Not Babel's own, which holds dates that change at every update.
HEADER = r"""# The comments and docstrings of snippets/, translated. README.md says how.
msgid ""
msgstr ""
"Language: {}\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=utf-8\n"
"Content-Transfer-Encoding: 8bit\n"

"""
# Babel reads `#|`, an old msgid, as any comment, which it writes as `# |`, above the others.
PREVIOUS = re.compile(r"((?:^# \|.*\n)+)((?:^#[.:,].*\n)+)", re.M)
LINE = re.compile(r'(?:#.*|(?:msg(?:id|str) )?"(?:[^"\\]|\\.)*")?\s*')
# Code alone, such as `bias=False`, reads the same in every language: it has no two
# words in a row.
CODE = re.compile(r"(?!.*[A-Za-z] [A-Za-z]).*[=()\[\]]")


def updated(root: Path, language: Language) -> str:
    """The text of a catalog that is up to date with the source; errors as `problems`.

    A new message takes the translation of a similar one that is gone, marked `fuzzy`, with the
    old msgid beside it. Messages that are gone are kept at the end, behind `#~`.
    """
    template = Catalog()
    for message in read_messages(root):
        template.add(
            message.text,
            locations=[(message.path.as_posix(), message.number)],
            auto_comments=[f"{message.owner}, {message.kind}"],
        )
    catalog = _read(root, language)
    for entry in catalog.obsolete.values():
        catalog[entry.id] = entry  # its message may have come back
    catalog.obsolete.clear()
    catalog.update(template)
    for entry in catalog:
        if entry.previous_id or not entry.fuzzy:  # an older msgid says nothing any more
            entry.user_comments = [one for one in entry.user_comments if one[:1] != "|"]
    buffer = io.BytesIO()
    form = {"width": 88, "omit_header": True, "include_lineno": False, "include_previous": True}
    pofile.write_po(buffer, catalog, **form)
    text = PREVIOUS.sub(r"\2\1", buffer.getvalue().decode("utf-8")).replace("\n# |", "\n#|")
    return HEADER.format(language.code) + text.rstrip("\n") + "\n"


def _read(root: Path, language: Language) -> Catalog:
    """The catalog of a language, empty where there is none; a SourceError if it is no .po."""
    path = language.catalog
    header = HEADER.format(language.code)
    text = read_text(root, path) if (root / path).exists() else header
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        if not LINE.fullmatch(line):  # Babel would take what stands between the ends
            problem = "this is no line of a .po file; look for a missing quotation mark."
            raise SourceError(path, number, problem)
    try:
        catalog = pofile.read_po(io.StringIO(text), abort_invalid=True)
    except pofile.PoFileError as error:
        problem = f"this is not a .po file: {error}; mend it."
        raise SourceError(path, error.lineno + 1, problem) from None
    known = {entry.lineno for entry in catalog if entry.id}
    starts = [number for number, line in enumerate(lines, 1) if line.startswith("msgid ")]
    for number in starts[1:]:  # the first is the header
        if number not in known:
            problem = "this msgid stands in the file twice; keep one of them."
            raise SourceError(path, number, problem)
    return catalog


def translated(root: Path, language: Language) -> list[Entry]:
    """The entries of a catalog, but for what is empty or fuzzy; SourceError: it is no .po file."""
    return [one for one in _read(root, language) if one.id and one.string and not one.fuzzy]


def definitions(root: Path, language: Language) -> dict[str, tuple[list[Line], list[Line]]]:
    """What modules and definitions say in English and in a language, by names such as
    "custom_module.MLP"; what is not translated says nothing. Errors as `problems`."""
    path = Path(language.catalog)
    known = {entry.id: entry for entry in translated(root, language)}
    found: dict[str, tuple[list[Line], list[Line]]] = {}
    for message in read_messages(root):
        entry = known.get(message.text)
        name = f"{message.path.stem}.{message.owner}".removesuffix(".module")
        english, other = found.setdefault(name, ([], []))
        english.append(message)
        other.append(Line(path, entry.lineno, entry.string) if entry else Line(path, 1, ""))
    return found


def problems(root: Path, language: Language) -> list[SourceError]:
    """What keeps a catalog from translating every message of the source, each with its place.

    Raises:
        SourceError: the source or the catalog cannot be read.
    """
    messages = read_messages(root)
    entries = [entry for entry in _read(root, language) if entry.id]
    known = {entry.id for entry in entries}
    found = [
        message.error(
            f"this {message.kind} is not in {language.catalog}: {message.text!r}; "
            f"run: {UPDATE}, and translate it."
        )
        for message in messages
        if message.text not in known
    ]
    for entry in entries:
        found += _problems(language, entry, [one for one in messages if one.text == entry.id])
    return found


def _problems(language: Language, entry: Entry, sources: list[Message]) -> list[SourceError]:
    """What is wrong with one translation."""
    line = Line(Path(language.catalog), entry.lineno, entry.string)
    if not sources:
        problem = f"{entry.id!r} is no longer in the source; run: {UPDATE}, to retire it."
        return [line.error(problem)]
    where = f"(the {sources[0].kind} at {sources[0].place})"
    if not entry.string:
        return [line.error(f"{entry.id!r} is not translated {where}; write its msgstr.")]
    if entry.fuzzy:
        cure = 'bring msgstr up to date and remove the "fuzzy" and "#|" lines'
        return [line.error(f"the English of {entry.id!r} changed {where}; {cure}.")]
    if entry.string == entry.id and not CODE.match(entry.id):
        return [line.error(f"the msgstr of {entry.id!r} is the English {where}; translate it.")]
    english, other = Block(COMMENT, sources[:1]), Block(COMMENT, [line])
    found = differences(english, other)
    if language.chinese:
        found += left_in_english([other])
    if _outline(entry.id) != _outline(entry.string):
        cure = "write one for each of the msgid, indented alike"
        problem = f"the msgstr of {entry.id!r} has other lines {where}; {cure}."
        found.append(line.error(problem))
    faults = [(source.place, fault(source, entry.string)) for source in sources]
    return found + [line.error(f"{place}: {problem}.") for place, problem in faults if problem]


def _outline(text: str) -> list[int]:
    return [len(line) - len(line.lstrip()) for line in text.split("\n")]


def localize_package(root: Path, language: Language, folder: Path) -> None:
    """Write the localized copy of `root`/snippets as `folder`/snippets.

    Raises:
        SourceError: as `problems`, and for any of them.
    """
    if found := problems(root, language):
        raise SourceError.of(found)
    translations = {entry.id: entry.string for entry in translated(root, language)}
    shutil.rmtree(folder / "snippets", ignore_errors=True)
    (folder / "snippets").mkdir(parents=True)
    for file in sorted((root / "snippets").glob("*.py")):
        path = file.relative_to(root)
        text = localize_module(path, read_text(root, path), translations)
        (folder / path).write_text(text, encoding="utf-8")
