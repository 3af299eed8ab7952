"""The catalogs: brought up to date, checked, and never a fall back to English."""

import re
from pathlib import Path

import pytest

from cheatsheet.source import SourceError, write_text
from cheatsheet.words.catalog import localize_package, translated, updated
from cheatsheet.words.languages import Language

ZH = Language("简体中文", "zh-Hans", "zh")
SOURCE = '''\
"""A box.

Shapes: `(batch, 4)` in. Needs `torch.Tensor` and 2 GB.
"""

SIZE = 3  # in metres
# Called by open_box().
NAME = "box"
'''
WORDS = {
    "A box.": "一个盒子。",
    "Shapes: `(batch, 4)` in. Needs `torch.Tensor` and 2 GB.": (
        "形状：输入 `(batch, 4)`。需要 `torch.Tensor` 和 2 GB。"
    ),
    "in metres": "单位是米",
    "Called by open_box().": "由 open_box() 调用。",
}


@pytest.fixture
def project(tmp_path) -> Path:
    (tmp_path / "snippets").mkdir()
    (tmp_path / "snippets/box.py").write_text(SOURCE, encoding="utf-8")
    update(tmp_path, ZH)
    translate(tmp_path, WORDS)
    return tmp_path


def update(project: Path, language: Language) -> tuple[int, int, int]:
    """Bring the catalog up to date; how many entries are empty, fuzzy and retired then."""
    text = updated(project, language)
    write_text(project, language.catalog, text)
    empty = re.findall(r'\nmsgid ".*"\nmsgstr ""\n(?!")', text)
    return len(empty), text.count("#, fuzzy"), text.count("#~ msgid")


def read(project: Path) -> str:
    return (project / ZH.catalog).read_text(encoding="utf-8")


def translate(project: Path, words: dict[str, str]) -> None:
    text = read(project)
    for english, chinese in words.items():
        assert f'msgid "{english}"\nmsgstr ""\n' in text, text
        text = text.replace(
            f'msgid "{english}"\nmsgstr ""\n',
            f'msgid "{english}"\nmsgstr "{chinese}"\n',
        )
    (project / ZH.catalog).write_text(text, encoding="utf-8")


def change(project: Path, old: str, new: str, file: str = "snippets/box.py") -> None:
    path = project / file
    text = path.read_text(encoding="utf-8")
    assert old in text, text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def problems(project: Path) -> list[str]:
    with pytest.raises(SourceError) as caught:
        localize_package(project, ZH, project / "copy")
    return str(caught.value).split("\n")


def line_of(project: Path, msgid: str) -> int:
    lines = read(project).split("\n")
    return lines.index(f'msgid "{msgid}"') + 1


def test_a_whole_catalog_localizes(project):
    localize_package(project, ZH, project / "copy")
    copy = (project / "copy/snippets/box.py").read_text(encoding="utf-8")
    assert copy.startswith('"""一个盒子。\n\n形状：输入 `(batch, 4)`。')
    assert "SIZE = 3  # 单位是米\n# 由 open_box() 调用。\n" in copy


def test_update_changes_nothing_when_nothing_changed(project):
    before = read(project)
    assert update(project, ZH) == (0, 0, 0)
    assert read(project) == before


def test_update_does_not_see_lines_or_breaks(project):
    before = read(project)
    change(project, "SIZE", "\n\nSIZE")
    change(project, "in. Needs", "in.\nNeeds")
    assert update(project, ZH) == (0, 0, 0)
    assert read(project) == before


def test_a_changed_comment(project):
    change(project, "# in metres", "# in square metres")
    (problem,) = [line for line in problems(project) if "box.py" in line]
    assert problem.startswith("snippets/box.py:6: this inline comment is not in ")
    assert "'in square metres'; run: python -m cheatsheet sync" in problem
    before = read(project)
    assert update(project, ZH) == (0, 1, 0)
    # Marked, with the old English beside it and the translation kept; nothing else.
    marked = '#, fuzzy\n#| msgid "in metres"\nmsgid "in square metres"\nmsgstr "单位是米"'
    assert read(project) == before.replace('msgid "in metres"\nmsgstr "单位是米"', marked)
    (problem,) = problems(project)
    line = line_of(project, "in square metres")
    assert problem.startswith(f"{ZH.catalog}:{line}: the English of 'in square metres'")
    assert "snippets/box.py:6" in problem
    before = read(project)
    assert update(project, ZH) == (0, 1, 0)  # until it is seen to
    assert read(project) == before
    change(project, "# in square metres", "# in square meters")
    assert update(project, ZH) == (0, 1, 0)  # only the newest old one
    assert read(project).count("#|") == read(project).count('#| msgid "in square metres"') == 1
    change(project, "# in square meters", "# in square metres")
    update(project, ZH)
    change(project, "#, fuzzy\n", "", ZH.catalog)
    change(project, '"单位是米"', '"单位是平方米"', ZH.catalog)
    localize_package(project, ZH, project / "copy")
    assert update(project, ZH) == (0, 0, 0)
    assert "#|" not in read(project)


