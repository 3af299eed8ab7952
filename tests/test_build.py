"""What stage says of pages in Markdown, and how finish fills in the built site."""

import json
import re
from contextlib import nullcontext
from pathlib import Path

import pytest
import yaml
from bs4 import BeautifulSoup
from rjsmin import jsmin

from cheatsheet import build
from cheatsheet.build import Staged, address_of, finish, stage
from cheatsheet.forms import sheet
from cheatsheet.page import read
from cheatsheet.source import SourceError
from cheatsheet.standalone import program, tidy
from cheatsheet.words.languages import read_languages
from tests.faults.project import VERIFIED

ROOT = Path(__file__).parents[1]
SITE = "https://example.org/sheet/"
INDEX = """\
---
description: All of it.
---

# Preface { #index }

How to begin. See [more](more.md#more).

```python
import torch

from snippets.nets import make

net = make(2)
net.in_features
```

```text
2
```

::: snippets.nets.make

## Where they differ { #differ }

```python
# By device.
print(net, torch.ones(1).device)
```

```text title="CPU"
cpu
```

```text title="GPU"
cuda:0
```
"""
MORE = """\
---
description: More of it.
---

# More { #more }

```python { .annotate }
answer = 42  # (1)!
```

1.  A note.

## It raises { #raises }

```python { .raises .annotate }
answer.no_such
```

```text
AttributeError: 'int' object has no attribute 'no_such'
```

```bash
ls
```
"""
NETS = '''\
"""Nets."""

from torch import nn

WIDTH = 1


def make(width):
    """A net."""
    # One layer is enough.
    return nn.Linear(width, WIDTH)
'''
CATALOG = """\
msgid ""
msgstr ""
"Language: zh\\n"
"Content-Type: text/plain; charset=utf-8\\n"

msgid "Nets."
msgstr "网络。"

msgid "A net."
msgstr "一个网络。"

msgid "One layer is enough."
msgstr "一层就够了。"
"""
NAV = "nav:\n  - Preface: index.md\n  - All:\n      - More: more.md\n"
NAV += "  - Verified: verified.md\n"
FILES = {
    "docs/en/index.md": INDEX,
    "docs/en/more.md": MORE,
    "docs/en/verified.md": VERIFIED,
    "docs/zh/index.md": INDEX.replace("How to begin. See", "开始。参见").replace(
        "# By device.", "# 因设备而异。"
    ),
    "docs/zh/more.md": MORE.replace("A note.", "一个说明。"),
    "docs/zh/verified.md": VERIFIED,
    "docs/cheatsheet.yml": "index: [index, differ]\nmore: [raises]\n",
    "docs/glossary.yml": "terms:\n  - {en: net, zh: 网络}\n",
    "snippets/nets.py": NETS,
    "snippets/locales/zh.po": CATALOG,
}


@pytest.fixture
def project(tmp_path, monkeypatch) -> Path:
    for name in ("REPO_URL", "SITE_URL", "CHEATSHEET_PDF"):
        monkeypatch.delenv(name, raising=False)
    for name in ("mkdocs.yml", "mkdocs.zh.yml"):
        text = (ROOT / name).read_text(encoding="utf-8")
        settings = text.partition("\nnav:\n")[0]
        (tmp_path / name).write_text(f"{settings}\n{NAV}", encoding="utf-8")
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def staged(project: Path, code: str = "") -> Staged:
    """The project in the language of a code, as for a site of ours."""
    language = next(one for one in read_languages(project) if one.code == code)
    return stage(project, language, f"{SITE}{code}/" if code else SITE)


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert text.count(old) >= 1, f"{file} has no {old!r}"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def front(text: str) -> dict:
    return yaml.safe_load(text.split("---\n")[1])


def headers(text: str) -> list[str]:
    """The headers of all fences, each of three marks."""
    return re.findall(r"(?m)^```(\S.*)$", text)


# Pages


