"""Pytest: run every fence of the pages and compare its output.

Builds on pytest-markdown-docs, which finds the fences: registers the runner, adds one
item a page for its structure, and `--update-outputs`.
"""

import os
from collections import defaultdict
from pathlib import Path

import pytest
from pytest_markdown_docs._runners import DefaultRunner, register_runner
from pytest_markdown_docs.plugin import MarkdownDocstringCodeModule, MarkdownTextFile

from fences.blocks import Block, Example, PageError, read_examples
from fences.run import FenceFailure, Page, judge, place
from fences.update import rewrite_outputs

DEVICE = "CPU"


class State:
    """What the run holds: the one page that is open, and the outputs to rewrite."""

    def __init__(self):
        self.update = False
        self.page: Page | None = None
        self.outputs: dict[Path, list[tuple[Block, str]]] = defaultdict(list)
        self.ran: dict[Path, set[int]] = defaultdict(set)  # first lines of the code

    def open(self, path: Path) -> Page:
        if self.page is None or self.page.path != path:
            self.close()
            self.page = Page(path, read_examples(path))
        return self.page

    def close(self) -> None:
        if self.page is not None:
            self.page.close()
            self.page = None


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
        problem, shown, got = judge(page, index, DEVICE)
        STATE.ran[test.source_path].add(test.start_line)
        if problem and shown and STATE.update:
            STATE.outputs[test.source_path].append((shown, got))
        elif problem:
            raise FenceFailure(problem)

    def repr_failure(self, test, excinfo, style=None) -> str:
        if excinfo.errisinstance((FenceFailure, PageError)):
            return str(excinfo.value)
        return str(excinfo.getrepr(style="long"))


class PageStructure(pytest.Item):
    """The page can be read, and each of its fences is one that runs."""

    def runtest(self) -> None:
        for example in read_examples(self.path):
            self._check_outputs(example)

    def _check_outputs(self, example: Example) -> None:
        for block in example.outputs.values():
            if not block.source.strip() and not STATE.update:
                problem = f"{place(block)}: this output fence is empty. Remove it, or "
                raise FenceFailure(problem + "fill it: pytest --update-outputs")

    def repr_failure(self, excinfo, style=None) -> str:
        if excinfo.errisinstance((FenceFailure, PageError)):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self):
        return self.path, 0, self.name


class PageFile(MarkdownTextFile):
    """A page; when it cannot be read as one, its structure item alone, which fails."""

    def collect(self):
        yield PageStructure.from_parent(self, name="[structure]")
        try:
            read_examples(self.path)
        except PageError:
            return
        yield from super().collect()


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
    parser.getgroup("fences").addoption(
        "--update-outputs",
        action="store_true",
        help="rewrite the output fences of pages that differ from what their code gave",
    )


def pytest_configure(config) -> None:
    STATE.update = config.getoption("update_outputs")
    if STATE.update and os.environ.get("CI"):
        raise pytest.UsageError("--update-outputs is refused where CI is set.")


def pytest_sessionfinish(session) -> None:
    STATE.close()
    errors = []
    for path, outputs in STATE.outputs.items():
        try:
            rewrite_outputs(path, outputs)
        except PageError as error:
            errors.append(str(error))
    if errors:
        raise pytest.UsageError("\n".join(errors))


def pytest_terminal_summary(terminalreporter) -> None:
    if STATE.ran:
        count = sum(map(len, STATE.ran.values()))
        terminalreporter.write_line(f"fences run on {DEVICE}: {count}")
    for path, outputs in STATE.outputs.items():
        lines = ", ".join(str(block.line) for block, _ in outputs)
        terminalreporter.write_line(f"updated {os.path.relpath(path)}: line {lines}")
