"""The real catalogs: whole, and each localized copy is the tested program."""

import ast
import io
import re
import shutil
import subprocess
import sys
import tokenize
from pathlib import Path

import pytest

from cheatsheet.source import SourceError
from cheatsheet.words.catalog import (
    CODE,
    UPDATE,
    localize_package,
    translated,
    updated,
)
from cheatsheet.words.languages import read_languages
from cheatsheet.words.messages import read_messages
from cheatsheet.words.text import CHINESE, width

ROOT = Path(__file__).parents[2]
TRANSLATIONS = [language for language in read_languages(ROOT) if language.code]
MODULES = sorted(path.name for path in (ROOT / "snippets").glob("*.py"))


@pytest.fixture(scope="module", params=TRANSLATIONS, ids=lambda one: one.code)
def localized(request, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("localized")
    if problem_of(request.param, folder):
        reason = "no copy: see test_the_catalog_is_whole_and_up_to_date"
        pytest.fail(reason, pytrace=False)
    return folder


def problem_of(language, folder: Path) -> str | None:
    try:
        localize_package(ROOT, language, folder)
    except SourceError as error:
        return str(error)


@pytest.mark.parametrize("language", TRANSLATIONS, ids=lambda one: one.code)
def test_the_catalog_is_whole_and_up_to_date(language, tmp_path):
    if problem := problem_of(language, tmp_path / "copy"):
        pytest.fail(problem, pytrace=False)
    known = {entry.id for entry in translated(ROOT, language)}
    assert known == {message.text for message in read_messages(ROOT)}
    text = updated(ROOT, language)
    file = language.catalog
    assert text == (ROOT / file).read_text("utf-8"), (
        f"{file} is not as the update command writes it; run: {UPDATE}"
    )


@pytest.mark.parametrize("module", MODULES)
def test_the_localized_module_is_the_same_program(localized, module):
    original = (ROOT / "snippets" / module).read_text(encoding="utf-8")
    copy = (localized / "snippets" / module).read_text(encoding="utf-8")

    class Bare(ast.NodeTransformer):
        """Not the check that the localized copy is made with: written anew."""

        def visit_Expr(self, node):
            text = isinstance(node.value, ast.Constant)
            return None if text and isinstance(node.value.value, str) else node

    programs = [ast.dump(Bare().visit(ast.parse(text))) for text in (original, copy)]
    assert programs[0] == programs[1]
    assert [line for line in copy.split("\n") if width(line) > 88] == []
    assert [line for line in copy.split("\n") if line != line.rstrip()] == []
    # What stands behind a statement still stands behind the same one.
    behind = [_inline_comments(text) for text in (original, copy)]
    assert behind[0] == behind[1]


def _inline_comments(text: str) -> list[str]:
    """The statements that have a comment behind them."""
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    comments = [token for token in tokens if token.type == tokenize.COMMENT]
    before = [token.line[: token.start[1]] for token in comments]
    return [line for line in before if line.strip()]


@pytest.mark.parametrize("module", MODULES)
def test_the_chinese_copy_is_chinese(localized, module, request):
    if "[zh-" not in request.node.name:
        return  # another language, which no alphabet tells from English
    text = (localized / "snippets" / module).read_text(encoding="utf-8")
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)):
            docstring = ast.get_docstring(node)
            for section in docstring.split("\n\n") if docstring else ():
                assert CHINESE.search(section), section
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    comments = [token.string for token in tokens if token.type == tokenize.COMMENT]
    words = [comment.removeprefix("# ") for comment in comments]
    assert [w for w in words if not CHINESE.search(w) and not CODE.match(w)] == []


def test_unit_tests_pass_on_the_localized_copy(localized, tmp_path):
    """Of one module: that each copy is the same program is proved above."""
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "cheatsheet", tmp_path / "cheatsheet", ignore=ignore)
    (tmp_path / "tests/snippets").mkdir(parents=True)
    unit_tests = "tests/snippets/test_custom_module.py"
    for part in ("conftest.py", "pyproject.toml", "tests/accelerators.py", unit_tests):
        shutil.copy(ROOT / part, tmp_path / part)
    shutil.copytree(localized / "snippets", tmp_path / "snippets")
    # And it is this copy that they test.
    (tmp_path / "tests/snippets/test_copy.py").write_text(
        "from snippets.custom_module import MLP\n\n\n"
        "def test_copy():\n"
        f"    assert MLP.forward.__code__.co_filename.startswith({str(tmp_path)!r})\n"
        "    assert not MLP.__doc__.isascii()\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "tests/snippets"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    passed = int(re.search(r"(\d+) passed", done.stdout)[1])
    assert passed > (ROOT / unit_tests).read_text("utf-8").count("\ndef test_") > 5
    assert not re.search(r"skipped|xfailed|deselected", done.stdout)
