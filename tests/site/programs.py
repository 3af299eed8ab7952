"""What code does, whatever its comments and docstrings say."""

import ast


def program(text: str) -> str:
    """A program as a text that is equal for equal programs.

    The room of words has its own such text; this one is for the proof, and knows no
    more than that a docstring is a string that stands first in a body.
    """
    tree = ast.parse(text)
    for node in ast.walk(tree):
        match getattr(node, "body", None):
            case [ast.Expr(ast.Constant(str())) as docstring, *_]:
                docstring.value = ast.Constant("")
    return ast.dump(tree)
