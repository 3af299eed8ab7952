"""The index of names: which of PyTorch's names the pages' code uses, and where.

jedi says which name a place in the code means, and torch what it is called in public. Both
take long, so docs/names.json keeps what they said of each page, by the digest of its code:
`python -m cheatsheet sync` writes it, and a build needs neither.
"""

import ast
import atexit
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from cheatsheet.page import Example, Page, Section, Shown
from cheatsheet.source import read_text
from cheatsheet.standalone.definitions import Definitions

KEPT = "docs/names.json"
INVENTORY = "docs/inventory.json"  # see cheatsheet/forms/inventory.py
LEFT_OUT = "docs/names.yml"
# Where torch keeps what it calls otherwise in public.
PRIVATE = {
    "torch._C.TensorBase.": "torch.Tensor.",
    "torch._tensor.": "torch.",
    "torch._C._VariableFunctions.": "torch.",
    "torch._C._nn.": "torch.nn.functional.",
    "torch._C.": "torch.",
}
# The owners of a name that jedi cannot tell: what calling a module gives is a tensor.
GUESSES = ("torch.Tensor", "torch.nn.Module", "torch.optim.Optimizer")
PLAIN = {name for kind in (str, bytes, list, dict, set, tuple, Path, int) for name in dir(kind)}
# What the site is about, of which each name is shown, or left out on purpose.
SUBJECT = ("torch.nn.Module", "torch.nn.init", "torch.nn.parameter", "torch.nn.utils.parametrize")
SUBJECT += ("torch.accelerator", "torch.cuda", "torch.serialization")
DOCS = "https://docs.pytorch.org/docs/{release}/"
OWNERS = ("torch.nn.Module", "torch.nn.functional", "torch.nn.init", "torch.nn.utils", "torch.nn")
OWNERS += ("torch.Tensor", "torch.optim", "torch.accelerator", "torch.cuda")
SHOWN = 3  # sections of a name, at most
DEVICES = {"is_available", "synchronize"}  # of torch.cuda, beside what is called device


def planned(root: Path, pages: list[Page]) -> dict[Path, str]:
    """The new text of docs/names.json by its path, where these pages, of the source language,
    need another one."""
    if not any(page.path.name == "names.md" for page in pages):
        return {}
    kept = read_kept(root)
    release = ".".join(find("torch.__version__").split(".")[:2])
    if kept["release"] != release:
        kept["pages"] = {}
    new = {}
    for page in pages:
        if page.examples:
            key = Path(*page.path.parts[2:]).as_posix()
            digest = _digest(root, page)
            same = kept["pages"].get(key, {}).get("digest") == digest
            new[key] = (
                kept["pages"][key] if same else {"digest": digest, "names": names_of(root, page)}
            )
    content = {
        "release": release,
        "pages": new,
        "subject": {owner: subject(owner) for owner in SUBJECT},
    }
    if content == kept:
        return {}
    return {Path(KEPT): json.dumps(content, indent=1, sort_keys=True) + "\n"}


def read_kept(root: Path) -> dict:
    """What docs/names.json says: of which release of torch, of which pages, of what subject."""
    if not (root / KEPT).exists():
        return {"release": "", "pages": {}, "subject": {}}
    return json.loads(read_text(root, KEPT))


def names_in(kept: dict) -> set[str]:
    """All names that the pages use."""
    every = (page["names"].values() for page in kept["pages"].values())
    return {name for sections in every for found in sections for name in found}


def _digest(root: Path, page: Page) -> str:
    code = [(example.section, example.code.source) for example in page.examples]
    for module in sorted({part.module for part in page.parts if isinstance(part, Shown)}):
        code.append((module, read_text(root, Definitions.path(module))))
    return sha256(repr(code).encode()).hexdigest()[:16]


