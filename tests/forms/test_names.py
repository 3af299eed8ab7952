"""The index of names: each is what it says, in public, and what is left out is said."""

import ast
import inspect
import re
from collections import Counter
from pathlib import Path
from tempfile import gettempdir

import jedi
import pytest

from cheatsheet.forms import names
from cheatsheet.page import read
from cheatsheet.words.languages import read_languages

ROOT = Path(__file__).parents[2]
SOURCE = read_languages(ROOT)[0]
PAGES = [SOURCE.page(ROOT, name) for name in SOURCE.pages(ROOT)]
KEPT = names.read_kept(ROOT)
PATH = Path("docs/en/page.md")


def used() -> set[str]:
    return names.names_in(KEPT)


def page_of(code: str):
    return read(PATH, f"# Page {{ #page }}\n\n```python\n{code}\n```\n")


def deprecated(name: str) -> bool:
    found = names.find(name)
    said = r"This \w+ is (now )?deprecated|\.\. deprecated::"
    # torch marks the heir of a function as well, by the same words.
    advice = getattr(found, "__deprecated__", "")
    heir = f"`{name.rpartition('.')[2]}`" in advice
    return bool(advice and not heir) or bool(re.search(said, found.__doc__ or ""))


def resolves(name: str) -> bool:
    """Is it there, or does its class set it in `__init__`?"""
    owner, _, last = name.rpartition(".")
    there = names.find(name) is not None
    return there or f"self.{last}" in inspect.getsource(names.find(owner))


def test_what_is_kept_is_of_these_pages():
    assert names.planned(ROOT, PAGES) == {}
    page = SOURCE.page(ROOT, "gpu-info.md")
    assert KEPT["pages"]["gpu-info.md"]["names"] == names.names_of(ROOT, page)
    assert len(used()) > 200


def test_each_name_is_there_and_not_deprecated():
    assert [name for name in sorted(used()) if not resolves(name)] == []
    assert not resolves("torch.nn.Linear.no_such_name")
    assert [name for name in sorted(used()) if resolves(name) and deprecated_or_not(name)] == []
    assert deprecated("torch.nn.init.constant") and deprecated("torch.accelerator.set_device_idx")


def deprecated_or_not(name: str) -> bool:
    try:
        return deprecated(name)
    except AttributeError:  # what `__init__` sets
        return False


def test_no_code_uses_what_is_private():
    files = [(page.path, part.line, part.code.source) for page in PAGES for part in page.examples]
    files += [(path, 0, path.read_text("utf-8")) for path in (ROOT / "snippets").glob("*.py")]
    private = [
        f"{path}:{line + node.lineno}: {node.attr} is private in PyTorch; use a public name."
        for path, line, code in files
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Attribute) and node.attr.startswith("_")
        if not node.attr.startswith("__")
    ]
    assert private == []


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("from torch import nn\nnn.Linear(2, 3)", {"torch.nn.Linear"}),
        ("import torch.nn.functional as F\nF.relu", {"torch.nn.functional.relu"}),
        (
            "import torch\nnet = torch.nn.Linear(2, 3)\nnet.weight.grad\nnet(X).detach()",
            {
                "torch.nn.Linear",
                "torch.nn.Linear.weight",
                "torch.Tensor.grad",
                "torch.Tensor.detach",
            },
        ),
        (
            "import torch\nopt = torch.optim.SGD([w])\nopt.step()",
            {"torch.optim.SGD", "torch.optim.Optimizer.step"},
        ),
        (
            "from torch.nn import Module\nclass A(Module):\n    def extra_repr(self): ...",
            {"torch.nn.Module", "torch.nn.Module.extra_repr"},
        ),
        ("from torch.nn import init\ninit.constant(w, 1)", {"torch.nn.init.constant"}),
        ("words = 'a b'.split()\nstate.items()\nx.append(1)", set()),
        ("import torch\ntorch.nn.modules.linear.Linear", {"torch.nn.Linear"}),
    ],
)
def test_what_code_means(code, found):
    assert {
        one for names_ in names.names_of(ROOT, page_of(code)).values() for one in names_
    } == found


def test_processes_that_look_at_once_share_no_store():
    names.names_of(ROOT, page_of("import torch\ntorch.ones(2)"))
    store = Path(jedi.settings.cache_directory)
    assert store.parent == Path(gettempdir()) and any(store.rglob("*.pkl"))


def test_each_name_of_the_subject_is_shown_or_left_out():
    left = names.left_out(ROOT)
    assert left.keys() == KEPT["subject"].keys() == {*names.SUBJECT}
    for owner, rows in left.items():
        assert KEPT["subject"][owner] == names.subject(owner)
        counts = Counter(name for row in rows for name in row["names"])
        assert set(counts.values()) <= {1}
        every = {name.rpartition(".")[2]: name for name in KEPT["subject"][owner]}
        shown = {last for last, name in every.items() if name in used()}
        assert sorted(every.keys() - shown) == sorted(counts), f"{names.LEFT_OUT}: {owner}"
        for row in rows:
            assert row["why"].keys() == {"en", "zh"}
            said = "deprecated" in row["why"]["en"]
            assert {deprecated(every[name]) for name in row["names"]} == {said}