def test_each_fence_says_what_it_is(project):
    pages = staged(project).pages
    assert headers(pages["index.md"]) == [
        "python { .no-copy }",  # what the copy adds, in a box
        "python { #block-1 }",
        'text { .output .no-copy data-label="Output" }',
        "python { .no-copy }",
        "python { .no-copy }",
        "python { #block-2 }",
        'text { .output .no-copy data-label="Output · CPU" }',
        'text { .output .no-copy data-label="Output · GPU" }',
    ]
    assert headers(pages["more.md"]) == [
        "python { #block-1 .annotate }",
        "python { .no-copy }",
        "python { #block-2 .annotate .raises }",
        'text { .output .error .no-copy data-label="Error" }',
        "bash",
    ]


def test_labels_are_in_the_language_of_the_page(project):
    pages = staged(project, "zh").pages
    assert [one for one in headers(pages["index.md"]) if "label" in one] == [
        'text { .output .no-copy data-label="输出" }',
        'text { .output .no-copy data-label="输出 · CPU" }',
        'text { .output .no-copy data-label="输出 · GPU" }',
    ]
    assert 'text { .output .error .no-copy data-label="报错" }' in headers(pages["more.md"])


def test_errors_that_differ_by_device_say_both(project):
    file = project / "docs/en/more.md"
    change(file, "```text\n", '```text title="GPU"\nE: 1\n```\n\n```text title="CPU"\n')
    labels = re.findall(r'data-label="(.*)"', staged(project).pages["more.md"])
    assert labels == ["Error · GPU", "Error · CPU"]


def test_the_rest_of_a_page_stays_as_it_is_written(project):
    change(project / "docs/en/more.md", "```bash\nls", "````bash\n```")
    change(project / "docs/en/more.md", "```\n```\n", "```\n````\n")
    text = (project / "docs/en/more.md").read_text(encoding="utf-8")
    shown = staged(project).pages["more.md"].partition("\n---\n")[2]
    line = f"\n\n[All runs](verified.md)\u00a0· [Notebook]({SITE}more/more.ipynb)"
    line += "{ .page-notebook download }\u00a0· "
    line += f'[Copy page as Markdown]({SITE}more.md){{ .page-markdown data-copied="The page is '
    line += 'copied as Markdown." }\n{ .page-facts }\n'
    assert shown.count(line) == 1
    shown = shown.replace(line, "\n")
    box = "//// details | 1 line before: earlier lines\n    type: before\n    open: True\n\n"
    box += "```python { .no-copy }\nanswer = 42\n```\n\n////\n\n"
    assert shown.count(box) == 1
    shown = shown.replace(box, "")
    without = re.compile(r"(?m)^```(?:python|text).*$")
    assert without.sub("", shown) == without.sub("", text.partition("\n---\n")[2])


def test_a_fence_keeps_the_number_of_its_marks(project):
    change(project / "docs/en/more.md", "```python { .annotate }\n", "````python\n# ```\n")
    change(project / "docs/en/more.md", "(1)!\n```\n", "(1)!\n````\n")
    assert "\n````python { #block-1 }\n# ```\n" in staged(project).pages["more.md"]


def test_front_matter_says_what_is_known(project, monkeypatch):
    pages = staged(project).pages
    assert front(pages["index.md"]) == {
        "description": "All of it.",
        "search": {"exclude": True},
        "hide": ["toc"],
        "markdown": "index.md",
    }
    assert front(pages["verified.md"]) == {
        "description": "What ran.",
        "search": {"exclude": True},
    }, "it has no code"


def test_where_a_page_is_kept_is_known_from_the_repository(project, monkeypatch):
    monkeypatch.setenv("REPO_URL", "https://github.com/someone/sheet")
    more = staged(project, "zh").pages["more.md"]
    assert front(more)["edit"].endswith("/someone/sheet/edit/main/docs/zh/more.md")
    colab = "https://colab.research.google.com/github/someone/sheet/blob/gh-pages/zh"
    assert f"[Colab]({colab}/more/more.ipynb){{ .page-colab }}" in more
    monkeypatch.setenv("REPO_URL", "https://example.org/someone/sheet")
    more = staged(project).pages["more.md"]
    assert front(more)["edit"] == "https://example.org/someone/sheet/edit/main/docs/en/more.md"
    assert "Colab" not in more


