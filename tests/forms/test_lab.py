"""A lab's notebook, which runs are kept, and what a run puts into the page."""

import copy
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_output, writes_json

from cheatsheet.forms import lab
from cheatsheet.forms.lab import RUNS, SETUP, lab_notebook, run_labs
from cheatsheet.forms.plain import Words, pieces_of
from cheatsheet.forms.plots import Plots, figure
from cheatsheet.page import Page, read
from cheatsheet.source import SourceError
from cheatsheet.standalone.definitions import Definitions
from cheatsheet.standalone.program import make_standalone

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


WORDS = Words({}, "`{name}` is defined above.", "Output", "Error", "Fix")


@pytest.fixture
def definitions(tmp_path) -> Definitions:
    (tmp_path / "snippets").mkdir()
    (tmp_path / "snippets/nets.py").write_text(NETS, encoding="utf-8")
    return Definitions.read(tmp_path)


def notebook_of(definitions, text: str = LAB) -> tuple[Page, nbformat.NotebookNode]:
    page = read(PATH, text)
    (made,) = make_standalone([page], definitions)
    pieces = pieces_of(page, made.cells, {}, lambda target: target, WORDS)
    return page, lab_notebook(pieces, "en", "A Lab")


class Kernel:
    """Stands in for the program that runs a notebook, and counts its runs.

    `outputs` are those of the last cell.
    """

    def __init__(self, *outputs):
        self.outputs = list(outputs)
        self.runs = 0

    def __call__(self, labs) -> None:
        self.runs += 1
        (notebook,) = labs.values()
        cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
        cells[-1].outputs = copy.deepcopy(self.outputs)


@pytest.fixture
def run(definitions, tmp_path, monkeypatch):
    """Let a kernel of ours run a lab: its page and its notebook."""
    monkeypatch.delenv("CI", raising=False)

    def run(kernel: Kernel, text: str = LAB) -> tuple[Page, nbformat.NotebookNode]:
        monkeypatch.setattr(lab, "_execute", kernel)
        page, notebook = notebook_of(definitions, text)
        run_labs(tmp_path, {page: notebook})
        return page, notebook

    return run


def printed(text: str):
    return new_output("stream", name="stdout", text=text)


def drawn(kind: str = "image/svg+xml"):
    return new_output("display_data", data={kind: SVG, "text/plain": "<Figure>"})


def test_plots_are_set_up_before_any_code(definitions):
    _, notebook = notebook_of(definitions)
    cells = notebook.cells
    first = next(cell for cell in cells if cell.cell_type == "code")
    assert first.source == SETUP.rstrip("\n")
    assert cells[0].source.startswith("# A Lab"), "the title stays first"
    assert [c.metadata["line"] for c in cells if "line" in c.metadata] == [11, 21]
    code = [cell for cell in cells if cell.cell_type == "code"]
    assert "snippets" not in "".join(cell.source for cell in code)
    assert not any(cell.outputs for cell in code), "only its run says what it prints"


def test_the_notebook_is_valid_and_says_what_it_needs(run):
    _, notebook = run(Kernel(printed("net\n"), drawn()))
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"
    assert notebook.metadata.versions.keys() == {"python", "torch", "matplotlib"}
    assert notebook.cells[-2].outputs[0].text == "net\n"


def test_a_run_is_kept_until_the_code_changes(run):
    kernel = Kernel(printed("net\n"), drawn())
    _, first = run(kernel)
    assert run(kernel)[1] == first
    other = LAB.replace("The end.", "Another end.").replace("# A Lab", "\n# Another")
    assert run(kernel, other)[1].cells[-2].outputs == first.cells[-2].outputs
    assert kernel.runs == 1, "another text is the same code"
    run(kernel, LAB.replace("print(net, other)", "print(other, net)"))
    assert kernel.runs == 2


def test_where_CI_is_set_nothing_is_kept(run, tmp_path, monkeypatch):
    kernel = Kernel(printed("net\n"), drawn())
    run(kernel)
    monkeypatch.setenv("CI", "true")
    run(kernel)
    run(kernel)
    assert kernel.runs == 3
    assert len(list((tmp_path / RUNS).iterdir())) == 1


def test_a_checkout_that_nobody_can_write_to(run, tmp_path):
    (tmp_path / ".cache").write_text("no folder", encoding="utf-8")
    kernel = Kernel(printed("net\n"), drawn())
    assert run(kernel) == run(kernel)
    assert kernel.runs == 2


def test_a_lab_that_raises_names_its_line(definitions, tmp_path, monkeypatch):
    """Which cell and line failed is read out of what a real kernel says."""
    monkeypatch.setenv("CI", "true")
    text = LAB.replace("print(net, other)", "x = 1\n\nprint(x.no_such)  # why")
    page, notebook = notebook_of(definitions, text)
    with pytest.raises(SourceError) as caught:
        run_labs(tmp_path, {page: notebook})
    line = text.split("\n").index("print(x.no_such)  # why") + 1
    assert str(caught.value) == (
        f"{PATH}:{line}: this lab raises when the build runs it: AttributeError: 'int' "
        "object has no attribute 'no_such' (in `print(x.no_such)  # why`); mend the code."
    )


