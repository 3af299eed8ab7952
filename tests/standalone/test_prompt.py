"""Code that can be pasted at Python's prompt, which ends a block at a blank line."""

import ast
import subprocess
import sys

import pytest

from cheatsheet.standalone.prompt import for_prompt

CLASS = '''\
class A:
    """One.

    Two.
    """

    def f(self):
        x = 1

        return x

    def g(self):
        return """a

b"""


print(A().f(), A().g())
'''
LOOP = "for i in range(2):\n    print(i)\nprint(9)\n"
BRANCH = "if True:\n    print(1)\nelse:\n    print(2)\ntry:\n    print(3)\n"
BRANCH += "finally:\n    print(4)\n"


def prompt(text: str) -> str:
    text = "import sys; sys.ps1 = sys.ps2 = ''\n" + text + "\n"
    command = [sys.executable, "-q", "-i"]
    done = subprocess.run(command, input=text, capture_output=True, text=True)
    return done.stdout + done.stderr.removeprefix(">>> ")


@pytest.mark.parametrize("text", [CLASS, LOOP, BRANCH], ids=["class", "loop", "branch"])
def test_the_same_program_at_the_prompt(text):
    new = for_prompt(text)
    assert ast.dump(ast.parse(new)) == ast.dump(ast.parse(text))
    assert "Error" in prompt(text)
    assert "Error" not in prompt(new)


def test_what_it_prints():
    assert prompt(for_prompt(CLASS)).strip() == "1 a\n\nb"
    assert prompt(for_prompt(LOOP)).split() == ["0", "1", "9"]


def test_docstrings_and_spacing_stay():
    assert "One.\n\n    Two." in for_prompt(CLASS)
    assert for_prompt("x = 1\n\n\ny = 2\n") == "x = 1\n\n\ny = 2\n"
    assert for_prompt("if x:\n    y = 1\n\n\nz = 2\n") == ("if x:\n    y = 1\n\n\nz = 2\n")
