"""What each page and block ran on, and the tables of all runs, from the recorded runs alone.

A block counts as run when a block of the same text, with the same output and the same
imported definitions, passed there.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import chain, groupby
from pathlib import Path

from cheatsheet.page import Example, Page, release_of
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
        of the releases that are named; "" where nothing ran."""
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
                days = sorted(run.time[:10] for run in runs)
                facts = {
                    "torch": _ranges(run.release for run in runs),
                    "python": _ranges(release_of(run.python) for run in runs),
                    "date": "–".join(sorted({days[0], days[-1]})),
                    "device": ", ".join(sorted({*map(self._device, runs)})),
                }
                facts |= {"passed": done, "total": len(blocks)}
                said.append(self.words["short"].format(**facts))
        return " · ".join(said)

    def _device(self, run: Run) -> str:
        kind = run.device.kind
        return self.words[kind] + (f" ({run.device.name})" if kind == "cuda" else "")

    def marks(self, name: str) -> dict[int, str]:
        """Of the blocks of a page that did not pass on all releases where they ran as they
        are now: on which ones they did, such as "torch 2.9+", or, where on none, did not, by
        their number; of each kind of device, where a block ran on several."""
        found = defaultdict(list)
        for example, gave in self._blocks(name):
            ran = defaultdict(dict)
            for run, result in zip(self.runs, gave, strict=True):
                if result:
                    ran[run.device.kind][run.release] = result == "passed"
            for kind, passed in sorted(ran.items()):
                if not all(passed.values()):
                    good = any(passed.values())
                    same = (release for release, result in passed.items() if result == good)
                    torch = _ranges(same, max(passed) if good else None)
                    on = self.words["kind"].format(device=self.words[kind]) if len(ran) > 1 else ""
                    found[example.number].append(on + self.words["mark"][good].format(torch=torch))
        return {number: " · ".join(marks) for number, marks in found.items()}

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
            heads.append(_ranges(self.runs[i].release for i in same) + gpu.get(kind, ""))
            columns.append(cells)
        links = [f"[{titles[name]}]({name})" for name in names]
        table = [_table([self.words["page"], *heads], zip(links, *columns, strict=True))]
        failed = []
        for name in names:
            headings = {section.id: section.title for section in self.pages[name].sections}
            for example, gave in self._blocks(name):
                runs = [run for run, one in zip(self.runs, gave, strict=True) if one == "failed"]
                if runs:
                    where = [_ranges([run.release]) + gpu.get(run.device.kind, "") for run in runs]
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


def _ranges(releases: Iterable[tuple[int, ...]], newest: tuple[int, ...] | None = None) -> str:
    """Minor releases that follow each other as one range, "2.8–2.9, 2.12+": what is not
    there is not within one. The last one is open where it ends with the `newest`."""
    every = sorted({*releases})
    texts = []
    for _, places in groupby(range(len(every)), lambda i: (every[i][0], every[i][1] - i)):
        span = [".".join(map(str, every[i])) for i in places]
        texts.append("–".join(dict.fromkeys([span[0], span[-1]])))
    if every[-1] == newest:
        texts[-1] = texts[-1].partition("–")[0] + "+"
    return ", ".join(texts)


def _table(head: list[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
