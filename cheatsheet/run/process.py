"""The process in which the fences of one page run, in order, in one namespace.

One for each page makes every page start clean, whatever torch can be set to. It is forked from a
server that has imported torch. First the side of pytest, then that of the process itself.
"""

import ast
import builtins
import contextlib
import ctypes
import linecache
import logging
import multiprocessing
import os
import re
import sys
import sysconfig
import tempfile
import threading
import time
import traceback
import types
import warnings
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

from cheatsheet.run import devices, elsewhere
from cheatsheet.run.proof import OUTSIDE, Coverage

# A fence that takes longer than this hangs.
LIMIT_SECONDS = 120
# What the server of processes imports, and the code that needs it: each optimizer's first step
# imports Dynamo, which takes longer than most pages. It does without what is not installed.
PRELOADED = {
    "torch": "",
    "cheatsheet.run.process": "",
    "torch._dynamo": "optim|compile",
    "matplotlib.pyplot": "matplotlib",
}


@dataclass
class Outcome:
    """What one fence did."""

    # All that it wrote, warnings included, then the repr of its last expression, or its exception.
    output: str = ""
    raised: bool = False
    line: int | None = None  # of the page: the outermost line that failed
    trace: str = ""
    problem: str = ""  # with what it did, then of that line
    seconds: float = 0.0
    allocations: int = 0  # tensors that it put on the accelerator
    lost: str = ""  # what broke the device or ended the process, if anything did
    left: object = None  # what `Piece.then` gave


class Piece(NamedTuple):
    """Code that stands below line `line` of its file."""

    line: int
    source: str
    raises: bool = False  # it is meant to
    then: Callable[[dict], object] | None = None  # called when it has run, with its namespace


class Process(contextlib.AbstractContextManager):
    """A process that runs one piece of code after the other; `close` it.

    It runs ahead of whoever receives the outcomes, and ends after a piece that breaks it or raises
    without being meant to. `name` and `text` are of the file; with `alone` there is no `snippets`.
    """

    def __init__(
        self,
        name: str,
        code: list[Piece],
        text: str = "",
        device: str = "cpu",
        alone: bool = False,
    ):
        self._folder = tempfile.TemporaryDirectory()
        folder = Path(self._folder.name)
        folder.joinpath("work").mkdir()
        folder.joinpath("tmp").mkdir()
        definitions = "" if alone else _definitions(code)
        folder.joinpath("page.py").write_text(definitions, encoding="utf-8")
        context = _context()
        self._connection, theirs = context.Pipe()
        arguments = theirs, name, code, text, folder, device, alone
        self._process = context.Process(target=_main, args=arguments)
        self._process.start()
        theirs.close()
        self._left = len(code)

    def receive(self) -> Outcome:
        """Wait for the outcome of the next piece; where there will be none, it is `lost`."""
        try:
            if self._connection.poll(LIMIT_SECONDS):
                outcome = self._connection.recv()
                self._left -= 1
                return outcome
            lost = f"the code did not end within {LIMIT_SECONDS} seconds"
        except (EOFError, OSError):
            self._process.join(10)
            lost = f"the code ended the process (exit code {self._process.exitcode})"
        return Outcome(raised=True, lost=lost)

    def close(self) -> None:
        if not self._left:  # it ends by itself
            self._process.join(10)
        self._process.kill()
        self._process.join()
        self._connection.close()
        self._folder.cleanup()

    def __exit__(self, *_error) -> None:
        self.close()


def _definitions(code: list[Piece]) -> str:
    """The imports, classes and functions at the top level of all pieces."""
    kinds = (ast.Import, ast.ImportFrom, ast.ClassDef, ast.FunctionDef)
    body = [node for one in code for node in ast.parse(one.source).body if isinstance(node, kinds)]
    return ast.unparse(ast.Module(body, type_ignores=[])) + "\n"


def run_alone(text: str, then: Callable[[dict], object] | None = None) -> Outcome:
    """What a program does for whoever pasted it: alone, in a fresh process, in an empty folder,
    without `snippets`; `then` as in `Piece`.
    """
    with Process("copy.py", [Piece(0, text, then=then)], alone=True) as process:
        return process.receive()


def start_server(code: str) -> None:
    """Let the server of processes import what code needs, while this process goes on."""
    context = _context()
    if context.get_start_method() == "forkserver":
        needed = [name for name, words in PRELOADED.items() if re.search(words, code)]
        context.set_forkserver_preload(needed)
        forkserver.ensure_running()


