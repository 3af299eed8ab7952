"""A page as one program: what stands in for imports from snippets and for `:::`."""

from pathlib import Path

import pytest

from cheatsheet.standalone.definitions import Definitions, StandaloneError
from cheatsheet.standalone.inline import inline_pages

LAYERS = '''\
import math
from math import floor, pi

SCALE = 2


def scale(x):
    """Twice `x`."""
    return SCALE * x


def root(x):
    # Only of what is not negative.
    return math.sqrt(scale(x))


def circle(x):
    return floor(pi * x)
'''
MORE = "import math\n\nfrom snippets.layers import scale\n\n\ndef more(x):\n"
MORE += "    return math.ceil(scale(x))\n"


@pytest.fixture
def definitions(tmp_path) -> Definitions:
    folder = tmp_path / "snippets"
    folder.mkdir()
    (folder / "layers.py").write_text(LAYERS, encoding="utf-8")
    (folder / "more.py").write_text(MORE, encoding="utf-8")
    return Definitions(tmp_path)


@pytest.fixture
def parts_of(tmp_path, definitions):
    def parts_of(text: str) -> list[tuple[str, str]]:
        page = tmp_path / "page.md"
        page.write_text(text, encoding="utf-8")
        (parts,) = inline_pages([page], definitions)
        return [(part.kind, part.text) for part in parts]

    return parts_of


def fence(code: str) -> str:
    return f"```python\n{code}```\n"


SCALE = 'SCALE = 2\n\n\ndef scale(x):\n    """Twice `x`."""\n    return SCALE * x\n'
ROOT = "def root(x):\n    # Only of what is not negative.\n"
ROOT += "    return math.sqrt(scale(x))\n"


def test_definition_stands_where_it_is_imported_first(parts_of):
    text = fence("from snippets.layers import scale\n\nprint(scale(2))\n")
    text += "\nWords.\n\n::: snippets.layers.scale\n\n"
    text += fence("from snippets.layers import scale\n\nscale(3)\n")
    assert parts_of(text) == [
        ("code", SCALE + "\n\nprint(scale(2))\n"),
        ("prose", "Words."),
        ("reference", "scale"),
        ("code", "scale(3)\n"),
    ]


def test_definition_stands_where_it_is_shown_first(parts_of):
    text = "::: snippets.layers.root\n\n"
    text += fence("import math\n\nfrom snippets.layers import root, scale\n\nroot(2)\n")
    assert parts_of(text) == [
        ("code", f"import math\n\n{SCALE}\n\n{ROOT}"),
        ("code", "root(2)\n"),
    ]


def test_imports_are_merged_sorted_and_made_once(parts_of):
    text = fence(
        "import os\n\nfrom snippets.layers import root\n"
        "from snippets.more import more\n\nprint(root(2), os.sep)\n"
    )
    text += "\n::: snippets.layers.circle\n\n"
    text += fence("import math\n\nprint(math.pi, more(1))\n")
    code = [text for _, text in parts_of(text)]
    assert code[0].startswith(f"import math\nimport os\n\n{SCALE}")
    assert code[0].count("import") == 2 and code[0].count("def ") == 3
    assert code[1].startswith("from math import floor, pi\n\n\ndef circle")
    assert code[2] == "print(math.pi, more(1))\n"


def test_import_serves_the_cells_after_it(parts_of):
    """No cell loses an import that only a later one uses; what none uses goes."""
    text = fence("import os\nimport re\n\nx = 1\n") + "\n" + fence("os.sep\n")
    assert parts_of(text) == [("code", "import os\n\nx = 1\n"), ("code", "os.sep\n")]


def test_comments_stay_and_marks_of_annotations_go(parts_of):
    text = "```python { .annotate }\n# For the separator.\nimport os  # stays\n\n"
    text += "print(os.sep)  # (1)!\n# last\n```\n\n1.  A note.\n"
    assert parts_of(text) == [
        (
            "code",
            "# For the separator.\nimport os  # stays\n\nprint(os.sep)\n# last\n",
        ),
        ("prose", "1.  A note."),
    ]


def test_name_that_was_bound_anew_is_imported_again(parts_of):
    text = fence("import math\n\nmath = math.pi\n") + "\n"
    text += fence("import math\n\nprint(math.e)\n")
    assert parts_of(text)[1] == ("code", "import math\n\nprint(math.e)\n")


def test_outputs_and_front_matter_are_no_parts(parts_of):
    text = "---\ndescription: Words.\n---\n\n# Title { #title }\n\n" + fence(
        "print(1)\n"
    )
    text += "\n```text\n1\n```\n\n```bash\nls # ::: snippets.layers.no\n```\n"
    assert parts_of(text) == [
        ("prose", "# Title { #title }"),
        ("code", "print(1)\n"),
        ("shell", "```bash\nls # ::: snippets.layers.no\n```"),
    ]


@pytest.mark.parametrize(
    ("text", "line", "problem", "cure"),
    [
        ("::: snippets.layers.no\n", 1, "defines no no", "use one of SCALE"),
        ("::: snippets.no.scale\n", 1, "there is no snippets/no.py", "write it"),
        (fence("from snippets.layers import no\n"), 1, "defines no no", "use one of"),
        (fence("x = 1\nfrom math import *\n"), 3, "`from math import *`", "name what"),
        (
            fence("import snippets.layers\n"),
            2,
            "cannot be replaced",
            "write from snippets.<module> import <name>",
        ),
        (
            fence("def f():\n    from snippets.layers import scale\n"),
            2,
            "inside of other code",
            "write it at the margin",
        ),
        (
            "Words.\n\n" + fence("x = 1\n") + "\n" + fence("print(scale)\n"),
            7,
            "Undefined name `scale`",
            "define it in this block or in one before it",
        ),
        (
            fence("scale = 3\n") + "\n::: snippets.layers.root\n",
            5,
            "would replace another `scale`",
            "rename one of the two",
        ),
    ],
)
def test_what_cannot_be_resolved(parts_of, text, line, problem, cure):
    with pytest.raises(StandaloneError) as caught:
        parts_of(text)
    message = str(caught.value)
    assert f"page.md:{line}: " in message
    assert problem in message
    assert cure in message


def test_paths_are_those_given(definitions, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("docs").mkdir()
    Path("docs/page.md").write_text("::: snippets.layers.no\n", encoding="utf-8")
    with pytest.raises(StandaloneError, match=r"^docs/page\.md:1: "):
        inline_pages([Path("docs/page.md")], definitions)
