"""What a statement may change, and whose parts its names may hold.

Nothing is run. Where the code does not tell, a method is taken to change the object
that it belongs to, and that object to hold what the method was given.
"""

import ast
import builtins
from dataclasses import dataclass, field

from cheatsheet.standalone.statements import DEFINITIONS, Statement, arguments, calls, name_of, now

GLOBALS = "<globals>"  # settings of torch, Python or the process


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Methods that change nothing.
PURE = _words(
    """item tolist size dim numel element_size data_ptr clone count index join split
    startswith endswith removeprefix removesuffix format is_contiguous is_floating_point
    isfinite stat exists read_bytes read_text write_bytes write_text device_count
    get_device_name equal allclose manual_seed is_available numpy detach contiguous
    parameters named_parameters buffers named_buffers children named_children modules
    named_modules state_dict get_parameter get_submodule get_buffer keys values items get
    abs sum mean std var max min all any norm view reshape flatten t unsqueeze squeeze
    square pow cpu float double half"""
)
# Methods that copy the values that they are given, and hold none of them.
COPIERS = _words("load_state_dict copy_ fill_ add_ sub_ mul_ to")
# Functions of libraries that change what they are given, apart from those in "_".
CHANGERS = ("register", "remove", "swap", "vector_to", "weight_norm", "spectral")
CHANGERS += ("orthogonal", "prune")
SETTERS = ("set_", "use_", "simplefilter")
# What has no parts: facts about a tensor.
FACTS = frozenset({"shape", "dtype", "device", "ndim", "is_leaf", "requires_grad"})


@dataclass(frozen=True)
class Names:
    """What the names of a page are: `imported` modules and functions of libraries,
    `made` classes and functions of the page, and of these, those that change an
    argument.
    """

    imported: frozenset[str]
    made: frozenset[str]
    changing: frozenset[str] = frozenset()

    def flow(self, node: ast.AST | None) -> set[str]:
        """Names of which the value of an expression may hold a part."""
        if node is None or isinstance(node, (ast.Compare, ast.JoinedStr)):
            return set()
        if isinstance(node, ast.Name):
            # A variable called `device` or `shape` is what that attribute is.
            return {node.id} - FACTS - self.imported - self.made - vars(builtins).keys()
        if isinstance(node, ast.Attribute) and node.attr in FACTS:
            return set()
        if isinstance(node, ast.Call):
            return self._flow_of_call(node)
        if isinstance(node, ast.comprehension):
            return self.flow(node.iter)  # its conditions choose, and give no part
        return set().union(*map(self.flow, ast.iter_child_nodes(node)))

    def _flow_of_call(self, call: ast.Call) -> set[str]:
        name = name_of(call.func)
        given = set().union(*map(self.flow, arguments(call)))
        if isinstance(call.func, ast.Name):
            # A net gives no part of its input; whatever holds parts is made so.
            known = self.made | self.imported | vars(builtins).keys()
            return given if name in known else {name}
        return self.flow(call.func) | (set() if _copies(call) else given)

    def touched(self, node: ast.AST) -> set[str]:
        """Names whose objects a piece of code may change, apart from calling them."""
        found: set[str] = set()
        for part in now(node):
            if isinstance(part, (ast.Attribute, ast.Subscript)):
                if not isinstance(part.ctx, ast.Load):
                    found |= self.flow(part)
                    found |= {GLOBALS} if "environ" in ast.unparse(part) else set()
            elif isinstance(part, ast.AugAssign):
                found |= self.flow(part.target)
            elif isinstance(part, ast.Call):
                found |= self._touched_by(part)
        return found

    def _touched_by(self, call: ast.Call) -> set[str]:
        name = name_of(call.func)
        given = set().union(*map(self.flow, arguments(call)))
        if isinstance(call.func, ast.Name):
            changes = name in self.changing or name in ("setattr", "delattr", "next")
            return given if changes else set()
        if self.of_library(call.func):
            if name.startswith(SETTERS):
                return {GLOBALS}
            changes = name.endswith("_") or name.startswith(CHANGERS)
            return given if changes else set()
        return set() if name in PURE else self.flow(call.func)

    def called(self, node: ast.AST) -> set[str]:
        """Variables that are called, such as `net` in `net(X)`."""
        names = {one.func.id for one in calls(node) if isinstance(one.func, ast.Name)}
        return names - self.imported - self.made - vars(builtins).keys()

    def draws(self, node: ast.AST) -> bool:
        """It may draw random numbers."""
        known = PURE | vars(builtins).keys()
        return any(name_of(call.func) not in known for call in calls(node))

    def of_library(self, function: ast.expr) -> bool:
        while isinstance(function, ast.Attribute):
            function = function.value
        return isinstance(function, ast.Name) and function.id in self.imported

    def links(self, node: ast.AST) -> list[set[str]]:
        """Names that hold parts of one another from now on."""
        found = []
        for call in calls(node):
            name = name_of(call.func)
            given = set().union(*map(self.flow, arguments(call)))
            if isinstance(call.func, ast.Attribute) and not self.of_library(call.func):
                if name not in PURE and not _copies(call):
                    found.append(self.flow(call.func.value) | given)
            elif name in self.changing or name.startswith(CHANGERS):
                found.append(given)
        return found


