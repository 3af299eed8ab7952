"""Run the fences of one page and judge each against the output that the page shows."""

from cheatsheet.page import Example, Fence, Page
from cheatsheet.run import elsewhere
from cheatsheet.run.compare import FLOAT, difference
from cheatsheet.run.devices import NAMES, TITLES, moves_to_accelerator, running
from cheatsheet.run.process import Outcome, Piece, Process
from cheatsheet.run.update import OtherOutput
from cheatsheet.source import SourceError

AGAIN = (
    "a second run of this page prints other digits here; seed before each draw, and show what "
    "is the same in every run"
)
UPDATE_GPU = "pytest docs --device cuda --update-outputs"


class PageRun(Process):
    """A page whose fences run on a device; use as a context manager, or `close` it."""

    def __init__(self, page: Page, device: str = "cpu"):
        code = [Piece(one.line, one.code.source, one.raises) for one in page.examples]
        super().__init__(str(page.path), code, page.text, device)
        # Elsewhere it runs a second time, of other seeds, if it shows what may differ a little.
        rounded = any(FLOAT.search(o.source) for e in page.examples for o in e.outputs.values())
        again = f"again {page.path}", code, page.text, device
        self._again = Process(*again) if rounded and elsewhere.here() else None
        self.page = page
        self.device = device
        self.outcomes: list[Outcome] = []
        self._broken = ""  # why no further fence can run

    def outcome(self, example: Example) -> Outcome:
        """What an example of the page did; those before it run first, each once.

        Raises:
            SourceError: it did not come to its end, or to its beginning.
        """
        for one in self.page.examples[len(self.outcomes) : example.number]:
            if self._broken:
                raise _error(example.code, f"not run: {self._broken}.")
            outcome = self.receive()
            if self._again and self._again.receive().output != outcome.output:
                outcome.problem = outcome.problem or AGAIN
            if outcome.lost:
                self._broken = outcome.lost
                raise _error(one.code, f"{outcome.lost}.")
            self.outcomes.append(outcome)
            if outcome.raised and not one.raises:
                self._broken = f"line {outcome.line or one.line} of this page raised"
        return self.outcomes[example.number - 1]

    def close(self) -> None:
        super().close()
        if self._again:
            self._again.close()

    def judge(self, example: Example) -> None:
        """Run an example, and compare what it did with what the page says.

        Raises:
            OtherOutput: it printed something else, and the page can be rewritten.
            SourceError: something else is wrong with it; or as `outcome`.
        """
        outcome = self.outcome(example)
        _check_end(example, outcome)
        _compare(example, outcome.output.removesuffix("\n"), self.device)
        if example == self.page.examples[-1] and self.device != "cpu":
            self._check_moved()

    def _check_moved(self) -> None:
        """A run on an accelerator is one only if tensors were put there."""
        moving = moves_to_accelerator(self.page.examples)
        if moving and not any(one.allocations for one in self.outcomes):
            problem = "this page asks for the accelerator and moves to it, but no tensor was put "
            problem += f"on {NAMES[self.device]}; let `try_gpu()` find it."
            raise _error(moving.code, problem)


def _check_end(example: Example, outcome: Outcome) -> None:
    """It raises where it is meant to, and nowhere else."""
    code = example.code
    if outcome.raised and not example.raises:
        problem = "this fence raises. Mend it, or mark it { .raises } and show the error.\n"
        trace = f"{outcome.trace}\n{outcome.output}".strip()
        raise _error(code, problem + _indent(trace), outcome.line)
    if example.raises and not outcome.raised:
        problem = "this fence is meant to raise ({ .raises }), and does not. Remove the mark, or "
        raise _error(code, problem + "mend the code.")
    if outcome.problem:
        raise _error(code, f"{outcome.problem}.", outcome.line)


def _compare(example: Example, got: str, device: str) -> None:
    code, shown = example.code, example.output(TITLES[device], running())
    if shown is None and example.differs:
        _compare_with_others(example, got, device)
    elif shown is None:
        if got:
            problem = "this fence prints, and the page does not show it. Add a text fence after "
            raise _error(code, f"{problem}it with this output:\n{_indent(got)}", code.end)
    elif not got:
        problem = f"this output follows code that prints nothing (line {code.line}). "
        raise _error(shown, problem + "Remove it, or print.")
    elif diff := difference(shown.source, f"{got}\n", gpu=device == "cuda"):
        problem = "the page shows other output (-) than this code gave (+):\n"
        problem += f"{_indent(diff)}\n  the code, from line {code.line + 1}:\n"
        problem += f"{_indent(code.source.rstrip())}\n"
        if device != "cpu" and shown.title is None:
            problem += f"  This was {NAMES[device]}. Let the code print the same everywhere; if "
            problem += f"it cannot, title this output CPU, and run: {UPDATE_GPU}"
            raise _error(shown, problem)
        update = "pytest --update-outputs" if device == "cpu" else UPDATE_GPU
        raise OtherOutput(shown, f"{problem}  If the new output is right: {update}", got)


def _compare_with_others(example: Example, got: str, device: str) -> None:
    """Of a fence whose output is shown for other devices than this one."""
    other = example.outputs.get("CPU") or example.outputs["GPU"]
    if device == "emulated":  # no page shows it; but it is none of the others
        if other.title == "CPU" and not difference(other.source, f"{got}\n"):
            problem = "this output is titled CPU, and an accelerator gives the same. Remove the "
            raise _error(other, problem + "title, or ask for one.")
    elif got and device == "cpu":
        problem = 'this fence prints on the CPU too. Add a text title="CPU" fence with this '
        raise _error(example.code, f"{problem}output:\n{_indent(got)}")
    elif got:
        problem = f"no GPU output recorded; run: {UPDATE_GPU}"
        raise OtherOutput(other, problem, got, new_title="GPU")


def _error(fence: Fence, problem: str, line: int | None = None) -> SourceError:
    return SourceError(fence.path, line or fence.line, problem)


def _indent(text: str) -> str:
    return "\n".join("    " + line for line in text.split("\n"))