def test_the_page_of_runs_has_its_tables(project):
    text = staged(project).pages["verified.md"]
    assert "{{" not in text
    assert "| [Preface](index.md) |\n| [More](more.md) |" in text  # and no run


def test_the_sheet_is_made_of_the_pages(project):
    text = staged(project, "zh").pages["cheatsheet.md"]
    assert front(text)["template"] == "cheatsheet.html"
    assert front(text)["search"] == {"exclude": True}
    assert "## [Preface](index.md#index) { #index }" in text
    assert "### [Where they differ](index.md#differ) { #index-differ }" in text
    assert "# 因设备而异。" in text
    assert [one for one in headers(text) if one.startswith("text")] == [
        'text { .output .no-copy data-label="输出" }',
        'text { .output .no-copy data-label="输出 · CPU" }',
        'text { .output .no-copy data-label="输出 · GPU" }',
        'text { .output .error .no-copy data-label="报错" }',
    ]
    assert "#block-" not in text, "a sheet has no marks"


def test_code_on_the_sheet_may_hold_a_fence(project):
    page = project / "docs/en/more.md"
    code = 'text = """\n```\n"""\nanswer.no_such\n'
    change(page, "```python { .raises", "````python { .raises")
    change(page, "answer.no_such\n```\n", f"{code}````\n")
    text = staged(project).pages["cheatsheet.md"]
    assert f"\n````python {{ .no-copy }}\nanswer = 42\n\n{code}````\n" in text


# Copies and files


def test_copies_are_by_the_ids_in_the_pages(project):
    for code in ("", "zh"):
        made = staged(project, code)
        assert {name: list(ids) for name, ids in made.copies.items()} == {
            "index.md": ["block-1", "copy-snippets-nets-make", "block-2"],
            "more.md": ["block-1", "block-2"],
            "verified.md": [],
        }
        for name, copies in made.copies.items():
            blocks = re.findall(r"#(block-\d+)", made.pages[name])
            assert blocks == [one for one in copies if one.startswith("block-")]


def test_code_is_in_the_language_of_the_page(project):
    english, chinese = staged(project), staged(project, "zh")
    assert english.snippets == project
    assert "一个网络。" in (chinese.snippets / "snippets/nets.py").read_text("utf-8")
    copy = chinese.copies["index.md"]["block-2"]
    assert '"""一个网络。"""' in copy.text and "# 因设备而异。" in copy.text
    assert "# One layer is enough." in english.copies["index.md"]["block-2"].text
    notebook = json.loads(chinese.files["index.ipynb"])
    assert (notebook["metadata"]["lang"], notebook["metadata"]["title"]) == (
        "zh-Hans",
        "Preface",
    )


def test_files_beside_the_pages(project):
    files = staged(project).files
    assert sorted(files) == [
        "index.ipynb",
        "index.md",
        "llms-full.txt",
        "llms.txt",
        "more.md",
        "more/more.ipynb",
        "search/sections.json",
    ]
    assert f"[more]({SITE}more/#more)" in files["index.md"]
    assert f"- [More]({SITE}more.md): More of it." in files["llms.txt"]
    assert files["llms-full.txt"].endswith(files["index.md"] + "\n" + files["more.md"])


def test_pdfs_are_linked_where_they_will_be(project, monkeypatch):
    monkeypatch.setenv("CHEATSHEET_PDF", "true")
    monkeypatch.setattr(build, "chromium", nullcontext)
    with pytest.raises(SourceError, match=r"^docs/en/index\.md:1: the front page does"):
        staged(project)
    change(project / "docs/en/index.md", "See [", "One [sheet](cheatsheet.md), and [")
    made = staged(project)
    a4, letter = (f"{made.site_url}{name}" for name in sheet.PDFS.values())
    links = f"PDF: [A4]({a4}), [Letter]({letter})"
    assert f"[sheet](cheatsheet.md) · {links}" in made.pages["index.md"]
    assert links in made.pages["cheatsheet.md"]


