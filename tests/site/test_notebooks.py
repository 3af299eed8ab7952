"""Every notebook of the built site, executed top to bottom where no `snippets` is."""

import re

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError

from cheatsheet.page import Example, load
from cheatsheet.run.compare import difference
from cheatsheet.run.devices import running
from tests.site.conftest import CODES, LANGUAGES, ROOT, SECTIONS
from tests.site.programs import program

PAGES = [(language, name) for language in LANGUAGES for name in SECTIONS]
# The Chinese notebooks are the English programs; one of them runs, too.
RUN = [("en", name) for name in SECTIONS] + [("zh", "share-parameters")]


def read(site, language: str, name: str):
    folder = site.folder / site.address(language, name)
    stem = name.rpartition("/")[2]
    return nbformat.read(folder / f"{stem}.ipynb", as_version=4)


def place(language: str, name: str, line: int | str) -> str:
    return f"docs/{language}/{name}.md:{line}"


def shown(language: str, name: str) -> list[Example]:
    """The fences of a page that show an output, in order."""
    page = load(ROOT, f"docs/{language}/{name}.md")
    return [one for one in page.examples if one.output("CPU")]


def text_of(outputs) -> str:
    """What a reader sees below a cell."""
    texts = {
        "stream": lambda one: one.text,
        "execute_result": lambda one: one.data["text/plain"],
        "error": lambda one: f"{one.ename}: {one.evalue}",
    }
    return "\n".join(texts[one.output_type](one).rstrip("\n") for one in outputs)


def kinds(outputs) -> list[str]:
    return [one.get("name", one.output_type) for one in outputs]


@pytest.mark.parametrize(("language", "name"), RUN)
def test_notebook_gives_what_the_page_shows(site, kernels, language, name):
    recorded = read(site, language, name)
    executed = kernels.execute(recorded).result()
    code = [cell for cell in recorded.cells if cell.cell_type == "code"]
    again = [cell for cell in executed.cells if cell.cell_type == "code"]
    assert len(code) > 2
    lines = (example.code.line for example in shown(language, name))
    for cell, run in zip(code, again, strict=True):
        line = next(lines) if cell.outputs else "?"
        where = f"{place(language, name, line)}, the cell\n{cell.source}"
        diff = difference(text_of(cell.outputs), text_of(run.outputs))
        assert diff is None, f"{where}\ngives (+) and not (-)\n{diff}"
        same = kinds(run.outputs) == kinds(cell.outputs) and not any(
            difference(text_of([mine]), text_of([its]))
            for mine, its in zip(cell.outputs, run.outputs, strict=True)
        )
        assert same, (
            f"{where}\nshows one text, and the notebook takes another part of it for "
            "printed than a run gives; print the value too, or bind it to a name."
        )


@pytest.mark.parametrize(("language", "name"), PAGES)
def test_notebook_is_valid_and_of_the_page(site, language, name):
    notebook = read(site, language, name)
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"
    assert notebook.metadata.language_info.name == "python"
    assert notebook.metadata.lang == CODES[language]
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert not [cell.source for cell in code if "snippets" in cell.source]
    # What the page shows is there, in its order; cells of definitions stand between.
    cells = [cell for cell in code if cell.outputs]
    for example, cell in zip(shown(language, name), cells, strict=True):
        wanted = re.sub(r"\A(?:\w+\.)+(?=\w+: )", "", example.output("CPU", running()).source)
        wanted = wanted if example.raises else example.output("CPU", running()).source
        where = place(language, name, example.code.line)
        assert difference(wanted, text_of(cell.outputs)) is None, where
        raises = "raises-exception" in cell.metadata.get("tags", [])
        assert raises == example.raises, where
        last = example.code.source.rstrip("\n").rpartition("\n")[2]
        assert cell.source.endswith(last), where


@pytest.mark.parametrize("name", SECTIONS)
def test_the_chinese_notebooks_are_the_english_programs(site, name):
    ours, its = (
        [cell for cell in read(site, language, name).cells if cell.cell_type == "code"]
        for language in LANGUAGES
    )
    for mine, other in zip(ours, its, strict=True):
        assert program(other.source) == program(mine.source)
        assert other.outputs == mine.outputs
        assert other.metadata.get("tags") == mine.metadata.get("tags")


def test_no_kernel_can_import_snippets(kernels):
    cells = [nbformat.v4.new_code_cell("import snippets")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    with pytest.raises(CellExecutionError, match="No module named 'snippets'"):
        kernels.execute(notebook).result()
