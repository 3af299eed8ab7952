"""Words that were written from other words: what both sides said when someone compared them.

docs/reviewed.<code>.json holds both sides of every section of a translated page and of every
definition of `snippets`. When either says something else, the two are to be compared again, and
that recorded. What a section says is all but code and outputs, which are compared elsewhere; the
comments in the code belong to it, and so do the words of plots. The README, the menu and the words
of the theme, and those in docs/*.yml are a section each, `#all`.
"""

import difflib
import json
import textwrap
from dataclasses import replace
from pathlib import Path

from cheatsheet.page import Page
from cheatsheet.source import SourceError, read_text, write_text
from cheatsheet.words import catalog
from cheatsheet.words.compare import by_section, labels
from cheatsheet.words.languages import SOURCE, Language, read_languages
from cheatsheet.words.settings import compose, scalars
from cheatsheet.words.text import Block, Line, markdown, read_blocks

COMMAND = "python -m cheatsheet reviewed"

Review = dict[str, list[str]]  # what the "source" and the "translation" of a section say
Record = dict[str, Review]  # by the name of the section, such as "access-parameter.md#by-name"
Now = tuple[list[Line], list[Line]]  # what both say now, with their places


def said(page: Page) -> dict[str, list[Line]]:
    """What each section of a page says, by its id, at the line where it begins."""
    lines = {section.id: section.line for section in page.sections}
    return {
        section: [Line(page.path, lines[section], _say(one)) for one in blocks if one.text]
        for section, blocks in by_section(page).items()
        if section
    }


def _say(block: Block) -> str:
    return f"{block.kind} | {block.text}" if block.kind.startswith("///") else block.text


def _sections(root: Path, language: Language) -> dict[str, Now]:
    """All that is reviewed, by name: the sections that a page has in both languages, and the
    definitions whose comments and docstrings the catalog translates."""
    found = {}
    source = read_languages(root)[0]
    for name in language.pages(root):
        english, other = said(source.page(root, name)), said(language.page(root, name))
        both = (section for section in other if section in english)
        found |= {f"{name}#{section}": (english[section], other[section]) for section in both}
    definitions = catalog.definitions(root, language)
    found |= {f"{language.catalog}#{name}": now for name, now in definitions.items()}
    return found | _files(root, language)


def _files(root: Path, language: Language) -> dict[str, Now]:
    """What is no page, by its name: the README, the menu and the words of the theme, and what
    docs/*.yml says in both languages."""
    names, found = ("README.md", f"README.{language.code}.md"), {}
    if (root / names[1]).exists():
        readmes = [read_blocks(Path(name), markdown(read_text(root, name))) for name in names]
        found[names[1]] = tuple(
            [replace(one.first, text=_say(one)) for one in blocks if one.text] for blocks in readmes
        )
    configs = [_texts(root, config) for config in (SOURCE, language.config)]
    shared = [
        at for at in configs[1] if at in configs[0] and not {"search", "docs_dir", "code"} & {*at}
    ]
    unlike = [at for at in shared if configs[0][at].text != configs[1][at].text]
    found[language.config] = tuple([texts[at] for at in unlike] for texts in configs)
    for path in sorted(root.glob("docs/*.yml")):
        texts = _texts(root, path.relative_to(root).as_posix())
        codes = ("en", language.code)
        sides = tuple([line for at, line in texts.items() if at[-1] == code] for code in codes)
        found[f"docs/{path.name}"] = sides
    return {f"{name}#all": now for name, now in found.items() if all(now)}


def _texts(root: Path, name: str) -> dict[tuple, Line]:
    """What YAML says, by the keys that lead there; titles of the menu, too, by their places."""
    path, node = Path(name), compose(Path(name), read_text(root, name))
    found = [(at, one) for at, one in labels(node) if at[0] != "nav"]
    menu = [one for key, value in node.value if key.value == "nav" for one in scalars(value)]
    found += [(("nav", number), one) for number, one in enumerate(menu)]
    return {at: Line(path, one.start_mark.line + 1, one.value) for at, one in found}


def _review(now: Now) -> Review:
    source, translation = ([line.text for line in side] for side in now)
    return {"source": source, "translation": translation}