# Nothing is done twice


@pytest.fixture
def tidied(monkeypatch) -> list[set[str]]:
    """What each run of ruff is given, the real ones: a list that grows."""
    runs: list[set[str]] = []
    real = tidy._ruff

    def counted(folder: str, *arguments: str) -> str:
        files = Path(folder).iterdir()
        runs.append({file.read_text(encoding="utf-8") for file in files})
        return real(folder, *arguments)

    monkeypatch.setattr(tidy, "_ruff", counted)
    return runs


def test_each_page_is_read_once(project):
    read.cache_clear()
    for code in ("", "zh"):
        staged(project, code)
    asked = read.cache_info()
    assert (asked.misses, asked.hits) == (6, 0)


def test_one_tidying_serves_all_pages(project, tidied):
    tidy._known.clear()
    program.program_of.cache_clear()
    staged(project)
    assert len(tidied) == 3, "check and format the code; format the sheet's"


def test_an_edit_costs_what_it_changed(project, tidied):
    first = staged(project)
    tidied.clear()
    assert staged(project) == first
    assert tidied == [], "nothing changed"
    change(project / "docs/en/more.md", "answer = 42", "answer = 4711")
    warm = staged(project)
    assert tidied and all("4711" in text for run in tidied for text in run)
    assert warm.copies["index.md"] == first.copies["index.md"]
    assert "answer = 4711" in warm.copies["more.md"]["block-2"].text
    for cache in (read, program.program_of):
        cache.cache_clear()
    tidy._known.clear()
    assert staged(project) == warm, "what is remembered changes nothing"
    change(project / "docs/en/more.md", "answer = 4711", "answer = 42")
    assert staged(project) == first


def test_an_edit_of_a_definition_shows(project):
    staged(project, "zh")
    change(project / "snippets/nets.py", "nn.Linear(width, WIDTH)", "nn.LazyLinear(width)")
    made = staged(project, "zh")
    for mark in ("block-1", "copy-snippets-nets-make", "block-2"):
        assert "LazyLinear" in made.copies["index.md"][mark].text
    assert "LazyLinear" in made.files["index.ipynb"]


# Finish


OTHERS = '<h1 id="blocks">x</h1><p id="block"></p><p id="block-99"></p>\n'


def html_of(made: Staged, site: Path) -> None:
    """A site as a generator makes it of staged pages, as far as our marks go."""
    for name in made.pages:
        copies = made.copies.get(name, {})
        file = site / address_of(name) / "index.html"
        file.parent.mkdir(parents=True, exist_ok=True)
        blocks = [
            f'<div class="highlight" id="{mark}"><pre>{mark} id="no"</pre></div>' for mark in copies
        ]
        text = OTHERS + "\n".join(blocks)
        file.write_text(text, encoding="utf-8")


def test_each_mark_becomes_its_copy(project, tmp_path):
    change(project / "docs/en/more.md", "answer.no_such", 'answer.a < "é" & answer.b')
    made, site = staged(project), tmp_path / "site"
    html_of(made, site)
    finish(site, made)
    for name, copies in made.copies.items():
        html = (site / address_of(name) / "index.html").read_text(encoding="utf-8")
        soup = BeautifulSoup(html, "html.parser")
        found = [block["data-copy"] for block in soup.select("[data-copy]")]
        assert found == [copy.text for copy in copies.values()]
        assert not soup.select("div[id]"), "a mark is left"
        others = [one.get("id") for one in soup.select("h1, p")]
        assert others == ["blocks", "block", "block-99"], "not ours, and taken for a mark"
        assert html.count("<pre>") == len(copies)


