"""What a statement may change, and whose parts its names may hold.

Nothing is run. Where the code does not tell, a method is taken to change the object
that it belongs to, and that object to hold what the method was given.
"""

import ast
import builtins
from dataclasses import dataclass, field, replace
from functools import cached_property

from cheatsheet.standalone.statements import FUNCTIONS, Statement, arguments, calls, name_of, now

GLOBALS = "<globals>"  # settings of torch, Python or the process
GIVEN = "<given>"  # what a function is given


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
# What copies the values that it is given, and holds none of them, apart from those in "_".
COPIERS = ("load_state_dict", "to")
# Functions that change what they are given, apart from those in "_".
CHANGERS = ("register", "remove", "swap", "vector_to", "weight_norm", "spectral")
CHANGERS += ("orthogonal", "prune", "setattr", "delattr", "next")
SETTERS = ("set_", "use_", "simplefilter")
# What has no parts: facts about a tensor.
FACTS = frozenset({"shape", "dtype", "device", "ndim", "is_leaf", "requires_grad"})


@dataclass(frozen=True)
class Names:
    """What the names of a page are."""

    imported: set[str]  # modules and functions of libraries
    made: set[str]  # classes and functions of the page, but for those that are given an attribute
    moving: set[str]  # those with a batch norm, which a pass changes
    # What a call of each function changes: names outside of it, and GIVEN.
    changes: dict[str, set[str]] = field(default_factory=dict)

    @cached_property
    def fixed(self) -> set[str]:
        """Names that are no variables."""
        return self.imported | self.made | vars(builtins).keys()

    def flow(self, node: ast.AST | None) -> set[str]:
        """Names of which the value of an expression may hold a part."""
        if node is None or isinstance(node, (ast.Compare, ast.JoinedStr)):
            return set()
        if isinstance(node, ast.Name):
            # A variable called `device` or `shape` is what that attribute is.
            return {node.id} - FACTS - self.fixed
        if isinstance(node, ast.Attribute) and node.attr in FACTS:
            return set()
        if isinstance(node, ast.Call):
            return self._flow_of_call(node)
        if isinstance(node, ast.comprehension):
            return self.flow(node.iter)  # its conditions choose, and give no part
        return set().union(*map(self.flow, ast.iter_child_nodes(node)))

    def _flow_of_call(self, call: ast.Call) -> set[str]:
        name, given = name_of(call.func), self._given(call)
        if isinstance(call.func, ast.Name):
            # A net gives no part of its input; whatever holds parts is made so.
            return given if name in self.fixed else {name}
        return self.flow(call.func) | (set() if _copies(call) else given)

    def touched(self, node: ast.AST) -> set[str]:
        """Names whose objects a piece of code may change, apart from calling them."""
        found: set[str] = set()
        for part in now(node):
            if isinstance(part, (ast.Attribute, ast.Subscript)):
                if not isinstance(part.ctx, ast.Load):
                    found |= {GLOBALS} if self.of_library(part) else self.flow(part)
            elif isinstance(part, ast.AugAssign):
                found |= self.flow(part.target)
            elif isinstance(part, ast.Call):
                found |= self._touched_by(part)
        return found

    def _touched_by(self, call: ast.Call) -> set[str]:
        name, changes, library = name_of(call.func), self._changes(call), self.of_library(call.func)
        found = changes - {GIVEN}
        if library or isinstance(call.func, ast.Name):
            if GIVEN in changes or name.startswith(CHANGERS) or name.endswith("_"):
                found |= self._given(call)
        elif name not in PURE:
            found |= self.flow(call.func)
        if library and name.startswith(SETTERS):
            found.add(GLOBALS)
        out = [keyword.value for keyword in call.keywords if keyword.arg == "out"]
        return found.union(*map(self.flow, out))

    def _given(self, call: ast.Call) -> set[str]:
        return set().union(*map(self.flow, arguments(call)))

    def _changes(self, call: ast.Call) -> set[str]:
        """What the functions change that it calls, or is given to call."""
        functions = map(name_of, [call.func, *arguments(call)])
        return set().union(*(self.changes.get(name, ()) for name in functions))

    def called(self, node: ast.AST) -> set[str]:
        """Variables that are called, such as `net` in `net(X)`."""
        return {one.func.id for one in calls(node) if isinstance(one.func, ast.Name)} - self.fixed

    def draws(self, node: ast.AST) -> bool:
        """It may draw random numbers."""
        known = PURE | vars(builtins).keys()
        return any(name_of(call.func) not in known for call in calls(node))

    def of_library(self, part: ast.expr) -> bool:
        """It is a part of something that is imported."""
        while isinstance(part, (ast.Attribute, ast.Subscript)):
            part = part.value
        return isinstance(part, ast.Name) and part.id in self.imported

    def links(self, node: ast.AST) -> list[set[str]]:
        """Names that hold parts of one another from now on."""
        changing = [(one, self._touched_by(one)) for one in calls(node) if not _copies(one)]
        return [touched | self._given(call) for call, touched in changing if touched]


