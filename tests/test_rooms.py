"""The house as it is meant: who knows whom, and how much there is of it."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# What a room may import of the house: what is below it, and itself.
BELOW = {
    "source": set(),
    "page": {"source"},
    "run": {"source", "page", "run"},
    "standalone": {"source", "page", "standalone"},
    "words": {"source", "page", "words"},
    "forms": {"source", "page", "run", "standalone", "words", "forms"},
    "build": {"source", "page", "run", "standalone", "words", "forms"},
    "beside": set(),
    "folder": {"run"},
    "__main__": {"source", "page", "run", "standalone", "words", "forms"},
    "hooks": {"source", "words", "build", "folder", "beside"},
    "conftest": set(),  # pytest loads cheatsheet.run.plugin by its name
}
# What a bare GPU machine has; page.py needs what pytest-markdown-docs brings.
BARE = {"torch", "pytest", "pytest_markdown_docs"}
HIDES = Path("cheatsheet/run/process.py")
SNIPPET = (
    "cheatsheet/page.py",
    "cheatsheet/run/judge.py",
    "cheatsheet/standalone/program.py",
    "cheatsheet/build.py",
    "hooks.py",
)


def listed() -> list[Path]:
    """The files of the project, also new ones, without those that git ignores."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    paths = map(Path, dict.fromkeys(done.stdout.split("\0")))
    return [path for path in paths if (ROOT / path).is_file()]


FILES = listed()
PROGRAM = sorted(
    path
    for path in FILES
    if path.suffix == ".py" and path.parts[0] not in ("docs", "snippets", "tests")
)
TREES = {path: ast.parse((ROOT / path).read_text(encoding="utf-8")) for path in PROGRAM}
ROOMS = [path for path in PROGRAM if path.parts[0] != ".github"]


def room_of(path: Path) -> str:
    """`run` for cheatsheet/run/judge.py, `hooks` for hooks.py."""
    inside = path.parts[0] == "cheatsheet"
    return (path.parts[1] if inside else path.parts[0]).removesuffix(".py")


def imports(path: Path) -> set[str]:
    """The dotted names of all that a file imports, inside of functions too."""
    found = set()
    for node in ast.walk(TREES[path]):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: name the module in full"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def rooms_known(path: Path) -> set[str]:
    names = [name.split(".") for name in imports(path)]
    return {name[1] for name in names if name[0] == "cheatsheet"}


def of_others(path: Path) -> set[str]:
    """The packages that a file imports and that are neither Python's nor ours."""
    return {name.split(".")[0] for name in imports(path)} - (
        sys.stdlib_module_names | {"cheatsheet"}
    )


def lines_of(paths) -> int:
    return sum((ROOT / path).read_text(encoding="utf-8").count("\n") for path in paths)


@pytest.mark.parametrize("path", ROOMS, ids=str)
def test_rooms_depend_downwards(path):
    if path == Path("cheatsheet/__init__.py"):
        assert imports(path) == set()
        return
    up = rooms_known(path) - BELOW[room_of(path)]
    assert not up, f"{path} imports {', '.join(sorted(up))}, which stands above it"


def test_hooks_alone_know_the_generator():
    knowing = [path for path in PROGRAM if "mkdocs" in of_others(path)]
    assert knowing == [Path("hooks.py")]


def test_nobody_knows_the_hooks():
    assert [path for path in PROGRAM if "hooks" in of_others(path)] == []


def test_the_fence_run_needs_what_a_bare_machine_has():
    for path in PROGRAM:
        if room_of(path) == "run":
            assert of_others(path) <= BARE, path
    assert of_others(Path("cheatsheet/page.py")) == {"markdown_it"}
    assert of_others(Path("conftest.py")) == {"pytest"}


def test_standalone_needs_ruff_alone():
    rooms = [path for path in PROGRAM if room_of(path) == "standalone"]
    assert set().union(*map(of_others, rooms)) == {"ruff"}


def test_five_visible_folders_at_most():
    folders = {path.parts[0] for path in FILES if len(path.parts) > 1}
    visible = sorted(name for name in folders if not name.startswith("."))
    assert len(visible) <= 5, visible


@pytest.mark.xfail(strict=True, raises=AssertionError, reason="a goal: there is more of it so far")
def test_the_program_is_small():
    assert lines_of(PROGRAM) <= 5000


def test_one_snippets_path_reads_in_one_sitting():
    assert lines_of(map(Path, SNIPPET)) <= 1200


def test_what_knows_a_generator_is_thin():
    assert lines_of([Path("hooks.py")]) <= 80
    assert lines_of([Path(".github/scripts/zensical.py")]) <= 60


def test_nobody_changes_where_modules_are_looked_for():
    # Where a copy is run alone, the project must not be found.
    hiding = "sys.path[:] = [path for path in sys.path if path and Path(path).resolve() != root]"
    for path, tree in TREES.items():
        text = ast.unparse(tree)
        if path == HIDES:
            text = text.replace(hiding, "", 1)
        assert "sys.path" not in text and "from sys import path" not in text, path


# What writes otherwise: sites, staged pages, and files in temporary folders.
MAKES = {"build.py", "folder.py", "run/process.py", "standalone/tidy.py", "words/catalog.py"}


def test_whatever_a_person_wrote_is_written_in_one_step():
    """By `write_text` of source.py: whoever is killed leaves each file old or new."""
    call = re.compile(r"\.write_(?:text|bytes)\(|open\([^)]*['\"][wa]b?['\"]")
    writing = {
        path.relative_to("cheatsheet").as_posix()
        for path in ROOMS
        if path.parts[0] == "cheatsheet" and call.search((ROOT / path).read_text(encoding="utf-8"))
    }
    assert writing == {"source.py", *MAKES}


@pytest.mark.parametrize("path", PROGRAM, ids=str)
def test_what_others_use_says_what_it_does(path):
    """But for hooks, of which pytest says it, and `main`, of which the module does."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    silent = [
        f"{path}:{node.lineno}: {node.name} has no docstring"
        for node in TREES[path].body
        if isinstance(node, kinds)
        and not node.name.startswith(("_", "pytest_"))
        and node.name != "main"
        and not ast.get_docstring(node)
    ]
    assert not silent, "\n".join(silent)
