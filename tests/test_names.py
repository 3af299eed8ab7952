"""What prose calls by PyTorch's names, and what it links to in PyTorch's documentation, is there.

The pinned torch itself is asked of each name: it is there, it is public and not deprecated. A
link leads to a place that PyTorch's inventory has, of which docs/inventory.json keeps a part.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from cheatsheet.page import Page, Prose, load, read
from tests.called import SHORT, wrong

ROOT = Path(__file__).parents[1]
PAGES = [load(ROOT, path.relative_to(ROOT)) for path in sorted(ROOT.glob("docs/*/**/*.md"))]
CALLED = re.compile(rf"`(?P<name>(?:torch|{'|'.join(SHORT)})(?:\.\w+)+)(?![\w/])")
LINK = re.compile(r"https?://(?:docs\.)?pytorch\.org/docs/(?P<place>[^\s)]*)")
INVENTORY = json.loads((ROOT / "docs/inventory.json").read_text("utf-8"))
PLACES = {f"stable/{place}" for place in INVENTORY["places"].values()}


def problems(page: Page) -> Iterator[str]:
    headings = [Prose(section.line, section.title) for section in page.sections]
    parts = [part for section in page.sections for part in section.parts]
    for part in headings + [part for part in parts if isinstance(part, Prose)]:
        for found in CALLED.finditer(part.text):
            line = part.line + part.text.count("\n", 0, found.start())
            if why := wrong(found["name"]):
                yield f"{page.path}:{line}: {found['name']} {why}"
        for found in LINK.finditer(part.text):
            line = part.line + part.text.count("\n", 0, found.start())
            if found["place"] not in PLACES:
                why = "is not in docs/inventory.json; run: python -m cheatsheet inventory"
                yield f"{page.path}:{line}: {found[0]} {why}"


def test_each_name_is_public_and_not_deprecated():
    assert [problem for page in PAGES for problem in problems(page)] == []
    assert sum(len(CALLED.findall(page.text)) for page in PAGES) > 300
    assert any(LINK.search(page.text) for page in PAGES)


DOCS = "https://docs.pytorch.org/docs"
BAD = {
    "`torch.set_deafult_device`": "torch.set_deafult_device is not in torch 2",
    "`nn.utils.weight_norm(net)`": "nn.utils.weight_norm is deprecated",
    "`torch.accelerator.set_device_idx`": "torch.accelerator.set_device_idx is deprecated",
    "`torch._C._cuda_init`": "torch._C._cuda_init is not public",
    f"[x]({DOCS}/2.0/generated/torch.nn.Linear.html)": "is not in docs/inventory.json",
    f"[x]({DOCS}/stable/generated/torch.nn.Linear.html#weight)": "is not in docs/inventory.json",
    f"[x]({DOCS}/stable/generated/torch.nn.Lin.html)": "is not in docs/inventory.json",
    f"[x]({DOCS}/stable/generated/torch.nn.Linear.html)": "is not in docs/inventory.json",
}


@pytest.mark.parametrize("text", BAD)
def test_a_name_that_is_not_there_is_named_with_its_line(text):
    page = read(Path("docs/en/page.md"), f"# Page {{ #page }}\n\nA word,\nand {text}.\n")
    [said] = problems(page)
    assert said.startswith("docs/en/page.md:4: ") and BAD[text] in said
    heading = read(Path("docs/en/page.md"), f"# Page {{ #page }}\n\n## {text} {{ #bad }}\n")
    assert list(problems(heading)) == [said.replace(":4:", ":3:")]


@pytest.mark.parametrize(
    "text",
    [
        "`torch.accelerator.set_device_index(0)`, `F.relu` and `torch.nn.utils.parametrize`",
        f"[x]({DOCS}/stable/generated/torch.nn.Linear.html#torch.nn.Linear)",
        f"[x]({DOCS}/stable/nn.init.html#torch.nn.init.zeros_)",
    ],
)
def test_a_name_that_is_there_is_taken(text):
    page = read(Path("docs/en/page.md"), f"# Page {{ #page }}\n\n{text}\n")
    assert not list(problems(page))
