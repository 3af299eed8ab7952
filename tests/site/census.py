"""The census: what readers of a built page see of code is what ran and what that was held to."""

import re
from collections.abc import Iterator
from itertools import zip_longest

from bs4 import Tag

from cheatsheet.page import Page, Shown

OTHER = " not this one; mend what builds the page:\n"
IMPORTS = ("import ", "from ")


def census(article: Tag, page: Page) -> Iterator[str]:
    """Each block of code or output that the page does not have, or has otherwise."""
    shown, outputs, definitions = [], [], 0
    for pre in article.find_all("pre"):
        block = pre.find_parent("div", class_="highlight")
        kinds = [c for c in block["class"] if c.startswith("language-")] if block else []
        if kinds not in (["language-python"], ["language-text"], ["language-bash"]):
            yield f"{page.path}:1: code that is no block; mend what builds the page: {pre}"
        elif pre.find_parent(class_="before"):
            pass  # what the copy adds: tests/site/test_copies.py
        elif pre.find_parent("div", class_="definition"):
            definitions += 1
        elif kinds == ["language-python"]:
            shown.append((pre.code.text, "".join(line.text for line in pre.select(".hll"))))
        elif kinds == ["language-text"]:
            outputs.append(pre.code.text)
    every = [one for example in page.examples for one in example.outputs.values()]
    for fence, text in zip_longest(every, outputs):
        if not fence or fence.source.expandtabs(4) != text:
            line = fence.line if fence else 1
            yield f"{page.path}:{line}: the output that is shown is{OTHER}{text}"
            break
    for example, pair in zip_longest(page.examples, shown):
        text, answer = pair or ("", "")
        # A few lines that the copy adds stand above the code, its imports sorted into them.
        own, seen = code_lines(example.code.source if example else ""), code_lines(text)
        lines = example.code.source.split("\n") if example else ()
        meant = "\n".join(lines[number - 1] for number in (example.code.marked if example else ()))
        same = example and pair and code_lines(answer) == code_lines(meant)
        if not same or seen[len(seen) - len(own) :] != own:
            line = example.line if example else 1
            yield f"{page.path}:{line}: the code that is shown is{OTHER}{text}"
            break
    if definitions != sum(isinstance(part, Shown) for part in page.parts):
        yield f"{page.path}:1: {definitions} definitions are shown; mend what builds the page"


def code_lines(code: str) -> list[str]:
    """Without blank lines, imports and the numbers of annotations."""
    lines = re.sub(r" *# \(\d+\)!?", "", code).split("\n")
    return [line for line in lines if line.strip() and not line.startswith(IMPORTS)]