def _context():
    # In torch 2.8, `torch.compile` starts processes, and a thread for them, that stay.
    os.environ.setdefault("TORCHINDUCTOR_COMPILE_THREADS", "1")
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([*PRELOADED])
    return context


def _main(
    connection: Connection,
    name: str,
    code: list[Piece],
    text: str,
    folder: Path,
    device: str,
    alone: bool,
) -> None:
    """Run each piece of code in the `work` of a folder, and send its `Outcome`."""
    devices.set_up(device)
    with contextlib.suppress(AttributeError):
        ctypes.CDLL(None).prctl(36, 1)  # PR_SET_CHILD_SUBREAPER: keep what children leave running
    folder = folder.resolve()
    if alone:  # without snippets
        root = Path(__file__).parents[2]
        sys.path[:] = [path for path in sys.path if path and Path(path).resolve() != root]
    elsewhere.arrive()
    os.chdir(folder / "work")
    os.environ["TMPDIR"] = tempfile.tempdir = str(folder / "tmp")
    sys.argv = [name]
    if text:  # for tracebacks, and for what asks for the source of a class
        linecache.cache[name] = len(text), None, text.splitlines(keepends=True), name
    read_output = _capture_output(folder / "output.txt")
    namespace = _main_module(folder / "page.py")
    builtins._truth = _truth
    own = {one: module for one, module in sys.modules.items() if one.split(".")[0] == "cheatsheet"}
    _keep_inside(name, folder)
    coverage = Coverage(name, text) if text else None
    builtins._ran = coverage and coverage.mark
    for piece in code:
        _seed(f"{name}:{piece.line}")
        sys.modules.update(dict.fromkeys(own))  # no fence reaches what runs it
        before, start = devices.allocations(device), time.perf_counter()
        outcome, error = _run(piece, name, namespace, read_output, coverage)
        outcome.lost = devices.failure(device, error)
        outcome.seconds = time.perf_counter() - start
        if not outcome.lost:
            outcome.allocations = devices.allocations(device) - before
        whole = coverage and piece is code[-1] and outcome.raised == piece.raises
        sys.modules.update(own)
        if unrun := [line for one in code if whole for line in coverage.unrun(*one[:3])]:
            outcome.line, lines = unrun[0], ", ".join(map(str, unrun))
            outcome.problem = f"what stands at {lines} never ran; let it run, or remove it"
        outcome.left = piece.then and piece.then(namespace)
        connection.send(outcome)
        if outcome.lost or (outcome.raised and not piece.raises):
            break


def _main_module(definitions: Path) -> dict:
    """Be `__main__`, as in a script or notebook, so that classes can be pickled.

    Worker processes that are not forked import `__main__` anew from its file: there
    they find the imports, classes and functions of the page, and nothing else.
    """
    module = types.ModuleType("__main__")
    module.__file__ = str(definitions)
    sys.modules["__main__"] = module
    return module.__dict__


# What no fence may give another meaning; a module has some of these names for itself.
SHOWING = {*dir(builtins)} - {*dir(types.ModuleType("a"))}
OPENED = ("open", "os.chdir", "os.listdir", "os.mkdir", "os.remove", "os.rename", "os.scandir")


def _keep_inside(name: str, folder: Path) -> None:
    """Let the code of the file `name` open nothing but what lies in the folders of its process.

    What others open for themselves, such as modules, is theirs; so is the source of a class.
    """
    library = re.escape(sysconfig.get_path("stdlib"))
    through = re.compile(rf"{library}/(?!\w+-packages/)")
    inside = tuple(f"{folder / one}{os.sep}" for one in ("work", "tmp"))

    def look(event: str, given: tuple) -> None:
        if event not in OPENED or not isinstance(given[0], (str, bytes, os.PathLike)):
            return
        frame = sys._getframe(1)
        while frame and through.match(frame.f_code.co_filename):
            frame = frame.f_back
        path = os.path.abspath(os.fsdecode(given[0]))
        own = f"{path}{os.sep}".startswith(inside) or path == os.devnull
        reads = event == "open" and path.endswith(".py") and not given[2] & os.O_ACCMODE
        if frame and frame.f_code.co_filename == name and not (own or reads):
            raise PermissionError(f"{path}: {OUTSIDE}")

    sys.addaudithook(look)


def _truth(value: object) -> bool:
    """The value of an assert, which must be a truth: a function or a tuple is always true."""
    kind = str(getattr(value, "dtype", type(value).__name__)).removeprefix("torch.")
    if kind != "bool":
        raise TypeError(f"this assert is about a {kind}, which is no truth; call or compare it")
    return bool(value)


