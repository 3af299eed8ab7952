"""Stop the build at a page that cannot be shown as it is meant, with file and line.

What MkDocs only warns of, or reports without a line: pages that cannot be read, fences
that would escape the run, `:::` with an unknown name, navigation without a page.
"""

import ast
import re
import sys
from pathlib import Path

from mkdocs.exceptions import PluginError

# The `mkdocs` command does not put the project's folder on the path.
sys.path.insert(0, str(Path(__file__).parents[1]))

from cheatsheet.blocks import PageError, read_examples, read_page, split_lines

DEFINITION = re.compile(r":::\s*(?P<name>\S+)")


def on_files(files, *, config):
    root = Path(config.config_file_path).parent
    try:
        for file in files.documentation_pages():
            _check_page(Path(file.abs_src_path), root)
    except PageError as error:
        raise PluginError(str(error)) from error
    _check_navigation(config, {file.src_uri for file in files.documentation_pages()})
    return files


def _check_page(path: Path, root: Path) -> None:
    text = read_page(path)
    shown = path.relative_to(root)
    code = set()
    for example in read_examples(shown, text):
        code.update(range(example.code.line, example.code.end + 1))
    for number, line in enumerate(split_lines(text), 1):
        match = DEFINITION.match(line)
        if match and number not in code:
            _check_definition(match["name"], root, shown, number)


def _check_definition(name: str, root: Path, page: Path, line: int) -> None:
    module, _, attribute = name.rpartition(".")
    source = root.joinpath(*module.split(".")).with_suffix(".py")
    if not module.startswith("snippets.") or not source.is_file():
        file = source.relative_to(root)
        problem = f"{name} is not known: there is no {file}; name a definition as "
        raise PageError(page, line, problem + "snippets.<module>.<name>.")
    names = [
        node.name
        for node in ast.parse(read_page(source)).body
        if isinstance(node, (ast.ClassDef, ast.FunctionDef))
    ]
    if attribute not in names:
        problem = f"{name} is not known: {source.relative_to(root)} defines "
        raise PageError(page, line, problem + f"{', '.join(names)}; use one of these.")


def _check_navigation(config, pages: set[str]) -> None:
    file = Path(config.config_file_path)
    lines = split_lines(read_page(file))
    listed = set(_listed(config.nav))
    for page in sorted(listed - pages):
        line = next((n for n, text in enumerate(lines, 1) if text.endswith(page)), 1)
        docs = Path(config.docs_dir).relative_to(file.parent)
        problem = (
            f"{file.name}:{line}: nav names {page}, and there is no {docs}/{page}; "
        )
        raise PluginError(problem + "write the page, or remove the entry.")
    for page in sorted(pages - listed):
        problem = f"{file.name}: the page {page} is not in nav; add a line for it."
        raise PluginError(problem)


def _listed(nav: list[dict]):
    """The pages of a navigation, those of its sections too."""
    for entry in nav:
        value = next(iter(entry.values()))
        yield from [value] if isinstance(value, str) else _listed(value)
