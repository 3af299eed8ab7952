"""A program that runs alone, as whoever pasted it runs it."""

import pytest

from cheatsheet.run import process
from cheatsheet.run.process import run_alone


def test_what_it_prints_and_the_value_of_its_last_line():
    outcome = run_alone("import sys\nprint(__name__)\nsys.argv")
    assert outcome.output == "__main__\n['copy.py']\n"
    assert not outcome.raised


def test_it_is_alone():
    """In an empty folder, without `snippets`, without what another one left."""
    run_alone("import torch\ntorch.left = open('left.txt', 'w')")
    outcome = run_alone(
        "import os, torch\nprint(os.listdir(), hasattr(torch, 'left'))\nimport snippets"
    )
    assert outcome.output.startswith("[] False\nModuleNotFoundError: ")
    assert (outcome.raised, outcome.line) == (True, 3)
    assert "copy.py" in outcome.trace


def test_what_is_no_python_raises():
    outcome = run_alone("x = (")
    assert outcome.raised
    assert outcome.output.endswith("SyntaxError: '(' was never closed")


def test_it_ends_the_process():
    outcome = run_alone("import os\nos._exit(3)")
    assert outcome.lost == "the code ended the process (exit code 3)"
    assert outcome.raised


def test_it_does_not_end(monkeypatch):
    monkeypatch.setattr(process, "LIMIT_SECONDS", 0.5)
    outcome = run_alone("while True:\n    pass")
    assert outcome.lost == "the code did not end within 0.5 seconds"
    assert outcome.raised


def test_the_first_step_of_an_optimizer_is_fast():
    """It imports Dynamo, which the server of processes has imported already."""
    run_alone("1")
    outcome = run_alone(
        "import sys\nimport torch\n\nprint('torch._dynamo' in sys.modules)\n"
        "net = torch.nn.Linear(2, 1)\nnet(torch.ones(3, 2)).sum().backward()\n"
        "torch.optim.SGD(net.parameters(), lr=0.1).step()"
    )
    assert outcome.output == "True\n"
    assert outcome.seconds < 0.5


def test_pyplot_is_as_after_its_first_import():
    """The server has imported it, and nothing has drawn or set anything."""
    pytest.importorskip("matplotlib")
    outcome = run_alone(
        "import sys\n\nprint('matplotlib.pyplot' in sys.modules)\n"
        "import matplotlib\nfrom matplotlib import pyplot\n\n"
        "dict(matplotlib.rcParams) == dict(matplotlib.rcParamsDefault), pyplot.get_fignums()"
    )
    assert outcome.output == "True\n(True, [])\n"