def _around(namespace: dict) -> dict[str, object]:
    """What a fence must leave as it is, by what is wrong if it does not."""
    children = {one.pid for one in multiprocessing.active_children()}
    for file in Path("/proc/self/task").glob("*/children"):
        children.update(map(int, file.read_text().split()))
    return {
        "a thread that this fence started still runs, and may print later; join it": (
            threading.enumerate()
        ),
        "a process that this fence started may print later; wait for it": children,
        "this fence hides warnings; use what does not warn, or show the warning": (
            *(warnings.warn, warnings.showwarning, logging.root.manager.disable),
        ),
        "this fence changes how things are printed; print what a reader would see": (
            *(sys.stdout, sys.stderr, vars(builtins).copy()),
            SHOWING & namespace.keys(),
            [os.fstat(stream).st_ino for stream in (1, 2)],
        ),
    }


def _seed(name: str) -> None:
    # Another seed for each fence of each file: one that forgets to seed prints other
    # numbers on the page of the other language, and so cannot go unseen. The same for
    # memory that nobody has set, where the C library is glibc (-6 is its M_PERTURB).
    import torch

    torch.manual_seed(seed := zlib.crc32(name.encode()))
    if "numpy" in sys.modules:  # the server of processes has one state for all of them
        sys.modules["numpy"].random.seed(seed)
    with contextlib.suppress(AttributeError, TypeError):
        ctypes.CDLL(None).mallopt(-6, seed % 255 + 1)


def _capture_output(file: Path):
    """Send file descriptors 1 and 2 to a file; return a reader of what is new there.

    Descriptors, not only `sys.stdout`: child processes and C++ write there too.
    """
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    # Both streams are line-buffered views of one file: what is written stays in order.
    sys.stdout = sys.stderr = stream = os.fdopen(1, "w", buffering=1, encoding="utf-8")
    new = file.open("rb")

    def read() -> str:
        stream.flush()
        return new.read().decode("utf-8", errors="backslashreplace")

    return read


def _run(
    piece: Piece, name: str, namespace: dict, read_output, coverage: Coverage | None
) -> tuple[Outcome, object]:
    value = last = error = None
    with warnings.catch_warnings():
        warnings.showwarning = lambda text, kind, *_, **__: print(f"{kind.__name__}: {text}")
        before = _around(namespace)
        try:
            # Empty lines in front give each statement its line number in the page, so that
            # tracebacks point there.
            tree = ast.parse("\n" * piece.line + piece.source, filename=name)
            for one in ast.walk(tree):
                if isinstance(one, ast.Assert):
                    one.test = ast.Call(ast.Name("_truth", ast.Load()), [one.test], [])
                    ast.fix_missing_locations(ast.copy_location(one.test, one))
            if coverage:
                coverage.watch(tree)
            last = tree.body[-1] if tree.body else None
            shown = tree.body.pop() if isinstance(last, ast.Expr) else None
            exec(compile(tree, name, "exec", dont_inherit=True), namespace)
            if shown:
                code = compile(ast.Expression(shown.value), name, "eval", dont_inherit=True)
                value = eval(code, namespace)
            if value is not None:
                print(repr(value))
            problem = _unstable_repr(value)
        except BaseException as raised:  # SystemExit too: the page goes on
            problem, error = "", raised
        after = _around(namespace)
    changed = [problem for problem, fact in after.items() if fact != before[problem]]
    problem = (changed or [problem])[0]
    if error is None:
        return Outcome(read_output(), line=last and last.lineno, problem=problem), None
    frames = traceback.extract_tb(error.__traceback__)
    while frames and frames[0].filename != name:
        frames.pop(0)
    line = frames[0].lineno if frames else None
    output = read_output()
    output += "" if not output or output.endswith("\n") else "\n"
    output += "".join(traceback.format_exception_only(error)).rstrip()
    trace = "".join(traceback.format_list(frames)).rstrip()
    return Outcome(output, True, line, trace, problem), error


def _unstable_repr(value: object) -> str:
    """Why a notebook, or another Python, would show this value in other words."""
    if not isinstance(value, (dict, list, set, frozenset, tuple)):
        return ""
    if type(value).__name__ == "OrderedDict":
        return "the repr of an OrderedDict differs between versions of Python; print it"
    if "\n" in (text := repr(value)) or len(text) > 79:
        return "a notebook breaks this long container into lines of its own; print it"
    return ""
