"""Which earlier code a copy brings along: what makes and what changes what it uses."""

from pathlib import Path

import pytest

from cheatsheet.blocks import read_examples
from cheatsheet.run.compare import difference
from cheatsheet.run.process import run_alone
from cheatsheet.standalone.compose import Copy, copies_of
from cheatsheet.standalone.definitions import Definitions, StandaloneError

ROOT = Path(__file__).parents[2]
IMPORTS = "import torch\nfrom torch import nn\n\n"
NET = IMPORTS + "net = nn.Linear(2, 1)\nX = torch.ones(3, 2)"


def copies(*fences: str) -> list[Copy]:
    """The copies of a page with these fences; `!` in front: a fence that raises."""
    text = "# Page\n"
    for fence in fences:
        flags = " { .raises }" if fence.startswith("!") else ""
        text += f"\n```python{flags}\n{fence.removeprefix('!')}\n```\n"
    examples = read_examples(Path("docs/en/page.md"), text)
    return copies_of([one.code for one in examples], Definitions(ROOT))


def last(*fences: str) -> str:
    return copies(*fences)[-1].text


# What must come along, in the order of the page: the fences, and the last one's output.
STATE = {
    "initialized": (
        NET,
        "_ = nn.init.ones_(net.weight)",
        "net.weight.sum().item()",
        "2.0",
    ),
    "edited under no_grad": (
        NET,
        "with torch.no_grad():\n    net.bias.fill_(3.0)",
        "net.bias.item()",
        "3.0",
    ),
    "edited through an alias": (
        NET,
        "first = net.weight\nwith torch.no_grad():\n    first[0, 1] = 7.0",
        "net.weight[0, 1].item()",
        "7.0",
    ),
    "edited in a function of the page": (
        NET,
        "def freeze(module):\n    for param in module.parameters():\n"
        "        param.requires_grad_(False)\n\n\nfreeze(net)",
        "net.bias.requires_grad",
        "False",
    ),
    "initialized by apply": (
        NET,
        "def init(module):\n    nn.init.ones_(module.weight)\n\n\n_ = net.apply(init)",
        "net.weight[0, 0].item()",
        "1.0",
    ),
    "trained": (
        NET,
        "_ = nn.init.zeros_(net.weight)\n_ = nn.init.zeros_(net.bias)\n"
        "optimizer = torch.optim.SGD(net.parameters(), lr=0.5)",
        "loss = (net(X) - 1).square().mean()\nloss.backward()\noptimizer.step()",
        "net.bias.item()",
        "1.0",
    ),
    "gradients": (
        NET,
        "y = net(X).sum()\ny.backward()",
        "net.bias.grad",
        "tensor([3.])",
    ),
    "loaded inside a print": (
        NET,
        "other = nn.Linear(2, 1)\nnn.init.constant_(other.bias, 4)",
        "print(net.load_state_dict(other.state_dict()))",
        "net.bias.item()",
        "4.0",
    ),
    "saved to a file": (
        NET,
        "nn.init.constant_(net.bias, 6)\ntorch.save(net.state_dict(), 'a.pt')",
        "torch.save({}, 'b.pt')",
        "torch.load('a.pt')['bias'].item()",
        "6.0",
    ),
    "changed by a hook": (
        NET,
        "seen = []\nhandle = net.register_forward_hook(lambda *_: seen.append('ran'))",
        "net(X)\nhandle.remove()\nnet(X)\nprint('twice')",
        "seen",
        "['ran']",
    ),
    "switched": (NET, "net.eval()\nprint(net.training)", "net.training", "False"),
    "moved": (
        NET,
        "net.to(torch.float64)\nX = X.double()",
        "net(X).dtype",
        "torch.float64",
    ),
    "appended": (
        NET,
        "net = nn.Sequential(net)\nnet.append(nn.ReLU())",
        "len(net)",
        "2",
    ),
    "attribute set": (NET, "net.name = 'a'", "net.name", "'a'"),
    "global setting": (
        NET,
        "torch.set_default_dtype(torch.float64)",
        "torch.ones(1).dtype",
        "torch.float64",
    ),
    "counted up": ("n = 1", "n += 1\nn += 1", "n", "3"),
    "bound in a branch": ("n = 1", "if n:\n    n = 5", "n", "5"),
    "drawn after a seed": (
        IMPORTS + "torch.manual_seed(0)\na = torch.rand(1)\nb = torch.rand(1)",
        "b",
        "tensor([0.7682])",
    ),
    "drawn inside a print": (
        IMPORTS + "torch.manual_seed(0)\nprint(torch.rand(1))\nb = torch.rand(1)",
        "b",
        "tensor([0.7682])",
    ),
}


@pytest.mark.parametrize("fences", STATE.values(), ids=STATE)
def test_the_state_comes_along(fences):
    *fences, output = fences
    text = last(*fences)
    outcome = run_alone(text)
    assert not outcome.raised, f"{text}\n{outcome.output}"
    assert difference(output, outcome.output) is None, f"{text}\n{outcome.output}"


