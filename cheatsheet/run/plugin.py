"""Pytest: run every fence of the pages on a device and compare its output.

Builds on pytest-markdown-docs, which finds the fences: registers the runner, adds one
item a page for its structure, and the options `--device`, `--update-outputs` and
`--record`. Works in one process and in the workers of pytest-xdist.
"""

import os
import pickle
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from pytest_markdown_docs._runners import DefaultRunner, register_runner
from pytest_markdown_docs.plugin import MarkdownDocstringCodeModule, MarkdownTextFile

from cheatsheet.page import Example, Page, Shell, SourceError, load
from cheatsheet.run import records
from cheatsheet.run.devices import NAMES, TITLES, describe, why_unusable
from cheatsheet.run.judge import PageRun
from cheatsheet.run.process import start_server
from cheatsheet.run.shell import run_shell
from cheatsheet.run.update import Rewrite, rewrite_outputs


@dataclass
class Entry:
    """What is known of a fence that ran, beside what a record says of it."""

    block: records.Block
    differs: bool = False  # its output is another one on the CPU than on a GPU
    rewrite: Rewrite | None = None


class State:
    """What a run of pytest holds: its device, its entries, the one page that is open.

    pytest-xdist runs pages in several worker processes. Each appends its entries to a
    file of its own in one folder; whoever wants to know reads them all.
    """

    root: Path
    device: str
    update: bool
    record: Path | None
    described: dict  # the device, for the record
    folder: Path
    open: PageRun | None = None

    def __init__(self):
        self.pages: dict[Path, Page] = {}

    def load(self, path: Path) -> Page:
        """A page, named as records and messages name it: from the root.

        What it is when pytest collects it, that it is for the whole run.
        """
        if path not in self.pages:
            inside = path.is_relative_to(self.root)
            name = path.relative_to(self.root) if inside else path
            self.pages[path] = load(self.root, name)
        return self.pages[path]

    def run_of(self, page: Page) -> PageRun:
        if self.open is None or self.open.page is not page:
            before, self.open = self.open, PageRun(page, self.device)
            if before:  # it ends while the new one starts
                before.close()
        return self.open

    def close(self) -> None:
        if self.open is not None:
            self.open.close()
            self.open = None

    @contextmanager
    def entry(self, part: Example | Shell, section: str) -> Iterator[Entry]:
        """The entry of a fence while it runs: passed, if no error comes."""
        shown = part.output(TITLES[self.device]) if isinstance(part, Example) else None
        entry = Entry(
            records.Block(
                page=part.code.path.as_posix(),
                line=part.line,
                id=section,
                language=part.code.language,
                code=records.code_hash(part.code, self.root) if self.record else "",
                output=records.output_hash(shown),
                result="failed",
                seconds=0.0,
            )
        )
        try:
            yield entry
            if not entry.rewrite:
                entry.block = replace(entry.block, result="passed")
        finally:
            with (self.folder / f"{os.getpid()}").open("ab") as file:
                pickle.dump(entry, file)

    def entries(self) -> list[Entry]:
        """All entries, by page and line; the last one of a fence that ran again."""
        found = {}
        for path in sorted(self.folder.iterdir()):
            with path.open("rb") as file:
                while file.peek(1):
                    entry = pickle.load(file)
                    found[entry.block.page, entry.block.line] = entry
        return [found[key] for key in sorted(found)]

    def ran(self, name: str) -> set[int]:
        """The lines of the Python fences of a page that ran, in any process."""
        blocks = (entry.block for entry in self.entries())
        return {b.line for b in blocks if (b.page, b.language) == (name, "python")}


STATE = State()


def _words(excinfo) -> str | None:
    """What pytest prints of an error in a source file: its own words, no traceback."""
    return str(excinfo.value) if excinfo.errisinstance(SourceError) else None


@register_runner(default=True)
class PageRunner(DefaultRunner):
    """Runs a fence in the process of its page."""

    def runtest(self, test, args, **_options) -> None:
        page = STATE.load(test.source_path)
        if test.fixture_names or test.max_retries:
            problem = "a fence takes no fixture or retry; write it without."
            raise SourceError(page.path, test.start_line, problem)
        (example,) = (one for one in page.examples if one.line == test.start_line)
        with STATE.entry(example, example.section) as entry:
            entry.differs = example.differs
            verdict = STATE.run_of(page).judge(example)
            entry.block = replace(entry.block, seconds=round(verdict.seconds, 4))
            if verdict.rewrite and STATE.update:
                entry.rewrite = verdict.rewrite
            elif verdict.problem:
                raise verdict.problem

    def repr_failure(self, test, excinfo, style=None) -> str:
        return _words(excinfo) or str(excinfo.getrepr(style="long"))


class PageItem(pytest.Item):
    """A test of a page; what is wrong is said in our words alone."""

    def repr_failure(self, excinfo, style=None) -> str:
        return _words(excinfo) or super().repr_failure(excinfo, style)

    def reportinfo(self):
        return self.path, 0, self.name


