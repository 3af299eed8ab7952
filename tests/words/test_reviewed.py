"""Prose that was written from other prose: seen when that changes, healed singly."""

import json
import shutil
from pathlib import Path

import pytest

from cheatsheet.__main__ import main
from cheatsheet.page import read
from cheatsheet.source import SourceError
from cheatsheet.words.languages import read_languages
from cheatsheet.words.reviewed import check, said

ROOT = Path(__file__).parents[2]
ENGLISH = """\
---
description: How to reach a parameter.
---

# Page { #page }

The first paragraph of the page, which is broken
over two lines, and [leads somewhere](other.md#id).

```python
x = 1  # the answer
print(x)
```

```text
1
```

## Next { #next }

Another paragraph.
"""
CHINESE = """\
---
description: 如何访问参数。
---

# 页面 { #page }

页面的第一段，[链接到别处](other.md#id)。

```python
x = 1  # 答案
print(x)
```

```text
1
```

## 下一节 { #next }

另一段。
"""
RECORD = "docs/reviewed.zh.json"
SECTIONS = ["docs/zh/page.md#page", "docs/zh/page.md#next", "mkdocs.zh.yml#all"]


@pytest.mark.parametrize("language", read_languages(ROOT)[1:], ids=lambda one: one.code)
def test_every_section_is_up_to_date(language):
    found = [f"{error}{changes}" for error, changes in check(ROOT, language)]
    assert not found, "\n\n".join(found)


@pytest.fixture
def project(tmp_path, monkeypatch, capsys) -> Path:
    for config in ("mkdocs.yml", "mkdocs.zh.yml"):
        shutil.copy(ROOT / config, tmp_path)
    for language, text in (("en", ENGLISH), ("zh", CHINESE)):
        (tmp_path / f"docs/{language}").mkdir(parents=True)
        page = tmp_path / f"docs/{language}/page.md"
        page.write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    (tmp_path / RECORD).write_text("{}", encoding="utf-8")
    assert main(["reviewed", *SECTIONS]) == 0
    capsys.readouterr()
    return tmp_path


def change(project: Path, old: str, new: str, page: str = "docs/en/page.md") -> None:
    path = project / page
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def problems(project: Path) -> list[str]:
    return [f"{error}{changes}" for error, changes in check(project, read_languages(project)[1])]


SIDES = {
    "source": ("docs/en/page.md", "Another paragraph.", "Another paragraph, with a new fact."),
    "translation": ("docs/zh/page.md", "另一段。", "另一段，没有新内容。"),
}


@pytest.mark.parametrize("side", SIDES)
def test_a_changed_paragraph_of_either_side_is_named_with_its_diff(project, capsys, side):
    page, old, new = SIDES[side]
    change(project, old, new, page)
    (problem,) = problems(project)
    diff = f"--- {side}, reviewed\n+++ {side}, now\n@@ -1,2 +1,2 @@\n"
    diff += f" {'Next' if side == 'source' else '下一节'}\n-{old}\n+{new}"
    assert problem == (
        "docs/zh/page.md:18: section #next changed since it was reviewed; compare it with "
        "docs/en/page.md:19, then run: "
        f"python -m cheatsheet reviewed docs/zh/page.md#next\n{diff}"
    )
    assert main(["reviewed"]) == 1
    assert problem in capsys.readouterr().out
    assert main(["reviewed", "docs/zh/page.md#next"]) == 0
    # Whoever records sees what, and that the other side stayed.
    english, chinese = "docs/en/page.md:19", "docs/zh/page.md:18"
    one, other = (english, chinese) if side == "source" else (chinese, english)
    said = f"only {one} changed; {other} says what it said when it was last reviewed"
    out = capsys.readouterr().out
    assert out == f"docs/zh/page.md#next: recorded as reviewed; {said}\n{diff}\n"
    assert problems(project) == []
    assert main(["reviewed"]) == 0
    change(project, new, old, page)  # back to what was once reviewed
    assert len(problems(project)) == 1


def diff_of(problem: str) -> str:
    return problem[problem.index("\n") :]


