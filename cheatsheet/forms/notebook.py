"""A page as a Jupyter notebook, with the outputs that the page shows."""

import ast
import re
from functools import lru_cache

from nbformat import NotebookNode, from_dict
from nbformat.v4 import writes_json

from cheatsheet.forms.plain import Piece
from cheatsheet.run.devices import running

DEVICE = "CPU"  # whose outputs are shown where two devices rightly differ
# The first line of an error: the name of a class, and what it says.
ERROR = re.compile(r"(?m)^(?:\w+\.)*[A-Z]\w*(?:: |$)")
# How the repr of one value goes on after its first line.
CONTINUATION = re.compile(r"[\s)\]}]")
PREFIX = "Parameter containing:"  # a first line of a repr whose next looks like one
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {
        "name": "python",
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "pygments_lexer": "ipython3",
    },
}


@lru_cache(1000)  # an edit changes one page
def notebook_text(pieces: tuple[Piece, ...], lang: str, title: str) -> str:
    """The file of what `make_notebook` gives."""
    return f"{writes_json(make_notebook(pieces, lang, title))}\n"


def make_notebook(pieces: tuple[Piece, ...], lang: str, title: str) -> NotebookNode:
    """The pieces of a page as cells; `lang` is the language of the prose.

    A heading begins a new cell: notebooks fold, and list contents, by such cells.
    """
    cells: list[dict] = []
    count = 0
    for piece in pieces:
        if piece.kind == "code":
            count += 1
            cells.append(_code_cell(piece, count))
        elif cells and cells[-1]["cell_type"] == "markdown" and not piece.text.startswith("#"):
            cells[-1]["source"] += f"\n\n{piece.text}"
        else:
            cells.append({"cell_type": "markdown", "metadata": {}, "source": piece.text})
    for number, cell in enumerate(cells, 1):
        cell["id"] = f"cell-{number}"  # by the order, so that the same page gives the same bytes
    metadata = METADATA | {"title": title, "lang": lang}
    # Not by nbformat's new_…, which check each cell against the schema: 600 of them.
    return from_dict({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})


def _code_cell(piece: Piece, count: int) -> dict:
    example = piece.example
    block = example and example.output(DEVICE, running())
    outputs = []
    if block:
        text = block.source.rstrip("\n")
        outputs = _split_error(text) if example.raises else _split_value(piece.text, text, count)
    return {
        "cell_type": "code",
        "metadata": {"tags": ["raises-exception"]} if example and example.raises else {},
        "source": piece.text.rstrip("\n"),
        "outputs": outputs,
        "execution_count": count,
    }


def _split_value(code: str, text: str, count: int) -> list[dict]:
    """What is printed as a stream, and the value of the last expression as a result.

    The page shows both in one text, in this order. The code tells which of the two
    there are. Where both are, the value is taken to begin at the last line that does
    not go on with the one before it; a test runs every notebook and compares.
    """
    *before, last = ast.parse(code).body
    if not isinstance(last, ast.Expr) or _prints(last):
        return _printed(text)
    lines = text.split("\n")
    start = len(lines) - 1 if any(map(_prints, before)) else 0
    while start and CONTINUATION.match(lines[start]):
        start -= 1
    if start and lines[start - 1] == PREFIX:
        start -= 1
    data = {"text/plain": "\n".join(lines[start:])}
    result = {"output_type": "execute_result", "metadata": {}, "data": data}
    return [*_printed("\n".join(lines[:start])), result | {"execution_count": count}]


def _prints(node: ast.AST) -> bool:
    """Whether code calls `print` when it runs; what a function does comes later."""
    if isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.Lambda)):
        return False
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "print":
        return True
    return any(map(_prints, ast.iter_child_nodes(node)))


def _split_error(text: str) -> list[dict]:
    """What is printed before an error, and the error, which may have many lines.

    It is taken to begin at the last line that reads like the first one of an error.
    """
    start = max((match.start() for match in ERROR.finditer(text)), default=0)
    name, _, value = text[start:].partition(": ")
    error = {"output_type": "error", "ename": name.rpartition(".")[2], "evalue": value}
    return [*_printed(text[:start].removesuffix("\n")), error | {"traceback": [text[start:]]}]


def _printed(text: str) -> list[dict]:
    return [{"output_type": "stream", "name": "stdout", "text": text + "\n"}] if text else []
