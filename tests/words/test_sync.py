"""What sync does of an author's day, and what it leaves to a person, with its place."""

import os
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

import cheatsheet.__main__ as commands
from cheatsheet.page import Example, Shell, load, read
from cheatsheet.words.compare import meaning
from cheatsheet.words.languages import Language
from cheatsheet.words.sync import carry, left, planned

ROOT = Path(__file__).parents[2]
ENGLISH = """\
---
description: How to reach a parameter.
---

# Page { #page }

The first paragraph.

```python
# Made once.
x = 1  # the answer
# Shown to all.
print(x + 0.5)
```

```text
1.5
```

## Next { #next }

Another paragraph.

```bash
nvidia-smi -l 1  # every second
```
"""
CHINESE = """\
---
description: 如何访问参数。
---

# 页面 { #page }

第一段。

```python
# 只创建一次。
x = 1  # 答案
# 展示给大家。
print(x + 0.5)
```

```text
1.5
```

## 下一节 { #next }

另一段。

```bash
nvidia-smi -l 1  # 每秒一次
```
"""
NEW = """\
## Freeze a layer { #freeze }

So nothing is learned.

```python
# By its name.
print(x)  # (1)!
```

```text
1
```

::: snippets.custom_module.MLP

```python
words = {"line": "std of it"}
```

"""
STUB = """\
## TODO: Freeze a layer { #freeze }

TODO: translate

```python
# TODO: By its name.
print(x)  # (1)!
```

```text
1
```

::: snippets.custom_module.MLP

```python
# TODO: words
words = {"line": "std of it"}
```

"""


def carried(english: str, chinese: str) -> str:
    """What becomes of the Chinese page; and once more, nothing."""
    source = read(Path("docs/en/page.md"), english)
    text = carry(source, read(Path("docs/zh/page.md"), chinese))
    assert carry(source, read(Path("docs/zh/page.md"), text)) == text
    return text


def change(text: str, *pairs: tuple[str, str]) -> str:
    for old, new in pairs:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def test_nothing_is_carried_where_nothing_changed():
    assert carried(ENGLISH, CHINESE) == CHINESE
    comment = change(ENGLISH, ("# the answer", "# the only answer"))
    assert carried(comment, CHINESE) == CHINESE


HEADINGS = {
    "front": ("# Page { #page }", "# 页面 { #page }"),
    "middle": ("## Next { #next }", "## 下一节 { #next }"),
}


@pytest.mark.parametrize("place", ["front", "middle", "end"])
def test_a_new_section_is_put_in_its_place_and_marked(place):
    if place == "end":
        text = carried(f"{ENGLISH}\n{NEW}", CHINESE)
        assert text == f"{CHINESE}\n{STUB}".rstrip() + "\n"
    else:
        english, chinese = HEADINGS[place]
        text = carried(
            change(ENGLISH, (english, NEW + english)),
            CHINESE,
        )
        assert text == change(CHINESE, (chinese, STUB + chinese))


def test_two_new_sections_keep_their_order():
    second = "## Second { #second }\n\nMore.\n"
    text = carried(f"{ENGLISH}\n{NEW}{second}", CHINESE)
    assert text == f"{CHINESE}\n{STUB}## TODO: Second {{ #second }}\n\nTODO: translate\n"


def test_a_new_page():
    text = carried(ENGLISH, "")
    assert text.startswith(
        "---\ndescription: TODO How to reach a parameter.\n---\n\n"
        "# TODO: Page { #page }\n\nTODO: translate\n\n```python\n# TODO: Made once.\n"
    )
    assert text.endswith("nvidia-smi -l 1  # TODO: every second\n```\n")