def test_labs_share_a_kernel_and_no_name(definitions, monkeypatch, tmp_path):
    monkeypatch.setenv("CI", "true")
    plt = "from matplotlib import pyplot as plt\n\n"
    code = f"{plt}left = 1\nplt.rcParams['font.size'] = 40"
    one, first = notebook_of(definitions, LAB.replace("print(net, other)", code))
    code = f"{plt}print(plt.rcParams['font.size'])\nprint(globals()['left'])"
    other, second = notebook_of(definitions, LAB.replace("print(net, other)", code))
    other = replace(other, path=Path("docs/en/labs/other.md"))
    with pytest.raises(SourceError, match=r"^docs/en/labs/other\.md:\d+: .*KeyError: 'left'"):
        run_labs(tmp_path, {one: first, other: second})
    for cell in second.cells:
        cell.source = cell.source.replace('print(globals()["left"])', "")
    run_labs(tmp_path, {one: first, other: second})
    (text,) = (o.text for c in second.cells for o in c.get("outputs", []) if "text" in o)
    assert text == "12\n", "its own setting, not the 40 of the lab before"


def test_two_runs_give_the_same_bytes(definitions, monkeypatch, tmp_path):
    """Of what is printed, and of what is drawn: no time, no id by chance; nor what the setup
    says where matplotlib has no folder of its own."""
    monkeypatch.setenv("CI", "true")
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    code = "from matplotlib import pyplot as plt\n\nplt.plot([1, 3, 2])\nplt.grid()\n"
    code += "print(1, flush=True)\nprint(2)"
    page, notebook = notebook_of(definitions, LAB.replace("print(net, other)", code))
    first, second = copy.deepcopy(notebook), notebook
    run_labs(tmp_path, {page: first})
    monkeypatch.setenv("MPLCONFIGDIR", "/dev/null/none")
    run_labs(tmp_path, {page: second})
    outputs = [one.output_type for cell in second.cells for one in cell.get("outputs", ())]
    assert outputs == ["stream", "display_data"], "in one piece, however it came"
    assert writes_json(first) == writes_json(second)


NAME = "labs/lab.md"


def figures(plots: Plots, name: str, page: Page) -> list[str]:
    lines = page.lines.copy()
    plots.draw(name, page, lines)
    return [line for line in lines if line.startswith("<figure")]


def test_plots_by_their_line_and_section(run):
    page, notebook = run(Kernel(printed("net\n"), drawn()))
    plots = Plots({NAME: (page, notebook)})
    assert figures(plots, NAME, page) == [figure(SVG, "A line")]
    other = read(Path("docs/en/a.md"), f"Prose.\n\n![Words]({NAME}#draw)\n")
    assert figures(plots, "a.md", other) == [figure(SVG, "Words")]
    with pytest.raises(SourceError, match=r"^docs/en/a\.md:3: there is no lab that draws labs"):
        figures(plots, "labs/other.md", other)
    for nothing in ("lab", "no-such"):
        page = read(Path("docs/en/a.md"), f"![x]({NAME}#{nothing})\n")
        with pytest.raises(SourceError, match=r"^docs/en/a\.md:1: there is no lab that draws"):
            figures(plots, "a.md", page)


def test_two_plots_in_their_order(run):
    other = SVG.replace("层", "元")
    second = new_output("display_data", data={"image/svg+xml": other})
    text = LAB.replace("The end.", "![Another](plot)")
    page, notebook = run(Kernel(printed("net\n"), drawn(), second), text)
    plots = Plots({NAME: (page, notebook)})
    assert figures(plots, NAME, page) == [figure(SVG, "A line"), figure(other, "Another")]
    page = read(Path("docs/en/a.md"), f"![x]({NAME}#draw)\n")
    assert figures(plots, "a.md", page) == [figure(SVG, "x")], "the first"


@pytest.mark.parametrize(
    ("change", "outputs", "line", "words"),
    [
        ({}, [printed("nets\n"), drawn()], 27, "- net\n+ nets\nIf the new output is"),
        ({}, [drawn()], 27, "the page shows other output"),
        ({}, [printed("net\n")], 21, "draws 0 plots, and 1 lines"),
        ({}, [printed("net\n"), drawn(), drawn()], 21, "draws 2 plots, and 1 lines"),
        ({}, [printed("net\n"), drawn("image/png")], 21, "gives image/png, text/plain"),
        (
            {"::: ": "![x](plot)\n\n::: "},
            [printed("net\n"), drawn()],
            9,
            "no code above",
        ),
    ],
)
def test_a_page_and_a_run_that_do_not_agree(run, change, outputs, line, words):
    text = LAB
    for old, new in change.items():
        text = text.replace(old, new)
    page, notebook = run(Kernel(*outputs), text)
    with pytest.raises(SourceError) as caught:
        Plots({NAME: (page, notebook)})
    assert str(caught.value).startswith(f"{PATH}:{line}: ")
    assert words in str(caught.value)


def test_a_plot_takes_the_colours_and_fonts_of_the_page():
    svg = figure(SVG, 'The "line"')
    assert svg == (
        '<figure class="plot">'
        '<svg viewBox="0 0 9 8" role="img" aria-label="The &quot;line&quot;">'
        '<defs></defs><g><path d="M 1.23 2" style="fill: none; '
        'stroke: var(--plot-0)"/><text style="font-size: 10px; text-anchor: middle" '
        'x="1">层</text></g></svg></figure>'
    )
