"""Outputs that other versions of torch print in another way."""

import json
from pathlib import Path

import pytest

from cheatsheet.blocks import PageError, read_blocks, read_page
from cheatsheet.run.versions import FILE, read_lines, section, wanted

ROOT = Path(__file__).parents[2]
PAGE = """\
# Page { #page }

## First { #first }

```python
print("new words")
```

```text
new words
same words
```

## Second { #second }

```python
print("new words")
```

```text
new words
```
"""
ENTRY = {
    "page": "page",
    "section": "first",
    "torch": "<2.8",
    "shown": "new words",
    "printed": "old words",
}


@pytest.fixture
def outputs(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(PAGE, encoding="utf-8")
    return [b for b in read_blocks(PAGE, page) if b.language == "text"]


@pytest.fixture
def file(tmp_path):
    file = tmp_path / "versions.json"
    file.write_text(json.dumps([ENTRY]), encoding="utf-8")
    return file


@pytest.mark.parametrize("torch", ["2.7.1", "2.7.0+cu126", "2.6"])
def test_a_line_is_another_one_on_the_versions_that_it_names(outputs, file, torch):
    assert wanted(outputs[0], torch, file) == "old words\nsame words\n"


@pytest.mark.parametrize(
    "torch", ["2.8.0", "2.8.0.dev20250601", "2.13.0+cpu", "2.16.0.dev20261120+cpu"]
)
def test_other_versions_print_what_the_page_shows(outputs, file, torch):
    assert wanted(outputs[0], torch, file) == outputs[0].source


def test_the_same_line_of_another_section_stays(outputs, file):
    assert wanted(outputs[1], "2.7.1", file) == "new words\n"


WRONG = {
    "not JSON": ("[", "versions.json:1: this is not JSON"),
    "a key too many": (json.dumps([ENTRY | {"x": ""}]), "entry 1 is wrong"),
    "a key missing": (json.dumps([ENTRY, {"page": "page"}]), "entry 2 is wrong"),
    "no specifier": (json.dumps([ENTRY | {"torch": "2.7"}]), "entry 1 is wrong"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_file_is_named(file, case):
    text, words = WRONG[case]
    file.write_text(text, encoding="utf-8")
    with pytest.raises(PageError, match=r"versions\.json") as error:
        read_lines(file)
    assert words in str(error.value)


@pytest.mark.parametrize(
    "line", read_lines(FILE), ids=lambda x: f"{x.page}#{x.section}"
)
def test_each_line_stands_on_its_page_in_every_language(line):
    """So that none outlives the output that it is about."""
    assert line.shown != line.printed
    pages = sorted(ROOT.glob(f"docs/*/{line.page}.md"))
    assert pages
    for page in pages:
        text = read_page(page)
        outputs = [
            block.source.splitlines()
            for block in read_blocks(text, page)
            if block.language == "text" and section(text, block.line) == line.section
        ]
        assert any(line.shown in lines for lines in outputs), page
