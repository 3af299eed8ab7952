"""What pages say of releases of torch is what the recorded runs say: "since torch 2.9".

A claim of a release needs records of it or a later one, and of the one before it. A block that
uses all that the sentence names and passed on an older release refutes it.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cheatsheet.page import Example, Page, Prose, load, read, release_of
from cheatsheet.run.records import OLDEST, Run, code_hash, read_records, results

ROOT = Path(__file__).parents[1]
RUNS = [*read_records(ROOT / "docs/runs", ROOT).values()]
PAGES = [load(ROOT, path.relative_to(ROOT)) for path in sorted(ROOT.glob("docs/*/**/*.md"))]
RELEASE = re.compile(r"torch (\d+\.\d+)(?![\d.]|\+”|\+\")")
SENTENCE = re.compile(r"(?:`[^`]*`|[^.。；]|[.](?!\s))+")
NAME = re.compile(r"`([\w.]+)[^`]*`")


def claims(page: Page) -> Iterator[tuple[int, tuple[int, ...], set[str]]]:
    """Line, release and the names of each claim: of prose, of a comment, of an output's title."""
    for section in page.sections:
        for part in section.parts:
            if isinstance(part, Prose):
                for sentence in SENTENCE.finditer(part.text):
                    for found in RELEASE.finditer(sentence[0]):
                        before = part.text[: sentence.start() + found.start()]
                        line = part.line + before.count("\n")
                        yield line, release_of(found[1]), names_of(sentence[0])
            if isinstance(part, Example):
                for found in re.finditer(r"#.*?torch (\d+\.\d+)", part.code.source):
                    yield part.line, release_of(found[1]), {part.code.source}
                for title, output in part.outputs.items():
                    if title and title.startswith("torch"):
                        yield output.line, release_of(title), set()


def names_of(sentence: str) -> set[str]:
    """In `torch.accelerator` and `empty_cache`, the one after a dotted name is a part of it."""
    names, whole = set(), ""
    for found in NAME.finditer(sentence):
        if "." in found[1]:
            whole = found[1]
        else:
            names.discard(whole)
        names.add(found[1] if found[1] == whole else f"{whole}.{found[1]}".lstrip("."))
    return names


def problems(pages: list[Page], runs: list[Run]) -> list[str]:
    """What the runs refute or do not show, with file, line and cure."""
    found = []
    recorded = {run.release for run in runs if run.device.kind == "cpu"}
    passed = [
        (page, example, run.release)
        for page in pages
        for run, gave in zip(runs, results(page, runs, ROOT), strict=True)
        for example, result in zip(page.examples, gave, strict=True)
        if result == "passed"
    ]
    for page in pages:
        for line, release, names in claims(page):
            said = f"{page.path}:{line}: this speaks of torch {'.'.join(map(str, release))}"
            needed = [release, *([(release[0], release[1] - 1)] if release > OLDEST else [])]
            for one in needed if release >= OLDEST else []:
                if one not in recorded:
                    torch = ".".join(map(str, one))
                    found.append(
                        f"{said}, and there is no record of torch {torch}; with that one, "
                        "run: pytest docs --record"
                    )
            for other, example, older in passed if names else []:
                if older < release and all(name in example.code.source for name in names):
                    found.append(
                        f"{said}, and {other.path}:{example.line} passed on "
                        f"{'.'.join(map(str, older))}; mend the sentence."
                    )
    return found


def test_every_claim_has_its_records_and_none_is_refuted():
    assert problems(PAGES, RUNS) == []


def test_the_oldest_release_is_the_one_that_the_front_page_names():
    for page in PAGES:
        if page.path.name == "index.md":
            assert OLDEST in {release for _, release, _ in claims(page)}, page.path


PAGE = """\
# Page {{ #page }}

{}

```python
torch.accelerator.empty_cache()
```
"""


CASES = {  # what the sentence says, and what is said of it
    "Since torch 2.9, `torch.accelerator.empty_cache()` does it.": "page.md:5 passed on 2.8;",
    "从 torch 2.9 起，`torch.accelerator` 也有 `empty_cache`。": "page.md:5 passed on 2.8;",
    "`empty_cache` is there (torch 2.99).": "there is no record of torch 2.99; with that one, run:",
    "Since torch 2.13, `other` does it.": "",
    "It has `empty_cache`. Since torch 2.9, `other` does it.": "",
    "`empty_cache` is of torch 2.5.": "",
}


@pytest.mark.parametrize("sentence", CASES)
def test_a_claim_that_the_records_refute_is_named(sentence):
    page = read(Path("docs/en/page.md"), PAGE.format(sentence))
    run = replace(RUNS[0], device=replace(RUNS[0].device, kind="cpu"))
    code = code_hash(page.examples[0].code, ROOT)
    block = replace(run.blocks[0], page="docs/en/page.md", code=code, output=None)
    block = replace(block, result="passed", language="python")
    runs = [replace(run, torch=f"2.{n}.0", blocks=(block,)) for n in range(8, 14)]
    said = "\n".join(problems([page], runs))
    assert CASES[sentence] in said if CASES[sentence] else not said, said
    assert said == "" or said.startswith("docs/en/page.md:3: this speaks of torch 2.")


def test_a_record_that_a_claim_needs_is_missed():
    page = read(Path("docs/en/page.md"), PAGE.format("Since torch 2.9, `other` does it."))
    assert problems([page], [replace(RUNS[0], torch="2.9.1")]) == [
        "docs/en/page.md:3: this speaks of torch 2.9, and there is no record of torch 2.8; "
        "with that one, run: pytest docs --record"
    ]
