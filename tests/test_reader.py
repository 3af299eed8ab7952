"""What a page may hold, what is said of all else, and what is read."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cheatsheet.page import Example, Page, Plot, Prose, Shell, Shown, load, read
from cheatsheet.source import SourceError, read_text, write_text
from tests.test_rooms import ROOT

PATH = Path("docs/en/page.md")

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
    "a comment that begins in prose": ("text <!--\n\n```python\n1\n```\n", 1, "raw HTML"),
    "HTML in a sentence": ("text\nand <b>bold</b>\n", 2, "raw HTML"),
    "a table of HTML": ("| a |\n| --- |\n| <br> |\n", 3, "raw HTML"),
    "a sign before a fence": ("\x02```python\n1\n```\n", 1, "U+0002"),
    "a sign in code": ("```python\nx = 'a\u200bb'\n```\n", 2, "U+200B"),
    "closed by more": ("```python\n1\n```\n\n```text\n1\n````\n", 5, "never closed"),
    "an unknown block": ("/// warnign\ntext\n///\n", 1, "'warnign' is not known"),
    "a block left open": ("text\n\n/// note | N\ntext\n", 3, "stays open"),
    "a block closed twice": ("/// note\ntext\n///\n\n///\n", 5, "'' is not known"),
    "indented block": ("text\n\n    import torch\n", 3, "indented code block"),
    "capital": ("```Python\n1\n```\n", 1, "'Python' is not known"),
    "py": ("```py\n1\n```\n", 1, "'py' is not known"),
    "python3": ("```python3\n1\n```\n", 1, "'python3' is not known"),
    "pycon": ("```pycon\n>>> 1\n```\n", 1, "'pycon' is not known"),
    "class form": ("```{ .python }\n1\n```\n", 1, "'{ .python }' is not known"),
    "notest": ("```python notest\n1\n```\n", 1, "'python notest' is not known"),
    "continuation": ("```python continuation\n1\n```\n", 1, "is not known"),
    "no language": ("```\n1\n```\n", 1, "'' is not known"),
    "never closed": ("# A { #a }\n\n```python\n1\n", 3, "never closed"),
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


# What else a page may not hold.
WRONG = {
    "heading without id": (
        "# A { #a }\n\n## B\n",
        3,
        "this heading has no id; write it",
    ),
    "heading with a bad id": ("# A { #A }\n", 1, "this heading has no id"),
    "an id twice": ("# A { #a }\n\n## B { #a }\n", 3, "the id a stands at line 1 too"),
    "not of snippets": ("::: torch.nn.Linear\n", 1, "torch.nn.Linear is not known"),
    "a module": ("::: snippets.custom_module\n", 1, "snippets.<module>.<name>"),
    "a method": ("x\n\n::: snippets.a.B.c\n", 3, "snippets.a.B.c is not known"),
    "a plot without words": ("```python\n1\n```\n\n![](plot)\n", 5, "needs words"),
    "a plot of a lab": ("x\n\n![ ](labs/a.md#b)\n", 3, "needs words"),
}


@pytest.mark.parametrize("name", ESCAPES | WRONG)
def test_no_fence_escapes_and_what_cannot_be_shown_is_refused(name):
    text, line, words = (ESCAPES | WRONG)[name]
    with pytest.raises(SourceError) as error:
        read(PATH, text)
    assert str(error.value).startswith(f"{PATH}:{line}: ")
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
    first, second = read(PATH, text).examples
    assert (first.code.line, first.code.end, first.raises) == (5, 7, True)
    assert first.output("CPU").source == "ZeroDivisionError: division by zero\n"
    assert first.output("GPU").line == 13
    assert (second.code.line, second.code.source, second.raises) == (
        19,
        "x = 1\n",
        False,
    )
    assert second.output("CPU") is None
    assert (first.differs, second.differs) == (True, False)
    assert (first.number, second.number) == (1, 2)


def test_of_what_applies_the_newest_torch_is_shown_then_the_newest_python():
    outputs = {"2.12": "torch 2.12+", "2.14": "torch 2.14+", "3.14": "Python 3.14+"}
    shown = "".join(f'```text title="{title}"\n{n}\n```\n' for n, title in outputs.items())
    (example,) = read(
        PATH, f"# P {{ #p }}\n\n```python\nx\n```\n\n```text\n1\n```\n\n{shown}"
    ).examples
    for torch, python, wanted in (
        ((2, 8), (3, 11), "1"),
        ((2, 8), (3, 14), "3.14"),
        ((2, 13), (3, 14), "2.12"),
        ((2, 15), (3, 11), "2.14"),
    ):
        assert example.output("CPU", {"torch": torch, "Python": python}).source == f"{wanted}\n"


SMALL = """\
---
description: A page.
---

Before.

# Title { #title }

Some prose,
two lines.

More.

::: snippets.custom_module.MLP

## Draw { #draw }
```python
x = 1
```
```python { .raises .annotate }
1 / 0
```
```text
ZeroDivisionError: division by zero
```

