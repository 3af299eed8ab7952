"""What code leaves behind: the values of its names, its files, the settings of torch.

A value is a tree, walked by one rule: what pickle would take apart is taken apart, down to
its leaves. A tensor is a leaf with its bytes, and so is a number or a string; a function of a
page is its code and the globals that this uses, a class of a page what stands in it. Of
whatever cannot be pickled (a generator, a thread, an open file), and of what a library
defines, the type or the name is compared.

What differs between two runs of the same page, of other seeds, processes and folders, differs
by nature: draws without a seed, times, paths. Of that the form alone is compared.
"""

import contextlib
import dis
import os
import re
import sys
import types
import warnings
import zlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

import torch
from torch.nn.parameter import is_lazy
from torch.utils.hooks import RemovableHandle

from cheatsheet.page import Page
from cheatsheet.run.process import Outcome, Piece, Process, run_alone

PLAIN = (type(None), bool, int, float, complex, str, bytes, range, Path, types.EllipsisType)
OF_PAGES = {"__main__", "snippets"}
# Another process is none of this one: torch ends those that use gloo by an abort now and then.
WALKED = {"torch", "numpy", *OF_PAGES, *sys.stdlib_module_names} - {"subprocess"}
# What `id` gives: the same in two runs by chance alone.
ADDRESSES = range(1 << 40, 1 << 48)
INSIDE = ("._parameters", "._buffers", "._modules")  # of a module; nobody writes them


class Leaf(NamedTuple):
    """A part of a value: of what form it is, and what it says."""

    form: str
    says: str = ""

    def __str__(self) -> str:
        return f"{self.form} {self.says}".rstrip()


FILE = "file "
State = dict[str, Leaf]  # by the path to it: net.0.weight


def _names(code: types.CodeType) -> set[str]:
    """The names that code finds or makes outside of functions, and its functions find there."""
    steps = dis.get_instructions(code)
    found = {one.argval for one in steps if one.opname.endswith(("_NAME", "_GLOBAL"))}
    inner = (one for one in code.co_consts if isinstance(one, types.CodeType))
    return found.union(*map(_names, inner))


def left_by(names: set[str], namespace: dict) -> State:
    """What stands behind those of the names that `namespace` has, and around them."""
    walk = _Walk()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in sorted(names & namespace.keys()):
            walk.add(name, namespace[name])
        for name, value in _settings():
            walk.add(name, value)
    for path in Path().rglob("*"):
        if path.is_file():
            walk.leaf(f"{FILE}{path}", "file", _cut(path.read_bytes()))
    return walk.found


def run_copy(text: str, source: str) -> Outcome:
    """Run the copy of a block; `left` is what then stands behind the names of the block."""
    names = _names(compile(source, "", "exec"))
    return run_alone(text, partial(left_by, names))


def differences(page: Page, copies: list[Outcome]) -> Iterator[str]:
    """Where the copy of a block leaves something else than the page up to that block.

    The page runs here, and again where the two differ. A name or a file that a copy has not,
    it did not need.
    """
    thens = [
        partial(left_by, {re.match(r"\w*", path)[0] for path in one.left or {}}) for one in copies
    ]
    examples = zip(page.examples, thens, strict=True)
    code = [Piece(one.line, one.code.source, one.raises, then) for one, then in examples]

    def run(name: str, code: list[Piece]) -> list[Outcome]:
        with Process(name, code) as process:
            return [process.receive() for _ in code]

    first = run(str(page.path), code)
    for example, one in zip(page.examples, first, strict=True):
        if one.left is None:
            yield f"{page.path}:{example.line}: this block does not end: {one.lost or one.output}"
            return
    states = [one.left for one in first]
    pairs = zip(states, (copy.left or {} for copy in copies), strict=True)
    differ = [any(_compared(one, one, copy)) for one, copy in pairs]
    last = max((n for n, one in enumerate(differ, 1) if one), default=0)
    again = [one.left for one in run(f"again {page.path}", code[:last])] if last else []
    for example, one, other, copy in zip(page.examples, states, again, copies, strict=False):
        if found := list(_compared(one, other, copy.left)):
            problem = "the copy of this block leaves other values than the page. Write what makes "
            problem += "them so that it is seen, or let cheatsheet/standalone/effects.py see it:"
            yield "\n  ".join([f"{page.path}:{example.line}: {problem}", *found])


