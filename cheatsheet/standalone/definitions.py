"""What stands in for an import from `snippets`: the definitions themselves."""

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from cheatsheet.source import SourceError, read_text
from cheatsheet.standalone.statements import Statement, split_statements

MODULE = re.compile(r"\bsnippets\.\w+")
Name = tuple[str, str]  # a module, such as snippets.custom_module, and a name in it


class Unresolved(Exception):
    """Something of `snippets` cannot stand on a page; says what, and the cure."""


@dataclass(frozen=True)
class Definitions:
    """The definitions of `snippets` in one language; `texts` are its modules, by name."""

    texts: tuple[tuple[str, str], ...]

    @classmethod
    def read(cls, folder: Path) -> "Definitions":
        """Those in `folder`/snippets; errors as `read_text`."""
        names = sorted(f"snippets.{f.stem}" for f in folder.glob("snippets/*.py"))
        return _made(tuple((one, read_text(folder, cls.path(one))) for one in names))

    def of(self, text: str) -> "Definitions":
        """Those that a text can take: of the modules that it names, and that these name."""
        texts, found = dict(self.texts), set()
        new = {*MODULE.findall(text)}
        while new := (new & texts.keys()) - found:
            found |= new
            new = {name for one in new for name in MODULE.findall(texts[one])}
        return _made(tuple(pair for pair in self.texts if pair[0] in found))

    @staticmethod
    def path(module: str) -> Path:
        """The file of a module, from the project's root."""
        return Path(*module.split(".")).with_suffix(".py")

    @cached_property
    def modules(self) -> dict[str, dict[str, Statement]]:
        """What binds each name, by module and name; SourceError: a module is not Python."""
        found = {}
        for module, text in self.texts:
            try:
                statements = split_statements(text, 0)
            except SyntaxError as error:
                problem = f"not Python: {error.msg}; mend it."
                raise SourceError(self.path(module), error.lineno or 1, problem) from None
            found[module] = {name: one for one in statements for name in one.binds}
        return found

    def collect(self, wanted: Iterable[Name]) -> list[Statement]:
        """The statements that define names, each after its needs; Unresolved: one is not there."""
        found: list[Statement] = []
        seen: set[Statement] = set()

        def add(module: str, name: str) -> None:
            statement = self._binder(module, name)
            if statement in seen:
                return  # also a function that calls itself, or two that call each other
            seen.add(statement)
            imported = snippet_imports(statement)
            reads = statement.reads & self.modules[module].keys()
            for source in imported or [(module, read) for read in sorted(reads)]:
                add(*source)
            if not imported:
                found.append(statement)

        for source in wanted:
            add(*source)
        return found

    def _binder(self, module: str, name: str) -> Statement:
        """The statement of a module that binds a name."""
        file, problem = self.path(module), f"{module}.{name} is not known: "
        if module not in self.modules:
            raise Unresolved(f"{problem}there is no {file}; write it, or mend the name")
        known = self.modules[module]
        if name not in known:
            names = ", ".join(one for one, binder in known.items() if not binder.is_import)
            raise Unresolved(f"{problem}{file} defines {names}; use one of these")
        return known[name]


# Under `mkdocs serve`, the same texts are the same definitions, read once.
_made = lru_cache(maxsize=256)(Definitions)


@lru_cache(maxsize=8192)
def snippet_imports(statement: Statement) -> list[Name]:
    """What an import takes from snippets; Unresolved: definitions cannot stand in its place."""
    node = statement.node
    if not statement.is_import:
        if any(_of_snippets(one) for one in ast.walk(node)):
            problem = "an import from snippets inside of other code cannot be replaced"
            raise Unresolved(problem + "; write it at the margin")
        return []
    if any(alias.name == "*" for alias in node.names):
        raise Unresolved(f"`{ast.unparse(node)}` hides what it brings; name what you import")
    if not _of_snippets(node):
        return []
    module = node.module if isinstance(node, ast.ImportFrom) else None
    if module in (None, "snippets") or any(alias.asname for alias in node.names):
        raise Unresolved(
            f"`{ast.unparse(node)}` cannot be replaced by definitions; write "
            "from snippets.<module> import <name>"
        )
    return [(module, alias.name) for alias in node.names]


def _of_snippets(node: ast.AST) -> bool:
    if isinstance(node, ast.ImportFrom):
        names = [node.module or ""]
    else:
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
    return any(name.split(".")[0] == "snippets" for name in names)
