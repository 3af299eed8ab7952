"""Plant one fault in a clean project, and ask the one check that is meant for it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cheatsheet.build import stage
from cheatsheet.page import SourceError, read
from cheatsheet.run.judge import PageRun
from cheatsheet.run.records import read_records
from cheatsheet.words import reviewed, sync, typesetting
from cheatsheet.words.languages import read_languages
from tests.faults.project import PAGE


@dataclass(frozen=True)
class Fault:
    """In a file, `new` stands in the place of `old`, which is "" for the end of the file.

    The check must name the file and the line, `offset` lines below the planted text, and say
    `said`. Where the fault is found in another file, `elsewhere` begins the message.
    """

    check: str
    kind: str
    file: str
    old: str
    new: str
    said: str = ""
    offset: int = 0
    elsewhere: str = ""

    @property
    def name(self) -> str:
        return f"{self.kind}: {self.old!r} → {self.new!r}"

    def plant(self, project: Path) -> str:
        """Plant it; where the message must begin."""
        path = project / self.file
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        assert self.old in text, f"{self.file} has no {self.old!r}"
        start = text.index(self.old) if self.old else len(text)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text[:start] + self.new + text[start + len(self.old) :], encoding="utf-8")
        line = text.count("\n", 0, start) + 1 + self.offset
        return self.elsewhere or f"{self.file}:{line}: "


def staged(project: Path) -> None:
    for language in read_languages(project):
        stage(project, language)


def ran(project: Path) -> Iterator[str]:
    text = (project / PAGE).read_text(encoding="utf-8")
    # The processes of fences know this checkout's snippets, not those of the project.
    own = text.replace("from snippets.nets import make", "make = lambda size: nn.Linear(size, 1)")
    page = read(Path(PAGE), own)
    with PageRun(page) as run:
        for example in page.examples:
            try:
                run.judge(example)
            except SourceError as error:
                yield str(error)


def reviews(project: Path) -> Iterator[str]:
    for language in read_languages(project)[1:]:
        yield from (error for error, _ in reviewed.check(project, language))


CHECKS: dict[str, Callable[[Path], object]] = {
    "stage": staged,
    "run": ran,
    "languages": sync.left,
    "review": reviews,
    "wording": typesetting.check,
    "records": lambda project: read_records(project / "docs/runs", project),
}


def problems(check: str, project: Path) -> list[str]:
    """What one of the checks says of a project."""
    try:
        found = CHECKS[check](project)
        return [] if found is None or isinstance(found, dict) else list(map(str, found))
    except SourceError as error:
        return str(error).split("\n")


def missed(fault: Fault, project: Path) -> str:
    """ "" where the check names the fault as it is meant to; otherwise what it says."""
    place = fault.plant(project)
    found = problems(fault.check, project)
    caught = any(one.startswith(place) and fault.said in one for one in found)
    return "" if caught else f"{place}{fault.said} is not said, but:\n" + "\n".join(found)