class PageStructure(PageItem):
    """The page can be read, and shows no empty output."""

    def runtest(self) -> None:
        for fence in STATE.load(self.path).fences:
            empty = fence.language == "text" and not fence.source.strip()
            if empty and not STATE.update:
                problem = "this output fence is empty. Remove it, or fill it: "
                problem += "pytest --update-outputs"
                raise SourceError(fence.path, fence.line, problem)


class ShellBlock(PageItem):
    """A shell block of a page runs, on a machine with a GPU."""

    def __init__(self, *, part: Shell, section: str, **options):
        super().__init__(**options)
        self.part, self.section = part, section

    def runtest(self) -> None:
        with STATE.entry(self.part, self.section):
            if problem := run_shell(self.part.code.source):
                raise SourceError(self.part.code.path, self.part.line, problem)


class PageFile(MarkdownTextFile):
    """A page; when it cannot be read as one, its structure item alone, which fails."""

    def collect(self):
        yield PageStructure.from_parent(self, name="[structure]")
        try:
            page = STATE.load(self.path)
        except SourceError:
            return
        if page.examples and not hasattr(self.config, "workerinput"):
            start_server()
        yield from super().collect()
        for section in page.sections if STATE.device == "cuda" else ():
            for part in section.parts:
                if isinstance(part, Shell):
                    yield ShellBlock.from_parent(
                        self,
                        name=f"[Shell line:{part.line}]",
                        part=part,
                        section=section.id,
                    )


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path, parent):
    """Pages become `PageFile`s. Docstrings hold no fences: no module is collected."""
    collectors = yield
    return [
        PageFile.from_parent(parent, path=file_path)
        if isinstance(collector, MarkdownTextFile)
        else collector
        for collector in collectors
        if not isinstance(collector, MarkdownDocstringCodeModule)
    ]


def pytest_addoption(parser) -> None:
    group = parser.getgroup("fences")
    group.addoption(
        "--device",
        choices=list(TITLES),
        default="cpu",
        help="run the fences there; emulated: an accelerator that is none (cpu)",
    )
    group.addoption(
        "--update-outputs",
        action="store_true",
        help="rewrite the output fences of pages that differ from what their code gave",
    )
    group.addoption(
        "--record",
        type=Path,
        metavar="FILE",
        help="write what ran, and on what, to a JSON file",
    )


def pytest_configure(config) -> None:
    STATE.root = config.rootpath
    STATE.device = config.getoption("device")
    STATE.update = config.getoption("update_outputs")
    STATE.record = config.getoption("record")
    if worker := getattr(config, "workerinput", None):
        STATE.folder = Path(worker["fences"])
        return
    if problem := _impossible():
        raise pytest.UsageError(problem)
    if STATE.record:  # now, while the device is there
        try:
            STATE.described = describe(STATE.device)
        except RuntimeError as error:
            raise pytest.UsageError(f"--record {STATE.record}: {error}") from error
    STATE.folder = Path(tempfile.mkdtemp(prefix="fences-"))
    config.add_cleanup(lambda: shutil.rmtree(STATE.folder))


def _impossible() -> str:
    """What is wrong with the options together, or here; "" for nothing."""
    if STATE.update and os.environ.get("CI"):
        return "--update-outputs is refused where CI is set."
    if STATE.update and STATE.device == "emulated":
        problem = "--update-outputs is refused with --device emulated: what an "
        return problem + "emulated accelerator prints stands on no page."
    if STATE.update and STATE.record:
        problem = "--record says what the pages show, and --update-outputs changes it; "
        return problem + "update first, then record."
    problem = why_unusable(STATE.device)
    return problem and f"--device {STATE.device} cannot run here: {problem}"


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node) -> None:
    """A worker of pytest-xdist starts."""
    node.workerinput["fences"] = str(STATE.folder)


def pytest_sessionfinish(session) -> None:
    STATE.close()
    if hasattr(session.config, "workerinput"):
        return
    entries = STATE.entries()
    rewrites = defaultdict(list)
    for entry in entries:
        if entry.rewrite:
            rewrites[entry.rewrite.fence.path].append(entry.rewrite)
    errors = []
    for name, changes in rewrites.items():
        try:
            rewrite_outputs(STATE.root, name, changes)
        except SourceError as error:
            errors.append(str(error))
    if STATE.record and not entries:
        errors.append(f"--record {STATE.record}: nothing ran, and nothing was written.")
    elif STATE.record:
        blocks = [entry.block for entry in entries]
        run = records.describe_run(STATE.described, STATE.root, blocks)
        records.write_record(STATE.record, run)
    if errors:
        raise pytest.UsageError("\n".join(errors))


def pytest_terminal_summary(terminalreporter) -> None:
    entries = STATE.entries()
    if not entries:
        return
    write = terminalreporter.write_line
    write(f"fences run on {NAMES[STATE.device]}: {len(entries)}")
    if differing := [entry for entry in entries if entry.differs]:
        write(f"outputs that differ between CPU and GPU: {len(differing)}")
    for page in sorted({entry.block.page for entry in entries if entry.rewrite}):
        lines = [
            str(entry.rewrite.fence.line)
            for entry in entries
            if entry.block.page == page and entry.rewrite
        ]
        write(f"updated {page}: line {', '.join(lines)}")
    if STATE.record:
        write(f"recorded in {STATE.record}")
