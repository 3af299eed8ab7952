"""The one fence of a lab that may differ between languages: the words of its plots.

    words = {"layer": "layer", "gradients": "std of the gradients"}

Only its values are words: the keys, and all other code, are the same in every language.
"""

import ast
from dataclasses import dataclass


@dataclass(frozen=True)
class Word:
    """One value of a words fence; `line` counts from 1 in the fence."""

    key: str
    text: str
    line: int


def read_words(source: str) -> list[Word] | None:
    """The words of a fence that holds nothing but them; None for any other code."""
    try:
        body = ast.parse(source).body
    except SyntaxError:
        return None
    match body:
        case [ast.Assign(targets=[ast.Name(id="words")], value=ast.Dict() as words)]:
            pairs = list(zip(words.keys, words.values, strict=True))
            if all(_is_text(key) and _is_text(value) for key, value in pairs):
                return [Word(k.value, v.value, v.lineno) for k, v in pairs]
    return None


def _is_text(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)