def _compared(one: State, other: State, copy: State) -> Iterator[str]:
    for path in sorted({*one, *other, *copy}):
        wanted, again, got = one.get(path), other.get(path), copy.get(path)
        if path.startswith(FILE) and not got:
            continue
        if wanted != again:
            if not (wanted and again) or wanted.form != again.form:
                continue
            wanted, got = wanted.form, got and got.form
        if wanted != got:
            yield f"{path}: {wanted or 'nothing'} on the page, {got or 'nothing'} by its copy"


def _settings() -> Iterator[tuple[str, object]]:
    yield "os.environ", {k: v for k, v in os.environ.items() if k != "TMPDIR"}
    asked = "get_default_dtype get_default_device is_grad_enabled get_num_threads"
    asked += " are_deterministic_algorithms_enabled is_deterministic_algorithms_warn_only_enabled"
    asked += " get_float32_matmul_precision is_inference_mode_enabled is_anomaly_enabled"
    for name in asked.split():
        yield f"torch.{name}()", getattr(torch, name)()
    yield "torch.set_printoptions", torch._tensor_str.PRINT_OPTS
    allowed = sorted(torch.serialization.get_safe_globals(), key=str)  # a set, there
    yield "torch.serialization.get_safe_globals()", allowed
    mmap = torch.serialization.get_default_mmap_options()
    yield "torch.serialization.get_default_mmap_options()", mmap
    yield (
        "torch.__future__",
        {k: v for k, v in vars(torch.__future__).items() if v in (True, False)},
    )
    kinds = type, types.FunctionType, types.BuiltinFunctionType
    for module in (torch, torch.nn, torch.nn.functional, torch.nn.init, torch.optim):
        known = [(k, v) for k, v in sorted(vars(module).items()) if isinstance(v, kinds)]
        says = [(name, value.__name__) for name, value in known]
        if module is torch.nn:  # pages may change its classes; compilers add private names
            classes = [(name, value) for name, value in known if type(value) is type]
            says += [(k, sorted(name for name in vars(v) if name[0] != "_")) for k, v in classes]
        yield f"what {module.__name__} has", _cut(repr(says).encode())
    for name, module in sorted(sys.modules.items()):
        if name.startswith("torch.backends."):
            for key in sorted({*vars(module), *vars(type(module))}):
                value = getattr(module, key, None)
                if isinstance(value, (bool, int, str)) and key[0] != "_":
                    yield f"{name}.{key}", value
    hooks = vars(torch.nn.modules.module).items()
    yield "hooks of all modules", {k: len(v) for k, v in hooks if k.endswith("_hooks")}


def _cut(content: bytes) -> str:
    return f"{len(content)} bytes, {zlib.crc32(content):08x}"


def _room(value: object) -> str:
    return str(value.__module__).partition(".")[0]


def _ordered(items) -> list:
    """The items of a list, or those of a set that have an order in each process."""
    if isinstance(items, (set, frozenset)):
        return sorted((one for one in items if isinstance(one, PLAIN)), key=repr)
    return items


