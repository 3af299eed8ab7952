"""A statement of an earlier fence without what it prints."""

import ast
from dataclasses import replace

from cheatsheet.standalone.effects import Names
from cheatsheet.standalone.statements import Statement, name_of, now


def without_prints(statement: Statement, names: Names) -> Statement:
    """The same, its source without its prints, but with what these change or draw.

    It is empty where nothing is left. What a function prints, it prints later: it stays.
    """
    if statement.is_definition or "print" not in statement.source:
        return statement
    source = statement.source
    (node,) = ast.parse(source).body
    if _shares_lines(node, source):  # `if x: print(x)`
        source = ast.unparse(node)
        (node,) = ast.parse(source).body
    lines: list[str | None] = list(source.split("\n"))
    for body in [[node], *_bodies(node)]:
        prints = [one for one in body if _prints(one)]
        for one in prints:
            rest = [ast.unparse(part) for part in one.value.args if _acts(part, names)]
            if prints == body and one is body[0] and one is not node:
                rest = rest or ["pass"]  # a body cannot be empty
            first, last = one.lineno - 1, one.end_lineno
            lines[first:last] = [None] * (last - first)
            lines[first] = "\n".join(" " * one.col_offset + text for text in rest) or None
    return replace(statement, source="\n".join(line for line in lines if line is not None))


def _shares_lines(node: ast.stmt, source: str) -> bool:
    """A statement inside of this one does not begin its line."""
    lines = source.encode().split(b"\n")
    inner = (part for part in ast.walk(node) if isinstance(part, ast.stmt))
    return any(lines[part.lineno - 1][: part.col_offset].strip() for part in inner)


def _prints(node: ast.stmt) -> bool:
    """It prints to the reader, not to a file."""
    call = node.value if isinstance(node, ast.Expr) else None
    prints = isinstance(call, ast.Call) and name_of(call.func) == "print"
    return prints and all(keyword.arg != "file" for keyword in call.keywords)


def _acts(node: ast.expr, names: Names) -> bool:
    binds = any(isinstance(part, ast.NamedExpr) for part in ast.walk(node))
    return bool(binds or names.touched(node) or names.draws(node))


def _bodies(node: ast.stmt) -> list[list[ast.stmt]]:
    fields = ("body", "orelse", "finalbody")
    bodies = [getattr(part, field, None) for part in now(node) for field in fields]
    # The body of a lambda and the two of `x if y else z` are expressions.
    return [body for body in bodies if isinstance(body, list)]
