"""What is found in a module: every comment and docstring, once, with its place."""

from pathlib import Path

import pytest

from cheatsheet.source import SourceError
from cheatsheet.words.messages import read_messages, read_passages

PATH = Path("snippets/small.py")
MODULE = '''\
"""A module.

More of it, broken
over two lines.
"""

import math  # noqa: F401


class Box:
    """Hold a value.

    Raises:
        ValueError: the value is too large, and goes on
            in a second line.
        TypeError: it is no number.
    """

    size = 3  # in metres

    def double(self) -> int:
        # Twice, which is
        # a comment of two lines.
        text = "# not a comment"
        # Another comment.

        # One that a blank line parts.
        return 2 * self.size + len(text)
'''


def test_messages_of_a_module():
    found = [
        (message.number, message.owner, message.kind, message.text)
        for passage in read_passages(PATH, MODULE)
        for message in passage.messages
    ]
    raises = (
        "Raises:\n    ValueError: the value is too large, and goes on in a second line."
        "\n    TypeError: it is no number."
    )
    assert found == [
        (1, "module", "docstring", "A module."),
        (3, "module", "docstring", "More of it, broken over two lines."),
        (11, "Box", "docstring", "Hold a value."),
        (13, "Box", "docstring", raises),
        (19, "Box", "inline comment", "in metres"),
        (
            22,
            "Box.double",
            "comment",
            "Twice, which is a comment of two lines.",
        ),
        (25, "Box.double", "comment", "Another comment."),
        (27, "Box.double", "comment", "One that a blank line parts."),
    ]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("x = 1\nx = (\n", 2, "not Python: '(' was never closed"),
        ("def f():\n    'Short.'\n", 2, "a docstring is written in"),
        ('def f(): """Short."""\n', 1, "a docstring is written in"),
        ('"""Short, with a \\n."""\n', 1, "a docstring is written in"),
        ('"""Short.\n\n  Indented by two.\n"""\n', 3, "is indented by 2; use 0, or 4"),
    ],
)
def test_what_cannot_be_translated_is_named(text, line, words):
    with pytest.raises(SourceError) as caught:
        read_passages(PATH, text)
    assert str(caught.value).startswith(f"{PATH}:{line}: ")
    assert words in str(caught.value)


def test_every_comment_of_the_project_is_found():
    """Counted another way: each sign # outside of strings, each docstring."""
    root = Path(__file__).parents[2]
    messages = read_messages(root)
    for path in sorted((root / "snippets").glob("*.py")):
        text = path.read_text(encoding="utf-8")
        own = [message for message in messages if message.path.name == path.name]
        words = " ".join(message.text for message in own).split()
        wanted = [
            word
            for line in text.split("\n")
            if "#" in line and '"#' not in line
            for word in line.partition("#")[2].split()
        ]
        docstrings = text.split('"""')[1::2]
        wanted += [word for docstring in docstrings for word in docstring.split()]
        assert sorted(words) == sorted(wanted), path
