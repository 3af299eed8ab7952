"""A page as a Jupyter notebook, with the outputs that the page shows."""

import ast
import re

from nbformat import NotebookNode, from_dict

from cheatsheet.forms.plain import Piece

DEVICE = "CPU"  # whose outputs are shown where two devices rightly differ
ERROR = re.compile(r"(?m)^(?:\w+\.)*(?P<name>\w*(?:Error|Exception|Exit|Interrupt))\b")
# How the repr of one value goes on after its first line.
CONTINUATION = re.compile(r"[\s)\]}]")
PREFIX = "Parameter containing:"  # a first line of a repr whose next looks like one


def make_notebook(pieces: list[Piece], lang: str, title: str) -> NotebookNode:
    """The pieces of a page as cells; `lang` is the language of the prose.

    A heading begins a new cell: notebooks fold, and list contents, by such cells.
    """
    cells: list[dict] = []
    prose: list[str] = []

    def end_prose() -> None:
        if prose:
            cells.append(_cell("markdown", "\n\n".join(prose)))
            prose.clear()

    for piece in pieces:
        if piece.kind == "code" or piece.text.startswith("#"):
            end_prose()
        if piece.kind == "code":
            cells.append(_code_cell(piece))
        else:
            prose.append(piece.text)
    end_prose()
    count = 0
    for number, cell in enumerate(cells, 1):
        # By the order, so that the same page gives the same bytes.
        cell["id"] = f"cell-{number}"
        if cell["cell_type"] == "code":
            count += 1
            cell["execution_count"] = count
            for output in cell["outputs"]:
                if output["output_type"] == "execute_result":
                    output["execution_count"] = count
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    language = {"name": "python", "file_extension": ".py"}
    language |= {"mimetype": "text/x-python", "pygments_lexer": "ipython3"}
    metadata = {"kernelspec": kernel, "language_info": language}
    metadata |= {"title": title, "lang": lang}
    # Not by nbformat's new_…, which check each cell against the schema: 600 of them.
    return from_dict({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})


def _cell(kind: str, source: str, **more) -> dict:
    return {"cell_type": kind, "metadata": {}, "source": source} | more


def _code_cell(piece: Piece) -> dict:
    cell = _cell("code", piece.text.rstrip("\n"), outputs=[], execution_count=None)
    block = piece.example and piece.example.output(DEVICE)
    if block:
        cell["outputs"] = _outputs(piece.text, block.source.rstrip("\n"))
    if piece.example and piece.example.raises:
        cell["metadata"]["tags"] = ["raises-exception"]
        cell["outputs"] = _split_error(block.source.rstrip("\n")) if block else []
    return cell


def _outputs(code: str, text: str) -> list[dict]:
    """What is printed as a stream, and the value of the last expression as a result.

    The page shows both in one text, in this order. The code tells which of the two
    there are. Where both are, the value is taken to begin at the last line that does
    not go on with the one before it; a test runs every notebook and compares.
    """
    body = ast.parse(code).body
    last = body[-1]
    if not isinstance(last, ast.Expr) or _prints(last):
        return [_stream(text)]
    if not any(map(_prints, body[:-1])):
        return [_result(text)]
    lines = text.split("\n")
    start = len(lines) - 1
    while start and CONTINUATION.match(lines[start]):
        start -= 1
    if start and lines[start - 1] == PREFIX:
        start -= 1
    printed = [_stream("\n".join(lines[:start]))] if start else []
    return [*printed, _result("\n".join(lines[start:]))]


def _prints(node: ast.AST) -> bool:
    """Whether code calls `print` when it runs; what a function does comes later."""
    if isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.Lambda)):
        return False
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "print":
        return True
    return any(map(_prints, ast.iter_child_nodes(node)))


def _split_error(text: str) -> list[dict]:
    """What is printed before an error, and the error, which may have many lines."""
    match = ERROR.search(text)
    start = match.start() if match else 0
    words = text[start:]
    name, _, value = words.partition(": ")
    error = {"output_type": "error", "ename": name.rpartition(".")[2]}
    error |= {"evalue": value, "traceback": [words]}
    printed = text[:start].rstrip("\n")
    return [_stream(printed), error] if printed else [error]


def _stream(text: str) -> dict:
    return {"output_type": "stream", "name": "stdout", "text": text + "\n"}


def _result(text: str) -> dict:
    data = {"text/plain": text}
    return {"output_type": "execute_result", "metadata": {}, "data": data}
