"""A small project, right in all that the house checks, to plant faults in."""

from pathlib import Path

from cheatsheet.words import catalog, reviewed
from cheatsheet.words.languages import read_languages

ROOT = Path(__file__).parents[2]
PAGE, SEITE = "docs/en/page.md", "docs/zh/page.md"
NETS, CATALOG = "snippets/nets.py", "snippets/locales/zh.po"
INDEX = """\
---
description: All of it.
---

# Preface { #index }

The [page](page.md#page) has it all, and so has [the sheet](cheatsheet.md).

```python
1 + 1
```

```text
2
```
"""
TEXT = """\
---
description: How to reach a parameter by its name.
---

# Page { #page }

A net has 2 parameters, `weight` and `bias`; see [the preface](index.md#index).

```python
import torch
from torch import nn

torch.manual_seed(0)
net = nn.Linear(3, 2)  # the net
print(net.weight)
print(net.in_features, 1e-05)
```

```text
Parameter containing:
tensor([[-0.0043,  0.3097, -0.4752],
        [-0.4249, -0.2224,  0.1548]], requires_grad=True)
3 1e-05
```

| call | shape |
| --- | --- |
| `net.weight` | (2, 3) |
| `net.bias` | (2,) |

/// warning | A list registers nothing

A plain list holds layers and registers **none** of them.

///

## Several at once { #several }

- The first item has 1 layer.
- The second item has 20 layers.

```python
layers = [net, nn.Linear(2, 1)]
print(len(layers), layers[1].out_features)
```

```text
2 1
```

$$
y = 2 x
$$

::: snippets.nets.make

```python
from snippets.nets import make

made = make(4)
print(made.in_features, float("nan"), 8.0e-20, 270000.0)
```

```text
4 nan 8e-20 270000.0
```

```bash
nvidia-smi -l 1  # once a second
```

![A net of 2 layers](net.svg)

```python
words = {"line": "std of 3 runs"}
```

1. The input has the shape (2, 10) and the dtype `torch.float32`.
2. Where a state dict lacks `weight`, **stop**.

## Errors { #errors }

### `has no attribute 'no_such'` { #no-such }

```python { .raises }
net.no_such
```

```text
AttributeError: 'Linear' object has no attribute 'no_such'
```

The name is wrong. Ask for one that is there:

```python
print(net.out_features, len(words))
```

```text
2 1
```
"""
WORDS = {
    "How to reach a parameter by its name.": "按名字取得参数。",
    "# Page {": "# 页面 {",
    "A net has 2 parameters, `weight` and `bias`; see [the preface](index.md#index).": (
        "网络有 2 个参数：`weight` 和 `bias`，参见[前言](index.md#index)。"
    ),
    "# the net": "# 网络",
    "| call | shape |": "| 调用 | 形状 |",
    "A list registers nothing": "列表什么也不注册",
    "A plain list holds layers and registers **none** of them.": (
        "普通列表可以存放层，但一个也**不会**注册。"
    ),
    "Several at once": "一次多个",
    "- The first item has 1 layer.": "- 第一项有 1 层。",
    "- The second item has 20 layers.": "- 第二项有 20 层。",
    "# once a second": "# 每秒一次",
    "A net of 2 layers": "2 层的网络",
    "std of 3 runs": "3 次运行的标准差",
    "The input has the shape (2, 10) and the dtype `torch.float32`.": (
        "输入的形状是 (2, 10)，dtype 是 `torch.float32`。"
    ),
    "Where a state dict lacks `weight`, **stop**.": "状态字典里没有 `weight` 时，**停下**。",
    "## Errors {": "## 常见报错 {",
    "The name is wrong. Ask for one that is there:": "这个名字写错了。改用存在的名字：",
    "All of it.": "全部内容。",
    "# Preface {": "# 前言 {",
    "The [page](page.md#page) has it all, and so has [the sheet](cheatsheet.md).": (
        "[页面](page.md#page)里什么都有，[速查表](cheatsheet.md)里也有。"
    ),
    "What ran.": "运行过什么。",
    "# Verified {": "# 验证记录 {",
}
VERIFIED = """\
---
description: What ran.
---

# Verified { #verified }

{{ runs }}

{{ pages }}
"""
MODULE = '''\
"""Nets."""

from torch import nn


def make(width: int) -> nn.Linear:
    """A net of 1 layer, `width` wide."""
    # One layer is enough.
    net = nn.Linear(width, 1)
    return net  # {net} by name
'''
TRANSLATED = {
    "Nets.": "网络。",
    "A net of 1 layer, `width` wide.": "只有 1 层的网络，宽度是 `width`。",
    "One layer is enough.": "一层就够了。",
    "{net} by name": "{net} 是网络的名字",
}
NAV = "nav:\n  - {}: index.md\n  - {}: page.md\n  - {}: verified.md\n"
GLOSSARY = "terms:\n  - {en: parameter, zh: 参数, not: [参量]}\n  - {en: net, zh: 网络}\n"
FORMULAS = '{"y = 2 x": "<div></div>"}\n'


def in_chinese(text: str) -> str:
    for english, chinese in WORDS.items():
        text = text.replace(english, chinese)
    return text


def make_project(folder: Path) -> Path:
    """Write the project into a folder, its catalog and the record of its reviews too."""
    pages = {"index": INDEX, "page": TEXT, "verified": VERIFIED}
    files = {f"docs/en/{name}.md": text for name, text in pages.items()}
    files |= {f"docs/zh/{name}.md": in_chinese(text) for name, text in pages.items()}
    files |= {"docs/glossary.yml": GLOSSARY, "docs/formulas.json": FORMULAS}
    files |= {"README.md": "# Site\n\nAll of it is run.\n"}
    files |= {"README.zh.md": "# 站点\n\n全部代码都运行过。\n"}
    files |= {"docs/cheatsheet.yml": "page: [page, several]\n", NETS: MODULE}
    titles = {"mkdocs.yml": ("Preface", "Page", "Verified")}
    titles["mkdocs.zh.yml"] = ("前言", "页面", "验证记录")
    for name, words in titles.items():
        settings = (ROOT / name).read_text(encoding="utf-8").partition("\nnav:\n")[0]
        files[name] = f"{settings}\n{NAV.format(*words)}"
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (language,) = read_languages(folder)[1:]
    (folder / CATALOG).parent.mkdir(parents=True)
    text = catalog.updated(folder, language)
    for english, chinese in TRANSLATED.items():
        old = f'msgid "{english}"\nmsgstr ""\n'
        assert old in text, text
        text = text.replace(old, f'msgid "{english}"\nmsgstr "{chinese}"\n')
    (folder / CATALOG).write_text(text, encoding="utf-8")
    sections = [
        f"{page.path}#{section.id}"
        for page in (language.page(folder, f"{name}.md") for name in pages)
        for section in page.sections
    ]
    definitions = catalog.definitions(folder, language)
    sections += [f"{CATALOG}#{name}" for name in definitions]
    sections += [f"{name}#all" for name in ("README.zh.md", "mkdocs.zh.yml", "docs/glossary.yml")]
    reviewed.record(folder, sections)
    return folder