CHANGES = {
    "output": (
        [("```text\n1.5\n", "```text\n2.5\n\n")],
        [("```text\n1.5\n", "```text\n2.5\n\n")],
    ),
    "titled output": (
        [
            (
                "```text\n1.5\n```",
                '```text title="CPU"\n1\n```\n\n```text title="GPU"\n2\n```',
            )
        ],
        [
            (
                "```text\n1.5\n```",
                '```text title="CPU"\n1\n```\n\n```text title="GPU"\n2\n```',
            )
        ],
    ),
    "output that is gone": (
        [("\n\n```text\n1.5\n```", "")],
        [("\n\n```text\n1.5\n```", "")],
    ),
    "flag": (
        [("```python", "```python { .annotate }")],
        [("```python", "```python { .annotate }")],
    ),
    "one line": (
        [("print(x + 0.5)", "print(x + 1.5)")],
        [
            (
                "# 展示给大家。\nprint(x + 0.5)",
                "# TODO: Shown to all. (展示给大家。)\nprint(x + 1.5)",
            )
        ],
    ),
    "a new line": (
        [("# Shown", "y = x  # a copy\nz = x  # noqa\n# Shown")],
        [("# 展示", "y = x  # TODO: a copy\nz = x  # noqa\n# 展示")],
    ),
    "a line that is gone": (
        [("# Made once.\nx = 1  # the answer\n", ""), ("x + 0.5", "1.5")],
        [
            ("# 只创建一次。\nx = 1  # 答案\n", ""),
            (
                "# 展示给大家。\nprint(x + 0.5)",
                "# TODO: Shown to all.\nprint(1.5)",
            ),
        ],
    ),
    "a comment behind": (
        [("x = 1  # the", "x = 2  # the")],
        [
            ("x = 1  # 答案", "x = 2  # TODO: the answer (答案)"),
            ("# 只创建一次。", "# TODO: Made once. (只创建一次。)"),
        ],
    ),
    "a comment at the end": (
        [("0.5)\n", "0.5)\ny = x\n# The end.\n")],
        [("0.5)\n", "0.5)\ny = x\n# TODO: The end.\n")],
    ),
    "shell": (
        [("nvidia-smi -l 1", "nvidia-smi\nnvidia-smi -l 1")],
        [("nvidia-smi -l 1", "nvidia-smi\nnvidia-smi -l 1")],
    ),
    "a new fence behind": (
        [("Another", "```python\nprint(1)\n```\n\nAnother")],
        [("另一段。\n", "另一段。\n\n```python\nprint(1)\n```\n")],
    ),
    "a new fence between": (
        [("## Next", "```python\nprint(2)  # two\n```\n\n```text\n2\n```\n\n## Next")],
        [
            (
                "## 下",
                "```python\nprint(2)  # TODO: two\n```\n\n```text\n2\n```\n\n## 下",
            )
        ],
    ),
    "a new definition": (
        [("Another", "::: snippets.custom_module.MLP\n\nAnother")],
        [("另一段。\n", "另一段。\n\n::: snippets.custom_module.MLP\n")],
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_is_carried_and_which_comments_stay(name):
    ours, theirs = CHANGES[name]
    assert carried(change(ENGLISH, *ours), CHINESE) == change(CHINESE, *theirs)


def test_what_english_lacks_is_left_alone():
    shorter = ENGLISH.partition("## Next")[0]
    assert carried(shorter, CHINESE) == CHINESE
    # And what is new stands behind it.
    old, new = (f"\n```python\nprint({number})\n```\n" for number in (1, 2))
    shell = "\n```bash\nnvidia-smi\n```\n"
    assert carried(ENGLISH + shell + new, CHINESE + shell + old + old + shell) == (
        CHINESE + shell + new + old + shell
    )
    assert carried(ENGLISH + shell, CHINESE + old) == CHINESE + old + shell


def test_the_words_of_plots():
    fence = "\n```python\n%swords = {\n    %s}\n```\n"
    english = ENGLISH + fence % ("", '"line": "std",\n    "axis": "depth of it",\n')
    chinese = CHINESE + fence % ("", '"line": "标准差",\n    "old": "旧",\n')
    assert carried(english, chinese) == chinese, "which compare.py tells"
    new = fence % ("# TODO: words\n", '"line": "std",\n    "axis": "depth of it",\n')
    assert carried(english, CHINESE) == CHINESE + new


def test_the_project_is_in_sync():
    for path, text in planned(ROOT).items():
        assert (ROOT / path).read_text(encoding="utf-8") == text, path
    assert left(ROOT) == []


@pytest.mark.parametrize("name", Language("English", "en", "").pages(ROOT))
def test_every_page_can_be_carried_anew(name):
    """Whole, and where some section is missing."""
    english, own = load(ROOT, f"docs/en/{name}"), load(ROOT, f"docs/zh/{name}")
    starts = [section.line - 1 for section in own.sections] + [len(own.lines)]
    sections = list(pairwise(starts))[::5]
    for lines in [[], *(own.lines[:a] + own.lines[b:] for a, b in sections)]:
        text = carry(english, read(own.path, "\n".join(lines)))
        page = read(own.path, text)
        assert [one.id for one in page.sections] == [s.id for s in english.sections]
        parts = [
            [p for p in one.parts if isinstance(p, (Example, Shell))] for one in (english, page)
        ]
        meanings = [[meaning(part.code) for part in one] for one in parts]
        ours, theirs = ([[line.text for line in one] for one in lines] for lines in meanings)
        assert ours == theirs


# The command, on a small project.
@pytest.fixture
def project(tmp_path, monkeypatch) -> Path:
    for config in ("mkdocs.yml", "mkdocs.zh.yml"):
        shutil.copy(ROOT / config, tmp_path)
    for name, text in {
        "docs/en/page.md": ENGLISH,
        "docs/zh/page.md": CHINESE,
        "docs/reviewed.zh.json": "{}",
        "docs/glossary.yml": "terms: []\n",
        "snippets/box.py": "SIZE = 3  # in metres\n",
        "conftest.py": 'pytest_plugins = ["cheatsheet.run.plugin"]\n',
        "pyproject.toml": '[tool.pytest.ini_options]\naddopts = ["--markdown-docs"]\n',
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setattr(commands, "fill_outputs", lambda root: True)
    assert commands.main(["sync"]) == 1
    edit(tmp_path, "snippets/locales/zh.po", 'metres"\nmsgstr ""', 'metres"\nmsgstr "米"')
    sections = [f"{SEITE}#page", f"{SEITE}#next", f"{PO}#box", "mkdocs.zh.yml#all"]
    assert commands.main(["reviewed", *sections]) == 0
    return tmp_path


def edit(project: Path, name: str, *pair: str) -> None:
    path = project / name
    path.write_text(change(path.read_text("utf-8"), pair), encoding="utf-8")


def texts(project: Path) -> dict[Path, str]:
    files = [*(project / "docs").rglob("*.*"), *(project / "snippets").rglob("*.*")]
    return {file: file.read_text("utf-8") for file in files}


def sync(capsys, *arguments: str) -> tuple[int, list[str]]:
    capsys.readouterr()
    status = commands.main(["sync", *arguments])
    return status, capsys.readouterr().out.rstrip().split("\n")


def test_a_recipe_is_one_heading_in_each_language_and_sync(project, capsys):
    assert sync(capsys, "--check") == (0, ["Nothing is left to write."])
    new = NEW.partition("::: ")[0]
    edit(project, "docs/en/page.md", "## Next", new + "## Next")
    edit(project, "snippets/box.py", "3  # in metres", "3  # in metres\nA = 1  # new")
    before = texts(project)
    status, said = sync(capsys, "--check")
    assert status == 1
    assert texts(project) == before
    # Nothing of what sync itself will do.
    assert sum("docs/zh/page.md" in line for line in said) == 1
    cure = "not as sync writes it; run: python -m cheatsheet sync"
    assert said[:2] == [
        f"docs/zh/page.md:1: {cure}",
        f"snippets/locales/zh.po:1: {cure}",
    ]

    status, said = sync(capsys)
    assert status == 1
    page = (project / "docs/zh/page.md").read_text("utf-8")
    assert page == change(CHINESE, ("## 下", STUB.partition("::: ")[0] + "## 下"))
    line = page.split("\n").index("## TODO: Freeze a layer { #freeze }") + 1
    place = "docs/zh/page.md"
    assert said == [
        f"{place}: written",
        "snippets/locales/zh.po: written",
        f"{place}:{line}: TODO, in 简体中文: Freeze a layer {{ #freeze }}; write it.",
        f"{place}:{line}: section #freeze was never reviewed; compare it with "
        f"docs/en/page.md:{line}, then run: python -m cheatsheet reviewed {place}#freeze",
        f"{place}:{line + 2}: TODO, in 简体中文: translate; write it.",
        f"{place}:{line + 5}: TODO, in 简体中文: By its name.; write it.",
        said[6],
    ]
    assert said[6].startswith("snippets/locales/zh.po:")
    assert "'new' is not translated" in said[6]
    # What a person does then.
    edit(project, place, "TODO: Freeze a layer", "冻结一层")
    edit(project, place, "TODO: translate", "这样就什么也学不到。")
    edit(project, place, "TODO: By its name.", "按名称。")
    edit(project, "snippets/locales/zh.po", 'new"\nmsgstr ""', 'new"\nmsgstr "新"')
    assert commands.main(["reviewed", f"{place}#freeze", f"{PO}#box"]) == 0
    assert sync(capsys, "--check") == (0, ["Nothing is left to write."])
    assert sync(capsys) == (0, ["Nothing is left to write."])


PAGE, SEITE, PO = "docs/en/page.md", "docs/zh/page.md", "snippets/locales/zh.po"
OLD = "## 旧 { #old }\n\n## 下一节"
LEFT = {
    "review": (PAGE, "Another", "A further", f"{SEITE}:20: section #next changed"),
    "fuzzy": ("snippets/box.py", "in m", "in square m", "zh.po:1: not as sync"),
    "empty": (PAGE, "\n1.5\n", "\n", f"{PAGE}:16: this output is empty; run"),
    "gone": (
        SEITE,
        "## 下一节",
        OLD,
        f"{SEITE}:20: here is ## old, and {PAGE}:20 has ## next",
    ),
    "English": (SEITE, "另一段", "Here is another", f"{SEITE}:22: this is English"),
    "Chinese": (PAGE, "Another", "另一", f"{PAGE}:22: this is Chinese"),
    "link": (SEITE, "另一段", "[另](a.md)", f"{SEITE}:22: this link is 'a.md', and"),
    "traditional": (
        SEITE,
        "另一段",
        "另一個",
        f"{SEITE}:22: '另一個。' is set wrongly; write '另一个",
    ),
    "TODO": (SEITE, "另", "TODO 另", f"{SEITE}:22: TODO, in 简体中文: 另一段。; write"),
}


@pytest.mark.parametrize("name", LEFT)
def test_what_is_left_is_named_with_its_place(project, capsys, name):
    file, old, new, words = LEFT[name]
    edit(project, file, old, new)
    before = texts(project)
    status, said = sync(capsys, "--check")
    assert status == 1
    assert any(words in line for line in said), said
    assert len({line.partition(" ")[0] for line in said}) == len(said)
    assert texts(project) == before


def test_a_mark_in_the_code_of_both_languages_is_none(project, capsys):
    for name in (PAGE, SEITE):
        edit(project, name, "print(x + 0.5)", "print(x + 0.5)\ny = 'TODO'")
    assert sync(capsys, "--check") == (0, ["Nothing is left to write."])


def test_pages_that_one_language_has(project, capsys):
    for docs, text in (("docs/en", ENGLISH), ("docs/zh", CHINESE)):
        name = "english.md" if docs == "docs/en" else "chinese.md"
        own = text.replace("#page", f"#{name[:-3]}")
        (project / docs / name).write_text(own, encoding="utf-8")
    status, said = sync(capsys)
    assert status == 1
    assert "# TODO: Page { #english }" in (project / "docs/zh/english.md").read_text()
    problem = "there is no docs/en/chinese.md; remove this page, or write that."
    assert f"docs/zh/chinese.md:1: {problem}" in said


def test_a_page_or_catalog_that_cannot_be_read(project, capsys):
    edit(project, "docs/zh/page.md", "# 页面 { #page }", "# 页面")
    assert commands.main(["sync"]) == 1
    assert "docs/zh/page.md:5: this heading has no id" in capsys.readouterr().err


def test_sync_is_refused_in_ci(project, monkeypatch, capsys):
    edit(project, "docs/en/page.md", "\n1.5\n", "\n2.5\n")
    monkeypatch.setenv("CI", "true")
    before = texts(project)
    assert commands.main(["sync"]) == 2
    assert "refused where CI is set" in capsys.readouterr().err
    assert texts(project) == before
    assert commands.main(["sync", "--check"]) == 1
    with pytest.raises(SystemExit, match="2"):
        commands.main(["sync", "--all"])


def test_a_sync_that_is_killed_leaves_each_file_old_or_new(project, monkeypatch):
    edit(project, "docs/en/page.md", "\n1.5\n", "\n2.5\n")
    (project / "docs/en/other.md").write_text(ENGLISH.replace("#page", "#other"))
    before = texts(project)

    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("os.replace", killed)
        with pytest.raises(KeyboardInterrupt):
            commands.main(["sync"])
    assert texts(project) == before
    commands.main(["sync"])
    assert "\n2.5\n" in (project / "docs/zh/page.md").read_text("utf-8")


def test_outputs_are_filled_first(project):
    """By pytest itself, in a process of its own, and then carried."""
    edit(project, "docs/en/page.md", "\n1.5\n", "\n")
    edit(project, "docs/en/page.md", "-l 1", "-l 2")
    command = [sys.executable, "-m", "cheatsheet", "sync"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True)
    assert "docs/en: ran, outputs filled, in " in done.stdout, done.stderr
    for docs in ("docs/en", "docs/zh"):
        assert "```text\n1.5\n```" in (project / docs / "page.md").read_text("utf-8")
    text = (project / "docs/zh/page.md").read_text("utf-8")
    assert "nvidia-smi -l 2  # TODO: every second (每秒一次)\n" in text
    # What fails is said, and nothing is carried.
    edit(project, "docs/en/page.md", "\n1.5\n", "\n2.5\n")
    (project / "conftest.py").write_text("raise SystemExit('it failed')")
    before = texts(project)
    done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True)
    assert done.returncode == 1
    assert "it failed" in done.stderr
    assert texts(project) == before
