"""Which fences a page may hold, and what is said of the others."""

from pathlib import Path

import pytest

from cheatsheet.blocks import PageError, read_examples, read_page

PAGE = Path("docs/en/page.md")

# Each page, with the line and the words of the error. Every one of these blocks would
# be shown on the site without being run, or run without being shown.
ESCAPES = {
    "in an admonition": ("!!! note\n\n    ```python\n    1\n    ```\n", 3, "margin"),
    "in a tab": ('=== "CPU"\n\n    ```python\n    1\n    ```\n', 3, "margin"),
    "in a list": ("- item\n\n    ```python\n    1\n    ```\n", 3, "margin"),
    "after a list mark": ("- ```python\n  1\n  ```\n", 1, "margin"),
    "in a quotation": ("> ```python\n> 1\n> ```\n", 1, "margin"),
    "indented by one": ("text\n\n ```python\n 1\n ```\n", 3, "margin"),
    "tildes": ("~~~python\n1\n~~~\n", 1, "margin"),
    "in details": ("<details>\n\n```python\n1\n```\n\n</details>\n", 1, "raw HTML"),
    "in a comment": ("<!--\n```python\n1\n```\n-->\n", 1, "raw HTML"),
    "in pre": ("text\n<pre>1</pre>\n", 2, "raw HTML"),
    "indented block": ("text\n\n    import torch\n", 3, "indented code block"),
    "capital": ("```Python\n1\n```\n", 1, "'Python' is not known"),
    "py": ("```py\n1\n```\n", 1, "'py' is not known"),
    "python3": ("```python3\n1\n```\n", 1, "'python3' is not known"),
    "pycon": ("```pycon\n>>> 1\n```\n", 1, "'pycon' is not known"),
    "class form": ("```{ .python }\n1\n```\n", 1, "'{ .python }' is not known"),
    "notest": ("```python notest\n1\n```\n", 1, "'python notest' is not known"),
    "continuation": ("```python continuation\n1\n```\n", 1, "is not known"),
    "no language": ("```\n1\n```\n", 1, "'' is not known"),
    "never closed": ("# A\n\n```python\n1\n", 3, "never closed"),
    "closed late": ("```python\n1\n\n```text\n1\n```\n", 1, "never closed"),
    "output first": ("```text\n1\n```\n", 1, "no Python fence stands right before"),
    "output after prose": (
        "```python\n1\n```\n\nprose\n\n```text\n1\n```\n",
        7,
        "no Python fence stands right before",
    ),
    "two outputs": (
        "```python\n1\n```\n\n```text\n1\n```\n\n```text\n1\n```\n",
        9,
        "output fence already",
    ),
    "not python": ("text\n\n```python\nx = 1\ny = (\n```\n", 5, "not Python"),
}


@pytest.mark.parametrize("name", ESCAPES)
def test_no_fence_escapes(name):
    text, line, words = ESCAPES[name]
    with pytest.raises(PageError) as error:
        read_examples(PAGE, text)
    assert str(error.value).startswith(f"{PAGE}:{line}: ")
    assert words in str(error.value)


def test_examples_and_their_outputs():
    text = """\
---
description: A page.
---

```python { .raises }
1 / 0
```

```text title="CPU"
ZeroDivisionError: division by zero
```

```text title="GPU"
other
```

/// note | Title

```python
x = 1
```

///

```bash
nvidia-smi
```
"""
    first, second = read_examples(PAGE, text)
    assert (first.code.line, first.code.end, first.raises) == (5, 7, True)
    assert first.output("CPU").source == "ZeroDivisionError: division by zero\n"
    assert first.output("GPU").line == 13
    assert (second.code.line, second.code.source, second.raises) == (
        19,
        "x = 1\n",
        False,
    )
    assert second.output("CPU") is None


def test_a_page_that_is_not_utf8_names_the_line(tmp_path):
    page = tmp_path / "page.md"
    page.write_bytes("# 标题\n\n".encode() + "参数".encode("gbk"))
    with pytest.raises(PageError, match=r"page\.md:3: byte 0xb2 is not UTF-8; save"):
        read_page(page)


def test_a_page_that_cannot_be_read(tmp_path):
    with pytest.raises(PageError, match=r"missing\.md:1: cannot be read"):
        read_page(tmp_path / "missing.md")
