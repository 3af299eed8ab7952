"""What stands in for an import from `snippets`: the definitions themselves."""

import ast
from dataclasses import dataclass
from pathlib import Path

from cheatsheet.standalone.statements import Statement, split_statements


class StandaloneError(Exception):
    """A block cannot be made to stand alone; names file, line and cure."""


@dataclass(frozen=True)
class Module:
    """A module of snippets: its statements, and which of them binds each name."""

    statements: list[Statement]
    binder: dict[str, int]


class Definitions:
    """The definitions below `folder`/snippets, in the language that they have there."""

    def __init__(self, folder: Path):
        self.folder = folder
        self._modules: dict[str, Module] = {}

    @staticmethod
    def path(module: str) -> Path:
        """The file of a module, from the project's root."""
        return Path(*module.split(".")).with_suffix(".py")

    def module(self, name: str) -> Module:
        """A module by its dotted name; errors are those of reading a file."""
        if name not in self._modules:
            text = (self.folder / self.path(name)).read_text(encoding="utf-8")
            statements = split_statements(text, 0)
            binder = {
                bound: number
                for number, statement in enumerate(statements)
                for bound in statement.binds
            }
            self._modules[name] = Module(statements, binder)
        return self._modules[name]

    def collect(self, wanted: list[tuple[str, str]]) -> list[Statement]:
        """The statements that define names, given as (module, name), and their needs.

        Each stands after what it needs, imports among them.

        Raises:
            StandaloneError: a name is not there, or definitions need one another in a
                circle of modules.
        """
        found: dict[tuple[str, int], Statement] = {}
        for module, name in wanted:
            self._add(module, name, found, ())
        return list(found.values())

    def _add(self, module: str, name: str, found, path: tuple) -> None:
        try:
            numbers = self.module(module).binder
        except OSError:
            problem = f"{module} is not known: there is no {self.path(module)}"
            raise StandaloneError(f"{problem}; write it, or mend the name") from None
        if name not in numbers:
            names = ", ".join(sorted(numbers))
            problem = f"{self.path(module)} defines no {name}; use one of {names}"
            raise StandaloneError(problem)
        number = numbers[name]
        if (module, number) in found or (module, number) in path:
            return  # also a function that calls itself, or two that call each other
        statement = self.module(module).statements[number]
        for _, imported in snippet_imports(statement):
            if any(one[0] == imported[0] for one in path):
                circle = " → ".join([*(one[0] for one in path), module, imported[0]])
                raise StandaloneError(
                    f"{name} needs itself in a circle: {circle}; move it to one module"
                )
            self._add(*imported, found, (*path, (module, number)))
        if not snippet_imports(statement):
            for read in sorted(statement.reads & numbers.keys()):
                self._add(module, read, found, (*path, (module, number)))
            found[module, number] = statement


def snippet_imports(statement: Statement) -> list[tuple[str, tuple[str, str]]]:
    """What an import takes from snippets: the name here, and (module, name) there.

    Raises:
        StandaloneError: it imports `*`, or from snippets a module or another name.
    """
    node = statement.node
    if not isinstance(node, (ast.Import, ast.ImportFrom)):
        return []
    origin = node.module if isinstance(node, ast.ImportFrom) else None
    if any(alias.name == "*" for alias in node.names):
        problem = f"`{ast.unparse(node)}` hides what it brings; name what you import"
        raise StandaloneError(problem)
    modules = [origin] if origin else [alias.name for alias in node.names]
    if not any(map(_of_snippets, modules)):
        return []
    if origin in (None, "snippets") or any(alias.asname for alias in node.names):
        raise StandaloneError(
            f"`{ast.unparse(node)}` cannot be replaced by definitions; write "
            "from snippets.<module> import <name>"
        )
    return [(alias.name, (origin, alias.name)) for alias in node.names]


def _of_snippets(module: str | None) -> bool:
    return bool(module) and module.split(".")[0] == "snippets"
