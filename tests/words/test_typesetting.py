"""Chinese spaces, signs and terms: each rule broken once, and seen with its place."""

import re
import shutil
from pathlib import Path

import pytest

from cheatsheet.source import SourceError
from cheatsheet.words.languages import read_languages
from cheatsheet.words.text import CHINESE as HAN
from cheatsheet.words.typesetting import check, correct, read_project

ROOT = Path(__file__).parents[2]
CHINESE = [one for one in read_languages(ROOT) if one.lang.startswith("zh")]
PAGE = """\
---
description: 如何访问参数。
---

# 访问 `weight` { #page }

用 `net[0]` 取到第 2 层的参数，见[下一节](#a中b)。

/// warning | 注意 bias
不要这样写。
///

| 形状 | 说明 |
| --- | --- |
| `(a,中)` | 共 3 个 |

$$
w中x = 3,中
$$

```python
x = "中a,中"  # 权重 W 的值
```

```text
输出a,中
```

![图里有 2 条线](figures/中a.svg)

```bash
echo "中a"  # 只看 GPU 的
```
"""
CONFIG = """\
INHERIT: mkdocs.yml
docs_dir: docs/zh
extra:
  language: {lang: zh-Hans, name: 简体中文, offer: 本页有简体中文版, close: 关闭}
  labels:
    error: 出现 1 个报错
  search:
    synonyms: {参量a: [参数]}
plugins:
  search:
    separator: '[\\s，,。]+'
nav:
  - 访问参数: page.md
"""
PO = """\
msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\n"

msgid "The parameters of `net`."
msgstr "`net` 的参数。"

msgid "The dict, and the buffers of the state dict."
msgstr "字典，以及状态字典里的缓冲区。"
"""
TERMS = """\
terms:
  - en: parameter
    zh: 参数
    not: [参量]
  - en: buffer
    zh: 缓冲区
    not: [缓存区]
    unless: [硬盘缓存区]
  - en: dict
    zh: 字典
  - en: state dict
    zh: 状态字典
    also: [state dict]
"""