def test_both_sides_changed(project, capsys):
    for page, old, new in SIDES.values():
        change(project, old, new, page)
    (problem,) = problems(project)
    for _, old, new in SIDES.values():
        assert f"\n-{old}\n+{new}" in problem
    assert main(["reviewed", "docs/zh/page.md#next", "docs/zh/page.md#page"]) == 0
    both, neither = capsys.readouterr().out.rstrip().rsplit("\n\n", 1)
    assert (
        both == f"docs/zh/page.md#next: recorded as reviewed; both sides changed{diff_of(problem)}"
    )
    assert neither == "docs/zh/page.md#page: recorded as reviewed; neither side changed since"


def test_only_the_named_section_is_recorded(project):
    change(project, "Another paragraph.", "Something else.")
    change(project, "The first", "The very first")
    before = (project / RECORD).read_text(encoding="utf-8").split("\n")
    assert len(problems(project)) == 2
    assert main(["reviewed", "docs/zh/page.md#page"]) == 0
    (problem,) = problems(project)
    assert "section #next" in problem
    after = (project / RECORD).read_text(encoding="utf-8").split("\n")
    changed = [line for line, new in zip(before, after, strict=True) if line != new]
    assert len(changed) == 1, "a line a paragraph"
    assert "The first" in changed[0]


CHANGES = {
    "heading": ("## Next {", "## Next one {", "next", "-Next\n+Next one"),
    "description": (
        "reach a",
        "read a",
        "page",
        "+How to read a parameter.",
    ),
    "comment in code": ("the answer", "the question", "page", "+the question"),
    "word": ("somewhere", "nowhere", "page", "-somewhere.\n+nowhere."),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_is_part_of_a_section(project, name):
    old, new, section, words = CHANGES[name]
    change(project, old, new)
    (problem,) = problems(project)
    assert f"section #{section} changed" in problem
    assert words in problem


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("broken\nover", "broken over"),
        ("x = 1 ", "x = 2 "),
        ("```text\n1", "```text\n2"),
        ("other.md#id", "another.md#id"),
        ("\n\nAnother", "\n\n\nAnother"),
    ],
    ids=["line break", "code", "output", "target of a link", "blank line"],
)
def test_what_is_no_part_of_a_section(project, old, new):
    change(project, old, new)
    assert problems(project) == []


def test_a_new_section_and_one_that_is_gone(project, capsys):
    for page in ("docs/en/page.md", "docs/zh/page.md"):
        change(project, "{ #next }", "{ #new }", page)
    new, gone = problems(project)
    assert new.startswith("docs/zh/page.md:18: section #new was never reviewed; compare")
    gone_from = f"{RECORD}:1: there is no section page.md#{{}} in both languages any more; run: "
    assert gone.startswith(gone_from.format("next"))
    assert main(["reviewed", "docs/zh/page.md#new", "docs/zh/page.md#next"]) == 0
    assert "#next: dropped from the record" in capsys.readouterr().out
    assert problems(project) == []
    (project / "docs/zh/page.md").unlink()
    assert [one[:80] for one in problems(project)] == [
        gone_from.format(one)[:80] for one in ("new", "page")
    ]
    assert main(["reviewed", "docs/zh/page.md#new", "docs/zh/page.md#page"]) == 0
    assert json.loads((project / RECORD).read_text(encoding="utf-8")).keys() == {SECTIONS[2]}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"page.md": {\n"page" "x"}}', f"{RECORD}:2: not JSON: "),
        ("[]", f"{RECORD}:1: not a record, "),
        ('{"page.md#page": {"source": []}}', f"{RECORD}:1: not a record, "),
        ('{"page.md#page": {"source": [], "translation": [1]}}', f"{RECORD}:1: not a record, "),
        ('{"page.md#page": {"source": [], "translation": ""}}', f"{RECORD}:1: not a record, "),
    ],
    ids=["syntax", "list", "side", "number", "text"],
)
def test_a_record_that_cannot_be_read(project, text, words, capsys):
    file = project / RECORD
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SourceError) as caught:
        problems(project)
    assert str(caught.value).startswith(words)
    assert main(["reviewed"]) == 1
    assert words in capsys.readouterr().err
    # Recording over it would lose what it holds.
    assert main(["reviewed", "docs/zh/page.md#page"]) == 1
    assert file.read_text(encoding="utf-8") == text


