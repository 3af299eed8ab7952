"""Which names a statement of a fence reads and which it binds, read from its syntax.

A file counts as a name: what `torch.save(net, "mlp.pt")` binds, `torch.load("mlp.pt")`
reads.
"""

import ast
import builtins
import re
import symtable
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import chain

ANY_FILE = "<file>"  # where the code does not say which
# Functions on files, also with more words: save_file, load_model.
WRITERS = "save|write_text|write_bytes"
READERS = "load|read_text|read_bytes|stat|get_unsafe_globals|open"
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
DEFINITIONS = (*FUNCTIONS, ast.ClassDef)


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
        return isinstance(self.node, DEFINITIONS)

    @cached_property
    def reads(self) -> frozenset[str]:
        """Names that come from elsewhere, also those that a function reads later."""
        return frozenset(_names([self.node])[0] - vars(builtins).keys())

    @cached_property
    def binds(self) -> frozenset[str]:
        """The names that it may bind."""
        return frozenset(_bound(self.node) | files(self.node, WRITERS))

    @cached_property
    def replaces(self) -> frozenset[str]:
        """The names that it binds anew, whatever they were before."""
        return frozenset(_names([self.node])[1])


@lru_cache(maxsize=1024)  # copies are read again, for their imports
def split_statements(source: str, line: int) -> tuple[Statement, ...]:
    """The statements of a fence whose first mark stands on `line` of its page."""
    lines = source.split("\n")
    body = ast.parse(source).body
    statements = []
    end = 0
    for node in body:
        first = first_line(node)
        while first > end + 1 and lines[first - 2].lstrip().startswith("#"):
            first -= 1
        text = "\n".join(lines[first - 1 : node.end_lineno])
        # A comment behind the code belongs to it; what `;` divides is taken apart.
        tail = lines[node.end_lineno - 1].encode()[node.end_col_offset :].strip()
        if node.col_offset or (tail and not tail.startswith(b"#")):
            text = ast.unparse(node)
        statements.append(Statement(node, text, line + node.lineno, node is body[-1]))
        end = node.end_lineno
    return tuple(statements)


def first_line(node: ast.stmt) -> int:
    """Where a statement begins, its decorators included."""
    return min(one.lineno for one in [node, *getattr(node, "decorator_list", [])])


def _names(body: list[ast.stmt]) -> tuple[set[str], set[str]]:
    """Names that are read before they are bound, and names that are surely bound."""
    reads: set[str] = set()
    bound: set[str] = set()
    for node in body:
        read, binds = _names_of_one(node)
        reads |= read - bound
        bound |= binds
    return reads, bound


def _names_of_one(node: ast.stmt) -> tuple[set[str], set[str]]:
    if isinstance(node, ast.For):
        targets = _bound(node.target)
        inner, _ = _names(node.body + node.orelse)
        return _read(node.iter) | (inner - targets), targets
    if isinstance(node, ast.With):
        heads = [item.context_expr for item in node.items]
        held = [item.optional_vars for item in node.items if item.optional_vars]
        targets = set().union(*map(_bound, held))
        inner, bound = _names(node.body)
        return set().union(*map(_read, heads), inner - targets), targets | bound
    if isinstance(node, ast.If):
        (one, bound), (other, other_bound) = _names(node.body), _names(node.orelse)
        return _read(node.test) | one | other, bound & other_bound
    if isinstance(node, ast.Try):
        parts = [node.body, node.orelse, node.finalbody]
        parts += [handler.body for handler in node.handlers]
        errors = {handler.name for handler in node.handlers}
        return set().union(*(_names(part)[0] for part in parts)) - errors, set()
    if isinstance(node, (ast.While, ast.AugAssign, ast.Delete)):
        return _read(node) | _bound(node), set()
    return _read(node), _bound(node) | files(node, WRITERS) - {ANY_FILE}


def _read(node: ast.AST) -> set[str]:
    return _symbols(ast.unparse(node))[0] | files(node, READERS)


@lru_cache(maxsize=8192)  # of both languages: their code differs in comments alone
def _symbols(code: str) -> tuple[frozenset[str], frozenset[str]]:
    """The names that a statement reads, also later, and those that it binds."""
    tree = ast.parse(code)
    for node in ast.walk(tree):  # since Python 3.12 a generator alone keeps its names to itself
        if isinstance(node, ast.DictComp):
            node.elt = ast.Tuple([node.key, node.value])
        if isinstance(node, (ast.ListComp, ast.SetComp, ast.DictComp)):
            node.__class__ = ast.GeneratorExp
    table = symtable.symtable(ast.unparse(tree), "<fence>", "exec")
    symbols = table.get_symbols()
    own = {one.get_name() for one in symbols if one.is_referenced()}
    later = chain.from_iterable(map(_globals, table.get_children()))
    bound = {one.get_name() for one in symbols if one.is_assigned() or one.is_imported()}
    # What a function or class reads later under its own name is itself.
    itself = bound & {one.get_name() for one in table.get_children()}
    return frozenset(own.union(set(later) - itself)), frozenset(bound)


def _globals(table: symtable.SymbolTable) -> Iterator[str]:
    for symbol in table.get_symbols():
        if symbol.is_global() and (symbol.is_referenced() or symbol.is_declared_global()):
            yield symbol.get_name()
    for child in table.get_children():
        yield from _globals(child)


def _bound(node: ast.AST) -> set[str]:
    if isinstance(node, ast.expr):  # the target of a loop or a with
        return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
    return set(_symbols(ast.unparse(node))[1])


def files(node: ast.AST, words: str) -> set[str]:
    """The files in calls of functions such as `save`, each as a name."""
    acting = (call for call in calls(node) if _acts_on_file(call, words))
    return {name for call in acting for name in _paths(call) or [ANY_FILE]}


def _acts_on_file(call: ast.Call, words: str) -> bool:
    name = name_of(call.func)
    if name == "open" and words == WRITERS:
        modes = [part.value for part in arguments(call) if isinstance(part, ast.Constant)]
        return any(re.fullmatch("[rwaxbt+]*[wax+][rwaxbt+]*", str(mode)) for mode in modes)
    return bool(re.match(rf"({words})(_|$)", name)) and "state_dict" not in name


def _paths(call: ast.Call) -> list[str]:
    parts = list(call.args)
    if isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Call):
        parts += call.func.value.args  # Path("mlp.pt").read_bytes()
    values = [part.value for part in parts if isinstance(part, ast.Constant)]
    return [f"<file {value}>" for value in values if isinstance(value, str) and "." in value]


def now(node: ast.AST) -> Iterator[ast.AST]:
    """The parts of a node that run when it runs: not the bodies of functions."""
    yield node
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            yield from now(child)


@lru_cache(maxsize=8192)  # each statement is asked for its calls again and again
def calls(node: ast.AST) -> tuple[ast.Call, ...]:
    """The calls that run when a statement runs."""
    if isinstance(node, DEFINITIONS):
        return ()
    return tuple(part for part in now(node) if isinstance(part, ast.Call))


def arguments(call: ast.Call) -> list[ast.expr]:
    """What a call is given, by place and by keyword."""
    return [*call.args, *(keyword.value for keyword in call.keywords)]


def name_of(function: ast.expr) -> str:
    """The last name of what is called: `step` for `optimizer.step`."""
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""
