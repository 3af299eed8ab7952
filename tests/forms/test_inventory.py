"""Where PyTorch's documentation has a name: looked up in its inventory, never guessed."""

import json
import re
import zlib
from pathlib import Path

import pytest
import torch

from cheatsheet.forms import inventory, names
from cheatsheet.page import load, read
from cheatsheet.source import SourceError

ROOT = Path(__file__).parents[2]
PAGES = [load(ROOT, path.relative_to(ROOT)) for path in ROOT.glob("docs/*/**/*.md")]
KEPT = json.loads((ROOT / names.INVENTORY).read_text("utf-8"))
LINES = """\
torch.nn.Linear py:class 1 generated/torch.nn.Linear.html#$ -
torch.nn.Linear.forward py:method 1 generated/torch.nn.Linear.html#$ -
torch.cuda.memory.empty_cache py:function 1 generated/torch.cuda.memory.empty_cache.html#$ -
torch.dtype py:class 1 tensor_attributes.html#$ -
torch.nn.init.zeros_ py:function 1 nn.init.html#$ -
torch.nn.modules.flatten.Flatten py:class 1 generated/torch.nn.modules.flatten.Flatten.html#$ -
a b std:label -1 x.html y
"""
HEAD = b"# Sphinx inventory version 2\n# Project: PyTorch\n# Version: 2.13\n# zlib\n"
INVENTORY = HEAD + zlib.compress(LINES.encode())


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("torch.nn.init.zeros_", "nn.init.html#torch.nn.init.zeros_"),
        ("torch.nn.Linear", "generated/torch.nn.Linear.html#torch.nn.Linear"),
        # The same thing, documented under another name.
        (
            "torch.cuda.empty_cache",
            "generated/torch.cuda.memory.empty_cache.html#torch.cuda.memory.empty_cache",
        ),
        (
            "torch.nn.Flatten",
            "generated/torch.nn.modules.flatten.Flatten.html#torch.nn.modules.flatten.Flatten",
        ),
        # An attribute: its class tells of it.
        ("torch.nn.Linear.weight", "generated/torch.nn.Linear.html#torch.nn.Linear"),
        # One of a class.
        ("torch.float32", "tensor_attributes.html#torch.dtype"),
        ("torch.relu", None),
        ("torch.nn.functional.linear", None),
    ],
)
def test_the_place_of_a_name(name, place):
    known = inventory.entries(INVENTORY)
    assert inventory.reduced([name], known) == ({name: place} if place else {})


def test_it_is_written_from_the_network_or_says_why_not(monkeypatch, tmp_path):
    served = tmp_path / "objects.inv"
    monkeypatch.setattr(inventory, "DOCS", f"{tmp_path.as_uri()}/")
    with pytest.raises(SourceError, match=r"inventory\.json:1: file:.*run python -m cheatsheet"):
        inventory.planned(ROOT, PAGES)
    served.write_bytes(INVENTORY)
    [(path, text)] = inventory.planned(ROOT, PAGES).items()
    written = json.loads(text)
    assert path == Path(names.INVENTORY) and written.keys() == KEPT.keys()
    assert written["places"]["torch.nn.Linear"].endswith("#torch.nn.Linear")
    assert written["places"].keys() < KEPT["places"].keys()


@pytest.mark.parametrize("sign", ["", "`"])
def test_what_a_page_links_to_is_kept(monkeypatch, tmp_path, sign):
    (tmp_path / "objects.inv").write_bytes(INVENTORY)
    monkeypatch.setattr(inventory, "DOCS", f"{tmp_path.as_uri()}/")
    place = "generated/torch.nn.modules.flatten.Flatten.html#torch.nn.modules.flatten.Flatten"
    link = f"{sign}[x](https://docs.pytorch.org/docs/stable/{place}){sign}"
    page = read(Path("docs/en/x.md"), f"# Page {{ #page }}\n\nA word,\nand {link}.\n")
    [text] = inventory.planned(ROOT, [page]).values()
    kept = json.loads(text)["places"].get("torch.nn.modules.flatten.Flatten")
    assert kept == (None if sign else place)  # what stands as code is no link


def test_what_is_kept_is_of_the_pinned_release_and_has_most_names():
    pinned = re.search(r"^torch==(\d+\.\d+)", (ROOT / "requirements.txt").read_text("utf-8"), re.M)
    assert KEPT["release"] == pinned[1] == ".".join(torch.__version__.split(".")[:2])
    wanted = names.names_in(names.read_kept(ROOT))
    assert len(wanted & KEPT["places"].keys()) > 0.9 * len(wanted)
