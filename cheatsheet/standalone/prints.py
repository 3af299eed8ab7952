"""A statement of an earlier fence without what it prints."""

import ast

from cheatsheet.standalone.effects import Names
from cheatsheet.standalone.statements import Statement, name_of


def without_prints(statement: Statement, names: Names) -> str:
    """The source of a statement without its prints, but with what these change or draw.

    Empty where nothing is left.
    """
    node = statement.node
    offset = node.end_lineno - statement.source.count("\n") - 1
    lines: list[str | None] = list(statement.source.split("\n"))
    silent = []
    for part in ast.walk(node):
        call = part.value if isinstance(part, ast.Expr) else None
        if not isinstance(call, ast.Call) or name_of(call.func) != "print":
            continue
        silent.append(part)
        acts = [ast.unparse(one) for one in call.args if _acts(one, names)]
        first, last = part.lineno - offset - 1, part.end_lineno - offset
        indent = " " * part.col_offset
        alone = any(part in body and all(_prints(x) for x in body) for body in _bodies(node))
        rest = acts or (["pass"] if alone and part is not node else [])
        lines[first:last] = [None] * (last - first)
        lines[first] = "\n".join(indent + one for one in rest) or None
    if silent and _idle(node, names):
        return ""
    return "\n".join(line for line in lines if line is not None)


def _acts(node: ast.expr, names: Names) -> bool:
    return bool(names.touched(node) or names.draws(node))


def _prints(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and any(
        isinstance(part, ast.Name) and part.id == "print" for part in ast.walk(node.value)
    )


def _bodies(node: ast.AST) -> list[list[ast.stmt]]:
    found = []
    for part in ast.walk(node):
        for body in (getattr(part, "body", None), getattr(part, "orelse", None)):
            if isinstance(body, list) and body:
                found.append(body)
    return found


def _idle(node: ast.stmt, names: Names) -> bool:
    """All that it did was to print."""
    if isinstance(node, ast.Expr):
        return not _acts(node, names)
    loops = isinstance(node, (ast.For, ast.With, ast.If))
    return loops and not _acts(node, names) and all(map(_prints, node.body))
