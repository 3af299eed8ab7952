"""Stands at the root because it must be above both `docs/` and `tests/`."""

import pytest

pytest_plugins = ["cheatsheet.run.plugin"]


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config):
    """Where pytest-xdist runs the tests (`-n auto`), each file stays in one process.

    The fences of a page run once, in order; the built site is made once in a process.
    In the order of the files: the slow ones stand in the middle.
    """
    if getattr(config.option, "numprocesses", None):
        config.option.dist = "loadfile"
        config.option.loadscopereorder = False


@pytest.fixture
def report(request):
    """Say a measured line at the end of the run, whichever process measured it."""
    return lambda line: request.node.user_properties.append(("report", line))


def pytest_terminal_summary(terminalreporter):
    for outcome in ("passed", "failed"):
        for done in terminalreporter.getreports(outcome):
            for name, line in done.user_properties:
                if name == "report" and done.when == "call":
                    terminalreporter.write_line(line)