def test_a_definition_that_is_shown_twice_is_copied_twice(project, tmp_path):
    made, site = staged(project), tmp_path / "site"
    html_of(made, site)
    mark = ' id="copy-snippets-nets-make"'
    change(site / "index.html", f'<div class="highlight"{mark}', f"<p{mark}></p><div")
    change(site / "index.html", "<pre>copy-", f"<p{mark}></p><pre>copy-")
    finish(site, made)
    html = (site / "index.html").read_text(encoding="utf-8")
    assert "id=copy" not in html and mark not in html
    assert html.count("return nn.Linear(width, WIDTH)") == 4  # with both of the blocks


def test_a_copy_says_what_comes_along(project, tmp_path):
    made, site = staged(project), tmp_path / "site"
    html_of(made, site)
    finish(site, made)
    index = BeautifulSoup((site / "index.html").read_text(encoding="utf-8"), "html.parser")
    labels = [block["data-copy-label"] for block in index.select("[data-copy-label]")]
    assert labels == [f"Copy all {one.lines} lines" for one in made.copies["index.md"].values()]
    boxes = re.findall(
        r"(?m)^//// details \| (.*)\n    type: before\n    open: (.*)$", made.pages["index.md"]
    )
    assert boxes == [
        ("9 lines before: imports, WIDTH, make", "False"),
        ("3 lines before: imports, WIDTH", "True"),
        ("13 lines before: imports, WIDTH, make, earlier lines", "False"),
    ]


def test_a_few_lines_that_a_copy_adds_are_shown_with_the_code(project):
    page = project / "docs/en/more.md"
    change(
        page,
        "```python { .annotate }\nanswer = 42  # (1)!",
        '```python { hl_lines="2" }\nx = 1\nanswer = nn.Linear(1, x)',
    )
    change(page, "# More { #more }\n", "# More { #more }\n\n```python\nfrom torch import nn\n```\n")
    text = staged(project).pages["more.md"]
    shown = '```python { #block-2 hl_lines="4" }\nfrom torch import nn\n\nx = 1\n'
    shown += "answer = nn.Linear(1, x)\n```\n"
    assert shown in re.sub(r"\n+```\n", "\n```\n", text)


def test_the_page_begins_with_a_table_of_its_answers(project):
    page = project / "docs/en/more.md"
    row = '\n## Add {0} {{ #add-{0} }}\n\n```python {{ hl_lines="2" }}\nx = 0\nprint(x | {0})\n'
    row += "```\n\n```text\n{0}\n```\n"
    text = page.read_text(encoding="utf-8")
    page.write_text(text + row.format(1) + row.format(2), encoding="utf-8")
    text = staged(project).pages["more.md"]
    rows = "| [Add 1](#add-1) | `print(x \\| 1)` |\n| [Add 2](#add-2) | `print(x \\| 2)` |"
    assert f"| I want to … | Answer |\n| --- | --- |\n{rows}\n\n///\n" in text
    assert text.index(rows) < text.index("## It raises")


def test_files_come_into_the_site(project, tmp_path):
    made, site = staged(project), tmp_path / "site"
    html_of(made, site)
    finish(site, made)
    for place, content in made.files.items():
        written = (site / place).read_bytes()
        assert written == content.encode()


def test_the_search_asks_our_worker(project, tmp_path):
    made, site = staged(project), tmp_path / "site"
    html_of(made, site)
    workers = site / "assets/javascripts/workers"
    workers.mkdir(parents=True)
    (workers / "search.1a2b.min.js").write_text("theirs", encoding="utf-8")
    finish(site, made)
    own = (ROOT / "cheatsheet/theme/search.js").read_text(encoding="utf-8")
    worker = (workers / "search.1a2b.min.js").read_text(encoding="utf-8")
    assert worker == jsmin(own), "without remarks"
    # Material's own index is fetched with every page: nothing stands in it.
    assert all("search:\n  exclude: true\n" in text for text in made.pages.values())


