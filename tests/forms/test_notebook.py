"""Which part of an output is printed, which is the value, and which the error."""

from pathlib import Path

import nbformat
import pytest

from cheatsheet.blocks import Block, Example
from cheatsheet.standalone.inline import Part
from cheatsheet.forms.notebook import make_notebook


def block(header: str, source: str) -> Block:
    return Block(Path("page.md"), 1, 3, header, source)


def outputs(code: str, text: str, header: str = "python") -> list[tuple[str, str]]:
    example = Example(block(header, code), {None: block("text", text)})
    notebook = make_notebook([Part("code", code, 1, example)], "en", "Title")
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
    ],
)
def test_error(text, wanted):
    assert outputs("f()\n", text, "python { .raises }") == wanted


def test_cells():
    example = Example(
        block("python { .raises }", "a\n"), {None: block("text", "E: a\n")}
    )
    parts = [
        Part("prose", "# Title\n\nWords.", 1),
        Part("shell", "```bash\n# no heading\n```", 5),
        Part("prose", "More.\n\n## Next\n\nWords.\n\n### Last", 9),
        Part("code", "a\n", 15, example),
        Part("code", "def f(): ...\n", 20),
    ]
    notebook = make_notebook(parts, "zh-Hans", "标题")
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
    assert make_notebook(parts, "zh-Hans", "标题") == notebook  # ids are not drawn
