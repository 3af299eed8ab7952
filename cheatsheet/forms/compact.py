"""A definition as it stands on paper: what it does, without what guards it."""

import ast
from itertools import accumulate


def compact(source: str) -> str:
    """The source without docstrings, type hints, argument checks and blank lines.

    An argument check is an `if` that does nothing but raise. What is worked out for
    checks alone goes with them. The fields of a class keep their types.
    """
    nodes = list(ast.walk(ast.parse(source)))
    gone = [node for node in nodes if _guards(node)]
    for function in (node for node in nodes if isinstance(node, ast.FunctionDef)):
        gone += _only_for(gone, function)
    lines = source.encode("utf-8").splitlines(keepends=True)  # the columns of ast are bytes
    starts = [0, *accumulate(map(len, lines))]
    spans = _hints(nodes, starts, source.encode("utf-8"))
    for node in gone:
        first = node.lineno - 1
        while first and lines[first - 1].lstrip().startswith(b"#"):  # what is said of the check
            first -= 1
        spans.add((starts[first], starts[node.end_lineno]))
    text = source.encode("utf-8")
    for first, last in sorted(spans, reverse=True):
        text = text[:first] + text[last:]
    return "\n".join(line for line in text.decode("utf-8").split("\n") if line.strip())


def _hints(nodes: list[ast.AST], starts: list[int], text: bytes) -> set[tuple[int, int]]:
    """Where the type hints of functions stand in the text, with the signs before them."""
    spans = set()
    for node in nodes:
        match node:
            case ast.arg(arg=name, annotation=ast.expr() as hint):
                first = starts[node.lineno - 1] + node.col_offset + len(name.encode("utf-8"))
            case ast.FunctionDef(returns=ast.expr() as hint):
                first = text.rindex(b")", 0, starts[hint.lineno - 1] + hint.col_offset) + 1
            case _:
                continue
        spans.add((first, starts[hint.end_lineno - 1] + hint.end_col_offset))
    return spans


def _guards(node: ast.AST) -> bool:
    """A docstring, or an argument check."""
    match node:
        case ast.Expr(ast.Constant(str())):
            return True
        case ast.If(body=body, orelse=[]):
            return all(isinstance(one, ast.Raise) for one in body)
    return False


def _only_for(checks: list[ast.AST], function: ast.FunctionDef) -> list[ast.AST]:
    """The assignments of a function whose names nothing reads but `checks`."""
    in_checks = {id(node) for check in checks for node in ast.walk(check)}
    read = {True: set(), False: set()}  # by whether a check reads it
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            read[id(node) in in_checks].add(node.id)
    only = read[True] - read[False]
    return [
        node
        for node in ast.walk(function)
        if isinstance(node, ast.Assign)
        and all(isinstance(to, ast.Name) and to.id in only for to in node.targets)
    ]
