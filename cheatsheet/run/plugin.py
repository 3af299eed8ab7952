"""Pytest: run every fence of the pages on a device and compare its output.

pytest-markdown-docs finds the fences. Here each becomes an item that runs in the process
of its page, and each page gets one more for its structure. What ran stands in the reports
of pytest, which pytest-xdist brings from its workers.
"""

import os
import re
from functools import cached_property
from itertools import pairwise
from pathlib import Path

import pytest
from pytest_markdown_docs.plugin import MarkdownDocstringCodeModule, MarkdownTextFile

from cheatsheet.page import Example, Page, Shell, load, release_of
from cheatsheet.run import elsewhere, proof, records
from cheatsheet.run.devices import NAMES, TITLES, describe, running, why_unusable
from cheatsheet.run.judge import PageRun
from cheatsheet.run.process import start_server
from cheatsheet.run.shell import run_shell
from cheatsheet.run.update import OtherOutput, rewrite_outputs
from cheatsheet.source import SourceError

FOLDERS = ("docs", "snippets", "cheatsheet", "tests", ".github")
DEVICE = pytest.StashKey[dict]()  # described, for the record
RECORD = pytest.StashKey[Path]()  # the file that was written


# What ran, by page and line; a worker of pytest-xdist knows its own part alone.
RAN: dict[tuple[str, int], records.Block] = {}


class PageItem(pytest.Item):
    """Something to check of a page, whose `PageFile` is the parent."""

    def repr_failure(self, excinfo, style=None) -> str:
        """An error in a source file in its own words, without a traceback."""
        if excinfo.errisinstance(SourceError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self):
        return self.path, 0, self.name


class PageStructure(PageItem):
    """The page can be read, shows no empty output, and its code proves something."""

    def runtest(self) -> None:
        page = self.parent.page
        found = list(proof.problems(page))
        if not self.config.getoption("update_outputs"):
            problem = "this output fence is empty. Remove it, or fill it: pytest --update-outputs"
            found += [(fence.line, problem) for fence in page.empty_outputs]
        if found:
            raise SourceError.of([f"{page.path}:{line}: {what}" for line, what in sorted(found)])


class Block(PageItem):
    """A fence that runs: an example, or a shell block on a machine with a GPU."""

    def __init__(self, *, part: Example | Shell, **options):
        super().__init__(**options)
        self.part = part

    def runtest(self) -> None:
        part = self.part
        shown = None
        if isinstance(part, Example):
            shown = part.output(TITLES[self.config.getoption("device")], running())
        facts = {
            "page": part.code.path.as_posix(),
            "line": part.line,
            "id": part.section,
            "language": part.code.language,
            "code": records.code_hash(part.code, self.config.rootpath),
            "output": records.output_hash(shown),
            "seconds": 0.0,
        }
        self.user_properties.append(("fence", facts))
        if isinstance(part, Shell):
            if problem := run_shell(part.code.source):
                raise SourceError(part.code.path, part.line, problem)
        else:
            self.parent.start()
            facts["seconds"] = round(self.parent.run.outcome(part).seconds, 6)
            self._judge(part)

    def _judge(self, example: Example) -> None:
        try:
            self.parent.run.judge(example)
        except OtherOutput as error:
            if not self.config.getoption("update_outputs"):
                raise
            fence = error.fence
            torch = running()["torch"]
            title = f"torch {'.'.join(map(str, torch))}+"
            # What the pinned torch prints stays, above what a newer one does.
            if torch > _pinned(self.config.rootpath) and fence.title != title:
                error.new_title = title
            self.parent.rewrites.append(error)
            self.user_properties.append(("report", f"updated {fence.path}:{fence.line}"))


def _pinned(root: Path) -> tuple[int, ...]:
    """The release of torch that the pages show; a far one where nothing is pinned."""
    file = root / "requirements.txt"
    pins = re.findall(r"^torch==(\S+)", file.read_text("utf-8") if file.exists() else "", re.M)
    return release_of(pins[0]) if pins else (99,)


class PageFile(MarkdownTextFile):
    """A page; when it cannot be read as one, its structure item alone, which fails."""

    ahead: "PageFile | None" = None  # the next one, which runs while this one is judged

    def __init__(self, **options):
        super().__init__(**options)
        self.rewrites: list[OtherOutput] = []

    @cached_property
    def page(self) -> Page:
        """As it is when pytest collects it; its path, for messages, is from the root."""
        root = self.config.rootpath
        inside = self.path.is_relative_to(root)
        return load(root, self.path.relative_to(root) if inside else self.path)

    @cached_property
    def run(self) -> PageRun:
        self.before = _files(self.config.rootpath)
        return PageRun(self.page, self.config.getoption("device"))

    def start(self) -> None:
        """Let its fences run, and those of the next page beside them."""
        _ = self.run, self.ahead and self.ahead.run

    def end(self) -> set[tuple]:
        """End its process, if it has one; what changed meanwhile of what fences must leave."""
        if not (run := vars(self).pop("run", None)):
            return set()
        run.close()
        return _files(self.config.rootpath) ^ self.before

    def collect(self):
        yield PageStructure.from_parent(self, name="[structure]")
        try:
            page = self.page
        except SourceError:
            return
        for found, example in zip(super().collect(), page.examples, strict=True):
            yield Block.from_parent(self, name=found.name, part=example)
        for part in page.parts if self.config.getoption("device") == "cuda" else ():
            if isinstance(part, Shell):
                yield Block.from_parent(self, name=f"[Shell line:{part.line}]", part=part)

    def teardown(self) -> None:
        """After the last item of the page: end its process, and write its new outputs."""
        changed = self.end()
        try:
            if changed and not self.config.getoption("update_outputs"):
                problem = (
                    f"1: this file changed while the fences of {self.page.path} ran, or those "
                )
                problem += "of a page beside it. Let them write into the folder they run in."
                raise SourceError.of([f"{name}:{problem}" for name in sorted(dict(changed))])
            if self.rewrites:
                rewrite_outputs(self.config.rootpath, self.page, self.rewrites)
        except SourceError as error:
            pytest.fail(str(error), pytrace=False)


