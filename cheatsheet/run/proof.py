"""What the code of a page proves: it shows, asserts or makes what is used, and all of it runs."""

import ast
import builtins
import dis
import mmap
import re
import sys
import threading
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from cheatsheet.page import Example, Page, Plot, Shell

# What of an expression may not run.
PARTS = {ast.Lambda: ["body"], ast.IfExp: ["body", "orelse"], ast.DictComp: ["key"]}
PARTS |= {kind: ["elt"] for kind in (ast.ListComp, ast.SetComp, ast.GeneratorExp)}
PARTS[ast.BoolOp] = ["values"]  # but the first
BUILT_IN = set(dir(builtins))
PASSED_OVER = "an error that is passed over shows nothing. Print it."
# What asks the machine: no page can show the answer, and a branch on it may stay unused.
ASKS = re.compile(r"torch\.(cuda|accelerator|version)\b")
# It compares a thing with itself, or asks what holds of everything.
ALWAYS = re.compile(
    r"(?P<a>[\w.\[\]]+) (?:==|is|<=|>=) (?P=a)"
    r"|(?:\w+\.)*(?:equal|allclose)\((?P<b>[\w.\[\]]+), (?P=b)\)"
    r"|len\([^()]+\) (?:>= 0|(?:>|!=) -1)|isinstance\(.+, object\)|.* or True"
)
ASKING = ast.Compare, ast.Call, ast.BoolOp
REFUSED = {
    r"filterwarnings|simplefilter|catch_warnings|captureWarnings|showwarning|PYTHONWARNINGS"
    r"|warnings\.filters|redirect_stderr": (
        "this hides warnings. Use what does not warn, or show the warning."
    ),
    r"_getframe|currentframe|f_back|settrace|inspect\.stack|atexit|start_new_thread": (
        "this reaches for what runs the page. Write what a reader would run."
    ),
    r"suppress\(": PASSED_OVER,
    r"getnode|getuid|getlogin|getuser|uname|sysconf|disk_usage|clock_gettime|utcnow|getmtime|st_[acm]time"
    r"|datetime64\(.(?:now|today)|platform\.(?!node)|parallel_info|__config__": (
        "this asks the machine or the day. Show what is the same everywhere."
    ),
    # What torch opens, Python does not see.
    r"expanduser|home\(\)|HOME|(?:(?<=\.)|import )(?:sep|pardir|curdir|parents?|anchor)\b"
    r"|chr\(|__file__": (OUTSIDE := "a copy runs elsewhere. Name a file of the working folder."),
}
COMMANDS = {"cd", "export", "nvidia-smi", "pip install", "pip list", "python", "torchrun"}
COMMAND = re.compile(
    r"(?:^|[|;&(`])[ \t]*(?:\w+=(?:\"[^\"]*\"|[^\s`]*)[ \t]+)*"
    r"(python -m +)?((?:pip +)?[^\s|;&()#`]+)",
    re.M,
)


def problems(page: Page) -> Iterator[tuple[int, str]]:
    """Lines of a page whose code proves nothing, and for each what is wrong and the cure."""
    trees = [ast.parse("\n" * one.line + one.code.source) for one in page.examples]
    plotted = _plotted(page)
    for example, tree in zip(page.examples, trees, strict=True):
        yield from _of_code(example, tree)
        if "GPU" in example.outputs and not {None, "CPU"} & example.outputs.keys():
            problem = (
                "this output is titled GPU, and none CPU: the run on the CPU compares nothing. "
            )
            yield example.outputs["GPU"].line, problem + 'Show it, as text title="CPU".'
        shown = example.outputs or example.raises or example.line in plotted
        if not (shown or ASKS.search(ast.unparse(tree))):
            left, used = set(_made(tree)) - BUILT_IN, False
            for later in (one for tree in trees[example.number :] for one in tree.body):
                used = used or bool(left & _used(later))
                left -= set(_made(later) if isinstance(later, ast.Assign) else ())
            if not used:
                problem = "this fence shows nothing, whatever it asserts, and makes or changes "
                problem += "nothing that a later one uses. Print what it is about."
                yield example.line, problem
    for part in page.parts:
        source = part.code.source.replace("\\\n", " ") if isinstance(part, Shell) else ""
        for found in COMMAND.finditer(re.sub(r"\"[^\"]*\"|'[^']*'", '""', source)):
            module, name = found.groups()
            if name not in COMMANDS and not (module and _is_module(name)):
                problem = f"the command {module or ''}{name} is not known; mend it, or add it to "
                yield part.line, problem + "COMMANDS in cheatsheet/run/proof.py."


