"""Run the fences of one page and judge each against the output that the page shows."""

import ast
from dataclasses import dataclass

from cheatsheet.page import Example, Fence, Page, SourceError
from cheatsheet.run.compare import difference
from cheatsheet.run.devices import NAMES, TITLES, moves_to_accelerator
from cheatsheet.run.process import Ended, Outcome, Process
from cheatsheet.run.update import Rewrite

UPDATE_GPU = "pytest docs --device cuda --update-outputs"


@dataclass(frozen=True)
class Verdict:
    """What is wrong with a fence, None for nothing, and a rewriting that cures it."""

    problem: SourceError | None = None
    rewrite: Rewrite | None = None
    seconds: float = 0.0


class PageRun:
    """A page whose fences run on a device; use as a context manager, or `close` it."""

    def __init__(self, page: Page, device: str = "cpu"):
        self.page = page
        self.device = device
        self.outcomes: list[Outcome] = []
        self._sent = 0
        self._broken = ""  # why no further fence can run
        definitions = _definitions(page.examples)
        self._process = Process(str(page.path), page.text, definitions, device)
        self.close = self._process.close

    def __enter__(self) -> "PageRun":
        return self

    def __exit__(self, *_error) -> None:
        self.close()

    def outcome(self, example: Example) -> Outcome:
        """What an example of the page did; those before it run first, each once.

        Raises:
            SourceError: an earlier one raised or ended the process, or this one did
                not come to its end.
        """
        for one in self.page.examples[len(self.outcomes) : example.number]:
            if self._broken:
                raise _error(one.code, f"not run: {self._broken}.")
            self._send(one.number)
            try:
                outcome = self._process.receive()
            except Ended as end:
                self._broken = f"the fence at line {one.line} {end}"
                raise _error(one.code, f"this fence {end}.") from end
            self.outcomes.append(outcome)
            if outcome.lost:
                self._broken = outcome.lost
            elif outcome.raised and not one.raises:
                self._broken = f"line {outcome.line or one.line} of this page raised"
            else:  # the next one runs while this one is judged
                self._send(one.number + 1)
        return self.outcomes[example.number - 1]

    def _send(self, count: int) -> None:
        """Let the first `count` examples of the page run, each once."""
        for one in self.page.examples[self._sent : count]:
            self._process.send(one.line, one.code.source)
            self._sent = one.number

    def judge(self, example: Example) -> Verdict:
        """Run an example, and compare what it did with what the page says.

        Raises:
            SourceError: as `outcome`.
        """
        outcome = self.outcome(example)
        problem, rewrite = _unexpected_end(example, outcome), None
        if not problem:
            got = outcome.output.rstrip()
            problem, rewrite = _compare(example, got, self.device)
        if not problem and example == self.page.examples[-1]:
            problem = self._stayed_on_the_cpu()
        return Verdict(problem, rewrite, outcome.seconds)

    def _stayed_on_the_cpu(self) -> SourceError | None:
        """A run on an accelerator is one only if tensors were put there."""
        if self.device == "cpu" or any(one.allocations for one in self.outcomes):
            return None
        moving = moves_to_accelerator(self.page.examples)
        if moving is None:
            return None
        problem = "this page asks for the accelerator and moves to it, but no tensor "
        problem += f"was put on {NAMES[self.device]}; let `try_gpu()` find it."
        return _error(moving.code, problem)


def _unexpected_end(example: Example, outcome: Outcome) -> SourceError | None:
    code = example.code
    if outcome.lost:
        return _error(code, f"{outcome.lost}.")
    if outcome.raised and not example.raises:
        problem = "this fence raises. Mend it, or mark it { .raises } and show the "
        problem += "error.\n" + _indent(f"{outcome.trace}\n{outcome.output}".strip())
        return _error(code, problem, outcome.line)
    if example.raises and not outcome.raised:
        problem = "this fence is meant to raise ({ .raises }), and does not. Remove "
        return _error(code, problem + "the mark, or mend the code.")
    if outcome.problem:
        last = ast.parse(code.source).body[-1].lineno
        return _error(code, f"{outcome.problem}.", code.line + last)
    return None


def _compare(example: Example, got: str, device: str) -> tuple[SourceError | None, Rewrite | None]:
    code, title = example.code, TITLES[device]
    shown = example.output(title)
    if shown is None and example.differs:
        return _compare_with_others(example, got, device)
    if shown is None and not got:
        return None, None
    if shown is None:
        problem = "this fence prints, and the page does not show it. Add a text fence "
        problem += f"after it with this output:\n{_indent(got)}"
        return _error(code, problem, code.end), None
    if not got:
        problem = f"this output follows code that prints nothing (line {code.line}). "
        return _error(shown, problem + "Remove it, or print."), None
    diff = difference(shown.source, got, gpu=device == "cuda")
    if diff is None:
        return None, None
    problem = "the page shows other output (-) than this code gave (+):\n"
    problem += f"{_indent(diff)}\n  the code, from line {code.line + 1}:\n"
    problem += f"{_indent(code.source.rstrip())}\n"
    if device == "cpu" or (shown.title and shown.title == title):
        update = "pytest --update-outputs" if device == "cpu" else UPDATE_GPU
        problem += f"  If the new output is right: {update}"
        return _error(shown, problem), Rewrite(shown, got)
    problem += f"  This was {NAMES[device]}. Let the code print the same everywhere; "
    problem += f"if it cannot, title this output CPU, and run: {UPDATE_GPU}"
    return _error(shown, problem), None


def _compare_with_others(
    example: Example, got: str, device: str
) -> tuple[SourceError | None, Rewrite | None]:
    """Of a fence whose output is shown for other devices than this one."""
    other = example.outputs.get("CPU") or example.outputs["GPU"]
    if device == "emulated":  # no page shows it; but it is none of the others
        if other.title == "GPU" or difference(other.source, got):
            return None, None
        problem = "this output is titled CPU, and an accelerator gives the same. "
        return _error(other, problem + "Remove the title, or ask for one."), None
    if not got:
        return None, None
    if device == "cpu":
        problem = 'this fence prints on the CPU too. Add a text title="CPU" fence with '
        return _error(example.code, f"{problem}this output:\n{_indent(got)}"), None
    problem = f"no GPU output recorded; run: {UPDATE_GPU}"
    return _error(other, problem), Rewrite(other, got, new_title="GPU")


def _error(fence: Fence, problem: str, line: int | None = None) -> SourceError:
    return SourceError(fence.path, line or fence.line, problem)


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
