"""Say on each page what its code ran on, and list all runs, from recorded runs alone.

A recorded run is a file in docs/runs/ that `pytest docs --record` wrote.
A block counts as run when a block of the same text, with the same output and the same
imported definitions, passed there. A file that cannot be trusted stops the build.
"""

import sys
from collections import Counter
from functools import cache
from html import escape
from pathlib import Path

from mkdocs.exceptions import PluginError

# The `mkdocs` command does not put the project's folder on the path.
sys.path.insert(0, str(Path(__file__).parents[1]))

from cheatsheet.page import SourceError, load
from cheatsheet.run.records import Run, count_passed, read_records

PAGE = "verified.md"
# An emulated accelerator is none: its run is listed, and no page speaks of it.
KINDS = ("cpu", "cuda")


def on_config(config):
    _read_runs.cache_clear()  # under `mkdocs serve` the files change
    _counts.cache_clear()
    folder = _root(config) / "docs/runs"
    if folder.is_dir() and str(folder) not in config.watch:
        config.watch.append(str(folder))
    _runs(config)
    return config


def on_page_markdown(markdown, *, page, config, files):
    if page.file.src_uri != PAGE:
        return markdown
    tables = {"{{ runs }}": _table_of_runs(config), "{{ pages }}": _by_page(config)}
    for mark, table in tables.items():
        if markdown.count(mark) != 1:
            problem = f"write {mark} once, where the table of them belongs."
            raise PluginError(f"{page.file.abs_src_path}:1: {problem}")
        markdown = markdown.replace(mark, table)
    return markdown


def on_page_content(html, *, page, config, files):
    total, passed = _count(page.file.abs_src_path, config)
    if not total:
        return html
    words = config.extra["verified"]
    sentences = []
    for kind in KINDS:
        run = _runs(config).get(kind)
        form = "every" if passed[kind] == total else "some" if passed[kind] else "none"
        facts = {"device": words[kind]}
        if run:
            if kind == "cuda":
                facts["device"] += f" ({run.device.name})"
            facts |= {
                "date": run.time[:10],
                "torch": run.torch.partition("+")[0],
                "python": ".".join(run.python.split(".")[:2]),
                "passed": passed[kind],
                "total": total,
                "missing": total - passed[kind],
            }
        sentences.append(words[form].format(**facts))
    text = escape(words["between"].join(sentences), quote=False)
    if target := files.get_file_from_path(PAGE):
        link = target.url_relative_to(page.file)
        text += f'{words["between"]}<a href="{link}">{escape(words["more"])}</a>'
    # The search reads text, and this stands on every page.
    return f'{html}\n<p class="verified" data-search-exclude>{text}</p>'


def _root(config) -> Path:
    return Path(config.config_file_path).parent


def _runs(config) -> dict[str, Run]:
    try:
        return _read_runs(_root(config))
    except SourceError as error:
        raise PluginError(str(error)) from error


@cache
def _read_runs(root: Path) -> dict[str, Run]:
    return read_records(root / "docs/runs", root)


def _count(path: str | None, config) -> tuple[int, dict[str, int]]:
    """How many Python blocks a page has, and how many passed, by kind of device."""
    if path is None or not path.endswith(".md"):
        return 0, {}
    return _counts(Path(path), _root(config))


@cache  # asked for by the page itself, and by the table
def _counts(path: Path, root: Path) -> tuple[int, dict[str, int]]:
    page, runs = load(root, path.relative_to(root)), _read_runs(root)
    total, passed = 0, {}
    for kind in KINDS:
        total, passed[kind] = count_passed(page, runs.get(kind), root)
    return total, passed


def _table_of_runs(config) -> str:
    """One column a run: on a phone there is room for two or three, not for seven."""
    words, runs = config.extra["verified"], _runs(config)
    kinds = [*KINDS, *(kind for kind in runs if kind not in KINDS)]
    columns = [_facts(runs.get(kind), words) for kind in kinds]
    rows = [
        [words["facts"][i], *row] for i, row in enumerate(zip(*columns, strict=True))
    ]
    return _table(["", *(words[kind] for kind in kinds)], rows)


def _facts(run: Run | None, words: dict) -> list[str]:
    if run is None:
        return [words["not_yet"], *[""] * (len(words["facts"]) - 1)]
    commit = f"`{run.commit[:10]}`" if run.commit else ""
    results = Counter(block.result for block in run.blocks)
    return [
        run.time.replace("T", " ").removesuffix("+00:00") + " UTC",
        run.torch,
        run.python,
        run.platform,
        run.device.name,
        run.device.driver or "",
        f"{commit} {words['dirty']}" if run.dirty else commit,
        f"{results['passed']} / {results.total()}",
    ]


def _by_page(config) -> str:
    words = config.extra["verified"]
    rows = []
    for title, page in _pages(config.nav):
        total, passed = _count(str(Path(config.docs_dir) / page), config)
        if total:
            counts = [f"{passed[kind]} / {total}" for kind in KINDS]
            rows.append([f"[{title}]({page})", *counts])
    return _table([words["page"], *(words[kind] for kind in KINDS)], rows)


def _pages(nav) -> list[tuple[str, str]]:
    """Title and file of every page in the navigation, whatever sections it has."""
    found = []
    for entry in nav:
        for title, target in entry.items():
            found += [(title, target)] if isinstance(target, str) else _pages(target)
    return [(title, target) for title, target in found if target.endswith(".md")]


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
