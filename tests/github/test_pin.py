"""Pinning anew: the new versions, and what is asked for."""

import runpy
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
