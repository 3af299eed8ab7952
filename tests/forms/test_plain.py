"""Pages in plain Markdown: nothing is left that only the site understands."""

from pathlib import Path

import pytest

from cheatsheet.blocks import Block, Example
from cheatsheet.standalone.inline import Part
from cheatsheet.forms.plain import Words, plain_page, plain_parts

WORDS = Words(
    blocks={"note": "Note", "danger": "Danger"},
    defined_above="`{name}` is defined above.",
    output="Output",
    error="Error",
)


def link(target: str) -> str:
    return "" if target == "plot" else f"https://site/{target}"


def plain(*texts: str) -> list[str]:
    parts = [Part("prose", text, 1) for text in texts]
    return [part.text for part in plain_parts(parts, link, WORDS)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("## Count { #count }", "## Count"),
        ("### `a {b}` { #a .wide }", "### `a {b}`"),
        (
            "[a](b.md#c) and [d](#e)",
            "[a](https://site/b.md#c) and [d](https://site/#e)",
        ),
        ("[a\nb](c.md)", "[a\nb](https://site/c.md)"),
        ('[a](b.md "title")', '[a](https://site/b.md "title")'),
        ("`[a](b)` ``[`](c)``", "`[a](b)` ``[`](c)``"),
        ("a `dict` and { .b }", "a `dict` and"),
        ("`#!python x = 1`", "`x = 1`"),
        (
            "![Bars.](a-light.svg#only-light)\n![Bars.](a-dark.svg#only-dark)\n\nEnd.",
            "![Bars.](https://site/a-light.svg)\n\nEnd.",
        ),
        ("![Bars\nhigh.](plot)", "*Bars\nhigh.*"),
        ("![a](b.png){ width=300 }", "![a](https://site/b.png)"),
        ("$$\nx_{#a} [a](b) \\\\\n$$", "$$\nx_{#a} [a](b) \\\\\n$$"),
        (
            "/// note | Never `[]`\nAt least\n\none.\n///\nThen.",
            "> **Note · Never `[]`**\n>\n> At least\n>\n> one.\n\nThen.",
        ),
        ("/// details | More\n    type: note\n\nText.\n///", "> **More**\n>\n> Text."),
        ("/// tab | CPU\nText.\n///", "**CPU**\n\nText."),
        (
            "//// note | A\n/// danger | B\nText.\n///\n////",
            "> **Note · A**\n>\n> > **Danger · B**\n> >\n> > Text.\n>",
        ),
    ],
)
def test_prose(text, wanted):
    assert plain(text) == [wanted]


def test_block_goes_on_after_code():
    parts = [Part("prose", "/// note | A\nOne.", 1), Part("code", "x = 1\n", 3)]
    parts += [Part("prose", "Two.\n///\n\nThree.", 5), Part("reference", "MLP", 9)]
    assert [part.text for part in plain_parts(parts, link, WORDS)] == [
        "> **Note · A**\n>\n> One.",
        "x = 1\n",
        "> Two.\n\nThree.",
        "`MLP` is defined above.",
    ]


def test_outputs_follow_their_code():
    def block(header: str, source: str) -> Block:
        return Block(Path("page.md"), 1, 3, header, source)

    code = block("python", "print(d)\n")
    outputs = {t: block(f'text title="{t}"', f"{t}\n") for t in ("CPU", "GPU")}
    titled = Part("code", "print(d)\n", 1, Example(code, outputs))
    error = Example(
        block("python { .raises }", "a\n"), {None: block("text", "```\nNameError\n")}
    )
    assert plain_page([titled, Part("code", "a\n", 5, error)], WORDS) == (
        "```python\nprint(d)\n```\n\nOutput · CPU\n\n```text\nCPU\n```\n\n"
        "Output · GPU\n\n```text\nGPU\n```\n\n"
        "```python\na\n```\n\n````text\n```\nNameError\n````\n"
    )