def test_the_index_of_the_search(project, tmp_path):
    change(
        project / "docs/en/index.md",
        "## Where they",
        "## Also { #also }\n\n- [LINK](more.md#more)\n\n## Where they",
    )
    found = json.loads(staged(project).files["search/sections.json"])
    assert found["ignored"][:2] == ["a", "an"] and found["far"]
    assert found["pages"] == {
        "": [
            [
                "",
                "Preface",
                "",
                "All of it.\nHow to begin. See more.\nA net.",
                "net = make(2)",
                "in_features Linear",
            ],
            ["differ", "Where they differ", "", "", "print(net, torch.ones(1).device)", ""],
        ],
        "more/": [
            ["", "More", "LINK\n", "More of it.\nA note.", "answer = 42", ""],
            [
                "raises",
                "It raises",
                "",
                "AttributeError: 'int' object has no attribute 'no_such'",
                "answer.no_such",
                "",
            ],
        ],
        "verified/": [["", "Verified", "", "What ran.", "", ""]],
    }


@pytest.mark.parametrize("mark", ["block-2", "copy-snippets-nets-make"])
def test_a_block_that_the_generator_lost(project, tmp_path, mark):
    made, site = staged(project), tmp_path / "site"
    html_of(made, site)
    change(site / "index.html", f' id="{mark}"', "")
    with pytest.raises(SourceError) as caught:
        finish(site, made)
    assert str(caught.value) == (
        f"{site / 'index.html'}:1: the generator shows no block {mark}; look at its HTML."
    )


# What is wrong in a source

BAD = {
    # file, old, new, and the message of the language that says it
    "a definition of no module": (
        "docs/en/index.md",
        "::: snippets.nets.make",
        "::: snippets.no_such.make",
        "docs/en/index.md:22: snippets.no_such.make is not known: there is no "
        "snippets/no_such.py; write it, or mend the name.",
    ),
    "a definition that is not there": (
        "docs/zh/index.md",
        "::: snippets.nets.make",
        "::: snippets.nets.no_such",
        "docs/zh/index.md:22: snippets.nets.no_such is not known: snippets/nets.py "
        "defines WIDTH, make; use one of these.",
    ),
    "a constant": (
        "docs/en/index.md",
        "::: snippets.nets.make",
        "::: snippets.nets.WIDTH",
        "docs/en/index.md:22: snippets.nets.WIDTH is not known: it is no class or "
        "function; show one.",
    ),
    "a plot of no lab": (
        "docs/en/more.md",
        "1.  A note.",
        "1.  A note.\n\n![x](labs/none.md#y)",
        "docs/en/more.md:13: there is no lab that draws labs/none.md#y; name its file "
        "and the section of the plot.",
    ),
    "a plot outside of labs": (
        "docs/zh/more.md",
        "1.  一个说明。",
        "![x](plot)",
        "docs/zh/more.md:11: there is no lab that draws plot; name its file and the "
        "section of the plot.",
    ),
    "an unknown name": (
        "docs/en/more.md",
        "answer.no_such",
        "other.no_such",
        "docs/en/more.md:15: Undefined name `other`, for whoever copies this block "
        "alone; define it, once, in this block or in one before it on the page.",
    ),
    "navigation without a page": (
        "mkdocs.zh.yml",
        "  - Verified: verified.md",
        "  - Verified: verified.md\n  - No: no-such.md",
        "mkdocs.zh.yml:{line}: nav names no-such.md, and there is no "
        "docs/zh/no-such.md; write the page, or remove the entry.",
    ),
    "a page without navigation": (
        "mkdocs.yml",
        "      - More: more.md\n",
        "      - Preface: index.md\n",
        "mkdocs.yml:{line}: the page more.md is not in nav; add a line for it.",
    ),
    "no place for the runs": (
        "docs/zh/verified.md",
        "{{ runs }}",
        "",
        "docs/zh/verified.md:1: write {{ runs }} once, where that belongs.",
    ),
    "the sheet of no page": (
        "docs/cheatsheet.yml",
        "more: [raises]",
        "most: [raises]",
        "docs/cheatsheet.yml:2: there is no docs/en/most.md; mend 'most' here.",
    ),
    "the sheet of no section": (
        "docs/cheatsheet.yml",
        "more: [raises]",
        "more: [no-such]",
        "docs/cheatsheet.yml:2: docs/en/more.md has no section no-such; mend 'no-such' here.",
    ),
    "a sheet that is no table": (
        "docs/cheatsheet.yml",
        "more: [raises]",
        "more: raises",
        "docs/cheatsheet.yml:1: each line is a page and the ids of its sections; write "
        "`page: [id]`.",
    ),
}