def names_of(root: Path, page: Page) -> dict[str, list[str]]:
    """The public names of torch that each section's code uses, by the section's id; what it
    shows of `snippets` is code of it, too.
    """
    found = defaultdict(set)
    source, sections = "", []
    for example in page.examples:
        source += example.code.source
        sections += [example.section] * example.code.source.count("\n")
    _look(source, dict(enumerate(sections, 1)), found)
    for section in page.sections:
        for part in section.parts:
            if isinstance(part, Shown):
                source = read_text(root, Definitions.path(part.module))
                lines = _lines_of(source, part.name)
                _look(source, dict.fromkeys(lines, section.id), found)
    return {section: sorted(names) for section, names in found.items() if names}


def _lines_of(source: str, name: str) -> range:
    for node in ast.parse(source).body:
        if getattr(node, "name", "") == name:
            return range(node.lineno, node.end_lineno + 1)
    return range(0)


def _look(source: str, sections: dict[int, str], found: dict[str, set[str]]) -> None:
    """Add the names that code uses to those of the section that each line belongs to."""
    # One for each section: after some hundred questions it answers less.
    scripts = {section: _jedi().Script(source) for section in {*sections.values()}}
    seen = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.Attribute, ast.Name)):
            place = (node.end_lineno, node.end_col_offset - 1)
        elif isinstance(node, ast.alias):
            place = (node.lineno, node.end_col_offset - 1)
        elif isinstance(node, ast.ClassDef):  # what it says anew of a module
            for method in node.body if node.bases else ():
                if isinstance(method, ast.FunctionDef) and method.lineno in sections:
                    name = f"torch.nn.Module.{method.name}"
                    if name in subject("torch.nn.Module"):
                        found[sections[method.lineno]].add(name)
            continue
        else:
            continue
        section = sections.get(place[0])
        if section is not None and (section, ast.unparse(node)) not in seen:
            seen.add((section, ast.unparse(node)))
            found[section] |= set(_meant(scripts[section], place, node))


@lru_cache(None)
def _jedi():
    """jedi, which only `sync` asks, with a store of this process's own: it writes the one below
    the home directory in place, and breaks where another process reads it half written.
    """
    import jedi

    store = TemporaryDirectory(prefix="cheatsheet-")
    atexit.register(store.cleanup)
    jedi.settings.cache_directory = store.name
    return jedi


def _meant(script, place: tuple[int, int], node: ast.AST) -> Iterator[str]:
    """The public name that a place in code means, if any."""
    full = {one.full_name for one in script.goto(*place, follow_imports=True)} - {None}
    if full or not isinstance(node, ast.Attribute):
        public = {public_name(name) for name in full if name.startswith("torch.")} - {None}
        if len(public) == 1:  # of several, jedi does not know which
            yield public.pop()
    elif node.attr not in PLAIN and not node.attr.startswith("_"):
        known = GUESSES[:1] if isinstance(node.value, ast.Call) else GUESSES
        owners = [one for one in known if hasattr(find(one), node.attr)]
        if len(owners) == 1:
            yield f"{owners[0]}.{node.attr}"


@lru_cache(None)
def find(name: str) -> object:
    """What a dotted name means in the torch that is installed; None: nothing of that name."""
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        with suppress(ImportError):
            found = import_module(".".join(parts[:end]))
            for part in parts[end:]:
                annotated = getattr(found, "__annotations__", {})  # what __init__ sets
                found = getattr(found, part, annotated.get(part))
            return found
    return None


def public_name(full: str) -> str | None:
    """What PyTorch calls, in public, what jedi found; None for a module, or what is private."""
    full = full.replace(".__init__.", ".")
    for private, public in PRIVATE.items():
        if full.startswith(private):
            full = public + full.removeprefix(private)
            break
    parts = full.split(".")
    if (found := find(full)) is None:  # what a method sets: torch.nn.Linear.__init__.weight
        *owner, _, name = parts
        owner = public_name(".".join(owner)) if len(owner) > 2 else None
        return f"{owner}.{name}" if owner and not name.startswith("_") else None
    if full.startswith("torch.return_types."):
        return None
    owner, name = find(".".join(parts[:-1])), parts[-1]
    if isinstance(owner, type):
        public = [one for one in owner.__mro__[:-1] if one.__module__ != "torch._C"]
        first = next((one for one in reversed(public) if name in vars(one)), owner)
        if name.startswith("_") or not first.__module__.startswith("torch"):
            return None
        path = public_name(f"{first.__module__}.{first.__qualname__}")
        return path and f"{path}.{name}"
    if not (callable(found) or isinstance(found, find("torch.dtype"))) or "mixin" in full.lower():
        return None
    shortest = [".".join([*parts[:end], name]) for end in range(1, len(parts))]
    shortest += [".".join(["torch", *parts[start:-1], name]) for start in range(2, len(parts))]
    public = (one for one in [*shortest, full] if "._" not in one and find(one) is found)
    return next(public, None)


