"""The pages of both languages: the same but for their words, and whole."""

import ast
import re
from pathlib import Path

import pytest

from cheatsheet.page import Page, Shown, load, read
from cheatsheet.words import compare
from cheatsheet.words.languages import Language, read_languages
from cheatsheet.words.text import read_words

ROOT = Path(__file__).parents[2]
EN, ZH = Language("English", "en", ""), Language("简体中文", "zh-Hans", "zh")
ENGLISH = Path("docs/en")
CHINESE = Path("docs/zh")
NAMES = sorted(
    path.relative_to(ROOT / ENGLISH).as_posix() for path in (ROOT / ENGLISH).rglob("*.md")
)


@pytest.fixture(scope="module")
def languages():
    return read_languages(ROOT)


def test_both_languages_have_the_same_files():
    files = [
        {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
        for folder in (ROOT / ENGLISH, ROOT / CHINESE)
    ]
    assert files[0] == files[1]
    assert len(NAMES) >= 20


@pytest.mark.parametrize("name", NAMES)
def test_both_languages_say_the_same(name):
    found = compare.compare(load(ROOT, ENGLISH / name), load(ROOT, CHINESE / name))
    assert not found, "\n".join(map(str, found))


@pytest.mark.parametrize("number", [0, 1], ids=["en", "zh"])
@pytest.mark.parametrize("name", NAMES)
def test_each_page_is_whole_and_in_its_language(languages, number, name):
    page = load(ROOT, Path(languages[number].docs, name))
    found = compare.problems(page, languages[number])
    assert not found, "\n".join(map(str, found))
    # The table of the recorded runs is no lesson.
    assert page.examples or name in ("verified.md", "errors.md", "names.md"), (
        f"{page.path}: a page without code"
    )


def test_each_definition_is_shown_on_one_page():
    """What `snippets` defines is there to be shown; what is shown is tested."""
    pages = [load(ROOT, ENGLISH / name) for name in NAMES]
    parts = [part for page in pages for part in page.parts if isinstance(part, Shown)]
    shown = [f"{part.module}.{part.name}" for part in parts]
    defined = [
        f"snippets.{path.stem}.{node.name}"
        for path in sorted((ROOT / "snippets").glob("*.py"))
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)) and not node.name.startswith("_")
    ]
    assert sorted(shown) == sorted(defined)


def test_each_definition_is_named_in_a_unit_test():
    for path in sorted((ROOT / "snippets").glob("*.py")):
        names = [
            node.name
            for node in ast.parse(path.read_text(encoding="utf-8")).body
            if isinstance(node, (ast.ClassDef, ast.FunctionDef))
        ]
        if names:
            tests = ROOT / "tests" / "snippets" / f"test_{path.name}"
            text = tests.read_text(encoding="utf-8")
            missing = [name for name in names if not re.search(rf"\b{name}\b", text)]
            assert not missing, f"{tests}: nothing tests {missing}"


# Each check, broken once: a page in two languages, one change to the Chinese one, and
# where and what must be said of it.
PAGE = """\
---
description: How to reach a parameter.
---

# Page { #page }

Call [the net](other.md#id) on data.

```python
x = 1  # the answer
print(x + 0.5)
```

```text
1.5
```

## Next { #next }

![The draw](plot)

```bash
nvidia-smi -l 1  # every second
```

::: snippets.custom_module.MLP
"""
SEITE = """\
---
description: 如何访问参数。
---

# 页面 { #page }

用数据调用[网络](other.md#id)。

```python
x = 1  # 答案
print(x + 0.5)
```

```text
1.5
```

## 下一节 { #next }

![抽样结果](plot)

```bash
nvidia-smi -l 1  # 每秒一次
```

::: snippets.custom_module.MLP
"""
CHANGES = {
    "heading id": ("{ #next }", "{ #nxt }", 18, "## nxt, and docs/en/page.md:18"),
    "heading level": ("## 下", "### 下", 18, "### next, and docs/en/page.md:18"),
    "link": ("other.md#id", "other.md", 7, "'other.md', and docs/en/page.md:7"),
    "statement": ("x = 1 ", "x = 2 ", 10, "is '2', and docs/en/page.md:10 has '1'"),
    "output": ("\n1.5\n", "\n1.6\n", 15, "'1.6', and docs/en/page.md:15 has '1.5'"),
    "image": ("](plot)", "](lab.md#a)", 20, "and docs/en/page.md:20"),
    "shell": ("-l 1", "-l 2", 23, "and docs/en/page.md:23"),
    "definition": (".MLP", ".MLQ", 26, "and docs/en/page.md:26"),
    "flag": ("```python", "```python { .raises }", 9, "and docs/en/page.md:9"),
    "missing": (
        "## 下一节 { #next }\n",
        "\n",
        5,
        "nothing more, and docs/en/page.md:18 has ## next",
    ),
    "paragraph": (
        "用数据调用[网络](other.md#id)。",
        "Call [the net](other.md#id) on data.",
        7,
        "this is English: 'Call the net on data'",
    ),
    "sentence": (
        "用数据调用",
        "参数。 You have to call the net first with data. 调用",
        7,
        "this is English: 'You have to call the net first with data'",
    ),
    "sentence over two lines": (
        "用数据调用",
        "参数。 You have to call\nthe net first with data. 调用",
        7,
        "this is English: 'You have to call the net first with data'",
    ),
    "description": ("如何访问参数。", "How to reach it.", 2, "this is English"),
    "alternative": ("![抽样结果]", "![The picture of it]", 20, "this is English"),
    "same alternative": (
        "![抽样结果]",
        "![The draw]",
        20,
        "the text of docs/en/page.md:20, 'The draw'; write",
    ),
    "comment": ("# 答案", "# the answer", 10, "this is English: 'the answer'"),
    "shell comment": ("# 每秒一次", "# every second", 23, "this is English: 'every second'"),
    "wide": ("# 答案", "# " + "答" * 42, 10, "93 columns of code"),
    "title": ("{ #page }", "{ #other }", 5, "name; write #page"),
    "no description": ("description: 如何访问参数。", "title: 页面", 1, "begins with"),
}