def _target(language: Language, name: str) -> str:
    """What a section is called on the command line."""
    return f"{language.docs}/{name}" if ".md#" in name and name[:7] != "README." else name


def check(root: Path, language: Language) -> list[tuple[SourceError, str]]:
    """Every section of which a side is not as it was reviewed, each with what changed.

    Raises:
        SourceError: a file cannot be read.
    """
    record, found = _read_record(root, language), []
    for name, now in _sections(root, language).items():
        then, review = record.pop(name, None), _review(now)
        if then != review and all(review["translation"]):  # what is to be written is said elsewhere
            state = "changed since it was reviewed" if then else "was never reviewed"
            problem = f"section #{name.partition('#')[2]} {state}; compare it with "
            problem += f"{now[0][0].place}, then run: {COMMAND} {_target(language, name)}"
            found.append((now[1][0].error(problem), _changes(then, review) if then else ""))
    # What one page lacks, the comparison of the pages says.
    for name in record:
        problem = f"there is no section {name} in both languages any more; "
        problem += f"run: {COMMAND} {_target(language, name)}"
        found.append((SourceError(language.reviewed, 1, problem), ""))
    return found


def record(root: Path, targets: list[str]) -> list[str]:
    """Record sections, each by its name, as reviewed, or drop those that are gone; what was done.

    Raises:
        SourceError: there is no such section; a file cannot be read. Nothing is recorded then.
    """
    languages = read_languages(root)[1:]
    records = {one: _read_record(root, one) for one in languages}
    known: dict[str, tuple[Language, str, Now | None]] = {}
    for language, record in records.items():
        sections = _sections(root, language)
        for name in record | sections:
            known[_target(language, name)] = language, name, sections.get(name)
    if unknown := [target for target in targets if target not in known]:
        near = (
            " or ".join(difflib.get_close_matches(unknown[0], known)) or f"what `{COMMAND}` lists"
        )
        problem = f"there is no section {unknown[0]}; name {near}."
        raise SourceError(unknown[0].partition("#")[0], 1, problem)
    done = []
    for language, name, now in (known[target] for target in targets):
        then = records[language].pop(name, None)
        if now:
            records[language][name] = _review(now)
        done.append(f"{_target(language, name)}: {_done(then, now)}")
        text = json.dumps(records[language], indent=2, ensure_ascii=False, sort_keys=True)
        write_text(root, language.reviewed, text + "\n")
    return done


def _done(then: Review | None, now: Now | None) -> str:
    """What was recorded: which side changed since the last time, and how."""
    if not now:
        return "dropped from the record"
    review = _review(now)
    changed = [not then or then[side] != texts for side, texts in review.items()]
    new, old = (side[0] for side in (now if changed[0] else now[::-1]))
    if all(changed):
        said = "both sides are new" if not then else "both sides changed"
    elif any(changed):
        said = f"only {new.place} changed; {old.place} says what it said when it was last reviewed"
    else:
        said = "neither side changed since"
    return f"recorded as reviewed; {said}{_changes(then, review)}"


def _changes(then: Review | None, now: Review) -> str:
    """A diff of each side that changed, below one another."""
    lines = []
    for side in now:
        texts = then[side] if then else [], now[side]
        wrapped = [[line for words in text for line in textwrap.wrap(words, 80)] for text in texts]
        names = f"{side}, reviewed", f"{side}, now"
        lines += difflib.unified_diff(*wrapped, *names, lineterm="")
    return "".join(f"\n{line}" for line in lines)


def _read_record(root: Path, language: Language) -> Record:
    if not (root / language.reviewed).exists():
        return {}  # of a language that begins
    try:
        found = json.loads(read_text(root, language.reviewed))
    except json.JSONDecodeError as error:
        problem = f"not JSON: {error.msg}; mend the line."
        raise SourceError(language.reviewed, error.lineno, problem) from error
    if not (isinstance(found, dict) and all(map(_is_review, found.values()))):
        problem = "not a record, of <page>#<section> and the paragraphs of each side; restore it."
        raise SourceError(language.reviewed, 1, problem)
    return found


def _is_review(found: object) -> bool:
    match found:
        case {"source": [*source], "translation": [*translation]}:
            return all(isinstance(one, str) for one in (*source, *translation))
    return False