@lru_cache(None)
def subject(owner: str) -> list[str]:
    """The public names of a part of torch that the site is about."""
    found = find(owner)
    listed = getattr(found, "__all__", None)
    names = listed or [name for name in vars(found) if name[0] != "_"]
    public = {public_name(f"{owner}.{name}") for name in names} - {None}
    if owner == "torch.cuda":
        public = {one for one in public if "device" in one or one.split(".")[2] in DEVICES}
    return sorted(one for one in public if listed or one.startswith(owner))


def tables(root: Path, pages: dict[str, Page], words: dict, code: str) -> dict[str, str]:
    """What stands for the marks of the page of names, in the language of a code; `pages` are by
    file name, in the order of the navigation, `words` a config's `extra.names`."""
    kept = read_kept(root)
    places = json.loads(read_text(root, INVENTORY))["places"]
    where = defaultdict(list)
    for name, page in pages.items():
        for section in page.sections:
            for used in kept["pages"].get(name, {}).get("names", {}).get(section.id, ()):
                where[used].append((_distance(used, section), name, section))
    owners = defaultdict(list)
    for used in sorted(where, key=str.casefold):
        owner = next((one for one in OWNERS if used.startswith(f"{one}.")), "torch")
        owners[owner].append(used)
    lines = []
    for owner in sorted(owners, key=str.casefold):
        lines += ["", f"## `{owner}` {{ #{owner.replace('.', '-').lower()} }}", ""]
        lines += [f"| {words['head'][0]} | {words['head'][1]} |", "| --- | --- |"]
        for used in owners[owner]:
            best = sorted(where[used], key=lambda row: row[0])[:SHOWN]
            links = [f"[{s.title}]({name}#{s.id})".replace("|", "\\|") for _, name, s in best]
            title = f"`{used.removeprefix(f'{owner}.')}`"
            if used in places:
                title = f"[{title}]({DOCS.format(release=kept['release'])}{places[used]})"
            lines.append(f"| {title} | {words['between'].join(links)} |")
    return {"names": "\n".join(lines), "subject": _subject(root, kept, {*where}, words, code)}


def _distance(name: str, section: Section) -> int:
    """0 where the section is about the name, 1 where its answer has it, else 2."""
    last = name.rpartition(".")[2]
    if re.search(rf"\b{re.escape(last)}\b", section.title):
        return 0
    block = next((part for part in section.parts if isinstance(part, Example)), None)
    lines = block.code.source.split("\n") if block else []
    marked = " ".join(lines[number - 1] for number in block.code.marked) if block else ""
    return 1 if re.search(rf"\b{re.escape(last)}\b", marked) else 2


def left_out(root: Path) -> dict[str, list[dict]]:
    """What docs/names.yml leaves out of each part of torch: rows of `why` and `names`."""
    return yaml.safe_load(read_text(root, LEFT_OUT))


def _subject(root: Path, kept: dict, used: set[str], words: dict, code: str) -> str:
    lines = []
    for owner, rows in left_out(root).items():
        names = kept["subject"][owner]
        count = sum(name in used for name in names)
        lines.append(words["covered"].format(owner=owner, count=count, all=len(names)))
        for row in rows:
            left = words["between"].join(f"`{name}`" for name in row["names"])
            lines.append(f"    - {left}{words['colon']}{row['why'][code or 'en']}")
    return "\n".join(lines)
