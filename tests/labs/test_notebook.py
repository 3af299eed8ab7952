"""A lab's notebook, and what its run puts into the page; nothing is run here."""

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_output

from fences.blocks import PageError
from labs.notebook import code_of, fill, notebook_of, seconds
from labs.plots import figure, with_plots
from standalone.definitions import Definitions

PATH = Path("docs/en/labs/lab.md")
LAB = """\
---
description: A lab.
---

# A Lab { #lab }

See [the page](../page.md#id), [below](#draw) and [that](https://a.b/c).

::: snippets.nets.make

```python
import torch

from snippets.nets import make

net = make()
```

## Draw { #draw }

```python
from snippets.nets import make, other

print(net)
plt.plot([1])
```

```text
net
```

![A line](plot)

The end.
"""
NETS = '''\
"""Nets."""

from torch import nn


def other():
    """Another one."""
    return make()


def make():
    """A net."""
    return nn.Linear(1, 1)
'''
SVG = """\
<?xml version="1.0"?>
<!DOCTYPE svg PUBLIC "x" "y">
<svg xmlns:xlink="http://www.w3.org/1999/xlink" width="9pt" height="8pt" \
viewBox="0 0 9 8" xmlns="http://www.w3.org/2000/svg">
 <metadata><a/></metadata>
 <defs><style type="text/css">*{stroke-linejoin: round}</style></defs>
 <g id="figure_1">
  <path d="M 1.23456 2" style="fill: #ffffff; stroke: #1f77b4"/>
  <!-- words -->
  <text style="font-size: 10px; font-family: 'DejaVu Sans', serif; \
text-anchor: middle" x="1">层</text>
 </g>
</svg>
"""


@pytest.fixture
def definitions(tmp_path) -> Definitions:
    (tmp_path / "snippets").mkdir()
    (tmp_path / "snippets/nets.py").write_text(NETS, encoding="utf-8")
    return Definitions(tmp_path)


def read(definitions, text: str = LAB) -> nbformat.NotebookNode:
    return notebook_of(PATH, text, definitions, lambda to: f"https://site/{to}")


def run(notebook, *outputs):
    """The notebook as if it had run; `outputs` are those of its last fence."""
    executed = code_of(notebook)
    for count, cell in enumerate(executed.cells, 1):
        cell.execution_count = count
        cell.metadata["execution"] = {
            "iopub.status.busy": f"2026-01-01T00:00:0{count}.000000Z",
            "shell.execute_reply": f"2026-01-01T00:00:0{count}.500000Z",
        }
    executed.cells[-1].outputs = list(outputs)
    fill(notebook, executed)
    return notebook


def printed(text: str):
    return new_output("stream", name="stdout", text=text)


def drawn(kind: str = "image/svg+xml"):
    return new_output("display_data", data={kind: SVG, "text/plain": "<Figure>"})


def test_prose_becomes_cells(definitions):
    cells = read(definitions).cells
    assert [cell.cell_type for cell in cells] == [
        "markdown",
        "code",  # the setup of the plots
        "code",
        "markdown",
        "code",
        "markdown",
    ]
    assert cells[0].source == (
        "# A Lab\n\nSee [the page](https://site/../page.md#id), "
        "[below](https://site/#draw) and [that](https://a.b/c)."
    )
    assert cells[3].source == "## Draw"
    assert cells[5].source == "The end."  # neither the output nor the plot


def test_definitions_stand_where_they_are_imported_and_once(definitions):
    cells = read(definitions).cells
    make, other = NETS[NETS.index("def make") :], NETS[NETS.index("def other") :]
    other = other[: other.index("def make")].strip()
    assert cells[2].source == (
        f"import torch\nfrom torch import nn\n\n\n{make.strip()}\n\n\nnet = make()"
    )
    assert cells[4].source.count("def ") == 1
    assert other in cells[4].source
    assert "snippets" not in "".join(cell.source for cell in cells)


def test_the_notebook_is_valid_and_says_what_it_needs(definitions):
    notebook = run(read(definitions), printed("net\n"), drawn())
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"
    assert notebook.metadata.versions.keys() == {"python", "torch", "matplotlib"}
    assert notebook.cells[4].outputs[0].text == "net\n"
    assert seconds(notebook) == 1.5


def test_another_text_is_the_same_code(definitions):
    other = LAB.replace("The end.", "Another end.").replace("# A Lab", "\n# Another")
    first, second = (
        nbformat.writes(code_of(read(definitions, t))) for t in (LAB, other)
    )
    assert first == second


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("The end.", "/// note\nx\n///", 34, "a notebook has no /// blocks"),
        ("The end.", "```bash\nls\n```", 34, "a lab runs Python alone"),
        ("make, other", "make, no_such", 21, "snippets/nets.py defines no no_such"),
        (
            "nets import make\n\nnet",
            "no import make\n\nnet",
            11,
            "snippets.no is not known",
        ),
    ],
)
def test_what_a_notebook_cannot_hold(definitions, old, new, line, words):
    assert old in LAB
    with pytest.raises(PageError) as caught:
        read(definitions, LAB.replace(old, new))
    assert str(caught.value).startswith(f"{PATH}:{line}: ")
    assert words in str(caught.value)


def test_plots_stand_in_the_page(definitions):
    notebook = run(read(definitions), printed("net\n"), drawn())
    text = with_plots(PATH, LAB, notebook)
    place = text.split("\n")[LAB.split("\n").index("![A line](plot)")]
    assert place == figure(SVG, "A line")
    assert text.replace(place, "![A line](plot)") == LAB


@pytest.mark.parametrize(
    ("change", "outputs", "line", "words"),
    [
        ({}, [printed("nets\n"), drawn()], 28, "- net\n+ nets\nIf the new output is"),
        ({}, [drawn()], 28, "the page shows other output"),
        ({}, [printed("net\n")], 21, "draws 0 plots, and 1 lines"),
        ({}, [printed("net\n"), drawn(), drawn()], 21, "draws 2 plots, and 1 lines"),
        ({}, [printed("net\n"), drawn("image/png")], 21, "gives image/png, text/plain"),
        ({"A line": " "}, [printed("net\n"), drawn()], 32, "a plot needs words"),
        (
            {"::: ": "![x](plot)\n\n::: "},
            [printed("net\n"), drawn()],
            9,
            "no code above",
        ),
    ],
)
def test_a_page_and_a_run_that_do_not_agree(definitions, change, outputs, line, words):
    text = LAB
    for old, new in change.items():
        text = text.replace(old, new)
    with pytest.raises(PageError) as caught:
        with_plots(PATH, text, run(read(definitions, text), *outputs))
    assert str(caught.value).startswith(f"{PATH}:{line}: ")
    assert words in str(caught.value)


def test_a_plot_takes_the_colours_and_fonts_of_the_page():
    svg = figure(SVG, 'The "line"')
    assert svg == (
        '<figure class="plot" data-search-exclude>'
        '<svg viewBox="0 0 9 8" role="img" aria-label="The &quot;line&quot;">'
        '<defs></defs><g><path d="M 1.23 2" style="fill: none; '
        'stroke: var(--plot-0)"/><text style="font-size: 10px; text-anchor: middle" '
        'x="1">层</text></g></svg></figure>'
    )
