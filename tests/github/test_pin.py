"""Pinning anew: the new versions, what is asked for, and PyTorch's inventory."""

import runpy
import zlib
from types import SimpleNamespace

from tests.github.flows import ROOT

pin = SimpleNamespace(**runpy.run_path(str(ROOT / ".github/scripts/pin.py")))
PINS = "# Why.\ntorch==2.13.0\nmkdocs==1.6.1\nPyYAML==6.0.3\n"


def test_every_pin_follows_what_was_resolved():
    lock = "mkdocs==1.6.2 \\\n    --hash=sha256:0\npyyaml==6.0.3 \\\n    --hash\ntorch==2.13.0\n"
    text, changes = pin.renewed(PINS, lock)
    assert text == PINS.replace("1.6.1", "1.6.2")
    assert changes == ["mkdocs: 1.6.1 → 1.6.2"]


def test_torch_stays_unless_one_is_named():
    assert pin.ask(PINS, None) == "torch==2.13.0\nmkdocs<2\nPyYAML"
    assert pin.ask(PINS, "2.15.0").startswith("torch==2.15.0\n")


def test_a_link_that_pytorch_s_inventory_lacks_is_named():
    entries = (
        "torch.nn.Linear py:class 1 generated/torch.nn.Linear.html#$ -\na b std:label -1 x.html y\n"
    )
    head = "# Sphinx inventory version 2\n# Project: PyTorch\n# Version: 2.13\n# zlib\n"
    inventory = head.encode() + zlib.compress(entries.encode())
    page = "https://docs.pytorch.org/docs/stable/generated/torch.nn.{0}.html#torch.nn.{0})"
    assert pin.unknown([page.format("Linear")], inventory) == []
    other = [page.format("Linear") + page.format("Lin")]
    assert pin.unknown(other, inventory) == ["generated/torch.nn.Lin.html#torch.nn.Lin"]


def test_the_pages_link_as_it_looks_for():
    texts = [path.read_text(encoding="utf-8") for path in ROOT.glob("docs/*/*.md")]
    assert any(pin.LINK.search(text) for text in texts)
