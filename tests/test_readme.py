"""The README's commands are the ones that CI runs."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]


def commands(name: str) -> list[str]:
    text = (ROOT / name).read_text(encoding="utf-8")
    return re.findall(r"^python3 -m venv .*$", text, re.M)


def test_ci_runs_the_readme_s_test_command():
    serve, test = commands("README.md")
    assert serve.endswith("mkdocs serve --dirty")
    assert test.endswith("pytest -n auto")
    lines = (ROOT / ".ci/run").read_text(encoding="utf-8").splitlines()
    assert lines[-1] == test


def test_both_readmes_have_the_same_commands():
    assert commands("README.zh.md") == commands("README.md")


def test_every_file_that_the_readmes_name_exists():
    for name in ("README.md", "README.zh.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        # But for what the READMEs say how to write, in code.
        links = re.sub(r"`[^`\n]+`", "", text)
        targets = re.findall(r"\]\((?!https?:)([^)#]+)\)", links)
        targets += re.findall(
            r"`((?:docs|tests|snippets|cheatsheet|hooks)[\w/.-]*)`",
            text,
        )
        assert len(targets) > 5
        missing = [target for target in targets if not (ROOT / target).exists()]
        assert not missing, f"{name}: {missing}"
