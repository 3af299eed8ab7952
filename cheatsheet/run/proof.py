"""What the code of a page proves: it shows, asserts or makes what is used, and all of it runs."""

import ast
import builtins
import mmap
import re
import sys
import threading
from collections.abc import Iterator

from cheatsheet.page import Example, Page, Plot, Shell

BUILT_IN = set(dir(builtins))
PASSED_OVER = "an error that is passed over shows nothing. Print it."
# What asks the machine: no page can show the answer, and a branch on it may stay unused.
ASKS = re.compile(r"torch\.(cuda|accelerator|version)\b")
REFUSED = {
    r"filterwarnings|simplefilter|catch_warnings|captureWarnings|showwarning|PYTHONWARNINGS"
    r"|redirect_stderr|stderr = ": (
        "this hides warnings. Use what does not warn, or show the warning."
    ),
    r"cheatsheet\.|import cheatsheet|_getframe|currentframe|f_back|settrace": (
        "this reaches for what runs the page. Write what a reader would run."
    ),
    r"suppress\(": PASSED_OVER,
    r"expanduser|home\(\)": (
        OUTSIDE := "a copy runs elsewhere. Name a file of the working folder."
    ),
}
COMMANDS = {"cd", "export", "nvidia-smi", "pip", "python", "torchrun"}
COMMAND = re.compile(r"(?:^|[|;&(])[ \t]*(?:\w+=(?:\"[^\"]*\"|\S*)[ \t]+)*([^\s|;&()#]+)", re.M)


def problems(page: Page) -> Iterator[tuple[int, str]]:
    """Lines of a page whose code proves nothing, and for each what is wrong and the cure."""
    trees = [ast.parse("\n" * one.line + one.code.source) for one in page.examples]
    plotted = _plotted(page)
    for example, tree in zip(page.examples, trees, strict=True):
        yield from _of_code(example, tree)
        if set(example.outputs) == {"GPU"}:
            problem = (
                "this output is titled GPU, and none CPU: the run on the CPU compares nothing. "
            )
            yield example.outputs["GPU"].line, problem + 'Show it, as text title="CPU".'
        shown = example.outputs or example.raises or example.line in plotted
        asserts = any(isinstance(node, ast.Assert) for node in ast.walk(tree))
        if not (shown or asserts or ASKS.search(example.code.source)):
            used = set().union(*map(_used, trees[example.number :]))
            if not used & set(_made(tree)) - BUILT_IN:
                problem = "this fence shows nothing, asserts nothing, and makes or changes nothing "
                yield example.line, problem + "that a later one uses. Print what it is about."
    for part in page.parts:
        source = part.code.source.replace("\\\n", " ") if isinstance(part, Shell) else ""
        for found in COMMAND.finditer(re.sub(r"\"[^\"]*\"|'[^']*'", '""', source)):
            if found[1] not in COMMANDS:
                problem = f"the command {found[1]} is not known; mend it, or add it to COMMANDS in "
                yield part.line, problem + "cheatsheet/run/proof.py."


def _of_code(example: Example, tree: ast.Module) -> Iterator[tuple[int, str]]:
    joined = [n.right for n in ast.walk(tree) if isinstance(n, ast.BinOp)]
    joined += [one for n in ast.walk(tree) if isinstance(n, ast.JoinedStr) for one in n.values[1:]]
    for number, line in enumerate(example.code.source.split("\n"), example.line + 1):
        for pattern, problem in REFUSED.items():
            if re.search(rf"\b(?:{pattern})", line):
                yield number, problem
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert) and _constant(node.test):
            yield node.lineno, "this assert cannot fail. Let it ask what the code did."
        if isinstance(node, ast.ExceptHandler) and all(map(_is_empty, node.body)):
            yield node.lineno, PASSED_OVER
        text = node.value if isinstance(node, ast.Constant) and node not in joined else None
        if re.match(r"/\w|~|\.\./", text if isinstance(text, str) else ""):
            yield node.lineno, OUTSIDE


