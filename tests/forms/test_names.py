"""The index of names: each is what it says, in public, and what is left out is said."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import gettempdir

import jedi
import pytest

from cheatsheet.forms import names
from cheatsheet.page import Example, Page, read
from cheatsheet.words.languages import read_languages
from tests.called import wrong

ROOT = Path(__file__).parents[2]
SOURCE = read_languages(ROOT)[0]
PAGES = [SOURCE.page(ROOT, name) for name in SOURCE.pages(ROOT)]
KEPT = names.read_kept(ROOT)
PATH = Path("docs/en/page.md")


def used() -> set[str]:
    return names.names_in(KEPT)


def page_of(code: str):
    return read(PATH, f"# Page {{ #page }}\n\n```python\n{code}\n```\n")


def problems(page: Page, used: dict[str, list[str]]) -> Iterator[str]:
    """The names that the page's code should not use, each with a line that does so."""
    for section in page.sections:
        code = [part.code for part in section.parts if isinstance(part, Example)]
        rows = [
            (one.line + n, row) for one in code for n, row in enumerate(one.source.split("\n"), 1)
        ]
        for name in used.get(section.id, ()):
            if why := wrong(name):
                last = re.compile(rf"\b{name.rpartition('.')[2]}\b")
                line = next((n for n, row in rows if last.search(row)), section.line)
                yield f"{page.path}:{line}: {name} {why}"


def test_what_is_kept_is_of_these_pages():
    assert names.planned(ROOT, PAGES) == {}
    page = SOURCE.page(ROOT, "gpu-info.md")
    assert KEPT["pages"]["gpu-info.md"]["names"] == names.names_of(ROOT, page)
    assert len(used()) > 200


def test_each_name_is_there_and_not_deprecated():
    found = {page.path.relative_to(SOURCE.docs).as_posix(): page for page in PAGES}
    every = KEPT["pages"].items()
    assert [one for name, kept in every for one in problems(found[name], kept["names"])] == []


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("torch.ones(2)\nnn.init.constant(w, 1)", "7: torch.nn.init.constant is deprecated; use"),
        ("torch.accelerator.set_device_idx(0)", "6: torch.accelerator.set_device_idx is depre"),
    ],
)
def test_a_deprecated_name_is_named_with_its_line(code, said):
    page = page_of(f"import torch\nfrom torch import nn\n{code}")
    [problem] = problems(page, names.names_of(ROOT, page))
    assert problem.startswith(f"{PATH}:{said}")


def test_a_name_that_is_gone_is_named():
    [problem] = problems(page_of("import torch"), {"page": ["torch.nn.Linear.no_such_name"]})
    assert problem.startswith(f"{PATH}:1: torch.nn.Linear.no_such_name is not in torch 2.")


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
            assert {"deprecated" in wrong(every[name]) for name in row["names"]} == {said}