def _files(root: Path) -> set[tuple]:
    """What fences must leave as it is: pages, definitions, the program, what stands at the root."""
    paths = [path for name in FOLDERS for path in (root / name).rglob("*")]
    paths += root.glob("[!.]*.*")
    files = (path for path in paths if "__pycache__" not in path.parts and path.is_file())
    return {(path.relative_to(root), path.stat().st_ctime_ns) for path in files}


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path, parent):
    """Pages become `PageFile`s. Docstrings hold no fences: no module is collected."""
    collectors = yield
    return [
        PageFile.from_parent(parent, path=file_path) if isinstance(one, MarkdownTextFile) else one
        for one in collectors
        if not isinstance(one, MarkdownDocstringCodeModule)
    ]


def pytest_addoption(parser) -> None:
    group = parser.getgroup("fences")
    text = "run the fences there; emulated: an accelerator that is none (cpu)"
    group.addoption("--device", choices=list(TITLES), default="cpu", help=text)
    text = "rewrite the output fences of pages that differ from what their code gave"
    group.addoption("--update-outputs", action="store_true", help=text)
    text = "run in other surroundings: hash seed, threads, time zone, day, order of pages"
    group.addoption("--elsewhere", action="store_true", help=text)
    text = "write what ran into FOLDER (docs/runs, and then of all pages), a file for each torch"
    here = {"nargs": "?", "const": Path(records.FOLDER), "metavar": "FOLDER"}
    group.addoption("--record", type=Path, help=text, **here)


def pytest_configure(config) -> None:
    if config.getoption("elsewhere"):
        elsewhere.move()
    if hasattr(config, "workerinput"):
        return
    device, record = config.getoption("device"), config.getoption("record")
    update = config.getoption("update_outputs")
    if (update or record) and config.getoption("elsewhere"):
        raise pytest.UsageError("--elsewhere only compares; run it alone.")
    if problem := _impossible(device, update, record):
        raise pytest.UsageError(problem)
    if record:  # now, while the device is there
        try:
            config.stash[DEVICE] = describe(device)
        except RuntimeError as error:
            raise pytest.UsageError(f"--record {record}: {error}") from error


def pytest_collection_modifyitems(config, items) -> None:
    if config.getoption("elsewhere"):
        items[:] = elsewhere.turn(items)


def _impossible(device: str, update: bool, record: Path | None) -> str:
    """What is wrong with the options together, or here; "" for nothing."""
    if update and os.environ.get("CI"):
        return "--update-outputs is refused where CI is set."
    if update and device == "emulated":
        problem = "--update-outputs is refused with --device emulated: what an emulated "
        return problem + "accelerator prints stands on no page."
    if record and next(record.rglob("*.md"), None):
        return f"--record {record}: pages are there; write the option last: pytest docs --record"
    if update and record:
        problem = "--record says what the pages show, and --update-outputs changes it; update "
        return problem + "first, then record."
    problem = why_unusable(device)
    return problem and f"--device {device} cannot run here: {problem}"


def pytest_collection_finish(session) -> None:
    blocks = [item for item in session.items if isinstance(item, Block)]
    if blocks and not hasattr(session.config, "workerinput"):
        start_server("".join(item.part.code.source for item in blocks))
        if session.config.getoption("device") != "cuda":  # two pages would share its memory
            for page, ahead in pairwise(dict.fromkeys(item.parent for item in blocks)):
                page.ahead = ahead
                session.config.add_cleanup(ahead.end)  # of a run that stops early


def pytest_runtest_logreport(report) -> None:
    said = dict(report.user_properties)
    if report.when == "call" and "fence" in said:
        block = records.Block(**said["fence"], result=report.outcome)
        RAN[block.page, block.line] = block


def pytest_sessionfinish(session) -> None:
    config, record = session.config, session.config.getoption("record")
    if record is None or hasattr(config, "workerinput"):
        return
    if not RAN:
        raise pytest.UsageError(f"--record {record}: nothing ran, and nothing was written.")
    blocks = [block for _, block in sorted(RAN.items())]
    run = records.describe_run(config.stash[DEVICE], config.rootpath, blocks)
    try:
        if record.resolve() == (config.rootpath / records.FOLDER).resolve():
            _check_whole(config.rootpath)
        config.stash[RECORD] = records.write_record(record, run)
    except (SourceError, records.Unsupported) as error:
        raise pytest.UsageError(f"--record {record}: {error}") from error


def _check_whole(root: Path) -> None:
    """What the site says comes from records of all its pages.

    Raises:
        SourceError: a block of one did not run.
    """
    for path in sorted((root / "docs").rglob("*.md")):
        for code in (one.code for one in load(root, path.relative_to(root)).examples):
            if (code.path.as_posix(), code.line) not in RAN:
                problem = "this did not run, and nothing was written; record all pages: pytest "
                problem += "docs --record, or a part into a folder of its own: --record FOLDER"
                raise SourceError(code.path, code.line, problem)


def pytest_terminal_summary(terminalreporter, config) -> None:
    write = terminalreporter.write_line
    if RAN:
        write(f"fences run on {NAMES[config.getoption('device')]}: {len(RAN)}")
    if record := config.stash.get(RECORD, None):
        write(f"recorded in {record}")
