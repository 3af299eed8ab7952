"""Run the fences of one page and judge each against the output that the page shows."""

import ast
import multiprocessing
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from cheatsheet.run import process as page_process
from cheatsheet.blocks import Block, Example
from cheatsheet.run.compare import difference
from cheatsheet.run.devices import NAMES, TITLES
from cheatsheet.run.journal import Rewrite
from cheatsheet.run.process import Outcome
from cheatsheet.run.placing import places_tensors
from cheatsheet.run.versions import wanted

# A fence that takes longer than this hangs.
LIMIT_SECONDS = 120
UPDATE_GPU = "pytest docs --device cuda --update-outputs"


class FenceFailure(AssertionError):
    """A fence did not do what its page says."""


@dataclass(frozen=True)
class Verdict:
    """What is wrong with a fence, "" for nothing, and a rewriting that cures it."""

    problem: str = ""
    rewrite: Rewrite | None = None
    seconds: float = 0.0


class Page:
    """The running process of one page; use as a context manager, or `close` it."""

    def __init__(self, path: Path, examples: list[Example], device: str = "cpu"):
        self.path = path
        self.examples = examples
        self.device = device
        sources = [example.code.source for example in examples]
        self.places_tensors = places_tensors(sources, device)
        self.outcomes: list[Outcome] = []
        self.broken: str = ""  # why no further fence can run
        self._folder = tempfile.TemporaryDirectory()
        folder = Path(self._folder.name)
        folder.joinpath("work").mkdir()
        folder.joinpath("page.py").write_text(_definitions(examples), encoding="utf-8")
        context = _context()
        self._connection, theirs = context.Pipe()
        self._process = context.Process(
            target=page_process.main, args=(theirs, path, folder, device)
        )
        self._process.start()
        theirs.close()

    def __enter__(self) -> "Page":
        return self

    def __exit__(self, *_error) -> None:
        self.close()

    def close(self) -> None:
        if self._process.is_alive() and not self.broken:
            self._connection.send(None)
            self._process.join(10)
        if self._process.is_alive():
            self._process.kill()
        self._process.join()
        self._connection.close()
        self._folder.cleanup()

    def outcome(self, index: int) -> Outcome:
        """What fence `index` did; the fences before it run first, each once.

        Raises:
            FenceFailure: an earlier fence of the page raised or ended the process.
        """
        while len(self.outcomes) <= index:
            example = self.examples[len(self.outcomes)]
            if self.broken:
                raise FenceFailure(f"{place(example.code)}: not run: {self.broken}")
            outcome = self._run(example.code)
            self.outcomes.append(outcome)
            if outcome.lost:
                self.broken = outcome.lost
            elif outcome.raised and not example.raises:
                line = outcome.line or example.code.line
                self.broken = f"line {line} of this page raised"
        return self.outcomes[index]

    def _run(self, code: Block) -> Outcome:
        try:
            self._connection.send((code.line, code.source))
            if self._connection.poll(LIMIT_SECONDS):
                return self._connection.recv()
            end = f"did not end within {LIMIT_SECONDS} seconds"
        except (EOFError, OSError):
            self._process.join(10)
            end = f"ended the process (exit code {self._process.exitcode})"
        self.broken = f"the fence at line {code.line} {end}"
        raise FenceFailure(f"{place(code)}: this fence {end}.")


def judge(page: Page, index: int) -> Verdict:
    """Run fence `index` of a page, and compare what it did with what the page says.

    Raises:
        FenceFailure: an earlier fence of the page raised or ended the process.
    """
    outcome = page.outcome(index)
    problem, rewrite = _judge(page, index, outcome)
    return Verdict(problem, rewrite, outcome.seconds)