def _copies(call: ast.Call) -> bool:
    """It is a method, and copies the values that it is given."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    assigns = any(keyword.arg == "assign" for keyword in call.keywords)
    return (name in COPIERS or name.endswith("_")) and not assigns


@dataclass(frozen=True)
class Effects:
    """What a statement does: what it binds holds parts of `flow`; see `Names`."""

    flow: set[str] = field(default_factory=set)
    touched: set[str] = field(default_factory=set)
    links: list[set[str]] = field(default_factory=list)


def effects_of(statement: Statement, names: Names) -> Effects:
    """What a statement does, on a page with these names."""
    node = statement.node
    if isinstance(node, FUNCTIONS):
        return Effects(names.changes[node.name])
    if statement.is_import or statement.is_definition:
        return Effects()
    touched, called = names.touched(node), names.called(node)
    # A dry run, a pass through a hook. What is worked out for its value moves a batch norm.
    dry = isinstance(node, ast.Expr) and not statement.last
    touched |= called if dry else called & names.moving
    links = names.links(node)
    if isinstance(node, (ast.Assign, ast.AnnAssign)):
        return Effects(names.flow(node.value), touched, links)
    # `+=`, a loop, a with: what it binds may be part of all that it reads.
    return Effects(names.flow(node) if statement.binds else set(), touched, links)


def names_of(statements: list[Statement]) -> Names:
    """What the names are on a page with these statements, those of snippets among them."""
    made, imported, adorned, moving = set(), set(), set(), set()
    for statement in statements:
        node = statement.node
        if statement.is_definition:
            made.add(node.name)
        if statement.is_import:
            imported |= {(a.asname or a.name).split(".")[0] for a in node.names}
        parts = list(ast.walk(node))
        stores = (p for p in parts if isinstance(p, ast.Attribute) and isinstance(p.ctx, ast.Store))
        adorned |= {name_of(part.value) for part in stores}
        if statement.reads & moving or any("BatchNorm" in name_of(part) for part in parts):
            moving |= statement.binds
    names = Names(imported - made, made - adorned, moving)
    functions = [one.node for one in statements if isinstance(one.node, FUNCTIONS)]
    while True:  # a function that calls one that changes something is one
        changes = {one.name: set() for one in functions}
        for one in functions:
            changes[one.name] |= _changed_by(one, names)
        if changes == names.changes:
            return names
        names = replace(names, changes=changes)


def _changed_by(function: ast.FunctionDef | ast.AsyncFunctionDef, names: Names) -> set[str]:
    """What a call of a function of the page changes, as `Names.changes`."""
    given = {one.arg for one in ast.walk(function.args) if isinstance(one, ast.arg)}
    body = ast.Module(function.body, type_ignores=[])
    parts = list(ast.walk(body))
    shared = {name for part in parts if isinstance(part, ast.Global) for name in part.names}
    stored = {p.id for p in parts if isinstance(p, ast.Name) and isinstance(p.ctx, ast.Store)}
    stored |= {part.arg for part in parts if isinstance(part, ast.arg)}
    inner = [ast.Module(p.body, type_ignores=[]) for p in parts if isinstance(p, FUNCTIONS)]
    changed = shared.union(*(names.touched(one) | names.called(one) for one in [body, *inner]))
    for part in reversed(parts):
        # What changes a local name for a part of something changes that.
        if isinstance(part, (ast.For, ast.Assign, ast.comprehension)):
            value = part.value if isinstance(part, ast.Assign) else part.iter
            targets = part.targets if isinstance(part, ast.Assign) else [part.target]
            if changed & set().union(*map(names.flow, targets)):
                changed |= names.flow(value)
    outside = changed - given - (stored - shared) - {GLOBALS}
    return outside | ({GIVEN} if changed & given else set())
