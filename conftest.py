"""Stands at the root because it must be above both `docs/` and `tests/`."""

import pytest

pytest_plugins = ["cheatsheet.run.plugin"]


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config):
    """Where pytest-xdist runs the tests (`-n auto`), what shares stays together.

    Groups start in the order of the files: pages first, as the census asks.
    """
    if getattr(config.option, "numprocesses", None):
        config.option.dist = "loadgroup"
        config.option.loadscopereorder = False


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    """In a worker of pytest-xdist, mark what must run in one process."""
    if hasattr(config, "workerinput"):
        for item in items:
            if group := shared_by(item):
                item.add_marker(pytest.mark.xdist_group(group))


def shared_by(item) -> str | None:
    """What a test shares with others, None for nothing that takes time.

    The fences of a page run in one process, in order. What a fixture of a module makes
    is made once for those who ask for it; one with parameters, once for each of them.
    """
    if not isinstance(item, pytest.Function):
        return item.location[0]
    made = item._fixtureinfo.name2fixturedefs  # no other way to ask
    names = sorted(name for name, found in made.items() if found[-1].scope == "module")
    if not names:
        return None
    given = item.callspec.params if hasattr(item, "callspec") else {}
    own = [str(given[name]) for name in names if name in given]
    return " ".join([item.location[0], *own])


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