def _constant(node: ast.expr) -> bool:
    """A condition that is the same whatever the code did."""
    match node:
        case ast.BoolOp(op=ast.Or(), values=values):
            return any(map(_constant, values))
        case ast.BoolOp(values=values):
            return all(map(_constant, values))
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return _constant(operand)
        case ast.Tuple() | ast.List() | ast.Dict() | ast.Set() | ast.Lambda() | ast.JoinedStr():
            return True
        case ast.Compare(ast.Call(ast.Name("len" | "abs")), [ast.GtE()], [ast.Constant(0)]):
            return True
        case ast.Compare(left=one, comparators=[other]) | ast.Call(args=[one, other]):
            calls = any(isinstance(part, ast.Call) for part in ast.walk(one))
            if ast.dump(one) == ast.dump(other) and not calls:
                return True
    names = (part.id for part in ast.walk(node) if isinstance(part, ast.Name))
    return BUILT_IN.issuperset(names)


def _is_empty(node: ast.stmt) -> bool:
    """A statement that does nothing, such as `pass` or a docstring."""
    constant = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    bare = isinstance(node, ast.AnnAssign) and node.value is None
    return constant or bare or isinstance(node, (ast.Pass, ast.Global, ast.Nonlocal, ast.Continue))


def _plotted(page: Page) -> set[int]:
    """The lines of the examples that plots stand after."""
    found, last = set(), 0
    for part in page.parts:
        last = part.line if isinstance(part, Example) else last
        if isinstance(part, Plot) and part.target == "plot":
            found.add(last)
    return found


def _used(tree: ast.AST) -> set[str]:
    """Its names, and its strings, which may be names of files."""
    found = (getattr(node, "id", getattr(node, "value", None)) for node in ast.walk(tree))
    return {one for one in found if isinstance(one, str)}


def _made(node: ast.AST) -> Iterator[str]:
    """What it binds, stores into or calls for the effect: names, and strings as above."""
    match node:
        case ast.FunctionDef() | ast.ClassDef() | ast.AsyncFunctionDef():
            yield node.name
            return
        case ast.alias():
            yield (node.asname or node.name).partition(".")[0]
        case ast.Expr():
            yield from _used(node)
        case ast.For(iter=effect) | ast.withitem(context_expr=effect):
            yield from _used(effect)
        case ast.Name() | ast.Attribute() | ast.Subscript():
            if not isinstance(node.ctx, ast.Load):
                yield from _used(node)
    for child in ast.iter_child_nodes(node):
        yield from _made(child)


class Coverage:
    """Which lines of the file `name` run, in this process and in those forked from it."""

    def __init__(self, name: str, lines: int):
        self._name = name
        self._ran = mmap.mmap(-1, lines + 2)  # 1: it ran, 2: and what begins there raised
        threading.settrace(self._trace)
        sys.settrace(self._trace)

    def _trace(self, frame, event, _argument):
        if frame.f_code.co_filename != self._name:
            return None
        self._ran[frame.f_lineno] |= 1
        if event == "exception":
            self._ran[frame.f_code.co_firstlineno] |= 2
        return self._trace

    def unrun(self, line: int, source: str) -> list[int]:
        """The lines of statements that should have run, in a fence that begins at `line`.

        A function must be called, but for methods; what it does after an error of its own,
        and one branch of an `if`, may stay unused.
        """
        body = ast.parse("\n" * line + source).body
        return [lines[0] for lines in self._due(body) if not self._any(lines)]

    def _any(self, lines: range) -> bool:
        return any(self._ran[number] for number in lines)

    def _due(self, body: list[ast.stmt], methods: bool = False) -> Iterator[range]:
        for one in body:
            blocks = [getattr(one, name, []) for name in ("body", "orelse", "finalbody")]
            blocks += [handler.body for handler in getattr(one, "handlers", [])]
            inside = min((block[0].lineno for block in blocks if block), default=one.end_lineno + 1)
            first = min([one.lineno, *(d.lineno for d in getattr(one, "decorator_list", []))])
            head = range(first, max(inside, one.lineno + 1))
            if not _is_empty(one):
                yield head
            match one:
                case ast.FunctionDef() | ast.AsyncFunctionDef():
                    called = self._any(range(inside, one.end_lineno + 1))
                    excused = self._ran[first] & 2 or (methods and not called)
                case ast.If():
                    excused = not _constant(one.test)
                case ast.For():
                    excused = ASKS.search(ast.unparse(one.iter))
                case _:
                    excused = False
            for block in () if excused else blocks:
                yield from self._due(block, isinstance(one, ast.ClassDef))
