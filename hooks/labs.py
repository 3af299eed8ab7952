"""Run the labs and make pages of them that look and work as all others do.

mkdocs-jupyter runs the notebook of a lab (labs/notebook.py). What it would make of it
is a page apart, with half a megabyte of styles; the template in cheatsheet/theme/mkdocs_jupyter
has it hand over the executed notebook instead. Its plots go into the Markdown of the
lab, which MkDocs then renders as it renders every page; page_files.py publishes the
notebook.
"""

import json
import os
import re
import sys
import tempfile
from pathlib import Path

import nbformat
from mkdocs.exceptions import PluginError
from mkdocs.plugins import event_priority
from mkdocs_jupyter.config import settings

# The `mkdocs` command does not put the project's folder on the path.
sys.path.insert(0, str(Path(__file__).parents[1]))

from cheatsheet.blocks import PageError, read_page
from hooks.page_files import linker, plain_words
from cheatsheet.forms.lab import code_of, fill, lab_notebook, seconds
from cheatsheet.forms.plots import with_plots
from cheatsheet.forms.runs import CACHE
from cheatsheet.standalone.definitions import Definitions, StandaloneError
from cheatsheet.standalone.inline import FRONT_MATTER, inline_pages
from cheatsheet.forms.plain import plain_parts

TEMPLATES = Path(__file__).parents[1] / "cheatsheet/theme/mkdocs_jupyter"
FOLDER = "labs/"
FAILED_LINE = re.compile(r"Cell In\[(\d+)\], line (\d+)")


def on_config(config):
    settings.templates_dir = str(TEMPLATES)
    # Its jupyter_config.json lets the kernel talk to us in cipher, or it would warn.
    os.environ["JUPYTER_CONFIG_PATH"] = str(TEMPLATES)
    # Runs are kept while one `mkdocs serve` lives, or where LABS_CACHE says. What runs
    # is the key: the code of a lab, its definitions, and the versions.
    folder = os.environ.get("LABS_CACHE") or CACHE.name
    config.plugins["mkdocs-jupyter"].config["cache_dir"] = folder
    return config


@event_priority(50)  # before mkdocs-jupyter, which looks at the path
def on_pre_page(page, *, config, files):
    if _is_lab(page):
        page.lab = Path(page.file.abs_src_path)
        page.notebook = _read_notebook(page, config, files)
        page.file.abs_src_path = _write_code(page)
    return page


def on_page_read_source(*, page, config):
    return read_page(page.lab) if _is_lab(page) else None


def on_page_markdown(markdown, *, page, config, files):
    if not _is_lab(page):
        return markdown
    root = Path(config.config_file_path).parent
    path, text = page.lab.relative_to(root), read_page(page.lab)
    fill(page.notebook, _run(page, config, files, path))
    page.file.abs_src_path = str(page.lab)
    try:
        markdown = with_plots(path, text, page.notebook)
    except PageError as error:
        raise PluginError(str(error)) from error
    page.meta["seconds"] = f"{seconds(page.notebook):.1f}"
    return FRONT_MATTER.sub("", markdown)


@event_priority(100)  # before mkdocs-jupyter, which would throw away other builds' runs
def on_post_build(*, config):
    config.plugins["mkdocs-jupyter"].config["cache"] = False


def _is_lab(page) -> bool:
    return page.file.src_uri.startswith(FOLDER)


def _read_notebook(page, config, files) -> nbformat.NotebookNode:
    root = Path(config.config_file_path).parent
    (snippets,) = config.plugins["mkdocstrings"].config.handlers["python"]["paths"]
    try:
        path = Path(os.path.relpath(page.lab))
        (parts,) = inline_pages([path], Definitions(root / snippets))
    except (PageError, StandaloneError) as error:
        raise PluginError(str(error)) from error
    parts = plain_parts(parts, linker(page.file, files, config), plain_words(config))
    return lab_notebook(parts, config.extra["language"]["lang"], page.title)


def _write_code(page) -> str:
    """Write what mkdocs-jupyter is to run; the path of the file."""
    folder = Path(tempfile.mkdtemp(dir=CACHE.name), FOLDER)
    folder.mkdir()
    file = folder / f"{page.lab.stem}.ipynb"
    nbformat.write(code_of(page.notebook), file)
    return str(file)


def _run(page, config, files, path: Path) -> nbformat.NotebookNode:
    """Let mkdocs-jupyter run the notebook, where it would render the page."""
    try:
        page.render(config, files)
    except Exception as error:  # of the kernel, of nbclient, of nbconvert
        raise PluginError(_explain(error, page, path)) from error
    del page.render  # from here on MkDocs renders it as any page
    found, _end = json.JSONDecoder().raw_decode(page.content.strip())
    return nbformat.from_dict(found)


def _explain(error: Exception, page, path: Path) -> str:
    """Which line of the lab an error of its run comes from, and what it says."""
    words = f"{getattr(error, 'ename', type(error).__name__)}: "
    words += str(getattr(error, "evalue", error))
    trace = re.sub(r"\x1b\[[\d;]*m", "", getattr(error, "traceback", None) or "")
    cells = [cell for cell in page.notebook.cells if cell.cell_type == "code"]
    place = str(path)
    if match := FAILED_LINE.search(trace):
        cell = cells[int(match[1]) - 1]
        first = cell.metadata.get("line", 0)
        code = cell.source.split("\n")[int(match[2]) - 1].strip()
        lines = read_page(page.lab).split("\n")
        found = (n for n in range(first, len(lines)) if lines[n].strip() == code)
        place += f":{next(found, first - 1) + 1}"
        words = f"{words} (in `{code}`)"
    return f"{place}: this lab raises when the build runs it: {words}; mend the code."