def _is_module(name: str) -> bool:
    """Can `python -m` run it? Asked of files: to look for a part of torch would import it."""
    first, *inner = name.split(".")
    spec = find_spec(first)
    places = [Path(place, *inner) for place in (spec and spec.submodule_search_locations) or ()]
    found = (place.is_dir() or place.with_suffix(".py").exists() for place in places)
    return any(found) if inner else spec is not None


def _of_code(example: Example, tree: ast.Module) -> Iterator[tuple[int, str]]:
    joined = [n.right for n in ast.walk(tree) if isinstance(n, ast.BinOp)]
    joined += [one for n in ast.walk(tree) if isinstance(n, ast.JoinedStr) for one in n.values[1:]]
    for number, line in enumerate(example.code.source.split("\n"), example.line + 1):
        for pattern, problem in REFUSED.items():
            if re.search(rf"\b(?:{pattern})", line):
                yield number, problem
    lines = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt):
            if node.lineno in lines:
                problem = "two statements share this line, and nobody sees whether both run. "
                yield node.lineno, problem + "Give each a line of its own."
            lines.add(node.lineno)
        constant = isinstance(node, ast.Assert) and not _used(node.test) - BUILT_IN
        if constant or (isinstance(node, ASKING) and ALWAYS.fullmatch(ast.unparse(node))):
            problem = "this is true whatever the code before it does. Ask what could be false."
            yield node.lineno, problem
        if isinstance(node, ast.ExceptHandler) and all(map(_is_empty, node.body)):
            yield node.lineno, PASSED_OVER
        text = node.value if isinstance(node, ast.Constant) and node not in joined else ""
        if re.match(r"b?'(/\w|~|\.\.(/|'))", repr(text)):
            yield node.lineno, OUTSIDE


def _is_empty(node: ast.stmt) -> bool:
    """A statement that does nothing, such as `pass` or a docstring."""
    constant = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    bare = isinstance(node, (ast.AnnAssign, ast.Return)) and node.value is None
    kinds = ast.Pass, ast.Global, ast.Nonlocal, ast.Continue, ast.Break
    return constant or bare or isinstance(node, kinds)


def _plotted(page: Page) -> set[int]:
    """The lines of the examples that plots stand after."""
    found, last = set(), 0
    for part in page.parts:
        last = part.line if isinstance(part, Example) else last
        if isinstance(part, Plot) and part.target == "plot":
            found.add(last)
    return found


def _used(tree: ast.AST) -> set[str]:
    """Names that it reads or changes, and its strings, which may be names of files."""
    nodes = list(ast.walk(tree))
    bound = {one for one in nodes if isinstance(getattr(one, "ctx", None), ast.Store)}
    bound -= {one.target for one in nodes if isinstance(one, ast.AugAssign)}
    found = (getattr(one, "id", getattr(one, "value", None)) for one in nodes if one not in bound)
    return {one for one in found if isinstance(one, str)}


def _made(node: ast.AST) -> Iterator[str]:
    """What it binds, stores into or calls for the effect: names, and strings as above."""
    match node:
        case ast.FunctionDef() | ast.ClassDef() | ast.AsyncFunctionDef():
            yield node.name
            return
        case ast.alias():
            yield (node.asname or node.name).partition(".")[0]
        case ast.Expr() if any(isinstance(one, ast.Call) for one in ast.walk(node)):
            yield from _used(node)
        case ast.For(iter=effect) | ast.withitem(context_expr=effect):
            yield from _used(effect)
        case ast.Name(id=name, ctx=ast.Store()):
            yield name
        case ast.Attribute() | ast.Subscript():
            if not isinstance(node.ctx, ast.Load):
                yield from _used(node)
    for child in ast.iter_child_nodes(node):
        yield from _made(child)


