"""The process in which the fences of one page run, in order, in one namespace.

A process for each page is what makes every page start clean: seed, default dtype and
device, threads, environment, global settings of torch, and whatever nobody thought of.
"""

import ast
import linecache
import os
import sys
import time
import traceback
import types
import warnings
import zlib
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path

from cheatsheet.run import devices


@dataclass(frozen=True)
class Outcome:
    """What one fence did.

    `output` is all it wrote to stdout and stderr, warnings included, then the repr of
    its last expression; for a fence that raised, the exception stands last, in the
    words with which Python ends a traceback.
    """

    output: str
    raised: bool = False
    line: int | None = None  # of the page: the outermost line that failed
    trace: str = ""
    problem: str = ""
    seconds: float = 0.0
    allocations: int = 0  # tensors that it put on the accelerator
    lost: str = ""  # what broke the device, if anything did


def main(connection: Connection, page: Path, folder: Path, device: str) -> None:
    """Run each `(line, source)` that arrives, and answer with its `Outcome`.

    `folder` holds `page.py`, the definitions of the page, and `work`, where it runs.
    """
    devices.set_up(device)
    os.chdir(folder / "work")
    sys.argv = [str(page)]
    read_output = _capture_output(folder / "output.txt")
    namespace = _main_module(folder / "page.py")
    _seed(page)
    while (request := connection.recv()) is not None:
        line, source = request
        before, start = devices.allocations(device), time.perf_counter()
        outcome, error = _run(line, source, page, namespace, read_output)
        lost = devices.failure(device, error)
        connection.send(
            replace(
                outcome,
                seconds=time.perf_counter() - start,
                allocations=0 if lost else devices.allocations(device) - before,
                lost=lost,
            )
        )


def _main_module(definitions: Path) -> dict:
    """Be `__main__`, as in a script or notebook, so that classes can be pickled.

    Worker processes that are not forked import `__main__` anew from its file: there
    they find the imports, classes and functions of the page, and nothing else.
    """
    module = types.ModuleType("__main__")
    module.__file__ = str(definitions)
    sys.modules["__main__"] = module
    return module.__dict__


def _seed(page: Path) -> None:
    # Another seed for each file: a fence that forgets to seed prints other numbers on
    # the page of the other language, and so cannot go unseen.
    import torch

    torch.manual_seed(zlib.crc32(str(page).encode()))


def _capture_output(file: Path):
    """Send file descriptors 1 and 2 to a file; return a reader of what is new there.

    Descriptors, not only `sys.stdout`: child processes and C++ write there too.
    """
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    # Both streams are line-buffered views of one file: what is written stays in order.
    sys.stdout = sys.stderr = os.fdopen(1, "w", buffering=1, encoding="utf-8")
    position = 0

    def read() -> str:
        nonlocal position
        sys.stdout.flush()
        new = file.read_bytes()[position:]
        position += len(new)
        return new.decode("utf-8", errors="backslashreplace")

    return read


def _show_warning(message, category, *_args, **_options) -> None:
    print(f"{category.__name__}: {message}")


def _run(
    line: int, source: str, page: Path, namespace: dict, read_output
) -> tuple[Outcome, BaseException | None]:
    # Empty lines in front give each statement its line number in the page, so that
    # tracebacks point there.
    tree = ast.parse("\n" * line + source, filename=str(page))
    last = tree.body[-1] if tree.body else None
    shown = isinstance(last, ast.Expr)
    statements = tree.body[:-1] if shown else tree.body
    try:
        with warnings.catch_warnings():
            warnings.showwarning = _show_warning
            code = ast.Module(statements, type_ignores=[])
            exec(compile(code, page, "exec", dont_inherit=True), namespace)
            value = None
            if shown:
                code = ast.Expression(last.value)
                value = eval(compile(code, page, "eval", dont_inherit=True), namespace)
            if value is not None:
                print(repr(value))
        return Outcome(read_output(), problem=_unstable_repr(value)), None
    except BaseException as error:  # SystemExit too: the page goes on
        lines = [
            frame.lineno
            for frame in traceback.extract_tb(error.__traceback__)
            if frame.filename == str(page)
        ]
        words = "".join(traceback.format_exception_only(error)).rstrip()
        problem = ""
        if lines and last and lines[0] < last.lineno:
            problem = f"the lines after line {lines[0]}, which raises, never run"
        output = read_output()
        output += "" if not output or output.endswith("\n") else "\n"
        outcome = Outcome(
            output + words,
            raised=True,
            line=lines[0] if lines else None,
            trace=_trace(error, page),
            problem=problem,
        )
        return outcome, error


def _unstable_repr(value: object) -> str:
    """Why a notebook, or another Python, would show this value in other words."""
    if not isinstance(value, (dict, list, set, frozenset, tuple)):
        return ""
    if type(value).__name__ == "OrderedDict":
        return "the repr of an OrderedDict differs between versions of Python; print it"
    text = repr(value)
    if "\n" in text or len(text) > 79:
        return "a notebook breaks this long container into lines of its own; print it"
    return ""


def _trace(error: BaseException, page: Path) -> str:
    """The traceback from the page's first line on."""
    linecache.checkcache(str(page))
    frames = traceback.extract_tb(error.__traceback__)
    while frames and frames[0].filename != str(page):
        frames.pop(0)
    return "".join(traceback.format_list(frames)).rstrip()