def test_without_a_record_nothing_is_reviewed(project):
    (project / RECORD).unlink()
    assert [one.partition("; ")[0] for one in problems(project)] == [
        "docs/zh/page.md:5: section #page was never reviewed",
        "docs/zh/page.md:18: section #next was never reviewed",
        "mkdocs.zh.yml:4: section #all was never reviewed",
    ]
    assert main(["reviewed", *SECTIONS]) == 0
    assert problems(project) == []


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("docs/zh/no-such.md#page", "docs/zh/no-such.md#page; name docs/zh/page.md#page."),
        ("docs/en/page.md#page", "docs/en/page.md#page; name docs/zh/page.md#page or"),
        ("docs/zh/page.md#no", "docs/zh/page.md#no; name docs/zh/page.md#next or"),
        ("docs/zh/page.md", "docs/zh/page.md; name docs/zh/page.md#page or"),
        ("xyz", "xyz; name what `python -m cheatsheet reviewed` lists."),
    ],
)
def test_a_target_that_does_not_exist(project, target, words, capsys):
    before = (project / RECORD).read_text(encoding="utf-8")
    assert main(["reviewed", "docs/zh/page.md#next", target]) == 1
    assert words in capsys.readouterr().err
    assert (project / RECORD).read_text(encoding="utf-8") == before


def test_what_sections_say():
    page = read(Path("docs/en/page.md"), ENGLISH)
    assert {section: [one.text for one in lines] for section, lines in said(page).items()} == {
        "page": [
            "How to reach a parameter.",
            "Page",
            "The first paragraph of the page, which is broken over two lines, and leads somewhere.",
            "the answer",
        ],
        "next": ["Next", "Another paragraph."],
    }


def test_pages_in_folders_and_the_words_of_plots(project, capsys):
    words = 'words = {"line": "std"}'
    fence = f"\n```python\n{words}\n```\n"
    for docs, text in (("docs/en", ENGLISH), ("docs/zh", CHINESE)):
        (project / docs / "labs").mkdir()
        (project / docs / "labs/page.md").write_text(text + fence, encoding="utf-8")
    found = problems(project)
    assert len(found) == 2
    assert found[0].startswith("docs/zh/labs/page.md:5: section #page was never reviewed")
    targets = [f"docs/zh/labs/page.md#{section}" for section in ("page", "next")]
    assert main(["reviewed", *targets]) == 0
    assert "docs/zh/labs/page.md#next: recorded" in capsys.readouterr().out
    assert problems(project) == []
    change(project, '"std"', '"variance"', "docs/en/labs/page.md")
    (problem,) = problems(project)
    assert problem.startswith("docs/zh/labs/page.md:18: section #next changed")
    change(project, '"variance"', '"std"', "docs/en/labs/page.md")
    change(project, '"line"', '"curve"', "docs/en/labs/page.md")
    assert problems(project) == [], "the keys are code, which is compared elsewhere"


def test_what_a_module_says(project, capsys):
    """The record has both sides of the catalog, too, by the names of definitions."""
    module = '"""Boxes."""\n\n\nclass Box:\n    """A box."""\n\n    # Of wood.\n    size = 1\n'
    po = "snippets/locales/zh.po"
    english, chinese = ("Boxes.", "A box.", "Of wood."), ("盒子。", "一个盒子。", "木制。")
    (project / "snippets/locales").mkdir(parents=True)
    (project / "snippets/box.py").write_text(module, encoding="utf-8")
    pairs = [f'msgid "{a}"\nmsgstr "{b}"\n' for a, b in zip(english, chinese, strict=True)]
    (project / po).write_text("\n".join(pairs), encoding="utf-8")
    whole, box = problems(project)
    assert whole.startswith(f"{po}:1: section #box was never reviewed; compare it with snippets/b")
    command = f"run: python -m cheatsheet reviewed {po}#box.Box"
    assert box.startswith(f"{po}:4: section #box.Box was never") and box.endswith(command)
    assert main(["reviewed", f"{po}#box", f"{po}#box.Box"]) == 0
    assert problems(project) == []
    change(project, "木制。", "不是木制。", po)
    (problem,) = problems(project)
    assert problem.startswith(f"{po}:4: section #box.Box changed since it was reviewed")
    assert problem.endswith("-木制。\n+不是木制。")
    (project / "snippets/box.py").unlink()
    assert [one.partition(";")[0] for one in problems(project)] == [
        f"{RECORD}:1: there is no section {po}#{name} in both languages any more"
        for name in ("box", "box.Box")
    ]
