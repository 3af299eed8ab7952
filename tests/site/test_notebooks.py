"""Every notebook of the built site, executed top to bottom where no `snippets` is."""

import asyncio
import copy
import os
import re
import subprocess
import sys
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest
from jupyter_client import AsyncKernelClient, AsyncKernelManager
from jupyter_client.connect import write_connection_file
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from cheatsheet.blocks import Example, read_examples
from cheatsheet.run.compare import difference
from tests.site.conftest import LANGUAGES, ROOT, SECTIONS

PAGES = [(language, name) for language in LANGUAGES for name in SECTIONS]
CODES = {"en": "en", "zh": "zh-Hans"}
SERVER = Path(__file__).with_name("kernel_server.py")
LIMIT_SECONDS = 120  # a cell that takes longer hangs


def read(site, language: str, name: str):
    folder = site.folder / site.address(language, name)
    stem = name.rpartition("/")[2]
    return nbformat.read(folder / f"{stem}.ipynb", as_version=4)


def place(language: str, name: str, line: int | str) -> str:
    return f"docs/{language}/{name}.md:{line}"


def shown(language: str, name: str) -> list[Example]:
    """The fences of a page that show an output, in order."""
    examples = read_examples(ROOT / "docs" / language / f"{name}.md")
    return [one for one in examples if one.output("CPU")]


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


class Kernels:
    """Runs notebooks, each in a kernel of its own; use as a context manager.

    In threads, two at a time; a test's own thread may have the browser's event loop.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        self.lock = threading.Lock()
        self.pool = ThreadPoolExecutor(2)
        server = folder / "server"
        server.mkdir(parents=True)
        environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
        environment["IPYTHONDIR"] = str(folder / "ipython")
        self.server = subprocess.Popen(
            # -P: the folder of the script is not on the path.
            [sys.executable, "-P", str(SERVER)],
            cwd=server,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.server.stdout.readline() == "ready\n"

    def __enter__(self) -> "Kernels":
        return self

    def __exit__(self, *_error) -> None:
        self.pool.shutdown(cancel_futures=True)
        self.server.stdin.close()
        self.server.wait(30)
        self.server.stdout.close()

    def execute(self, notebook, name: str) -> Future:
        """The notebook with the outputs of a run from top to bottom, as a future.

        Raises, from its `result`:
            CellExecutionError: a cell raised that is not tagged for it.
        """
        return self.pool.submit(self._execute, notebook, name)

    def _execute(self, notebook, name: str):
        folder = self.folder / name
        folder.mkdir()
        file, _ = write_connection_file(str(folder / "kernel.json"))
        with self.lock:
            self.server.stdin.write(f"{folder}\n")
            self.server.stdin.flush()
        return asyncio.run(_execute(copy.deepcopy(notebook), file))


async def _execute(notebook, connection_file: str):
    kernel = AsyncKernelClient(connection_file=connection_file)
    kernel.load_connection_file()
    kernel.start_channels()
    try:
        await kernel.wait_for_ready(timeout=LIMIT_SECONDS)
        # nbclient asks it to interrupt a cell that hangs, and for nothing else.
        manager = AsyncKernelManager(connection_file=connection_file)
        client = NotebookClient(
            notebook, km=manager, timeout=LIMIT_SECONDS, coalesce_streams=True
        )
        client.kc = kernel
        for number, cell in enumerate(notebook.cells):
            await client.async_execute_cell(cell, number)
    finally:
        kernel.shutdown()
        kernel.stop_channels()
    return notebook


@pytest.fixture(scope="module")
def kernels(tmp_path_factory):
    with Kernels(tmp_path_factory.mktemp("kernels")) as kernels:
        yield kernels


@pytest.fixture(scope="module")
def runs(site, request, kernels):
    """The run of each notebook that the chosen tests ask for, as a future."""
    wanted = dict.fromkeys(
        (item.callspec.params["language"], item.callspec.params["name"])
        for item in request.session.items
        if item.name.startswith("test_notebook_gives_what_the_page_shows[")
    )
    return {page: kernels.execute(read(site, *page), "-".join(page)) for page in wanted}


@pytest.mark.parametrize(("language", "name"), PAGES)
def test_notebook_gives_what_the_page_shows(site, runs, language, name):
    recorded = read(site, language, name)
    executed = runs[language, name].result()
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
        wanted = re.sub(r"\A(?:\w+\.)+(?=\w+: )", "", example.output("CPU").source)
        wanted = wanted if example.raises else example.output("CPU").source
        where = place(language, name, example.code.line)
        assert difference(wanted, text_of(cell.outputs)) is None, where
        raises = "raises-exception" in cell.metadata.get("tags", [])
        assert raises == example.raises, where
        last = example.code.source.rstrip("\n").rpartition("\n")[2]
        assert cell.source.endswith(last), where


def test_no_kernel_can_import_snippets(kernels):
    cells = [nbformat.v4.new_code_cell("import snippets")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    with pytest.raises(CellExecutionError, match="No module named 'snippets'"):
        kernels.execute(notebook, "probe").result()
