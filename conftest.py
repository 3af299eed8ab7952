"""Stands at the root because it must be above both `docs/` and `tests/`."""

from pathlib import Path

import pytest

pytest_plugins = ["cheatsheet.run.plugin"]


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config):
    """Where pytest-xdist runs the tests (`-n auto`), groups start in the order of the files:
    pages first, as the census asks.
    """
    if getattr(config.option, "numprocesses", None):
        config.option.dist = "loadgroup"
        config.option.loadscopereorder = False


def pytest_collection_modifyitems(config, items):
    """In a worker of pytest-xdist: the fences of a page run in one process, in order, and what
    the tests of a file share is made once.

    Its scheduler takes a group from behind the `@` of an id. It would write that itself for
    its marks, if pytest 9 still read the `_nodeid` that it sets.
    """
    for item in items if hasattr(config, "workerinput") else ():
        if group := _group(item):
            item._id = item.id.parse(f"{item.nodeid}@{group}")


def _group(item) -> str:
    """Its file, with what it takes of the fixtures that are made once for a file, if any."""
    if not isinstance(item, pytest.Function):
        return item.location[0]
    fixtures = item._fixtureinfo.name2fixturedefs
    shared = [name for name, every in fixtures.items() if every[-1].scope == "module"]
    taken = item.callspec.params if hasattr(item, "callspec") else {}
    kinds = [str(taken[name]) for name in shared if name in taken]
    return "-".join([item.location[0], *kinds]) if shared else ""


def pytest_runtest_makereport(item, call):
    """In a worker of pytest-xdist: write down each fence that ran, for `ran` in the others."""
    fence = dict(item.user_properties).get("fence")
    if fence and call.when == "call" and not call.excinfo and hasattr(item.config, "workerinput"):
        with _fences(item.config).open("a", encoding="utf-8") as file:
            file.write(f"{fence['page']}:{fence['line']}\n")


def _fences(config) -> Path:
    return config._tmp_path_factory.getbasetemp().parent / "fences.txt"


@pytest.fixture
def ran(request) -> set[str]:
    """Each fence that passed in a worker of pytest-xdist, as `docs/en/index.md:12`."""
    file = _fences(request.config)
    worker = hasattr(request.config, "workerinput")
    return set(file.read_text("utf-8").splitlines()) if worker and file.exists() else set()


@pytest.fixture
def report(request):
    """Say a measured line at the end of the run, whichever process measured it."""
    return lambda line: request.node.user_properties.append(("report", line))


def pytest_terminal_summary(terminalreporter):
    for outcome in ("passed", "failed", "skipped"):
        for done in terminalreporter.getreports(outcome):
            for name, line in done.user_properties:
                if name == "report" and (done.when == "call" or done.skipped):
                    terminalreporter.write_line(line)
