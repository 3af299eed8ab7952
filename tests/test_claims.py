"""What pages say of releases of torch is what the recorded runs say: "since torch 2.9".

A claim needs the records of the releases that it speaks of, and of those at its ends: the one
before, and the one after. Some block in its section, or that uses all that the sentence names,
must show it: it passes on these releases alone, or on all others. What no block shows stands
in `UNSHOWN`, with the reason.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from cheatsheet.page import Example, Page, Prose, Shown, load, read, release_of
from cheatsheet.run.records import OLDEST, Run, code_hash, output_hash, read_records, results
from cheatsheet.source import read_text

ROOT = Path(__file__).parents[1]
RUNS = [*read_records(ROOT / "docs/runs", ROOT).values()]
PAGES = [load(ROOT, path.relative_to(ROOT)) for path in sorted(ROOT.glob("docs/*/**/*.md"))]
# One release or a range; in quotation marks it is an example of how one is written.
RELEASE = re.compile(
    r"(?i)torch\s+(?P<first>\d+\.\d+)(?P<patch>\.\d+)?"
    r"(?:\s*(?:to|–|到|至)\s*(?:torch\s+)?(?P<last>\d+\.\d+))?(?![\d.]*\+?[\"”])"
)
SENTENCE = re.compile(r"(?:`[^`]*`|[^.。；]|[.](?!\s))+")
NAME = re.compile(r"`([\w.]+)[^`]*`")
UNSHOWN = {  # the page, and the release as it is written there
    ("gpu-info.md", "2.9"): "no block uses these functions; without a GPU they say nothing",
    ("gpu-info.md", "2.8.0"): "where a message was seen: a build for CUDA, without a GPU",
    ("gpu-info.md", "2.13.0"): "where a message was seen: a build for the CPU",
    ("gpu-speed-and-memory.md", "2.9"): "it raises on the CPU, and not on a GPU",
    ("gpu-speed-and-memory.md", "2.13"): "a variable of the environment that CUDA alone reads",
}


@dataclass(frozen=True)
class Claim:
    """What a place says of releases, and the blocks beside it."""

    line: int
    said: re.Match
    names: frozenset[str]
    near: tuple[Example, ...]
    titled: bool = False

    @property
    def first(self) -> tuple[int, ...]:
        return release_of(self.said["first"])

    @property
    def last(self) -> tuple[int, ...]:
        """A far one where the claim has no end."""
        return release_of(self.said["last"] or "99.99")

    def is_shown(self, ran: dict[tuple, bool]) -> bool | None:
        """Does a block show it, which passed or failed on these releases? None where it did
        not run on both sides."""
        sides = {(self.first <= release <= self.last, ok) for release, ok in ran.items()}
        if len({inside for inside, _ in sides}) < 2:
            return None
        return len(sides) == len({ok for _, ok in sides}) == 2


def claims(page: Page, root: Path = ROOT) -> Iterator[Claim]:
    """Of headings, prose, code with its comments, definitions, and titles of outputs."""
    for section in page.sections:
        near = tuple(part for part in section.parts if isinstance(part, Example))
        texts = [part for part in section.parts if isinstance(part, Prose)]
        for text in [Prose(section.line, section.title), *texts]:
            for sentence in SENTENCE.finditer(text.text):
                for found in RELEASE.finditer(sentence[0]):
                    before = text.text[: sentence.start() + found.start()]
                    names = names_of(sentence[0])
                    yield Claim(text.line + before.count("\n"), found, names, near)
        for part in section.parts:
            if isinstance(part, Example):
                for found in RELEASE.finditer(part.code.source):
                    yield Claim(part.line, found, frozenset([part.code.source]), (part,))
                for title, output in part.outputs.items():
                    if found := RELEASE.match(title or ""):
                        yield Claim(output.line, found, frozenset(), (part,), titled=True)
            elif isinstance(part, Shown):
                module = read_text(root, f"{part.module.replace('.', '/')}.py")
                for found in RELEASE.finditer(module):
                    yield Claim(part.line, found, frozenset([part.name]), ())


def names_of(sentence: str) -> frozenset[str]:
    """In `torch.accelerator` and `empty_cache`, the one after a dotted name is a part of it."""
    names, whole = set(), ""
    for found in NAME.finditer(sentence):
        if "." in found[1]:
            whole = found[1]
        else:
            names.discard(whole)
        names.add(found[1] if found[1] == whole else f"{whole}.{found[1]}".lstrip("."))
    return frozenset(names)


def results_of(pages: list[Page], runs: list[Run], root: Path) -> dict[Example, dict[tuple, bool]]:
    """Of each block that ran as it is now: by release, whether it passed on some device."""
    found = defaultdict(dict)
    for page in pages:
        for run, gave in zip(runs, results(page, runs, root), strict=True):
            for example, result in zip(page.examples, gave, strict=True):
                if result:
                    before = found[example].get(run.release, False)
                    found[example][run.release] = before or result == "passed"
    return found


def problems(
    pages: list[Page], runs: list[Run], unshown: Collection = (), root: Path = ROOT
) -> list[str]:
    """What the runs refute or do not show, with file, line and cure; and of what is listed as
    `unshown`, what is no claim of each language, or shown."""
    found, listed = [], set()
    recorded = {run.release for run in runs if run.device.kind == "cpu"}
    ran = results_of(pages, runs, root)
    for page in pages:
        for claim in claims(page, root):
            release = claim.said["first"] + (claim.said["patch"] or "")
            key = (page.path.name, release)
            said = f"{page.path}:{claim.line}: this speaks of torch {release}"
            if not claim.said["patch"]:
                for torch in missing(claim, recorded):
                    cure = "with that one, run: pytest docs --record"
                    found.append(f"{said}, and there is no record of torch {torch}; {cure}")
            if claim.titled:
                sides = (claim.first, (claim.first[0], claim.first[1] - 1))
                if not all(ran[claim.near[0]].get(one, True) for one in sides):
                    found.append(f"{said}, and the block failed there or before; mend the output.")
                continue
            named = [
                (block, on)
                for block, on in ran.items()
                if claim.names and all(name in block.code.source for name in claim.names)
            ]
            for block, on in () if claim.said["last"] else named:
                where = f"{block.code.path}:{block.line}"
                if older := [one for one, passed in on.items() if passed and one < claim.first]:
                    torch = ".".join(map(str, older[0]))
                    found.append(f"{said}, and {where} passed on {torch}; mend the sentence.")
            shown = [claim.is_shown(ran.get(one, {})) for one in claim.near]
            shown += [claim.is_shown(on) for _, on in named]
            if claim.said["patch"] or (claim.first > OLDEST and True not in shown):
                listed.add((page.path.parts[1], *key))
                if key not in unshown and (claim.said["patch"] or None not in shown):
                    problem = "and no block shows it: give it one that passes there alone, or "
                    problem += "everywhere but there, or list it in tests/test_claims.py"
                    found.append(f"{said}, {problem}")
    for language in {page.path.parts[1] for page in pages}:
        for name, release in unshown:
            if (language, name, release) not in listed:
                problem = "is shown, or said no more; remove it from UNSHOWN"
                found.append(f"tests/test_claims.py:1: {language}/{name}, {release}: {problem}")
    return found


def missing(claim: Claim, recorded: set[tuple[int, ...]]) -> Iterator[str]:
    """The releases of which a claim needs a record on the CPU, and has none: its own, up to
    the newest where it has no end, and one on each side."""
    major, first = claim.first
    newest = max(recorded)[1]
    last = min(claim.last[1] + 1, newest) if claim.said["last"] else newest
    for minor in range(first - 1, max(first, last) + 1):
        if (major, minor) not in recorded and (major, minor) >= OLDEST:
            yield f"{major}.{minor}"


def test_every_claim_has_its_records_and_a_block_that_shows_it():
    assert problems(PAGES, RUNS, UNSHOWN) == []


ON_CPU = {run.torch: run for run in RUNS if run.device.kind == "cpu"}


@pytest.mark.parametrize("torch", ON_CPU)
def test_no_record_can_be_lost(torch):
    lost = ON_CPU[torch]
    torch = ".".join(map(str, lost.release))
    said = "\n".join(problems(PAGES, [run for run in RUNS if run is not lost], UNSHOWN))
    assert f"and there is no record of torch {torch}; with that one, run: pytest docs --rec" in said
    # Whoever is named lost a record, and nothing else.
    assert all(f"no record of torch {torch};" in line for line in said.split("\n")), said


@pytest.mark.parametrize(("language", "to"), [("en", "to"), ("zh", "到")])
@pytest.mark.parametrize("wrong", ["2.10 {} 2.12", "2.9 {} 2.13", "2.9 {} 2.11", "2.9"])
def test_another_range_than_that_of_the_blocks_beside_it_is_named(language, to, wrong):
    """On a real page: a block of its section passes on all releases but these."""
    name = f"docs/{language}/safetensors.md"
    page = load(ROOT, name)
    (block,) = next(claim.near for claim in claims(page) if claim.said["last"])
    runs = runs_of(block, ROOT, [8, 13])
    assert problems([page], runs) == []
    text = page.text.replace(f"torch 2.9 {to} 2.12", f"torch {wrong.format(to)}")
    assert text != page.text
    said = problems([read(page.path, text)], runs)
    assert len(said) == 1 and "and no block shows it: give it one" in said[0], said


def test_the_oldest_release_is_the_one_that_the_front_page_names():
    for page in PAGES:
        if page.path.name == "index.md":
            assert OLDEST in {claim.first for claim in claims(page)}, page.path


PAGE = """\
# Page {{ #page }}

