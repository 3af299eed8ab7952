"""What one statement of a fence binds, reads and may change.

Everything is read from the code, nothing is run. Where the code does not tell, a method
is taken to change the object that it belongs to and those that it is given.
"""

import ast
import builtins
import symtable
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

# Names for what is no variable and is changed and read all the same.
FILES = "<files>"
GLOBALS = "<globals>"

WRITES = ("save", "write", "mkdir", "touch", "unlink", "rename")
READS = ("load", "read", "exists", "stat", "glob", "iterdir", "unlink", "rename")
# Methods that change nothing, and those of them whose result holds no part of anything.
VALUES = frozenset(
    "item tolist size dim numel element_size data_ptr clone count index "
    "join split startswith endswith removeprefix removesuffix format is_contiguous "
    "is_floating_point isfinite stat exists read_bytes read_text device_count "
    "get_device_name equal allclose manual_seed is_available".split()
)
PURE = VALUES | frozenset(
    "numpy detach contiguous parameters named_parameters buffers named_buffers children "
    "named_children modules named_modules state_dict get_parameter get_submodule "
    "get_buffer keys values items get abs sum mean std var max min all any norm view "
    "reshape flatten t unsqueeze squeeze".split()
)
HOLDERS = frozenset(
    "list tuple dict set sorted zip enumerate iter next map filter".split()
)
# Functions of torch that change what they are given, apart from those that end in "_".
CHANGERS = (
    "register",
    "vector_to",
    "swap",
    "remove",
    "weight_norm",
    "spectral",
    "ortho",
)
FACTS = frozenset("shape dtype device ndim is_leaf requires_grad itemsize".split())


@dataclass(frozen=True)
class Statement:
    """One statement at the top level of a fence, with the comments right above it."""

    node: ast.stmt
    source: str
    line: int  # of the page
    last: bool  # the fence ends with it

    @cached_property
    def is_import(self) -> bool:
        return isinstance(self.node, (ast.Import, ast.ImportFrom))

    @cached_property
    def is_definition(self) -> bool:
        kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
        return isinstance(self.node, kinds)

    @cached_property
    def binds(self) -> frozenset[str]:
        """The names that it may bind."""
        return frozenset(_stored(self.node))

    @cached_property
    def reads(self) -> frozenset[str]:
        """Names that come from elsewhere, also those that a function reads later."""
        names, _ = _names([self.node])
        return frozenset(names - vars(builtins).keys()) | _files(self.node, READS)

    @cached_property
    def replaces(self) -> frozenset[str]:
        """The names that it binds anew, whatever they were before."""
        return frozenset(_names([self.node])[1])

    @cached_property
    def seeds(self) -> bool:
        return any(_name(call.func) == "manual_seed" for call in _calls(self.node))


def _names(body: list[ast.stmt]) -> tuple[set[str], set[str]]:
    """The names that statements read before they bind them, and those that they bind."""
    reads: set[str] = set()
    bound: set[str] = set()
    for node in body:
        read, binds = _names_of_one(node)
        reads |= read - bound
        bound |= binds
    return reads, bound


def _names_of_one(node: ast.stmt) -> tuple[set[str], set[str]]:
    if isinstance(node, (ast.For, ast.With)):
        if isinstance(node, ast.With):
            heads = [item.context_expr for item in node.items]
            targets = [item.optional_vars for item in node.items if item.optional_vars]
        else:
            heads, targets = [node.iter], [node.target]
        reads = set().union(*(_read(head) for head in heads))
        own = set().union(*(_stored(target) for target in targets))
        inner, bound = _names(node.body + getattr(node, "orelse", []))
        return reads | (inner - own), own | (
            bound if isinstance(node, ast.With) else set()
        )
    if isinstance(node, ast.If):
        (a, bound_a), (b, bound_b) = _names(node.body), _names(node.orelse)
        return _read(node.test) | a | b, bound_a & bound_b
    if isinstance(node, ast.Try):
        parts = [
            node.body,
            node.orelse,
            node.finalbody,
            *(h.body for h in node.handlers),
        ]
        errors = {handler.name for handler in node.handlers}
        return set().union(*(_names(part)[0] for part in parts)) - errors, set()
    if isinstance(node, (ast.While, ast.AugAssign)):
        return _read(node) | _stored(node), set()
    return _read(node), _stored(node)


def _read(node: ast.AST) -> set[str]:
    table = symtable.symtable(ast.unparse(node), "<fence>", "exec")
    own = {
        symbol.get_name() for symbol in table.get_symbols() if symbol.is_referenced()
    }
    return own | set(chain.from_iterable(map(_globals, table.get_children())))


def _stored(node: ast.AST) -> set[str]:
    if isinstance(node, ast.expr):  # the target of a loop or a with
        return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
    table = symtable.symtable(ast.unparse(node), "<fence>", "exec")
    symbols = table.get_symbols()
    return {s.get_name() for s in symbols if s.is_assigned() or s.is_imported()}


def _globals(table: symtable.SymbolTable):
    for symbol in table.get_symbols():
        if symbol.is_global() and symbol.is_referenced():
            yield symbol.get_name()
    for child in table.get_children():
        yield from _globals(child)


