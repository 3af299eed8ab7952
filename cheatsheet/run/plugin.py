"""Pytest: run every fence of the pages on a device and compare its output.

Builds on pytest-markdown-docs, which finds the fences: registers the runner, adds one
item a page for its structure, and the options `--device`, `--update-outputs` and
`--record`. Works in one process and in the workers of pytest-xdist.
"""

import os
import shutil
import tempfile
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import pytest
from pytest_markdown_docs._runners import DefaultRunner, register_runner
from pytest_markdown_docs.plugin import MarkdownDocstringCodeModule, MarkdownTextFile

from cheatsheet.run import records
from cheatsheet.blocks import (
    Block,
    Example,
    PageError,
    read_blocks,
    read_examples,
    read_page,
    section_id,
)
from cheatsheet.run.devices import NAMES, TITLES, describe, why_unusable
from cheatsheet.run.journal import Entry, Journal
from cheatsheet.run.judge import FenceFailure, Page, judge, place
from cheatsheet.run.shell import run_shell
from cheatsheet.run.update import rewrite_outputs


class State:
    """What the run holds: its device, its journal, and the one page that is open."""

    def __init__(self):
        self.root = Path()
        self.device = "cpu"
        self.update = False
        self.record: Path | None = None
        self.described: dict = {}  # the device, for the record
        self.journal: Journal | None = None
        self.page: Page | None = None

    def open(self, path: Path) -> Page:
        if self.page is None or self.page.path != path:
            self.close()
            self.page = Page(path, read_examples(path), self.device)
        return self.page

    def close(self) -> None:
        if self.page is not None:
            self.page.close()
            self.page = None

    def ran(self, path: Path) -> set[int]:
        """The first lines of the page's Python blocks that ran, in any process."""
        page = self.name(path)
        entries = self.journal.read()
        return {e.line for e in entries if e.page == page and e.language == "python"}

    def name(self, path: Path) -> str:
        """A page as records name it: from the root of the project."""
        return Path(os.path.relpath(path, self.root)).as_posix()

    def entry(self, block: Block, shown: Block | None) -> Entry:
        """What the journal says of a block that failed, until more is known."""
        return Entry(
            page=self.name(block.path),
            line=block.line,
            id=section_id(read_page(block.path), block.line),
            language=block.language,
            code=records.code_hash(block, self.root),
            output=records.output_hash(shown),
            result="failed",
            seconds=0.0,
        )


STATE = State()


@register_runner(default=True)
class PageRunner(DefaultRunner):
    """Runs a fence in the process of its page."""

    def runtest(self, test, args, **_options) -> None:
        if test.fixture_names or test.max_retries:
            raise FenceFailure(
                f"{test.source_path}: a fence takes no fixture or retry."
            )
        page = STATE.open(test.source_path)
        lines = [example.code.line for example in page.examples]
        index = lines.index(test.start_line)
        example = page.examples[index]
        entry = STATE.entry(example.code, example.output(TITLES[STATE.device]))
        entry = replace(entry, differs=example.differs)
        try:
            verdict = judge(page, index)
            entry = replace(entry, seconds=verdict.seconds)
            if not verdict.problem:
                entry = replace(entry, result="passed")
            elif verdict.rewrite and STATE.update:
                entry = replace(entry, rewrite=verdict.rewrite)
            else:
                raise FenceFailure(verdict.problem)
        finally:
            STATE.journal.write(entry)

    def repr_failure(self, test, excinfo, style=None) -> str:
        if excinfo.errisinstance((FenceFailure, PageError)):
            return str(excinfo.value)
        return str(excinfo.getrepr(style="long"))


class PageItem(pytest.Item):
    """An item of a page whose failures are told in one message, without a traceback."""

    def repr_failure(self, excinfo, style=None) -> str:
        if excinfo.errisinstance((FenceFailure, PageError)):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self):
        return self.path, 0, self.name


