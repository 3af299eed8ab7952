"""Pages in plain Markdown: nothing is left that only the site understands."""

from pathlib import Path

import pytest

from cheatsheet.forms.plain import Piece, Words, pieces_of, plain_page
from cheatsheet.page import Example, read

WORDS = Words(
    blocks={"note": "Note", "danger": "Danger"},
    defined_above="`{name}` is defined above.",
    output="Output",
    error="Error",
    cure="Fix",
)


def link(target: str) -> str:
    return f"https://site/{target}"


def pieces(text: str, cells: dict | None = None, ranges: dict | None = None) -> list[Piece]:
    """The pieces of a page; `cells` are by default its own code."""
    page = read(Path("docs/en/page.md"), text)
    own = {one.line: one.code.source for one in page.examples}
    return [*pieces_of(page, own if cells is None else cells, ranges or {}, link, WORDS)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("## Count { #count }", "## Count"),
        ("### `a {b}` { #a }", "### `a {b}`"),
        (
            "[a](b.md#c) and [d](#e)",
            "[a](https://site/b.md#c) and [d](https://site/#e)",
        ),
        ("[a\nb](c.md)", "[a\nb](https://site/c.md)"),
        ("`[a](b)` ``[`](c)``", "`[a](b)` ``[`](c)``"),
        ("`#!python x = 1`", "`x = 1`"),
        ("![Bars high.](plot)", "*Bars high.*"),
        ("![Bars.](labs/a.md#b)", "*Bars.*"),
        ("![a](b.png)", "![a](https://site/b.png)"),
        ("$$\nx_{#a} [a](b) \\\\\n$$", "$$\nx_{#a} [a](b) \\\\\n$$"),
        (
            "/// note | Never `[]`\nAt least\n\none.\n///\nThen.",
            "> **Note · Never `[]`**\n>\n> At least\n>\n> one.\n\nThen.",
        ),
        ("/// tab | CPU\nText.\n///", "**CPU**\n\nText."),
        (
            "//// note | A\n/// danger | B\nText.\n///\n////",
            "> **Note · A**\n>\n> > **Danger · B**\n> >\n> > Text.\n>",
        ),
    ],
)
def test_prose(text, wanted):
    assert [(one.kind, one.text) for one in pieces(text)] == [("prose", wanted)]


@pytest.mark.parametrize("text", ["[a](b.svg)", "![a](b.svg)"])
def test_link_to_nowhere_keeps_its_target(text):
    (piece,) = pieces_of(read(Path("page.md"), text), {}, {}, lambda target: "", WORDS)
    assert piece.text == text


def test_code_that_is_not_true_everywhere_says_where_it_is():
    text = "```python\n1\n```\n\n```python\n2\n```\n"
    found = pieces(text, ranges={2: "torch 2.9+"})
    assert [one.text for one in found] == ["1\n", "*torch 2.9+*", "2\n"]


def test_block_goes_on_after_code():
    text = "/// note | A\nOne.\n\n```python\nx = 1\n```\n\nTwo.\n///\n\nThree.\n"
    assert [(one.kind, one.text) for one in pieces(text)] == [
        ("prose", "> **Note · A**\n>\n> One."),
        ("code", "x = 1\n"),
        ("prose", "> Two.\n\nThree."),
    ]


def test_definition_is_code_where_it_is_new_and_a_word_where_it_is_not():
    text = "::: snippets.a.MLP\n\nWords.\n\n::: snippets.a.MLP\n"
    found = pieces(text, {1: "class MLP: ...\n", 5: ""})
    assert found == [
        Piece("code", "class MLP: ...\n"),
        Piece("prose", "Words."),
        Piece("prose", "`MLP` is defined above."),
    ]


def test_headings_stand_alone_and_front_matter_and_outputs_are_no_pieces():
    text = "---\ndescription: Words.\n---\n\n# Title { #title }\n\nFirst.\n\n"
    text += "```python\nprint(1)\n```\n\n```text\n1\n```\n\n"
    text += "```bash\nls # ::: snippets.layers.no\n```\n"
    assert [(one.kind, one.text) for one in pieces(text)] == [
        ("prose", "# Title"),
        ("prose", "First."),
        ("code", "print(1)\n"),
        ("prose", "```bash\nls # ::: snippets.layers.no\n```"),
    ]


def test_code_that_the_page_has_already_is_no_piece():
    text = "```python\nimport os\n```\n\nWords.\n"
    assert pieces(text, {1: ""}) == [Piece("prose", "Words.")]


def test_a_code_piece_knows_its_example():
    (piece,) = pieces("```python\n1\n```\n\n```text\n1\n```\n", {1: "1\n"})
    assert isinstance(piece.example, Example)
    assert piece.example.output(None).source == "1\n"


def test_outputs_follow_their_code():
    text = "```python\nprint(d)\n```\n\n"
    text += '```text title="CPU"\nCPU\n```\n\n```text title="GPU"\nGPU\n```\n\n'
    text += "```python { .raises }\na\n```\n\n````text\n```\nNameError\n````\n"
    assert plain_page(pieces(text), WORDS) == (
        "```python\nprint(d)\n```\n\nOutput · CPU\n\n```text\nCPU\n```\n\n"
        "Output · GPU\n\n```text\nGPU\n```\n\n"
        "```python\na\n```\n\n````text\n```\nNameError\n````\n"
    )


def test_errors_of_two_devices_are_called_so():
    text = "```python { .raises }\na\n```\n\n"
    text += '```text title="CPU"\nE: 1\n```\n\n```text title="GPU"\nE: 2\n```\n'
    assert "Error · CPU\n\n```text\nE: 1\n```" in plain_page(pieces(text), WORDS)