def split_statements(source: str, line: int) -> list[Statement]:
    """The statements of a fence whose first mark stands on `line` of its page."""
    lines = source.split("\n")
    body = ast.parse(source).body
    statements = []
    end = 0
    for node in body:
        decorators = getattr(node, "decorator_list", [])
        first = min([node.lineno, *(one.lineno for one in decorators)])
        while first > end + 1 and lines[first - 2].lstrip().startswith("#"):
            first -= 1
        text = "\n".join(lines[first - 1 : node.end_lineno])
        statements.append(Statement(node, text, line + node.lineno, node is body[-1]))
        end = node.end_lineno
    return statements


@dataclass(frozen=True)
class Names:
    """What the names of a page are: `imported` modules and functions of libraries,
    `made` classes and functions of the page, `changing` those that change an argument.
    """

    imported: frozenset[str]
    made: frozenset[str]
    changing: frozenset[str]

    def touched(self, node: ast.AST) -> set[str]:
        """Names whose objects a piece of code may change, apart from calling them."""
        found: set[str] = set()
        for part in _now(node):
            if isinstance(part, (ast.Attribute, ast.Subscript)):
                if not isinstance(part.ctx, ast.Load):
                    found |= self.flow(part)
                    found |= {GLOBALS} if "environ" in ast.unparse(part) else set()
            elif isinstance(part, ast.AugAssign):
                found |= self.flow(part.target)
            elif isinstance(part, ast.Call):
                found |= self._touched_by(part)
        return found | _files(node, WRITES)

    def _touched_by(self, call: ast.Call) -> set[str]:
        name = _name(call.func)
        given = set().union(*map(self.flow, _arguments(call)))
        if isinstance(call.func, ast.Name):
            changes = name in self.changing or name in ("setattr", "delattr", "next")
            return given if changes else set()
        if self._of_library(call.func):
            if name.startswith(("set_", "use_", "simplefilter")):
                return {GLOBALS}
            changes = name.endswith("_") or name.startswith(CHANGERS)
            return given if changes else set()
        return set() if name in PURE else self.flow(call.func) | given

    def called(self, node: ast.AST) -> set[str]:
        """Variables that are called, such as `net` in `net(X)`."""
        names = {
            call.func.id for call in _calls(node) if isinstance(call.func, ast.Name)
        }
        return names - self.imported - self.made - vars(builtins).keys()

    def flow(self, node: ast.AST) -> set[str]:
        """Names of which the value of an expression may hold a part."""
        if isinstance(node, ast.Name):
            return {node.id} - self.imported - vars(builtins).keys()
        if isinstance(node, ast.Attribute) and node.attr in FACTS:
            return set()
        if isinstance(node, ast.Compare):
            return set()
        if isinstance(node, ast.Call):
            name = _name(node.func)
            given = set().union(*map(self.flow, _arguments(node)))
            if isinstance(node.func, ast.Name):
                if name in vars(builtins):
                    return given if name in HOLDERS else set()
                # A net gives no part of its input; whatever holds parts is made so.
                return given if name in self.made | self.imported else {name}
            if name in VALUES:
                return set()
            return given | self.flow(node.func)
        return set().union(*map(self.flow, ast.iter_child_nodes(node)))

    def _of_library(self, function: ast.expr) -> bool:
        while isinstance(function, ast.Attribute):
            function = function.value
        return isinstance(function, ast.Name) and function.id in self.imported


def names_of(nodes: list[ast.stmt], definitions: list[ast.stmt]) -> Names:
    """What the names are in the statements of a page and what it takes from snippets."""
    made, imported = set(), set()
    for node in [*definitions, *nodes]:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            made.add(node.name)
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            imported |= {(a.asname or a.name).split(".")[0] for a in node.names}
    functions = [n for n in [*definitions, *nodes] if isinstance(n, ast.FunctionDef)]
    names = Names(frozenset(imported - made), frozenset(made), frozenset())
    while True:  # a function that calls one that changes something is one
        changing = {node.name for node in functions if _changes(node, names)}
        if changing <= names.changing:
            return names
        names = Names(names.imported, names.made, frozenset(changing) | names.changing)


def _changes(function: ast.FunctionDef, names: Names) -> bool:
    arguments = function.args
    given = {one.arg for one in [*arguments.args, *arguments.kwonlyargs]}
    if arguments.vararg or arguments.kwarg:
        given |= {one.arg for one in (arguments.vararg, arguments.kwarg) if one}
    body = ast.Module(function.body, type_ignores=[])
    for part in ast.walk(body):  # a local name for a part of an argument
        if isinstance(part, (ast.For, ast.Assign, ast.comprehension)):
            value = part.value if isinstance(part, ast.Assign) else part.iter
            targets = part.targets if isinstance(part, ast.Assign) else [part.target]
            if names.flow(value) & given:
                given |= set().union(*map(names.flow, targets))
    return bool((names.touched(body) | names.called(body)) & given)


def _files(node: ast.AST, words: tuple[str, ...]) -> frozenset[str]:
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return frozenset()
    names = [_name(call.func) for call in _calls(node)]
    return frozenset([FILES] if any(name.startswith(words) for name in names) else [])


def _now(node: ast.AST):
    """The parts of a node that run when it runs: not the bodies of functions."""
    yield node
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            yield from _now(child)


def _calls(node: ast.AST) -> list[ast.Call]:
    return [part for part in _now(node) if isinstance(part, ast.Call)]


def _arguments(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(keyword.value for keyword in call.keywords)]


def _name(function: ast.expr) -> str:
    """The last name of what is called: `step` for `optimizer.step`."""
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""
