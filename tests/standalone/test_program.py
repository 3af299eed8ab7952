"""A page as one program: what a copy brings along, and what a cell of its notebook."""

from pathlib import Path

import pytest

from cheatsheet.page import Page, read
from cheatsheet.run.compare import difference
from cheatsheet.run.process import run_alone
from cheatsheet.source import SourceError
from cheatsheet.standalone.definitions import Definitions
from cheatsheet.standalone.program import Copy, make_standalone

ROOT = Path(__file__).parents[2]
PATH = Path("docs/en/page.md")
IMPORTS = "import torch\nfrom torch import nn\n\n"
NET = IMPORTS + "net = nn.Linear(2, 1)\nX = torch.ones(3, 2)"


def copies(*fences: str) -> list[Copy]:
    """The copies of a page with these fences; `!` in front: a fence that raises."""
    text = "# Page { #page }\n"
    for fence in fences:
        flags = " { .raises }" if fence.startswith("!") else ""
        text += f"\n```python{flags}\n{fence.removeprefix('!')}\n```\n"
    (made,) = make_standalone([read(PATH, text)], Definitions.read(ROOT))
    return list(made.copies.values())


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
    "a class under the name of its base": (
        "class A:\n    x = 1",
        "class A(A):\n    pass",
        "A.x",
        "1",
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
    "bound in a branch not taken": ("c = 0\nn = 1", "if c:\n    n = 5", "n", "1"),
    "bound in a branch of its own": ("c = 0\nn = 1", "if c:\n    n = 5\nn", "1"),
    "read by a function": ("k = 1", "def f():\n    return k", "k = 2", "f()", "2"),
    "done before an error": ("n = [1]", "!n.append(2)\nn.no_such", "n", "[1, 2]"),
    "changed through a list": (
        NET,
        "nets = []\nnets.append(net)",
        "nets[0].eval()",
        "net.training",
        "False",
    ),
    "saved to a file that the code does not name": (
        NET,
        "name = 'a' + '.pt'\ntorch.save(X, name)",
        "torch.load('a.pt').shape",
        "torch.Size([3, 2])",
    ),
    "deleted": ("a = {}\na['x'] = 1\nb = 2", "del a['x']\ndel b", "a", "{}"),
    "read from a file that the code does not name": (
        NET,
        "torch.save(X, 'a.pt')",
        "name = 'a' + '.pt'\ntorch.load(name).shape",
        "torch.Size([3, 2])",
    ),
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
    "changed by a function of the page": (
        "lines = []\n\n\ndef log(x):\n    lines.append(x)",
        "log(1)",
        "lines",
        "[1]",
    ),
    "changed by a function under another name": (
        "lines = []\n\n\ndef log(x):\n    here = lines\n    here.append(x)",
        "log(1)",
        "lines",
        "[1]",
    ),
    "changed by a function that calls another": (
        "n = [0]\n\n\ndef inc():\n    n[0] += 1",
        "def twice():\n    inc()\n    inc()",
        "twice()",
        "n",
        "[2]",
    ),
    "changed by a function in a function": (
        "lines = []\n\n\ndef log(x):\n    def note():\n        lines.append(x)\n\n    note()",
        "log(1)",
        "lines",
        "[1]",
    ),
    "changed by a function that is given to another": (
        "seen = []\n\n\ndef see(x):\n    seen.append(x)",
        "_ = list(map(see, [1, 2]))",
        "seen",
        "[1, 2]",
    ),
    "given to a function that keeps it": (
        "kept = []\n\n\ndef keep(x):\n    kept.append(x)",
        "a = []\nkeep(a)",
        "kept[0].append(1)",
        "a",
        "[1]",
    ),
    "a global that a function binds": (
        "n = 1\n\n\ndef set_n():\n    global n\n    n = 5",
        "set_n()",
        "n",
        "5",
    ),
    "a global that a function counts up": (
        "n = 1\n\n\ndef inc():\n    global n\n    n += 1",
        "inc()",
        "inc()",
        "n",
        "3",
    ),
    "extended through an alias": ("a = [1]", "b = a\nb += [2]", "a", "[1, 2]"),
    "changed by what binds it anew": (
        NET,
        "other = net",
        "net = net.eval()",
        "other.training",
        "False",
    ),
    "left by a loop that prints": ("for i in range(3):\n    print(i)", "i", "2"),
    "bound inside a print": ("print(y := 3)", "y", "3"),
    "left by a loop on one line": ("for i in range(3): print(i)", "i", "2"),
    "left by a print that shares a line": ("while True:\n    print(y := 3); break", "y", "3"),
    "changed in a print behind a semicolon": ("a = [1]", "b = 2; print(a.pop())", "a", "[]"),
    "left by branches that print": (
        "y = 1\ntry:\n    print(1)\nexcept ValueError:\n    print(2)\nelse:\n    y = 2\n"
        "finally:\n    print(3)",
        "y",
        "2",
    ),
    "printed by a function": ("def say():\n    print('hello')", "say()", "hello"),
    "moved by a forward pass": (
        NET + "\nbn = nn.BatchNorm1d(2)",
        "y = bn(X)",
        "bn.num_batches_tracked.item()",
        "1",
    ),
    "moved by a forward pass in a net": (
        NET + "\n\n\ndef make():\n    return nn.Sequential(nn.BatchNorm1d(2))",
        "deep = nn.Sequential(make(), net)",
        "y = deep(X).sum()",
        "deep[0][0].num_batches_tracked.item()",
        "1",
    ),
    "written to an out": (NET, "_ = torch.add(X, X, out=X)", "X.sum().item()", "12.0"),
    "set on a class": (
        "class A:\n    x = 1\n\n\na = A()",
        "A.x = 2",
        "a.x",
        "2",
    ),
    "a setting that is an attribute": (
        IMPORTS + "old = torch.backends.cudnn.benchmark",
        "torch.backends.cudnn.benchmark = not old",
        "torch.backends.cudnn.benchmark",
        "True",
    ),
    "a setting of the process": (
        "import os\n\nos.environ['CHEATSHEET'] = 'a'",
        "os.environ['CHEATSHEET']",
        "'a'",
    ),
    "written to an open file": (
        "with open('a.txt', 'w') as f:\n    f.write('a')",
        "open('a.txt').read()",
        "'a'",
    ),
    "printed to an open file": (
        "with open('a.txt', 'w') as f:\n    print('a', file=f)",
        "with open('a.txt') as f:\n    print(f.read().strip())",
        "a",
    ),
    "appended to a file": (
        "from pathlib import Path\n\nPath('a.txt').write_text('a')",
        "with Path('a.txt').open('a') as f:\n    f.write('b')",
        "Path('a.txt').read_text()",
        "'ab'",
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
    "a change that raised": (NET, "!net.eval().no_such", "net.training", "eval"),
    "the seed of another fence": (
        IMPORTS + "torch.manual_seed(0)\na = torch.rand(1)",
        "b = torch.rand(1)",
        "b.shape",
        "seed",
    ),
    "a change of what was saved": (
        NET,
        "torch.save(X, 'a.pt')",
        "X.add_(1)",
        "torch.load('a.pt').shape",
        "add_",
    ),
    "a change of what was copied from": (
        NET,
        "Y = X.to(net.weight)",
        "net.eval()",
        "Y.shape",
        "eval",
    ),
    "a change of what a comprehension names alike": (
        NET + "\nother = nn.Linear(2, 1)",
        "a = [p for p in net.parameters()]\nb = [p for p in other.parameters()]",
        "b[0].requires_grad_(False)",
        "a[0].requires_grad",
        "requires_grad_",
    ),
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
    "a file that is only read": (
        "with open('a.txt', 'w') as f:\n    f.write('a')",
        "with open('a.txt') as f:\n    other = f.read()",
        "open('a.txt').read()",
        "other",
    ),
    "a function that changes something else": (
        "lines = []\na = [1]\n\n\ndef log(x):\n    lines.append(x)",
        "log(2)",
        "a",
        "log",
    ),
    "a pass through another net": (
        NET + "\nbn = nn.BatchNorm1d(2)",
        "y = bn(X)",
        "net.training",
        "bn",
    ),
    "a file that a call named alike does not read": (
        NET + "\ntorch.save(X, 'a.pt')\nloaded = net",
        "loaded(X).shape",
        "save",
    ),
    "another class under the name of one that names itself": (
        "class Net:\n    old = 1",
        "class Net:\n    def __init__(self):\n        super(Net, self).__init__()\n\n\nnet = Net()",
        "net",
        "old",
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


def test_what_is_shown_says_what_came_along():
    whole, marked = copies("import math\n\nmath.pi", "import math\n\nmath.e  # (1)!")
    assert (whole.text, whole.imports) == (whole.shown, False)
    assert marked.shown == "import math\n\nmath.e\n"


def test_a_copy_can_be_pasted_at_the_prompt():
    text = last("class A:\n    x = 1\n\n    y = 2")
    assert text == "class A:\n    x = 1\n    \n    y = 2\n"


def test_a_function_may_be_written_anew():
    first = "def f():\n    return 1\n\n\nf()"
    assert last(first, first.replace("1", "2")).count("def f") == 1


def test_statements_that_share_a_line():
    assert last("a = 1; b = 2", "b") == "b = 2\n\nb\n"


BAD = {
    "undefined": (["x = 1", "y + x"], 7, "Undefined name `y`", "define it, once, in"),
    "of another page": (["try_gpu()"], 3, "Undefined name `try_gpu`", "define it"),
    "star": (["x = 1\nfrom math import *\n\npi"], 5, "hides what it", "name what"),
    "star of snippets": (
        ["from snippets.custom_module import *"],
        4,
        "`from snippets.custom_module import *` hides what it brings",
        "name what you import",
    ),
    "no module": (
        ["from snippets.nothing import A\n\nA"],
        3,
        "snippets.nothing.A is not known: there is no snippets/nothing.py",
        "write it, or mend the name",
    ),
    "no name": (
        ["from snippets.custom_module import Nothing\n\nNothing"],
        3,
        "snippets/custom_module.py defines MLP",
        "use one of these",
    ),
    "renamed": (
        ["from snippets.custom_module import MLP as Net\n\nNet"],
        4,
        "cannot be replaced",
        "write from snippets.<module> import <name>",
    ),
    "module": (
        ["import snippets.custom_module"],
        4,
        "cannot be replaced",
        "write from snippets.<module> import <name>",
    ),
    "inside of a function": (
        ["def f():\n    from snippets.custom_module import MLP\n"],
        4,
        "inside of other code",
        "write it at the margin",
    ),
    "behind a semicolon": (
        ["x = 1\nprint(x); import os; print(os)"],
        5,
        "an import shares this line with other code",
        "write two lines",
    ),
    "before a semicolon": (
        ["import os; print(os)"],
        4,
        "shares this line",
        "two lines",
    ),
    "twice": (
        [
            "from snippets.custom_module import MLP\n\nMLP()",
            "class MLP:\n    pass\n\n\nMLP",
        ],
        9,
        "Redefinition of unused `MLP`",
        "once, in this block or in one before it",
    ),
}


@pytest.mark.parametrize(("fences", "line", "problem", "cure"), BAD.values(), ids=BAD)
def test_bad_fence_names_file_line_and_cure(fences, line, problem, cure):
    with pytest.raises(SourceError) as caught:
        copies(*fences)
    message = str(caught.value)
    assert message.startswith(f"{PATH}:{line}: ")
    assert problem in message
    assert cure in message


def test_all_that_is_wrong_is_said_once():
    with pytest.raises(SourceError) as caught:
        copies("x = a", "x + b", "x + a")
    lines = str(caught.value).split("\n")
    assert [line.partition(", ")[0] for line in lines] == [
        f"{PATH}:3: Undefined name `a`",
        f"{PATH}:7: Undefined name `b`",
    ]


def test_an_import_inside_of_try_need_not_be_used():
    code = "try:\n    import math\nexcept ImportError:\n    print('none')"
    assert last(code).startswith("try:\n    import math\n")
    assert last(code, "math.floor(1.5)").endswith("math.floor(1.5)\n")


# The cells of a notebook: each definition once, where it is first needed.
LAYERS = '''\
import math
from math import floor, pi

SCALE = 2


def scale(x):
    """Twice `x`."""
    return SCALE * x


def root(x):
    # Only of what is not negative.
    return math.sqrt(scale(x))


def circle(x):
    return floor(pi * x)
'''
MORE = "import math\n\nfrom snippets.layers import scale\n\n\ndef more(x):\n"
MORE += "    return math.ceil(scale(x))\n"
SCALE = 'SCALE = 2\n\n\ndef scale(x):\n    """Twice `x`."""\n    return SCALE * x\n'
ROOT_OF = "def root(x):\n    # Only of what is not negative.\n"
ROOT_OF += "    return math.sqrt(scale(x))\n"


@pytest.fixture
def definitions(tmp_path) -> Definitions:
    folder = tmp_path / "snippets"
    folder.mkdir()
    (folder / "layers.py").write_text(LAYERS, encoding="utf-8")
    (folder / "more.py").write_text(MORE, encoding="utf-8")
    return Definitions.read(tmp_path)


def page(text: str) -> Page:
    return read(PATH, text)


def cells(definitions, text: str) -> list[str]:
    (made,) = make_standalone([page(text)], definitions)
    return list(made.cells.values())


def fence(code: str) -> str:
    return f"```python\n{code}```\n"


def test_definition_stands_where_it_is_imported_first(definitions):
    text = fence("from snippets.layers import scale\n\nprint(scale(2))\n")
    text += "\nWords.\n\n::: snippets.layers.scale\n\n"
    text += fence("from snippets.layers import scale\n\nscale(3)\n")
    (made,) = make_standalone([page(text)], definitions)
    # By line; where a definition is shown that the notebook has already, no cell.
    assert made.cells == {1: SCALE + "\n\nprint(scale(2))\n", 9: "", 11: "scale(3)\n"}
    assert made.copies.keys() == made.cells.keys()


def test_definition_stands_where_it_is_shown_first(definitions):
    text = "::: snippets.layers.root\n\n"
    text += fence("import math\n\nfrom snippets.layers import root, scale\n\nroot(2)\n")
    assert cells(definitions, text) == [
        f"import math\n\n{SCALE}\n\n{ROOT_OF}",
        "root(2)\n",
    ]


def test_imports_are_merged_sorted_and_made_once(definitions):
    text = fence(
        "import os\n\nfrom snippets.layers import root\n"
        "from snippets.more import more\n\nprint(root(2), os.sep)\n"
    )
    text += "\n::: snippets.layers.circle\n\n"
    text += fence("import math\n\nprint(math.pi, more(1))\n")
    code = cells(definitions, text)
    assert code[0].startswith(f"import math\nimport os\n\n{SCALE}")
    assert code[0].count("import") == 2 and code[0].count("def ") == 3
    assert code[1].startswith("from math import floor, pi\n\n\ndef circle")
    assert code[2] == "print(math.pi, more(1))\n"


def test_import_serves_the_cells_after_it(definitions):
    """No cell loses an import that only a later one uses; what none uses goes."""
    text = fence("import os\nimport re\n\nx = 1\n") + "\n" + fence("os.sep\n")
    assert cells(definitions, text) == ["import os\n\nx = 1\n", "os.sep\n"]


def test_a_cell_may_write_a_function_anew(definitions):
    text = fence("def f():\n    return 1\n") + "\n" + fence("def f():\n    return 2\n")
    assert len(cells(definitions, text)) == 2


def test_cell_of_imports_that_nothing_uses_is_empty(definitions):
    assert cells(definitions, fence("import os\n")) == [""]


def test_comments_stay_in_cells_and_marks_of_annotations_go(definitions):
    text = "```python { .annotate }\n# For the separator.\nimport os  # stays\n\n"
    text += "print(os.sep)  # (1)!\n# last\n```\n\n1.  A note.\n"
    wanted = "# For the separator.\nimport os  # stays\n\nprint(os.sep)\n# last\n"
    assert cells(definitions, text) == [wanted]
    text = fence("# Ours.\nfrom snippets.layers import scale\n\nscale(1)\n")
    assert cells(definitions, text) == [f"{SCALE}\n\n# Ours.\n\nscale(1)\n"]


def test_name_that_was_bound_anew_is_imported_again(definitions):
    text = fence("import math\n\nmath = math.pi\n") + "\n"
    text += fence("import math\n\nprint(math.e)\n")
    assert cells(definitions, text)[1] == "import math\n\nprint(math.e)\n"


def test_a_shown_definition_is_copied_with_what_it_needs(definitions):
    (made,) = make_standalone([page("::: snippets.layers.root\n")], definitions)
    copy = made.copies[1]
    assert copy.text == f"import math\n\n{SCALE}\n\n{ROOT_OF}"
    assert (copy.shown, copy.added) == (ROOT_OF, ("SCALE", "scale"))
    assert (copy.imports, copy.earlier) == (True, False)


def test_pages_know_nothing_of_one_another(definitions):
    other = read(Path("docs/en/other.md"), fence("x + 1\n"))
    with pytest.raises(SourceError, match=r"^docs/en/other\.md:1: Undefined name `x`"):
        make_standalone([page(fence("x = 1\n")), other], definitions)


@pytest.mark.parametrize(
    ("text", "line", "problem", "cure"),
    [
        ("::: snippets.layers.no\n", 1, "layers.py defines SCALE, scale", "use one"),
        ("::: snippets.no.scale\n", 1, "there is no snippets/no.py", "write it"),
        ("x\n\n::: snippets.layers.SCALE\n", 3, "no class or function", "show one"),
        (
            fence("scale = 3\n") + "\n::: snippets.layers.root\n",
            5,
            "would replace another `scale`",
            "rename one of the two",
        ),
        (
            fence("import cmath as math\n\nprint(math)\n") + "\n::: snippets.layers.root\n",
            7,
            "would replace another `math`",
            "rename one of the two",
        ),
    ],
)
def test_what_cannot_stand_on_the_page(definitions, text, line, problem, cure):
    with pytest.raises(SourceError) as caught:
        cells(definitions, text)
    message = str(caught.value)
    assert message.startswith(f"{PATH}:{line}: ")
    assert problem in message
    assert cure in message


def test_definition_with_an_unknown_name_is_at_fault_itself(tmp_path):
    (tmp_path / "snippets").mkdir()
    text = "x = 1\n\n\ndef f():\n    return unknown\n"
    (tmp_path / "snippets/a.py").write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match=r"^snippets/a\.py:4: Undefined name `unk"):
        make_standalone([page("::: snippets.a.f\n")], Definitions.read(tmp_path))


def test_a_circle_of_modules(tmp_path):
    """Python itself may refuse it; a copy has all of it."""
    folder = tmp_path / "snippets"
    folder.mkdir()
    for one, other in ("ab", "ba"):
        text = f"from snippets.{other} import {other.upper()}\n\n\n"
        text += f"def {one.upper()}():\n    return {other.upper()}()\n"
        (folder / f"{one}.py").write_text(text, encoding="utf-8")
    found = Definitions.read(tmp_path).collect([("snippets.a", "A")])
    assert [one.node.name for one in found] == ["B", "A"]


def test_functions_of_one_module_may_need_one_another(tmp_path):
    (tmp_path / "snippets").mkdir()
    text = "def even(n):\n    return n == 0 or odd(n - 1)\n\n\n"
    text += "def odd(n):\n    return n != 0 and even(n - 1)\n"
    (tmp_path / "snippets/a.py").write_text(text, encoding="utf-8")
    found = Definitions.read(tmp_path).collect([("snippets.a", "even")])
    assert sorted(name for one in found for name in one.binds) == ["even", "odd"]