def _problems(text: str) -> list[str]:
    english = read(Path("docs/en/page.md"), PAGE)
    other = read(Path("docs/zh/page.md"), text)
    return list(map(str, compare.compare(english, other) + compare.problems(other, ZH)))


def test_a_true_translation_passes():
    assert _problems(SEITE) == []


@pytest.mark.parametrize("change", CHANGES)
def test_a_difference_is_named_with_its_lines(change):
    old, new, line, words = CHANGES[change]
    assert old in SEITE
    problems = "\n".join(_problems(SEITE.replace(old, new, 1)))
    assert f"docs/zh/page.md:{line}: " in problems
    assert words in problems


def test_chinese_on_an_english_page_is_named():
    text = PAGE.replace("# the answer", "# 答案").replace("on data", "用数据")
    text = text.replace("how to reach", "How，to").replace("every second", "1s，2s")
    page = read(Path("docs/en/page.md"), text)
    found = "\n".join(map(str, compare.problems(page, EN)))
    for line in (7, 10, 23):
        assert f"docs/en/page.md:{line}: this is Chinese" in found
    assert compare.problems(read(page.path, PAGE), EN) == []


def test_a_page_without_front_matter():
    text = SEITE.partition("---\n\n")[2]
    assert "docs/zh/page.md:1: a page begins with" in "\n".join(_problems(text))


def test_a_picture_without_words():
    text = SEITE.replace("::: snippets", "段落 ![](a.svg)\n\n::: snippets")
    assert "docs/zh/page.md:26: an image needs words" in "\n".join(_problems(text))


# The words of plots: the one fence whose strings may differ between the languages.
WORDS = 'words = {\n    "axis": "depth of the net",\n    "line": "std",\n}\n'
WORTE = 'words = {\n    "axis": "网络的深度",\n    "line": "标准差",\n}\n'
WORD_CHANGES = {
    "key": ('"line"', '"lines"', 31, """this code is "words['lines']", and"""),
    "missing": (
        '    "line": "标准差",\n',
        "",
        30,
        "code is missing, and docs/en/page.md:31 has \"words['line']\"",
    ),
    "number": ('"标准差"', "1", 29, "this code is 'words', and"),
    "more code": ("}\n", "}\nx = 1\n", 29, "this code is 'words', and"),
    "English": ("网络的深度", "the depth of it", 30, "this is English"),
}


def read_words_pages(theirs: str) -> list[Page]:
    return [
        read(folder / "page.md", f"{text}\n```python\n{words}```\n")
        for folder, text, words in (
            (ENGLISH, PAGE, WORDS),
            (CHINESE, SEITE, theirs),
        )
    ]


def test_words_of_plots_may_differ():
    ours, theirs = read_words_pages(WORTE)
    assert compare.compare(ours, theirs) == []
    assert compare.problems(theirs, ZH) == compare.problems(ours, EN) == []
    other = ours.examples[-1].code.source.replace("words =", "labels =")
    assert read_words(other) is None, "another name is ordinary code"


@pytest.mark.parametrize("name", WORD_CHANGES)
def test_nothing_else_may_differ_in_them(name):
    old, new, line, words = WORD_CHANGES[name]
    assert old in WORTE
    ours, theirs = read_words_pages(WORTE.replace(old, new))
    found = list(map(str, compare.compare(ours, theirs) + compare.problems(theirs, ZH)))
    assert len(found) == 1, found
    assert found[0].startswith(f"docs/zh/page.md:{line}: "), found
    assert words in found[0]


MOVED = re.compile(r"^- \[(.*)\]\(([\w-]+\.md)#([\w-]+)\)\{ #\3 \}$", re.M)


@pytest.mark.parametrize("language", [EN, ZH], ids=["en", "zh"])
def test_what_moved_to_another_page_is_called_as_it_is_there(language):
    """A page lists, under the old ids, the sections that it once held."""
    pages = {name: language.page(ROOT, name) for name in language.pages(ROOT)}
    titles = {(name, s.id): s.title for name, page in pages.items() for s in page.sections}
    moved = [one for page in pages.values() for one in MOVED.findall(page.text)]
    assert len(moved) > 80
    assert [title for title, *place in moved if titles[tuple(place)] != title] == []
