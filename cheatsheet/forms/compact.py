"""A definition as it stands on paper: what it does, without what guards it."""

import ast


def compact(source: str) -> str:
    """The source without docstrings, type hints, argument checks and blank lines.

    An argument check is an `if` that does nothing but raise. What is worked out for
    checks alone goes with them. The fields of a class keep their types.
    """
    source = _without_hints(source)
    tree = ast.parse(source)
    gone = [node for node in ast.walk(tree) if _is_docstring(node) or _is_check(node)]
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            gone += _only_for(gone, function)
    lines = source.split("\n")
    kept = [True] * len(lines)
    for node in gone:
        first = node.lineno - 1
        while first and lines[first - 1].lstrip().startswith("#"):  # what is said of the check
            first -= 1
        kept[first : node.end_lineno] = [False] * (node.end_lineno - first)
    return "\n".join(
        line for line, stays in zip(lines, kept, strict=True) if stays and line.strip()
    )


def _without_hints(source: str) -> str:
    text = source.encode("utf-8")  # the columns of ast are bytes
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    spans = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.arg) and node.annotation:
            first = starts[node.lineno - 1] + node.col_offset
            spans.append((first + len(node.arg.encode("utf-8")), node.annotation))
        elif isinstance(node, ast.FunctionDef) and node.returns:
            first = starts[node.returns.lineno - 1] + node.returns.col_offset
            spans.append((text.rindex(b")", 0, first) + 1, node.returns))
    for first, hint in sorted(spans, key=lambda span: span[0], reverse=True):
        last = starts[hint.end_lineno - 1] + hint.end_col_offset
        text = text[:first] + text[last:]
    return text.decode("utf-8")


def _is_docstring(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _is_check(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.If)
        and not node.orelse
        and all(isinstance(one, ast.Raise) for one in node.body)
    )


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
