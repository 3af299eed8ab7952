"""Code for interactive Python, where a blank line ends a function or a class."""

import ast
from functools import lru_cache


@lru_cache(maxsize=4096)
def for_prompt(text: str) -> str:
    """The same code, so that it can be pasted at the prompt `>>>` as well as in a file.

    A blank line inside a compound statement is given indentation, and one without it
    follows each compound statement.
    """
    lines = text.split("\n")
    compound = [n for n in ast.parse(text).body if hasattr(n, "body") or hasattr(n, "cases")]
    for node in compound:
        kept = _lines_of_strings(node)
        for number in range(node.lineno, node.end_lineno):  # from 0: not its first line
            if not lines[number].strip() and number not in kept:
                following = next(line for line in lines[number:] if line.strip())
                lines[number] = following[: len(following) - len(following.lstrip())]
    for node in reversed(compound):
        if node.end_lineno < len(lines) and lines[node.end_lineno].strip():
            lines.insert(node.end_lineno, "")
    return "\n".join(lines)


def _lines_of_strings(node: ast.AST) -> set[int]:
    """Lines, from 0, that go on with a string that began above."""
    return {
        number
        for part in ast.walk(node)
        if isinstance(part, (ast.Constant, ast.JoinedStr))
        for number in range(part.lineno, part.end_lineno)
    }