# What must stay behind, and a part of it that would show.
NOT_NEEDED = {
    "another net": (NET, "other = nn.Linear(9, 9)", "net.bias.shape", "other"),
    "what is bound anew": (NET, "X = torch.zeros(1)", "X = net.bias\nX", "zeros"),
    "a loop with the same names": (
        NET,
        "for name, param in net.named_parameters():\n    print(name)",
        "for name, param in net.named_parameters():\n    print(name)",
        "\n\n\nfor",
    ),
    "prints": (NET, "print('hello')\nnet.eval()", "net.training", "hello"),
    "what is changed later": (
        NET,
        "total = net.bias.shape[0]",
        "net.eval()",
        "total",
        "eval",
    ),
    "an unused import": ("import math\nimport torch", "torch.ones(1)", "math"),
    "what raised": (NET, "!net.no_such_name", "net.training", "no_such_name"),
    "a net on the same device": (
        NET + "\ndevice = torch.device('cpu')",
        "other = nn.Linear(9, 9).to(device)",
        "net.to(device)\nnet.training",
        "other",
    ),
    "a file of another name": (
        NET + "\ntorch.save(X, 'a.pt')",
        "torch.save(X, 'other.pt')",
        "torch.load('a.pt').shape",
        "other.pt",
    ),
    "a seed without a draw": (
        IMPORTS + "torch.manual_seed(0)\na = torch.rand(1)\nb = [1]",
        "b",
        "seed",
    ),
}


@pytest.mark.parametrize("fences", NOT_NEEDED.values(), ids=NOT_NEEDED)
def test_what_is_not_needed_stays_behind(fences):
    *fences, part = fences
    text = last(*fences)
    assert part not in text, text
    assert not run_alone(text).raised, text


def test_definitions_come_with_what_they_need_once():
    fence = "from snippets.access_all_params import count_parameters\n"
    fence += "from torch import nn\n"
    text = last(fence, "count_parameters(nn.Linear(2, 1))")
    assert text.count("class ParameterCount(NamedTuple):") == 1
    assert text.index("class ParameterCount") < text.index("def count_parameters")
    assert text.startswith("from typing import NamedTuple\n\nfrom torch import nn\n")
    assert text.count("import") == 2
    outcome = run_alone(text)
    assert outcome.output == "ParameterCount(total=3, trainable=3)\n"


def test_a_copy_knows_what_came_along():
    fence = "import math\nfrom snippets.custom_module import MLP\n\nnet = MLP()"
    one, other = copies(fence, "math.ceil(0.5)\nnet.training")
    assert (one.added, one.imports, one.earlier) == (("MLP",), True, False)
    assert (other.added, other.imports, other.earlier) == (("MLP",), True, True)


def test_annotation_marks_and_comments():
    text = last("# Why.\nx = 1  # (1)!\ny = x  # kept", "# The sum.\nx + y  # (1)")
    assert text == "# Why.\nx = 1\ny = x  # kept\n\n# The sum.\nx + y\n"


def test_statements_that_share_a_line():
    assert last("a = 1; b = 2", "b") == "b = 2\n\nb\n"


BAD = {
    "undefined": (["x = 1", "y + x"], ":7: Undefined name `y`"),
    "of another page": (["try_gpu()"], ":3: Undefined name `try_gpu`"),
    "star": (["from math import *\n\npi"], ":3: `from math import *` hides"),
    "star of snippets": (
        ["from snippets.custom_module import *"],
        "hides what it brings",
    ),
    "no module": (
        ["from snippets.nothing import A\n\nA"],
        ":3: snippets.nothing is not known: there is no snippets/nothing.py",
    ),
    "no name": (
        ["from snippets.custom_module import Nothing\n\nNothing"],
        ":3: snippets/custom_module.py defines no Nothing",
    ),
    "renamed": (
        ["from snippets.custom_module import MLP as Net\n\nNet"],
        "write from snippets.<module> import <name>",
    ),
    "module": (["import snippets.custom_module"], "write from snippets.<module>"),
    "twice": (
        [
            "from snippets.custom_module import MLP\n\nMLP()",
            "class MLP:\n    pass\n\n\nMLP",
        ],
        ":9: Redefinition of unused `MLP`",
    ),
}


@pytest.mark.parametrize(("fences", "problem"), BAD.values(), ids=BAD)
def test_bad_input_names_file_line_and_cure(fences, problem):
    with pytest.raises(StandaloneError) as caught:
        copies(*fences)
    assert str(caught.value).startswith("docs/en/page.md:")
    assert problem in str(caught.value)


def test_a_circle_of_modules(tmp_path):
    folder = tmp_path / "snippets"
    folder.mkdir()
    for one, other in ("ab", "ba"):
        text = f"from snippets.{other} import {other.upper()}\n\n\n"
        text += f"def {one.upper()}():\n    return {other.upper()}()\n"
        (folder / f"{one}.py").write_text(text, encoding="utf-8")
    with pytest.raises(StandaloneError, match="A needs itself in a circle: "):
        Definitions(tmp_path).collect([("snippets.a", "A")])


def test_functions_of_one_module_may_need_one_another(tmp_path):
    (tmp_path / "snippets").mkdir()
    text = "def even(n):\n    return n == 0 or odd(n - 1)\n\n\n"
    text += "def odd(n):\n    return n != 0 and even(n - 1)\n"
    (tmp_path / "snippets/a.py").write_text(text, encoding="utf-8")
    found = Definitions(tmp_path).collect([("snippets.a", "even")])
    assert sorted(name for one in found for name in one.binds) == ["even", "odd"]
