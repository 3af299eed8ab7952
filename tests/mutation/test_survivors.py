"""What survives is explained by a line that is there: python -m tests.mutation runs the rest."""

from pathlib import Path

import yaml

from tests.mutation.__main__ import HERE, ROOT


def test_each_explained_line_is_one_of_snippets():
    text = "".join(file.read_text(encoding="utf-8") for file in Path(ROOT, "snippets").glob("*.py"))
    for one in yaml.safe_load((HERE / "survivors.yml").read_text(encoding="utf-8")):
        assert one["was"] in text and one["was"] != one["becomes"]
        assert len(one["why"]) > 20