class Coverage:
    """Which lines of the file `name` run, in this process and in those forked from it."""

    def __init__(self, name: str, text: str):
        self._name = name
        # A byte for each line (1: it ran, 2: and what begins there raised), then for each part.
        self._ran = mmap.mmap(-1, len(text) + 2)
        self._parts: list[tuple[int, int]] = []  # by their lines
        self._free = text.count("\n") + 3
        threading.settrace(self._trace)
        sys.settrace(self._trace)

    def _trace(self, frame, event, _argument):
        if frame.f_code.co_filename != self._name:
            return None
        self._ran[frame.f_lineno] |= 1
        if event == "return":
            last = dis.opname[frame.f_code.co_code[frame.f_lasti]]
            if not last.startswith(("RETURN", "YIELD")):  # an error ended it
                self._ran[frame.f_code.co_firstlineno] |= 2
        return self._trace

    def watch(self, tree: ast.Module) -> None:
        """Let the parts of expressions that may not run leave a mark when they do."""
        if ASKS.search(ast.unparse(tree)):
            return
        for node in ast.walk(tree):
            for name in PARTS.get(type(node), ()):
                part = getattr(node, name)
                if isinstance(part, list):
                    part[1:] = map(self._marked, part[1:])
                else:
                    setattr(node, name, self._marked(part))

    def _marked(self, part: ast.expr) -> ast.expr:
        if isinstance(part, (ast.Constant, ast.Name)):  # whether it runs, says nothing
            return part
        self._parts.append((part.lineno, self._free))
        mark = ast.Call(ast.Name("_ran", ast.Load()), [ast.Constant(self._free)], [])
        self._free += 1
        both = ast.copy_location(ast.BoolOp(ast.And(), [mark, part]), part)
        return ast.fix_missing_locations(both)

    def mark(self, number: int) -> bool:
        self._ran[number] = 1
        return True

    def unrun(self, line: int, source: str, raises: bool) -> list[int]:
        """The lines of statements that should have run, in a fence that begins at `line`.

        A function must be called, but for methods where the fence raises; what it does after
        an error that ended it, and what depends on the machine, may stay unused.
        """
        body = ast.parse("\n" * line + source).body
        found = {lines[0] for lines in self._due(body, raises) if not self._any(lines)}
        lines = range(line, body[-1].lineno if raises else line + source.count("\n") + 2)
        parts = (at for at, number in self._parts if at in lines and not self._ran[number])
        return sorted(found | {at for at in parts if self._ran[at]})

    def _ran_in(self, block: list[ast.stmt]) -> bool:
        return bool(block) and self._any(range(block[0].lineno, block[-1].end_lineno + 1))

    def _any(self, lines: range) -> bool:
        return any(self._ran[number] for number in lines)

    def _due(self, body: list[ast.stmt], raises: bool, methods: bool = False) -> Iterator[range]:
        for one in body:
            blocks = [getattr(one, name, []) for name in ("body", "orelse", "finalbody")]
            for name in ("handlers", "cases"):
                blocks += [part.body for part in getattr(one, name, [])]
            inside = min((block[0].lineno for block in blocks if block), default=one.end_lineno + 1)
            first = min([one.lineno, *(d.lineno for d in getattr(one, "decorator_list", []))])
            head = range(first, max(inside, one.lineno + 1))
            if not _is_empty(one):
                yield head
            match one:
                case ast.FunctionDef() | ast.AsyncFunctionDef():
                    called = self._any(range(inside, one.end_lineno + 1))
                    excused = self._ran[first] & 2 or (methods and not called)
                case ast.If(test=asked) | ast.For(iter=asked):
                    head_raised = raises and one is body[-1] and not any(map(self._ran_in, blocks))
                    excused = head_raised or ASKS.search(ast.unparse(asked))
                case _:
                    excused = False
            for block in () if excused else blocks:
                yield from self._due(block, raises, raises and isinstance(one, ast.ClassDef))