![A line](plot)
![A lab](labs/a.md#b)

![An image](a.png)

```bash
ls
```

### Empty { #empty }
"""


def test_sections_and_what_stands_in_them():
    page = read(PATH, SMALL)
    assert (page.path, page.description) == (PATH, "A page.")
    found = [(one.id, one.title, one.level, one.line) for one in page.sections]
    assert found == [
        ("", "", 0, 1),
        ("title", "Title", 1, 7),
        ("draw", "Draw", 2, 16),
        ("empty", "Empty", 3, 36),
    ]
    before, title, draw, empty = (section.parts for section in page.sections)
    assert before == (Prose(5, "Before."),)
    assert title == (
        Prose(9, "Some prose,\ntwo lines.\n\nMore."),
        Shown(14, "snippets.custom_module", "MLP"),
    )
    first, second, plot, lab, image, shell = draw
    assert isinstance(first, Example)
    assert (first.number, first.section, first.line) == (1, "draw", 17)
    assert isinstance(second, Example)
    assert (second.number, second.section, second.line) == (2, "draw", 20)
    assert second.code.flags == {"raises", "annotate"}
    assert [one.line for one in second.outputs.values()] == [23]
    assert plot == Plot(27, "A line", "plot")
    assert lab == Plot(28, "A lab", "labs/a.md#b")
    assert image == Prose(30, "![An image](a.png)")
    assert isinstance(shell, Shell)
    assert (shell.line, shell.code.source) == (32, "ls\n")
    assert empty == ()
    assert page.examples == [first, second]


def test_line_ends_of_other_systems_change_nothing(tmp_path):
    for end in (b"\r\n", b"\r"):
        (tmp_path / "page.md").write_bytes(SMALL.encode().replace(b"\n", end))
        assert load(tmp_path, Path("page.md")) == read(Path("page.md"), SMALL)


def test_line_ends_of_a_file_stay(tmp_path):
    for name, end in {"page.md": b"\r\n", "new/page.md": b"\n"}.items():
        if end != b"\n":
            (tmp_path / name).write_bytes(SMALL.encode().replace(b"\n", end))
        write_text(tmp_path, name, SMALL + "More.\n")
        assert (tmp_path / name).read_bytes() == (SMALL + "More.\n").encode().replace(b"\n", end)
        assert read_text(tmp_path, name) == SMALL + "More.\n"


# Python ignores the signal that ends who writes beyond the limit, and raises an OSError.
WRITE = """\
import resource, signal, sys
from pathlib import Path
from cheatsheet.source import SourceError, write_text

if sys.argv[1] == "killed":
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, resource.RLIM_INFINITY))
try:
    write_text(Path(sys.argv[2]), "page.md", "new\\n" * 20_000)
except SourceError as error:
    sys.exit(str(error))
"""


@pytest.mark.parametrize("end", ["killed", "full disk"])
def test_a_write_that_does_not_end_leaves_the_old_file(tmp_path, end):
    """In the midst of the new text the process is killed, or there is no more room for it."""
    (tmp_path / "page.md").write_text("old\n", encoding="utf-8")
    command = [sys.executable, "-c", WRITE, end, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert (tmp_path / "page.md").read_text(encoding="utf-8") == "old\n"
    if end == "killed":
        assert done.returncode == -signal.SIGXFSZ
    else:
        said = "page.md:1: cannot be written: File too large; it is as it was. Mend that"
        assert done.stderr.startswith(said), done.stderr
        assert [path.name for path in tmp_path.iterdir()] == ["page.md"]


def test_a_page_is_read_once():
    text = SMALL + "\nMore.\n"
    assert read(PATH, text) is read(PATH, str(text.encode(), "utf-8"))


def test_an_error_may_say_several_problems():
    one, other = SourceError(PATH, 1, "a"), SourceError("b.md", 2, "c")
    error = SourceError.of([str(one), str(other)])
    assert str(error) == "docs/en/page.md:1: a\nb.md:2: c"


def test_a_page_is_named_as_it_is_asked_for(tmp_path):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/page.md").write_text("# A\n")
    for name in ("docs/page.md", tmp_path / "docs/page.md"):
        with pytest.raises(SourceError, match="this heading has no id") as error:
            load(tmp_path, name)
        assert str(error.value).startswith(f"{name}:1: ")
    (tmp_path / "docs/page.md").write_text(SMALL)
    assert isinstance(load(tmp_path, "docs/page.md"), Page)


def test_a_page_that_is_not_utf8_names_the_line(tmp_path):
    page = tmp_path / "page.md"
    page.write_bytes("# 标题\n\n".encode() + "参数".encode("gbk"))
    with pytest.raises(SourceError, match=r"^page\.md:3: byte 0xb2 is not UTF-8; save"):
        read_text(tmp_path, "page.md")


def test_a_page_that_cannot_be_read(tmp_path):
    with pytest.raises(SourceError, match=r"^missing\.md:1: cannot be read"):
        read_text(tmp_path, "missing.md")
