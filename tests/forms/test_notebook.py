"""Which part of an output is printed, which is the value, and which the error."""

from pathlib import Path

import nbformat
import pytest

from cheatsheet.forms.notebook import make_notebook
from cheatsheet.forms.plain import Piece
from cheatsheet.page import Example, Fence


def example(header: str, code: str, outputs: dict[str | None, str]) -> Example:
    def fence(header: str, source: str) -> Fence:
        return Fence(Path("page.md"), 1, 3, header, source)

    shown = {title: fence("text", text) for title, text in outputs.items()}
    return Example(1, "title", fence(header, code), shown)


def outputs(code: str, text: str, header: str = "python") -> list[tuple[str, str]]:
    piece = Piece("code", code, example(header, code, {None: text}))
    notebook = make_notebook([piece], "en", "Title")
    nbformat.validate(notebook)
    texts = {
        "stream": lambda one: one.text,
        "execute_result": lambda one: one.data["text/plain"],
        "error": lambda one: f"{one.ename}|{one.evalue}|{one.traceback[0]}",
    }
    (cell,) = notebook.cells
    return [(one.output_type, texts[one.output_type](one)) for one in cell.outputs]


@pytest.mark.parametrize(
    ("code", "text", "wanted"),
    [
        ("print(1)\n", "1\n", [("stream", "1\n")]),
        ("for i in x:\n    print(i)\n", "1\n2\n", [("stream", "1\n2\n")]),
        ("x\n", "[1]\n", [("execute_result", "[1]")]),
        (
            "def f():\n    print(1)\n\n\nx\n",
            "Net(\n  (a): A()\n)\n",
            [("execute_result", "Net(\n  (a): A()\n)")],
        ),
        (
            "print(a)\nnet\n",
            "a\nNet(\n  (a): A()\n)\n",
            [("stream", "a\n"), ("execute_result", "Net(\n  (a): A()\n)")],
        ),
        (
            "with a:\n    print(b)\nw\n",
            "b\nParameter containing:\ntensor([[1.],\n        [2.]])\n",
            [
                ("stream", "b\n"),
                (
                    "execute_result",
                    "Parameter containing:\ntensor([[1.],\n        [2.]])",
                ),
            ],
        ),
    ],
)
def test_printed_and_value(code, text, wanted):
    assert outputs(code, text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("ValueError: no: 1\n", [("error", "ValueError|no: 1|ValueError: no: 1")]),
        ("KeyError: 'a'\n", [("error", "KeyError|'a'|KeyError: 'a'")]),
        (
            "NotImplementedError\n",
            [("error", "NotImplementedError||NotImplementedError")],
        ),
        (
            "pickle.UnpicklingError: a\n\tb\n",
            [("error", "UnpicklingError|a\n\tb|pickle.UnpicklingError: a\n\tb")],
        ),
        ("49\nOSError: a\n", [("stream", "49\n"), ("error", "OSError|a|OSError: a")]),
        (
            "Linear: 49\n\nStopIteration\n",
            [("stream", "Linear: 49\n\n"), ("error", "StopIteration||StopIteration")],
        ),
        ("1\nmy.NoLayer: a\n", [("stream", "1\n"), ("error", "NoLayer|a|my.NoLayer: a")]),
        ("zlib.error: a\n", [("error", "error|a|zlib.error: a")]),
    ],
)
def test_error(text, wanted):
    assert outputs("f()\n", text, "python { .raises }") == wanted


def test_an_error_that_the_page_does_not_show_yet():
    raising = Piece("code", "a\n", example("python { .raises }", "a\n", {}))
    (cell,) = make_notebook([raising], "en", "Title").cells
    assert cell.outputs == []
    assert cell.metadata.tags == ["raises-exception"]


def test_of_two_devices_the_cpu_speaks():
    both = example("python", "d\n", {"GPU": "cuda\n", "CPU": "cpu\n"})
    notebook = make_notebook([Piece("code", "d\n", both)], "en", "Title")
    assert notebook.cells[0].outputs[0].data["text/plain"] == "cpu"


def test_cells():
    pieces = [
        Piece("prose", "# Title"),
        Piece("prose", "Words."),
        Piece("prose", "```bash\n# no heading\n```"),
        Piece("prose", "More."),
        Piece("prose", "## Next"),
        Piece("prose", "Words."),
        Piece("prose", "### Last"),
        Piece("code", "a\n", example("python { .raises }", "a\n", {None: "E: a\n"})),
        Piece("code", "def f(): ...\n"),
    ]
    notebook = make_notebook(pieces, "zh-Hans", "标题")
    nbformat.validate(notebook)
    assert [(cell.cell_type, cell.source) for cell in notebook.cells] == [
        ("markdown", "# Title\n\nWords.\n\n```bash\n# no heading\n```\n\nMore."),
        ("markdown", "## Next\n\nWords."),
        ("markdown", "### Last"),
        ("code", "a"),
        ("code", "def f(): ..."),
    ]
    assert notebook.cells[3].metadata.tags == ["raises-exception"]
    assert [cell.get("execution_count") for cell in notebook.cells[3:]] == [1, 2]
    assert (notebook.metadata.lang, notebook.metadata.title) == ("zh-Hans", "标题")
    assert make_notebook(pieces, "zh-Hans", "标题") == notebook  # ids are not drawn