@pytest.mark.parametrize(("name", "old", "new", "message"), BAD.values(), ids=BAD)
def test_bad_source_names_file_line_and_cure(project, name, old, new, message):
    change(project / name, old, new)
    code = "zh" if "zh" in name else ""
    lines = (project / name).read_text(encoding="utf-8").split("\n")
    place = "  - No: no-such.md" if "zh" in name else "nav:"
    line = lines.index(place) + 1 if "mkdocs" in name else 0
    with pytest.raises(SourceError) as caught:
        staged(project, code)
    assert str(caught.value) == message.replace("{line}", str(line))


@pytest.mark.parametrize(("gone", "left"), [("zh", "en"), ("en", "zh")])
@pytest.mark.parametrize("code", ["", "zh"])
def test_page_in_one_language_only(project, gone, left, code):
    (project / f"docs/{gone}/more.md").unlink()
    with pytest.raises(SourceError) as caught:
        staged(project, code)
    assert str(caught.value) == (
        f"docs/{gone}/more.md:1: docs/{gone}/more.md is missing, and "
        f"docs/{left}/more.md exists; write it, or remove the other page."
    )


def test_all_pages_that_one_language_lacks_are_named(project):
    for name in ("more.md", "verified.md"):
        (project / f"docs/zh/{name}").unlink()
    with pytest.raises(SourceError) as caught:
        staged(project)
    assert [line.partition(":1: ")[0] for line in str(caught.value).split("\n")] == [
        "docs/zh/more.md",
        "docs/zh/verified.md",
    ]


def test_comment_without_a_translation(project):
    change(project / "snippets/nets.py", "# One layer", "# A single layer")
    staged(project)  # English needs none
    with pytest.raises(SourceError) as caught:
        staged(project, "zh")
    message = str(caught.value)
    assert message.startswith("snippets/nets.py:10: this comment is not in snippets/loc")
    assert "'One layer is enough.' is no longer in the source" in message


@pytest.mark.parametrize("code", ["", "zh"])
def test_module_that_is_not_python(project, code):
    change(project / "snippets/nets.py", "WIDTH = 1", "WIDTH = (")
    with pytest.raises(SourceError) as caught:
        staged(project, code)
    message = "snippets/nets.py:5: not Python: '(' was never closed; mend it."
    assert str(caught.value) == message


@pytest.mark.parametrize("code", ["", "zh"])
def test_module_that_is_not_utf8(project, code):
    file = project / "snippets/nets.py"
    file.write_bytes(file.read_bytes() + "# 参数".encode("gbk"))
    line = NETS.count("\n") + 1
    with pytest.raises(SourceError, match=rf"^snippets/nets\.py:{line}: byte 0xb2"):
        staged(project, code)


def test_page_that_is_not_utf8(project):
    page = project / "docs/en/more.md"
    page.write_bytes(page.read_bytes() + "参数".encode("gbk"))
    line = MORE.count("\n") + 1
    with pytest.raises(SourceError, match=rf"^docs/en/more\.md:{line}: byte 0xb2 is no"):
        staged(project)


def test_page_that_cannot_be_read(project):
    # A link to nowhere: these tests may run as root, who can read any file.
    (project / "docs/en/more.md").unlink()
    (project / "docs/en/more.md").symlink_to("nowhere.md")
    with pytest.raises(SourceError, match=r"^docs/en/more\.md:1: cannot be read: No su"):
        staged(project)
