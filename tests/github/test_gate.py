"""Only one job of all workflows can publish, and only what evidence.py finds proved.

Ways around: tests/faults, the check "flows". What a job that is left out, or one that proves
nothing, would publish: test_evidence.py. Pins, tokens in checkouts, dangerous triggers and text
from elsewhere: test_linters.py.
"""

import re

from tests.github.flows import ACTION, FOLDER, ROOT, wrong


def test_the_gate_is_whole():
    assert wrong(ROOT) == []


def test_nothing_else_pushes():
    """No other script, and no step, knows how to write to the repository."""
    files = [*FOLDER.parent.rglob("*.sh"), *FOLDER.parent.rglob("*.py"), *FOLDER.iterdir(), ACTION]
    texts = {file.name: file.read_text(encoding="utf-8") for file in files}
    push = re.compile(r"\bgit (?:-.*\n *)*push\b|^ *push --", re.M)
    assert sorted(name for name, text in texts.items() if push.search(text)) == [
        "propose-outputs.sh",
        "publish.sh",
    ]
    assert "gh-pages" not in texts["propose-outputs.sh"]


def test_each_pin_says_its_version_and_each_action_has_one():
    pins: dict[str, set[str]] = {}
    for file in (*FOLDER.iterdir(), ACTION):
        for action, pin in re.findall(r"uses: ([\w/-]+)@(.*)", file.read_text(encoding="utf-8")):
            assert re.fullmatch(r"[0-9a-f]{40} # v\d+\.\d+\.\d+", pin), f"{action}@{pin}"
            pins.setdefault(action, set()).add(pin)
    assert len(pins) >= 4
    assert {action: found for action, found in pins.items() if len(found) > 1} == {}