def _copies(call: ast.Call) -> bool:
    """The values that it is given are copied."""
    assigns = any(keyword.arg == "assign" for keyword in call.keywords)
    return name_of(call.func) in COPIERS and not assigns


@dataclass(frozen=True)
class Effects:
    """What a statement does: what it binds holds parts of `flow`; see `Names`."""

    flow: set[str] = field(default_factory=set)
    touched: set[str] = field(default_factory=set)
    links: list[set[str]] = field(default_factory=list)


def effects_of(statement: Statement, names: Names) -> Effects:
    """What a statement does, on a page with these names."""
    node = statement.node
    if statement.is_import or isinstance(node, ast.ClassDef):
        return Effects()
    if isinstance(node, ast.FunctionDef):
        inside = ast.Module(node.body, type_ignores=[])
        changed = (names.touched(inside) | names.called(inside)) & statement.reads
        return Effects(changed)
    touched = names.touched(node)
    if isinstance(node, ast.Expr) and not statement.last:
        touched |= names.called(node)  # a dry run, a pass through batch norm or a hook
    links = names.links(node)
    if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
        return Effects(names.flow(node.value), touched, links)
    # A loop, a with: what it binds may be part of all that it reads.
    return Effects(names.flow(node) if statement.binds else set(), touched, links)


def names_of(nodes: list[ast.stmt], definitions: list[ast.stmt]) -> Names:
    """What the names are on a page that takes `definitions` from snippets."""
    made, imported, functions = set(), set(), []
    for node in [*definitions, *nodes]:
        if isinstance(node, DEFINITIONS):
            made.add(node.name)
        if isinstance(node, ast.FunctionDef):
            functions.append(node)
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            imported |= {(a.asname or a.name).split(".")[0] for a in node.names}
    names = Names(frozenset(imported - made), frozenset(made))
    while True:  # a function that calls one that changes something is one
        changing = {one.name for one in functions if _changes(one, names)}
        if changing <= names.changing:
            return names
        changing |= names.changing
        names = Names(names.imported, names.made, frozenset(changing))


def _changes(function: ast.FunctionDef, names: Names) -> bool:
    takes = function.args
    given = {one.arg for one in [*takes.args, *takes.kwonlyargs]}
    given |= {one.arg for one in (takes.vararg, takes.kwarg) if one}
    body = ast.Module(function.body, type_ignores=[])
    for part in ast.walk(body):  # a local name for a part of an argument
        if isinstance(part, (ast.For, ast.Assign, ast.comprehension)):
            value = part.value if isinstance(part, ast.Assign) else part.iter
            targets = part.targets if isinstance(part, ast.Assign) else [part.target]
            if names.flow(value) & given:
                given |= set().union(*map(names.flow, targets))
    return bool((names.touched(body) | names.called(body)) & given)