def test_a_new_comment(project):
    change(project, "# in metres", "# in metres\nDEPTH = 1  # never zero")
    assert any("'never zero'" in problem for problem in problems(project))
    assert update(project, ZH) == (1, 0, 0)
    line = line_of(project, "never zero")
    (problem,) = problems(project)
    assert problem.startswith(f"{ZH.catalog}:{line}: 'never zero' is not translated")
    assert "(the inline comment at snippets/box.py:7); write its msgstr" in problem


def test_a_comment_that_is_gone(project):
    line = line_of(project, "in metres")
    change(project, "  # in metres", "")
    (problem,) = problems(project)
    assert problem.startswith(f"{ZH.catalog}:{line}: 'in metres' is no longer in the")
    assert update(project, ZH) == (0, 0, 1)
    assert '#~ msgid "in metres"\n#~ msgstr "单位是米"\n' in read(project)
    localize_package(project, ZH, project / "copy")
    # When it comes back, so does its translation.
    change(project, "SIZE = 3", "SIZE = 3  # in metres")
    assert update(project, ZH) == (0, 0, 0)
    assert 'msgid "in metres"\nmsgstr "单位是米"\n' in read(project)


LOSSES = {
    "shape": ("`(batch, 4)`", "`(batch, 5)`", "this name is '(batch, 5)', and snippets"),
    "name in backticks": ("`torch.Tensor`", "张量", "this name is missing, and snippets"),
    "number": ("2 GB", "一些", "this number is missing, and snippets"),
    "a number more": ("单位是米", "单位是 10 米", "this number is '10', and snippets"),
    "a name more": ("一个盒子。", "一个 `Crate`。", "this name is 'Crate', and snippets"),
    "name": ("open_box()", "它", "snippets/box.py:7 has 'open_box()'"),
    "English": ("一个盒子。", "A box for us.", "this is English"),
    "untouched": ("一个盒子。", "A box.", "is the English"),
    "line": ("一个盒子。", "一个\\n盒子。", "has other lines"),
    "quotes": ("一个盒子。", '一个\\"\\"\\"盒子。', 'holds no """ and no backslash'),
    "backslash": ("一个盒子。", "一个\\\\盒子。", 'holds no """ and no backslash'),
    "width": ("单位是米", "单位是米" * 12, "columns wide; shorten it by"),
}


@pytest.mark.parametrize("loss", LOSSES)
def test_a_translation_that_lost_something(project, loss):
    old, new, words = LOSSES[loss]
    before, _, after = read(project).rpartition(old)  # msgstr stands after msgid
    (project / ZH.catalog).write_text(before + new + after, encoding="utf-8")
    lines = read(project).split("\n")
    line = next(n for n, text in enumerate(lines) if new in text and "msgstr" in text)
    (problem,) = problems(project)
    assert problem.startswith(f"{ZH.catalog}:{line}: ")  # the line of the msgid
    assert words in problem
    assert loss == "English" or "snippets/box.py:" in problem


def test_a_catalog_that_is_missing_or_cannot_be_read(project):
    file = project / ZH.catalog
    whole = file.read_bytes()
    line = line_of(project, "in metres")
    file.unlink()
    found = problems(project)
    assert len(found) == len(WORDS)
    assert f"is not in {ZH.catalog}: 'A box.'; run: python -m cheatsheet sync" in found[0]
    file.write_bytes(whole.replace("单位是米".encode(), "单位是米".encode("gbk")))
    assert " is not UTF-8; save the file as UTF-8." in problems(project)[0]
    for old, new, place, words in (
        (b'metres"', b"metres", line, "look for a missing quotation mark"),
        (b'msgid "in', b'"in', line, "not a .po file"),
        (b'msgstr "\xe5\x8d', b'"\xe5\x8d', line, "missing msgstr"),
    ):
        file.write_bytes(whole.replace(old, new, 1))
        assert f"{ZH.catalog}:{place}: " in problems(project)[0], words
        assert words in problems(project)[0]
    again = b'\nmsgid "in metres"\nmsgstr "\xe7\xb1\xb3"\n'
    file.write_bytes(whole + again)
    place = whole.count(b"\n") + 2
    assert problems(project)[0].startswith(f"{ZH.catalog}:{place}: this msgid stands")


def test_messages_of_the_catalog_are_the_ones_of_the_source(project):
    assert {entry.id: entry.string for entry in translated(project, ZH)} == WORDS