class _Walk:
    def __init__(self):
        self.found: State = {}
        self.seen: dict[int, tuple[str, object]] = {}  # the object, too, that its id stays its own
        self.memory: dict[int, str] = {}

    def leaf(self, path: str, form: str, says: str = "") -> None:
        for part in INSIDE:
            path = path.replace(part, "")
        self.found[path] = Leaf(form, says)

    def add(self, path: str, value: object) -> None:
        kind = type(value)
        if kind is int and value in ADDRESSES:
            return self.leaf(path, "an address")
        if isinstance(value, PLAIN):
            text = repr(value)
            more = f"… {_cut(text.encode())}" if len(text) > 80 else ""
            return self.leaf(path, kind.__name__, text[:80] + more)
        if isinstance(value, types.ModuleType):
            return None
        if id(value) in self.seen:
            first, _ = self.seen[id(value)]
            return None if first == path else self.leaf(path, f"the same as {first}")
        self.seen[id(value)] = path, value
        if isinstance(value, torch.Tensor):
            return self._tensor(path, value)
        if isinstance(value, type):
            return self._class(path, value)
        if isinstance(value, types.FunctionType):
            return self._function(path, value)
        room = _room(kind)
        if room in OF_PAGES:
            self.add(f"class {kind.__qualname__}", kind)
        if isinstance(value, dict):
            self._pairs(path, kind.__qualname__, value)
        elif isinstance(value, RemovableHandle):
            self.leaf(path, "handle of a hook")  # its number counts up in all of the process
        elif isinstance(value, (list, tuple, set, frozenset)):
            self._items(path, kind.__qualname__, _ordered(value))
        elif room not in WALKED:
            self.leaf(path, kind.__qualname__)
        else:
            self._object(path, value)

    def _object(self, path: str, value: object) -> None:
        kind = type(value).__qualname__
        try:
            parts = value.__reduce_ex__(4)
        except Exception:  # it cannot be pickled
            return self.leaf(path, kind)
        if isinstance(parts, str):
            return self.leaf(path, kind, parts)
        self.leaf(path, kind)
        _, given, state, items, pairs = (*parts, None, None, None)[:5]
        for part in given[1:] if parts[0].__name__ == "__newobj__" else given:
            self.add(f"{path}(…)", part)
        if isinstance(state, tuple) and len(state) == 2 and isinstance(state[1], dict):
            self._fields(path, state[1])
            state = state[0]
        if isinstance(state, dict):
            self._fields(path, state)
        elif state is not None:
            self.add(f"{path} state", state)
        if isinstance(value, torch.optim.Optimizer):  # it does not pickle its hooks
            self._fields(path, {k: v for k, v in vars(value).items() if k.endswith("_hooks")})
        self._items(path, kind, items or ())
        if pairs:
            self._pairs(path, kind, dict(pairs))

    def _fields(self, path: str, fields: dict) -> None:
        for name, value in fields.items():
            self.add(f"{path}.{name}", value)

    def _items(self, path: str, kind: str, items) -> None:
        number = -1
        for number, value in enumerate(items):
            self.add(f"{path}[{number}]", value)
        self.leaf(path, kind, f"of {number + 1}")

    def _pairs(self, path: str, kind: str, pairs: dict) -> None:
        if "hooks" in path:  # their keys count up in all of the process
            return self._items(path, kind, pairs.values())
        for number, (key, value) in enumerate(pairs.items()):
            if not isinstance(key, PLAIN):
                self.add(f"{path} key {number}", key)
                key = number
            inside = path.endswith(INSIDE)
            self.add(f"{path}.{key}" if inside else f"{path}[{key!r}]", value)
        return self.leaf(path, kind, f"of {len(pairs)}")

    def _tensor(self, path: str, value: torch.Tensor) -> None:
        if is_lazy(value):
            return self.leaf(path, type(value).__name__)
        form = [type(value).__name__, str(value.dtype), str(tuple(value.shape)), str(value.device)]
        form += ["requires_grad"] * value.requires_grad
        form += [type(value.grad_fn).__name__] if value.grad_fn else []
        for hooks in ("_backward_hooks", "_post_accumulate_grad_hooks"):
            form += [hooks] * len(getattr(value, hooks, None) or ())
        says = ""
        if value.layout is torch.strided and value.device.type == "cpu":
            memory = value.untyped_storage().data_ptr()
            if memory and self.memory.setdefault(memory, path) != path:
                form.append(f"in the memory of {self.memory[memory]}")
            flat = value.detach().resolve_conj().resolve_neg().contiguous().flatten()
            says = f"{flat[:4].tolist()} {_cut(flat.view(torch.uint8).numpy().tobytes())}"
        self.leaf(path, " ".join(form), says)
        if value.is_leaf and value.grad is not None:
            self.add(f"{path}.grad", value.grad)
        self._fields(path, vars(value))

    def _class(self, path: str, value: type) -> None:
        self.leaf(path, "class", value.__qualname__)
        if _room(value) in OF_PAGES:
            for base in value.__bases__:
                self.add(f"{path} base", base)
            own = {k: v for k, v in vars(value).items() if k == "__init__" or k[:2] != "__"}
            self._fields(path, own)

    def _function(self, path: str, value: types.FunctionType) -> None:
        self.leaf(path, "function", value.__qualname__)
        if _room(value) in OF_PAGES:
            self._code(path, value.__code__)
            for cell in value.__closure__ or ():
                with contextlib.suppress(ValueError):  # it is empty
                    self.add(f"{path} closure", cell.cell_contents)
            self._fields(path, vars(value) | {"defaults": value.__defaults__})
            for name in sorted(_names(value.__code__) & value.__globals__.keys()):
                self.add(name, value.__globals__[name])

    def _code(self, path: str, code: types.CodeType) -> None:
        says = [*code.co_names, *code.co_varnames, *code.co_freevars]
        for number, one in enumerate(code.co_consts):
            if isinstance(one, types.CodeType):
                self._code(f"{path} inner {number}", one)
            elif not isinstance(one, str):
                says.append(repr(one))
        self.leaf(f"{path} code", "", _cut(repr(says).encode()))