{}

```python
torch.accelerator.empty_cache()
```
"""
ALL = range(8, 14)
SINCE = "Since torch 2.9, `torch.accelerator.empty_cache()` does it."
RANGE = "From torch 2.9 to 2.11, it prints a warning."
NONE = "and no block shows it: give it one that passes there alone, or everywhere but there, or"
CASES = [  # what is said, the minor releases on which the block passes, and the error
    (SINCE, ALL, "page.md:5 passed on 2.8;"),
    (SINCE, range(9, 14), ""),
    (SINCE, range(10, 14), NONE),
    ("从 torch 2.9 起，`torch.accelerator` 也有 `empty_cache`。", ALL, "page.md:5 passed on 2.8;"),
    ("`empty_cache` is there (torch 2.99).", ALL, "there is no record of torch 2.99; with that"),
    ("Since torch 2.13, `other` does it.", ALL, NONE),
    ("It has `empty_cache`. Since torch 2.9, `other` does it.", ALL, NONE),
    ("`empty_cache` is of torch 2.5.", ALL, ""),
    (RANGE, [8, 12, 13], ""),
    (RANGE, [9, 10, 11], ""),
    (RANGE, [8, 13], NONE),
    (RANGE, ALL, NONE),
    ("PyTorch\n2.9 it prints a warning.", ALL, NONE),
    ("torch 2.9 到 2.11 会打印一条警告。", [8, 12, 13], ""),
    ("torch 2.9 到 2.11 会打印一条警告。", ALL, NONE),
    ("## New in torch 2.9 { #new }", range(9, 14), ""),
    ("## New in torch 2.9 { #new }", ALL, NONE),
    ("It was so on torch 2.8.0.", ALL, NONE),
    ('A mark such as "torch 2.9+", “torch 2.9+” or "torch 2.9".', ALL, ""),
]


@pytest.mark.parametrize(("sentence", "good", "error"), CASES)
def test_a_claim_that_the_records_refute_or_do_not_show_is_named(sentence, good, error):
    page = read(Path("docs/en/page.md"), PAGE.format(sentence))
    said = "\n".join(problems([page], runs_of(page.examples[0], ROOT, good)))
    assert error in said if error else not said, said
    assert re.match(r"docs/en/page\.md:[34]: this speaks of torch 2\.|$", said)


def runs_of(block: Example, root: Path, good: Collection[int]) -> list[Run]:
    """On releases from 2.8 to 2.13, a block passed on the good ones."""
    runs = []
    for minor in ALL:
        shown = output_hash(block.output("CPU", {"torch": (2, minor)}))
        facts = {"page": block.code.path.as_posix(), "code": code_hash(block.code, root)}
        facts |= {"output": shown, "result": "passed" if minor in good else "failed"}
        ran = replace(RUNS[0].blocks[0], language="python", **facts)
        runs.append(replace(RUNS[0], torch=f"2.{minor}.0", blocks=(ran,)))
    return runs


@pytest.mark.parametrize(("good", "error"), [(ALL, "page.md:5 passed on 2.8;"), (range(9, 14), "")])
def test_what_a_definition_claims_is_read(tmp_path, good, error):
    (tmp_path / "snippets").mkdir()
    text = "def new():\n    return 1  # torch 2.9\n"
    (tmp_path / "snippets/x.py").write_text(text, encoding="utf-8")
    text = "# Page { #page }\n\n::: snippets.x.new\n\n```python\nnew()\n```\n"
    page = read(Path("docs/en/page.md"), text)
    said = problems([page], runs_of(page.examples[0], tmp_path, good), root=tmp_path)
    assert error in "".join(said) and bool(said) == bool(error)


@pytest.mark.parametrize("good", [ALL, [8, 10, 11], [8, 9, 11]])
def test_a_titled_output_is_of_the_first_release_that_gives_it(good):
    """One that gives it before fails there, where the page shows the other one."""
    text = PAGE.format("Text.") + '\n```text\n1\n```\n\n```text title="torch 2.10+"\n2\n```\n'
    page = read(Path("docs/en/page.md"), text)
    said = problems([page], runs_of(page.examples[0], ROOT, good))
    error = "docs/en/page.md:13: this speaks of torch 2.10, and the block failed there or before"
    assert "".join(said).startswith(error if good != ALL else "")
    assert len(said) == (good != ALL)
