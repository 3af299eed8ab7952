"""What stands in for an import from `snippets`: the definitions themselves."""

import ast
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from cheatsheet.page import SourceError, read_text
from cheatsheet.standalone.statements import Statement, split_statements

Name = tuple[str, str]  # a module, such as snippets.custom_module, and a name in it


class Unresolved(Exception):
    """Something of `snippets` cannot stand on a page; says what, and the cure."""


@dataclass(frozen=True)
class Module:
    """A module of snippets: its statements, and which of them binds each name."""

    statements: tuple[Statement, ...]

    @cached_property
    def binder(self) -> dict[str, int]:
        return {
            name: number
            for number, statement in enumerate(self.statements)
            for name in statement.binds
        }


@dataclass(frozen=True)
class Definitions:
    """The definitions of `snippets` in one language; `texts` are its modules, by name."""

    texts: tuple[tuple[str, str], ...]

    @classmethod
    def read(cls, folder: Path) -> "Definitions":
        """Those in `folder`/snippets; errors as `read_text`."""
        names = sorted(f"snippets.{f.stem}" for f in folder.glob("snippets/*.py"))
        return _made(tuple((one, read_text(folder, cls.path(one))) for one in names))

    @staticmethod
    def path(module: str) -> Path:
        """The file of a module, from the project's root."""
        return Path(*module.split(".")).with_suffix(".py")

    @cached_property
    def modules(self) -> dict[str, Module]:
        """The modules by name; SourceError: one is not Python."""
        return {name: self._module(name, text) for name, text in self.texts}

    def _module(self, name: str, text: str) -> Module:
        try:
            return Module(split_statements(text, 0))
        except SyntaxError as error:
            problem = f"not Python: {error.msg}; mend it."
            raise SourceError(self.path(name), error.lineno or 1, problem) from None

    def collect(self, wanted: list[Name]) -> list[Statement]:
        """The statements that define names, and their needs.

        Each stands after what it needs, imports among them.

        Raises:
            Unresolved: a name is not there, or definitions need one another in a
                circle of modules.
        """
        found: dict[tuple[str, int], Statement] = {}
        for module, name in wanted:
            self._add(module, name, found, ())
        return list(found.values())

    def _add(self, module: str, name: str, found, path: tuple) -> None:
        number = self._number(module, name)
        if (module, number) in found or (module, number) in path:
            return  # also a function that calls itself, or two that call each other
        statement = self.modules[module].statements[number]
        inner = (*path, (module, number))
        for _, imported in snippet_imports(statement):
            if any(one[0] == imported[0] for one in path):
                circle = " → ".join([*(one[0] for one in path), module, imported[0]])
                problem = f"{name} needs itself in a circle: {circle}; "
                raise Unresolved(problem + "move it to one module")
            self._add(*imported, found, inner)
        if not snippet_imports(statement):
            binder = self.modules[module].binder
            for read in sorted(statement.reads & binder.keys()):
                self._add(module, read, found, inner)
            found[module, number] = statement

    def _number(self, module: str, name: str) -> int:
        """Which statement of its module defines a name."""
        file = self.path(module)
        if module not in self.modules:
            problem = f"{module}.{name} is not known: there is no {file}; "
            raise Unresolved(problem + "write it, or mend the name")
        numbers = self.modules[module].binder
        if name not in numbers:
            statements = self.modules[module].statements
            names = ", ".join(name for name, n in numbers.items() if not statements[n].is_import)
            problem = f"{module}.{name} is not known: {file} defines {names}; "
            raise Unresolved(problem + "use one of these")
        return numbers[name]


# Under `mkdocs serve`, the same texts are the same definitions, read once.
_made = lru_cache(maxsize=16)(Definitions)


@lru_cache(maxsize=8192)
def snippet_imports(statement: Statement) -> list[tuple[str, Name]]:
    """What an import takes from snippets: the name here, and (module, name) there.

    Raises:
        Unresolved: it imports `*`, or from snippets a module or another name, or stands
            inside of other code.
    """
    node = statement.node
    if not isinstance(node, (ast.Import, ast.ImportFrom)):
        if any(_of_snippets(one) for one in ast.walk(node)):
            problem = "an import from snippets inside of other code cannot be replaced"
            raise Unresolved(problem + "; write it at the margin")
        return []
    if any(alias.name == "*" for alias in node.names):
        problem = f"`{ast.unparse(node)}` hides what it brings; name what you import"
        raise Unresolved(problem)
    if not _of_snippets(node):
        return []
    module = node.module if isinstance(node, ast.ImportFrom) else None
    if module in (None, "snippets") or any(alias.asname for alias in node.names):
        raise Unresolved(
            f"`{ast.unparse(node)}` cannot be replaced by definitions; write "
            "from snippets.<module> import <name>"
        )
    return [(alias.name, (module, alias.name)) for alias in node.names]


def _of_snippets(node: ast.AST) -> bool:
    if isinstance(node, ast.ImportFrom):
        names = [node.module or ""]
    else:
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
    return any(name.split(".")[0] == "snippets" for name in names)