@pytest.fixture
def project(tmp_path) -> Path:
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    for name, text in {
        "mkdocs.zh.yml": CONFIG,
        "docs/zh/page.md": PAGE,
        "snippets/locales/zh.po": PO,
        "README.zh.md": "# 标题\n\n第一段，\n```bash\necho # 第 1 个\n```\n",
        "docs/glossary.yml": TERMS,
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def change(project: Path, name: str, old: str, new: str) -> None:
    path = project / name
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, (name, old)
    path.write_text(text.replace(old, new), encoding="utf-8")


def said(project: Path) -> list[str]:
    return list(map(str, check(project)))


def test_the_project_is_set_and_worded_rightly():
    found = said(ROOT)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("language", CHINESE, ids=lambda one: one.code)
def test_no_line_of_the_project_is_overlooked(language):
    """Whatever is Chinese, apart from outputs, formulas and addresses, is looked at."""
    lines, _ = read_project(ROOT, language)
    pages = [Path(language.docs, name) for name in language.pages(ROOT)]
    assert pages
    for path in [*pages, Path(f"README.{language.code}.md")]:
        # Blank lines keep the numbers.
        rest = re.sub(
            r"^```text.*?^```$|^\$\$.*?^\$\$",
            lambda match: "\n" * match[0].count("\n"),
            (ROOT / path).read_text(encoding="utf-8"),
            flags=re.M | re.S,
        )
        numbered = enumerate(rest.split("\n"), 1)
        expected = {n for n, line in numbered if HAN.search(line)}
        assert {line.number for line in lines if line.path == path} == expected, path
    catalog = (ROOT / language.catalog).read_text(encoding="utf-8")
    seen = "".join(line.text for line in lines if line.path == Path(language.catalog))
    count = len(HAN.findall(catalog.partition("#~")[0]))
    assert len(HAN.findall(seen)) == count


def test_no_chinese_hides_in_the_theme():
    """What templates and scripts say comes from the configs, which are looked at."""
    files = [
        path
        for path in (ROOT / "cheatsheet/theme").rglob("*")
        if path.suffix in (".css", ".html", ".jinja", ".js")
    ]
    assert len(files) > 10
    assert [path for path in files if HAN.search(path.read_text("utf-8"))] == []


def test_a_right_project_has_no_findings(project):
    """Code, outputs, formulas and words to search would be wrong as prose."""
    assert said(project) == []


# File, what stands there, what it becomes, the line, and what is said.
CHANGES = {
    "traditional": ("docs/zh/page.md", "的参数", "的參數", 7, "write '2 层的参数，见下一'"),
    "space": ("docs/zh/page.md", "第 2 层", "第2层", 7, "第2层的参数' is set"),
    "space at code": ("docs/zh/page.md", "用 `net", "用`net", 7, "write '用 `net'"),
    "comma": ("docs/zh/page.md", "，见", ",见", 7, "write '层的参数，见下一节'"),
    "description": ("docs/zh/page.md", "访问参数", "访问a参数", 2, "'如何访问 a 参数"),
    "heading": ("docs/zh/page.md", "访问 `weight`", "访问`weight`", 5, "'访问 `wei'"),
    "title": ("docs/zh/page.md", "注意 bias", "注意bias", 9, "'注意 bias'"),
    "cell": ("docs/zh/page.md", "共 3 个", "共3个", 15, "'共 3 个'"),
    "comment": ("docs/zh/page.md", "权重 W", "权重W", 22, "'权重 W 的值'"),
    "image": ("docs/zh/page.md", "2 条", "2条", 29, "'里有 2 条线'"),
    "shell": ("docs/zh/page.md", "看 GPU", "看GPU", 32, "write '只看 GPU '"),
    "line break": (
        "docs/zh/page.md",
        "取到第",
        "取到\n第",
        8,
        "line break before '第 2",
    ),
    "catalog": ("snippets/locales/zh.po", "net` 的", "net`的", 4, "write 'net` 的参数"),
    "menu": ("mkdocs.zh.yml", "访问参数", "访问a参数", 13, "'访问 a 参数'"),
    "string": ("mkdocs.zh.yml", "1 个", "1个", 6, "'出现 1 个报错'"),
    "code of the README": ("README.zh.md", "第 1", "第1", 5, "'第 1 个'"),
    "README": ("README.zh.md", "一段，", "一段,", 3, "'第一段，'"),
    "term": (
        "docs/zh/page.md",
        "层的参数",
        "层的参量",
        7,
        "word for 'parameter'; write '参数' (docs/glossary.yml:2)",
    ),
    "term in a comment": (
        "docs/zh/page.md",
        "权重 W 的",
        "参量的",
        22,
        "'参量' is not",
    ),
    "term in the catalog": (
        "snippets/locales/zh.po",
        "的缓冲区",
        "的缓冲区，缓存区",
        7,
        "'缓存区' is not this site's word for 'buffer'",
    ),
    "term in the menu": ("mkdocs.zh.yml", "访问参数", "访问参量", 13, "'参量' is not"),
    "missing term": (
        "snippets/locales/zh.po",
        "` 的参数",
        "` 的数值",
        4,
        "the msgid has 'parameter' and the msgstr lacks '参数'; put it in",
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_each_mistake_is_named_with_its_place(project, name):
    file, old, new, line, words = CHANGES[name]
    change(project, file, old, new)
    found = said(project)
    assert len(found) == 1, found
    assert found[0].startswith(f"{file}:{line}: "), found
    assert words in found[0]


def test_the_words_of_plots(project):
    words = '\n```python\nwords = {\n    "a": "第2层",  # 第3层\n}\n```\n'
    with (project / "docs/zh/page.md").open("a", encoding="utf-8") as file:
        file.write(words)
    word, comment = said(project)
    assert comment.startswith("docs/zh/page.md:37: '第3层' is set wrongly")
    assert word.startswith("docs/zh/page.md:37: '第2层' is set wrongly")


def test_what_is_no_wrong_term(project):
    """In code, in a longer word that is right, in what is not translated yet."""
    change(project, "docs/zh/page.md", "层的参数", "层的 `参量`，硬盘缓存区")
    catalog = project / "snippets/locales/zh.po"
    text = catalog.read_text(encoding="utf-8")
    more = '\n#, fuzzy\nmsgid "No buffer"\nmsgstr "没有参量"\n'
    more += '\nmsgid "buffer=1, net.buffer and `buffer`"\nmsgstr "见 `buffer`"\n'
    more += '\nmsgid "A state dict"\nmsgstr "一个 state dict"\n'
    more += '\nmsgid "New buffer"\nmsgstr ""\n'
    catalog.write_text(text + more, encoding="utf-8")
    assert said(project) == []
    catalog.unlink()
    assert said(project) == []


RIGHT = [
    "值为 `[a,中]`，见 https://a.b/a,b 和 $中a$。",
    "（He et al., 2015）。",
    "在 (−10, 10) 上均匀抽取，取自 U(−1/√n, 1/√n)。",
    "N(`mean`, `std`²) 的标准差",
    "输入 (2, 20)，即“a”与 True",
    "如 2.7.0+cu126，或 ...+cpu",
    '"0"、"1"……没有模块',
    "名字里的 ``a `b` c`` 一段",
    "形状 (a, b)，约 10% 的 `GPU`",
]
WRONG = {
    "参数,权重": "参数，权重",
    "参数;权重": "参数；权重",
    "参数;`a` 是": "参数；`a` 是",
    "`a`;权重": "`a`；权重",
    "版本 3.5:说明": "版本 3.5：说明",
    "参数 ：权重": "参数：权重",
    "参数， `a` 是": "参数，`a` 是",
    "参数(默认)为": "参数（默认）为",
    '他说"好"吗': "他说“好”吗",
    "等等...": "等等……",
    "等等…… `a` 是": "等等……`a` 是",
    "“参数” “权重”": "“参数”“权重”",
    "等等…": "等等……",
    "需要 16GB 内存": "需要 16 GB 内存",
    "参 数": "参数",
    "参数. 权重": "参数。权重",
    "第ａ个": "第 a 个",
    "https://a.b/c是": "https://a.b/c 是",
    "網絡的權重": "网络的权重",
}


@pytest.mark.parametrize("text", RIGHT)
def test_what_is_left_alone(text):
    assert correct(text) == text


@pytest.mark.parametrize("text", WRONG)
def test_what_is_corrected(text):
    assert correct(text) == WRONG[text]
    assert correct(WRONG[text]) == WRONG[text]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("    zh: 参数\n", "", "2: the key 'zh' is missing, empty or not"),
        ("    zh: 参数\n", "    zh:\n", "2: the key 'zh' is missing, empty or not"),
        ("    not: [参量]", "    nor: [参量]", "2: the key 'nor' is missing, empty or not known"),
        ("[参量]", "[[参量]]", "2: the key 'not' is missing, empty or not"),
        (
            "    zh: 参数\n",
            "    cn: 参数\n",
            "2: the key 'zh' is missing, empty or not",
        ),
        ("    zh: 参数\n", "    zh: a\n    zh: b\n", "2: this is no mapping, or has a key twice"),
        ("en: dict", "en: Buffer", "9: the term 'Buffer' stands in line 5 too"),
        ("[参量]", "参量", "2: the key 'not' is missing, empty or not"),
        ("[参量]", "[参量", "5: not YAML: "),
        (
            "[参量]",
            "[字典]",
            "2: '字典' is wrong for 'parameter' and right for 'dict' ",
        ),
        ("[参量]", "[\a]", "4: the invisible character U+0007 stands here; remove it."),
        ("terms:", "term:", "1: terms is no list"),
    ],
)
def test_a_bad_glossary(project, old, new, words):
    change(project, "docs/glossary.yml", old, new)
    with pytest.raises(SourceError) as caught:
        said(project)
    assert str(caught.value).startswith(f"docs/glossary.yml:{words}")


def test_no_glossary(project):
    (project / "docs/glossary.yml").unlink()
    with pytest.raises(SourceError, match=r"glossary\.yml:1: cannot be"):
        said(project)


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        (
            "snippets/locales/zh.po",
            b'msgid "a\n',
            "zh.po:1: this is no line of a .po file",
        ),
        ("docs/zh/page.md", b"\xff", "docs/zh/page.md:1: byte 0xff is not UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read(project, name, data, words):
    (project / name).write_bytes(data)
    with pytest.raises(SourceError, match=re.escape(words)):
        said(project)
