"""A lab's notebook, and what its run puts into the page; nothing is run here."""

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_output

from cheatsheet.blocks import PageError
from cheatsheet.forms.lab import SETUP, code_of, fill, lab_notebook, seconds
from cheatsheet.forms.plots import figure, with_plots
from cheatsheet.standalone.definitions import Definitions
from cheatsheet.standalone.inline import inline_pages

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

net = make(), torch.nn
```

## Draw { #draw }

```python
from snippets.nets import make, other

print(net, other)
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
    path = definitions.folder / "lab.md"
    path.write_text(text, encoding="utf-8")
    (parts,) = inline_pages([path], definitions)
    return lab_notebook(parts, "en", "A Lab")


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


def test_plots_are_set_up_before_any_code(definitions):
    cells = read(definitions).cells
    first = next(cell for cell in cells if cell.cell_type == "code")
    assert first.source == SETUP.rstrip("\n")
    assert cells[0].source.startswith("# A Lab"), "the title stays first"
    assert [c.metadata["line"] for c in cells if "line" in c.metadata] == [11, 21]
    assert "snippets" not in "".join(c.source for c in cells if c.cell_type == "code")


def test_the_notebook_is_valid_and_says_what_it_needs(definitions):
    notebook = run(read(definitions), printed("net\n"), drawn())
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"
    assert notebook.metadata.versions.keys() == {"python", "torch", "matplotlib"}
    assert notebook.cells[-2].outputs[0].text == "net\n"
    count = sum(cell.cell_type == "code" for cell in notebook.cells)
    assert seconds(notebook) == count / 2


def test_another_text_is_the_same_code(definitions):
    other = LAB.replace("The end.", "Another end.").replace("# A Lab", "\n# Another")
    first, second = (
        nbformat.writes(code_of(read(definitions, t))) for t in (LAB, other)
    )
    assert first == second


def test_plots_stand_in_the_page(definitions):
    notebook = run(read(definitions), printed("net\n"), drawn())
    text = with_plots(PATH, LAB, notebook)
    place = text.split("\n")[LAB.split("\n").index("![A line](plot)")]
    assert place == figure(SVG, "A line")
    assert text.replace(place, "![A line](plot)") == LAB


@pytest.mark.parametrize(
    ("change", "outputs", "line", "words"),
    [
        ({}, [printed("nets\n"), drawn()], 27, "- net\n+ nets\nIf the new output is"),
        ({}, [drawn()], 27, "the page shows other output"),
        ({}, [printed("net\n")], 21, "draws 0 plots, and 1 lines"),
        ({}, [printed("net\n"), drawn(), drawn()], 21, "draws 2 plots, and 1 lines"),
        ({}, [printed("net\n"), drawn("image/png")], 21, "gives image/png, text/plain"),
        ({"A line": " "}, [printed("net\n"), drawn()], 31, "a plot needs words"),
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
