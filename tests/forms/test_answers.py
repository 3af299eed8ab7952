from pathlib import Path

from cheatsheet.forms.answers import list_failures, table_of
from cheatsheet.page import read

FAILS = "```python {{ .raises }}\nx\n```\n\n```text\nNameError\n```\n\n"
PAGE = "# {0} {{ #{1} }}\n\n## Errors {{ #errors }}\n\n### {2} {{ #one }}\n\n" + FAILS
PAGE += "Why. {3}:\n\n```python\nx = 1\n```\n\n### `a z` {{ #two }}\n\n" + FAILS + "{4}.\n"


def pages():
    texts = {
        "a.md": PAGE.format("First", "a", "`b` in a loop", "Do [this](#two)", "Wait"),
        "b.md": PAGE.format("Second", "b", "`b`", "Do that", "Go"),
    }
    return {name: read(Path("docs/en", name), text) for name, text in texts.items()}


def test_a_message_is_listed_once_with_the_cure_of_each_page():
    assert list_failures(pages()) == (
        "- `a z`  \n  [First](a.md#two) · Wait.  \n  [Second](b.md#two) · Go.\n"
        "- `b`  \n  [First](a.md#one) · Do [this](a.md#two).  \n  [Second](b.md#one) · Do that."
    )
    assert list_failures({"a.md": pages()["a.md"]}).startswith("- [`a z`](a.md#two)  \n  Wait.\n")


def test_errors_stand_on_top_of_their_page():
    items = "- [`b` in a loop](#one)\n- [`a z`](#two)"
    contents = f"\n/// html | nav.answers.contents\n\n{items}\n\n///\n"
    assert table_of(pages()["a.md"], ("", "")) == contents


def test_a_single_section_needs_no_list_of_itself():
    page = read(Path("docs/en/a.md"), "# First { #a }\n\n## Only { #only }\n\nA word.\n")
    assert table_of(page, ("", "")) == ""