def _judge(page: Page, index: int, outcome: Outcome) -> tuple[str, Rewrite | None]:
    example = page.examples[index]
    code, title = example.code, TITLES[page.device]
    shown = example.output(title)
    got = outcome.output.rstrip()
    if outcome.lost:
        return f"{place(code)}: {outcome.lost}", None
    if outcome.raised and not example.raises:
        return _raised(code, outcome), None
    if example.raises and not outcome.raised:
        problem = f"{place(code)}: this fence is meant to raise ({{ .raises }}), and "
        return problem + "does not. Remove the mark, or mend the code.", None
    if outcome.problem:
        line = _last_line(code)
        return f"{place(code, line)}: {outcome.problem}.", None
    if page.places_tensors[index] and not example.raises and not outcome.allocations:
        problem = f"{place(code)}: this fence is to put tensors on "
        return problem + f"{NAMES[page.device]}, and none was put there.", None
    if shown is None and example.differs:
        return _judge_unshown(page.device, example, got)
    if shown is None and not got:
        return "", None
    if shown is None:
        problem = f"{place(code, code.end)}: this fence prints, and the page does not "
        problem += "show it. Add a text fence after it with this output:\n"
        return problem + _indent(got), None
    if not got:
        problem = f"{place(shown)}: this output follows code that prints nothing "
        return problem + f"(line {code.line}). Remove it, or print.", None
    diff = difference(wanted(shown), got, gpu=page.device == "cuda")
    if diff is None:
        return "", None
    problem = (
        f"{place(shown)}: the page shows other output (-) than this code gave (+):"
    )
    problem += f"\n{_indent(diff)}\n  the code, from line {code.line + 1}:"
    problem += f"\n{_indent(code.source.rstrip())}\n"
    if page.device == "cpu":
        problem += "  If the new output is right: pytest --update-outputs (if only "
        problem += "another torch than the pinned one prints it: cheatsheet/run/versions.json)"
        return problem, _rewrite(shown, got)
    if shown.title == title and title is not None:
        problem += f"  If the new output is right: {UPDATE_GPU}"
        return problem, _rewrite(shown, got)
    problem += f"  This was {NAMES[page.device]}. Let the code print the same "
    problem += "everywhere; if it cannot, title this output CPU, and run: "
    return problem + UPDATE_GPU, None


def _judge_unshown(
    device: str, example: Example, got: str
) -> tuple[str, Rewrite | None]:
    """Of a fence whose output is shown for other devices than this one."""
    other = example.outputs.get("CPU") or example.outputs["GPU"]
    if device == "emulated":  # no page shows it; but it is none of the others
        if other.title == "GPU" or difference(other.source, got):
            return "", None
        problem = (
            f"{place(other)}: this output is titled CPU, and an accelerator gives "
        )
        return problem + "the same. Remove the title, or ask for the accelerator.", None
    if not got:
        return "", None
    if device == "cpu":
        problem = (
            f"{place(example.code)}: this fence prints on the CPU too. Add a text "
        )
        return problem + f'title="CPU" fence with this output:\n{_indent(got)}', None
    problem = f"{place(other)}: no GPU output recorded; run: {UPDATE_GPU}"
    return problem, _rewrite(other, got, new_title="GPU")


def _rewrite(block: Block, got: str, new_title: str | None = None) -> Rewrite:
    return Rewrite(block.line, block.end, block.header, block.source, got, new_title)


def place(block: Block, line: int | None = None) -> str:
    """`path:line`, the path as short as it can be."""
    path = os.path.relpath(block.path)
    return f"{path if not path.startswith('..') else block.path}:{line or block.line}"


def _raised(code: Block, outcome: Outcome) -> str:
    problem = f"{place(code, outcome.line)}: this fence raises. Mend it, or mark it "
    problem += "{ .raises } and show the error.\n"
    return problem + _indent(f"{outcome.trace}\n{outcome.output}".strip())


def _last_line(code: Block) -> int:
    return code.line + ast.parse(code.source).body[-1].lineno


def _indent(text: str) -> str:
    return "\n".join("    " + line for line in text.split("\n"))


def _definitions(examples: list[Example]) -> str:
    """The imports, classes and functions at the top level of all fences."""
    kinds = (ast.Import, ast.ImportFrom, ast.ClassDef, ast.FunctionDef)
    body = [
        statement
        for example in examples
        for statement in ast.parse(example.code.source).body
        if isinstance(statement, kinds)
    ]
    return ast.unparse(ast.Module(body, type_ignores=[])) + "\n"


def _context():
    """Processes that start clean and fast: torch is imported once, in their server."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["torch", "torch._dynamo", "cheatsheet.run.process"])
    return context