class PageStructure(PageItem):
    """The page can be read, and each of its fences is one that runs."""

    def runtest(self) -> None:
        for example in read_examples(self.path):
            self._check_outputs(example)

    def _check_outputs(self, example: Example) -> None:
        for block in example.outputs.values():
            if not block.source.strip() and not STATE.update:
                problem = f"{place(block)}: this output fence is empty. Remove it, or "
                raise FenceFailure(problem + "fill it: pytest --update-outputs")


class ShellBlock(PageItem):
    """A shell block of a page runs, on a machine with a GPU."""

    def __init__(self, *, block: Block, **options):
        super().__init__(**options)
        self.block = block

    def runtest(self) -> None:
        entry = STATE.entry(self.block, None)
        try:
            if problem := run_shell(self.block.source):
                raise FenceFailure(f"{place(self.block)}: {problem}")
            entry = replace(entry, result="passed")
        finally:
            STATE.journal.write(entry)


class PageFile(MarkdownTextFile):
    """A page; when it cannot be read as one, its structure item alone, which fails."""

    def collect(self):
        yield PageStructure.from_parent(self, name="[structure]")
        try:
            read_examples(self.path)
        except PageError:
            return
        yield from super().collect()
        if STATE.device == "cuda":
            for block in read_blocks(read_page(self.path), self.path):
                if block.language == "bash":
                    name = f"[Shell line:{block.line}]"
                    yield ShellBlock.from_parent(self, name=name, block=block)


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
        STATE.journal = Journal(Path(worker["fences_journal"]))
        return
    if STATE.update and os.environ.get("CI"):
        raise pytest.UsageError("--update-outputs is refused where CI is set.")
    if STATE.update and STATE.device == "emulated":
        problem = (
            "--update-outputs is refused with --device emulated: what an emulated "
        )
        raise pytest.UsageError(problem + "accelerator prints stands on no page.")
    if STATE.update and STATE.record:
        problem = "--record says what the pages show, and --update-outputs changes it; "
        raise pytest.UsageError(problem + "update first, then record.")
    if problem := why_unusable(STATE.device):
        raise pytest.UsageError(f"--device {STATE.device} cannot run here: {problem}")
    if STATE.record:  # now, while the device is there
        try:
            STATE.described = describe(STATE.device)
        except RuntimeError as error:
            raise pytest.UsageError(f"--record {STATE.record}: {error}") from error
    folder = tempfile.mkdtemp(prefix="fences-")
    config.add_cleanup(lambda: shutil.rmtree(folder))
    STATE.journal = Journal(Path(folder))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node) -> None:
    """A worker of pytest-xdist starts."""
    node.workerinput["fences_journal"] = str(STATE.journal.folder)


def pytest_sessionfinish(session) -> None:
    STATE.close()
    if hasattr(session.config, "workerinput"):
        return
    entries = STATE.journal.read()
    rewrites = defaultdict(list)
    for entry in entries:
        if entry.rewrite:
            rewrites[STATE.root / entry.page].append(entry.rewrite)
    errors = []
    for path, changes in rewrites.items():
        try:
            rewrite_outputs(path, changes)
        except PageError as error:
            errors.append(str(error))
    if STATE.record and not entries:
        errors.append(f"--record {STATE.record}: nothing ran, and nothing was written.")
    elif STATE.record:
        run = records.describe_run(STATE.described, STATE.root)
        records.write_record(STATE.record, run, entries)
    if errors:
        raise pytest.UsageError("\n".join(errors))


def pytest_terminal_summary(terminalreporter) -> None:
    entries = STATE.journal.read()
    if not entries:
        return
    write = terminalreporter.write_line
    write(f"fences run on {NAMES[STATE.device]}: {len(entries)}")
    if differing := [entry for entry in entries if entry.differs]:
        write(f"outputs that differ between CPU and GPU: {len(differing)}")
    for page in sorted({entry.page for entry in entries if entry.rewrite}):
        lines = [e.rewrite.line for e in entries if e.page == page and e.rewrite]
        write(f"updated {page}: line {', '.join(map(str, lines))}")
    if STATE.record:
        write(f"recorded in {STATE.record}")
