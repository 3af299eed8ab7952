"""What each page and block ran on, and the tables of all runs, from the recorded runs alone.

A block counts as run when a block of the same text, with the same output and the same
imported definitions, passed there.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain, groupby
from pathlib import Path

from cheatsheet.page import Example, Page
from cheatsheet.run.records import FOLDER, Run, read_records, results

# An emulated accelerator is none: its run is listed, and no page speaks of it.
KINDS = ("cpu", "cuda")


class Verified:
    """The recorded runs, and what is said of them: of a block, of pages, of all.

    `pages` are those of the site by file name, `words` the `extra.verified` of a config.
    Errors as `read_records`.
    """

    def __init__(self, root: Path, pages: dict[str, Page], words: dict):
        self.words, self.pages = words, pages
        self.files = read_records(root / FOLDER, root)
        self.runs = [run for run in self.files.values() if run.device.kind in KINDS]
        # What each block of each page gave, in a list for each run.
        self.gave = {name: [*results(page, self.runs, root)] for name, page in pages.items()}

    def short(self, *names: str) -> str:
        """What some pages, by default all, ran on: how many of their blocks passed on each
        release between two; "" where nothing ran."""
        said = []
        for kind in KINDS:
            ran = []
            for i, run in enumerate(self.runs):
                one = [*chain.from_iterable(self.gave[name][i] for name in names or self.gave)]
                if run.device.kind == kind and "passed" in one:
                    ran.append((run, one))
            blocks = list(zip(*(one for _, one in ran), strict=True))
            if done := sum(set(block) == {"passed"} for block in blocks):
                runs = [run for run, _ in ran]
                facts = {
                    "torch": _span(map(_release, runs)),
                    "python": _span(sorted(run.python.rpartition(".")[0] for run in runs)),
                    "date": _span(sorted(run.time[:10] for run in runs)),
                    "device": self._device(runs[-1]),
                }
                facts |= {"passed": done, "total": len(blocks)}
                said.append(self.words["short"].format(**facts))
        return " · ".join(said)

    def _device(self, run: Run) -> str:
        kind = run.device.kind
        return self.words[kind] + (f" ({run.device.name})" if kind == "cuda" else "")

    def marks(self, name: str) -> dict[int, str]:
        """Of the blocks of a page that did not pass on all releases where they ran as they
        are now: on which ones they did, such as "torch 2.9+", by their number."""
        found = {}
        for example, gave in self._blocks(name):
            passed = {}
            for run, result in zip(self.runs, gave, strict=True):
                if result:
                    good = passed.get(_release(run), True) and result == "passed"
                    passed[_release(run)] = good
            if len({*passed.values()}) == 2:
                spans = [[*ran] for good, ran in groupby(passed, passed.get) if good]
                texts = [_span(ran) for ran in spans]
                if spans[-1][-1] == [*passed][-1]:  # to the newest
                    texts[-1] = f"{spans[-1][0]}+"
                found[example.number] = f"torch {', '.join(texts)}"
        return found

    def _blocks(self, name: str) -> Iterator[tuple[Example, tuple[str, ...]]]:
        """Each block of a page, with what it gave in each run."""
        gave = zip(*self.gave.get(name, ()), strict=True)
        return zip(self.pages[name].examples, gave, strict=True) if self.runs else iter(())

    def by_run(self, address: str) -> str:
        """One row a run, the newest torch first; their files stand below an address."""
        rows = []
        for file, run in reversed(self.files.items()):
            day = run.time[:10]
            made = f"[{day}]({run.workflow})" if run.workflow else f"{day} {self.words['by_hand']}"
            made += f" {self.words['dirty']}" if run.dirty else ""
            device = self._device(run) + f" {run.device.driver}" * bool(run.device.driver)
            results = Counter(block.result for block in run.blocks)
            torch = f"[{run.torch.partition('+')[0]}]({address}{file}){{ .whole }}"
            blocks = f"{results['passed']} / {results.total()}"
            python = run.python.rpartition(".")[0]
            rows.append([torch, python, device, blocks, made])
        return _table(self.words["facts"], rows)

    def by_page(self, titles: dict[str, str]) -> str:
        """One row a page: how many blocks passed as they are now, in a column for each run, or
        for several releases where all pages have the same; and below, each block that failed.
        `titles` are those of the pages, by file name."""
        names = [name for name, page in self.pages.items() if page.examples]
        # A CPU is not said: on a phone there is no room.
        gpu = {"cuda": f" {self.words['cuda']}"}
        heads, columns = [], []
        kinds = [run.device.kind for run in self.runs]
        order = sorted(range(len(kinds)), key=lambda i: KINDS.index(kinds[i]))
        for (kind, cells), same in groupby(order, lambda i: (kinds[i], self._counts(names, i))):
            heads.append(_span(_release(self.runs[i]) for i in same) + gpu.get(kind, ""))
            columns.append(cells)
        links = [f"[{titles[name]}]({name})" for name in names]
        table = [_table([self.words["page"], *heads], zip(links, *columns, strict=True))]
        failed = []
        for name in names:
            headings = {section.id: section.title for section in self.pages[name].sections}
            for example, gave in self._blocks(name):
                runs = [run for run, one in zip(self.runs, gave, strict=True) if one == "failed"]
                if runs:
                    where = [_release(run) + gpu.get(run.device.kind, "") for run in runs]
                    facts = {"heading": headings[example.section], "number": example.number}
                    link = f"[{self.words['block'].format(**facts)}]({name}#{example.section})"
                    facts = {"page": titles[name], "block": link}
                    facts["releases"] = self.words["between"].join(where)
                    failed.append(self.words["failed_block"].format(**facts))
        return "\n\n".join([*table, *([self.words["failed"], "\n".join(failed)] if failed else [])])

    def _counts(self, names: list[str], i: int) -> list[str]:
        """How many blocks of each page passed in the run of that index."""
        gave = [self.gave[name][i] for name in names]
        done = [(one.count("passed"), len(one)) for one in gave]
        return [str(n) if n == total else f"{n} / {total}" for n, total in done]


def _release(run: Run) -> str:
    return ".".join(map(str, run.release))


def _span(values: Iterable[str]) -> str:
    first, *_ = every = list(values)
    return first if first == every[-1] else f"{first}–{every[-1]}"


def _table(head: list[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
