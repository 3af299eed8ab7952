"""Plant one fault in a clean project, and ask the one check that is meant for it."""

import ast
import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing import forkserver
from pathlib import Path

from bs4 import BeautifulSoup

from cheatsheet.build import stage
from cheatsheet.page import Page, load, read
from cheatsheet.run import elsewhere, proof
from cheatsheet.run.judge import PageRun, _compare
from cheatsheet.run.records import read_records
from cheatsheet.source import SourceError
from cheatsheet.standalone.definitions import Definitions
from cheatsheet.standalone.program import make_standalone
from cheatsheet.words import reviewed, sync, typesetting
from cheatsheet.words.languages import read_languages
from tests.faults import gate
from tests.faults.project import PAGE, ROOT, make_project
from tests.github import flows
from tests.site.census import census
from tests.site.hosts import foreign
from tests.state import differences, run_copy


@dataclass(frozen=True)
class Fault:
    """In a file, `new` stands in the place of `old`, which is "" for the end of the file.

    The check must name the file and the line, `offset` lines below the planted text, and say
    `said`. Where the fault is found in another file, `elsewhere` begins the message.

    What is more than other text is planted by `act`; then `new` says what it is, and `said` is
    a pattern of the whole message.
    """

    check: str
    kind: str
    file: str
    old: str
    new: str
    said: str = ""
    offset: int = 0
    elsewhere: str = ""
    act: Callable[[Path], object] | None = None

    @property
    def name(self) -> str:
        return f"{self.kind}: {self.new if self.act else f'{self.old!r} → {self.new!r}'}"

    def plant(self, project: Path) -> str:
        """Plant it; where the message must begin."""
        if self.act:
            self.act(project)
            return ""
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


def _own(project: Path) -> Page:
    """The page, whose processes know this checkout's snippets, not those of the project."""
    text = (project / PAGE).read_text(encoding="utf-8")
    own = text.replace("from snippets.nets import make", "make = lambda size: nn.Linear(size, 1)")
    return read(Path(PAGE), own)


def ran(project: Path) -> Iterator[str]:
    page = _own(project)
    with PageRun(page) as run:
        for example in page.examples:
            try:
                run.judge(example)
            except SourceError as error:
                yield str(error)


AWAY: dict[str, object] = {}  # a server of processes that was started elsewhere


def moved(project: Path) -> list[str]:
    """The page in other surroundings; it must be right here."""
    if wrong := list(ran(project)):
        return [f"wrong here: {wrong}"]
    server, environ = forkserver.ensure_running.__self__, os.environ.copy()
    here = vars(server).copy()
    vars(server).update(AWAY or vars(forkserver.ForkServer()))
    elsewhere.move()
    try:
        return list(ran(project))
    finally:
        AWAY.update(vars(server))
        vars(server).update(here)
        os.environ.clear()
        os.environ.update(environ)


def outputs(project: Path) -> Iterator[str]:
    """Of code that prints a string: whether the page may show what it does."""
    for example in _own(project).examples:
        if code := re.fullmatch(r"print\(('.*'|\".*\")\)\n", example.code.source):
            try:
                _compare(example, ast.literal_eval(code[1]), "cpu")
            except SourceError as error:
                yield str(error)


def structure(project: Path) -> Iterator[str]:
    return (f"{PAGE}:{line}: {problem}" for line, problem in proof.problems(_own(project)))


def copied(project: Path) -> Iterator[str]:
    page = _own(project)
    (made,) = make_standalone([page], Definitions.read(project))
    texts = [(made.copies[one.line].text, one.code.source) for one in page.examples]
    return differences(page, [run_copy(*one) for one in texts])


def reviews(project: Path) -> Iterator[str]:
    for language in read_languages(project)[1:]:
        yield from (error for error, _ in reviewed.check(project, language))


def counted(project: Path) -> Iterator[str]:
    """The built page of a project that may publish its site."""
    html = (project / "site/gpu-info/index.html").read_text(encoding="utf-8")
    article = BeautifulSoup(html, "html.parser").select_one("article")
    return census(article, load(project, "docs/en/gpu-info.md"))


def judged(project: Path) -> Iterator[str]:
    done = gate.judge(gate.Proved(project))
    for line in done.stderr.splitlines() if done.returncode else ():
        yield line.removeprefix("::error::")


CHECKS: dict[str, Callable[[Path], object]] = {
    "stage": staged,
    "run": ran,
    "elsewhere": moved,
    "outputs": outputs,
    "structure": structure,
    "copies": copied,
    "languages": sync.left,
    "review": reviews,
    "wording": typesetting.check,
    "census": counted,
    "gate": judged,
    "hosts": lambda project: foreign(project / "site", "example.org"),
    "flows": flows.wrong,
    "records": lambda project: read_records(project / "docs/runs", project),
}


def clean(check: str, folder: Path, share: Callable) -> Path:
    """A project in which that check finds nothing; what takes long to make, `share` keeps."""
    if check == "flows":
        return shutil.copytree(ROOT / ".github", folder / ".github").parent
    if check not in ("gate", "census"):
        return make_project(folder)
    made = share("proved", gate.make_proved)
    return shutil.copytree(made, folder / "proved", copy_function=gate.copy)


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
    said = fault.said if fault.act else re.escape(fault.said)
    find = re.match if fault.act else re.search
    caught = any(one.startswith(place) and find(said, one) for one in found)
    return "" if caught else f"{place}{fault.said} is not said, but:\n" + "\n".join(found)
