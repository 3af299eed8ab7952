"""The README's commands are the ones that CI runs."""

import ast
import re
import sys
from pathlib import Path

import pytest

from cheatsheet.page import load

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


@pytest.mark.parametrize("name", ["README.md", "README.zh.md"])
def test_a_machine_with_a_gpu_is_told_what_to_install(name):
    """All that the fences import, and before the record what writes the outputs."""
    pages = [load(ROOT, path.relative_to(ROOT)) for path in ROOT.glob("docs/en/**/*.md")]
    nodes = [n for p in pages for e in p.examples for n in ast.walk(ast.parse(e.code.source))]
    names = {one.name for node in nodes if isinstance(node, ast.Import) for one in node.names}
    names |= {node.module for node in nodes if isinstance(node, ast.ImportFrom)}
    packages = {one.partition(".")[0] for one in names} - {"snippets", *sys.stdlib_module_names}
    lines = [line for line in (ROOT / name).read_text("utf-8").splitlines() if "cuda --" in line]
    write, record, *_ = lines
    assert "--update-outputs" in write and "--record" in record
    assert packages | {"pytest-markdown-docs"} <= {*re.findall(r"[a-z][a-z-]*", write)}
