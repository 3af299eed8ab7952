"""What each page ran on, and the tables of all runs, from the recorded runs alone.

A block counts as run when a block of the same text, with the same output and the same
imported definitions, passed there.
"""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from cheatsheet.page import Page
from cheatsheet.run.records import Run, count_passed, read_records

FOLDER = "docs/runs"
# An emulated accelerator is none: its run is listed, and no page speaks of it.
KINDS = ("cpu", "cuda")


class Verified:
    """The recorded runs, and what is said of them, by page: its line and its row.

    `pages` are those of the site by file name, `words` the `extra.verified` of a config.
    Errors as `read_records`.
    """

    def __init__(self, root: Path, pages: dict[str, Page], words: dict):
        self.words = words
        self.runs = read_records(root / FOLDER, root)
        self.totals = {name: len(page.examples) for name, page in pages.items()}
        self.passed = {
            name: {kind: count_passed(page, self.runs.get(kind), root)[1] for kind in KINDS}
            for name, page in pages.items()
        }

    def line(self, name: str) -> str:
        """What a page says it ran on; "" for a page without code."""
        if not (total := self.totals[name]):
            return ""
        sentences = []
        for kind, done in self.passed[name].items():
            form = "every" if done == total else "some" if done else "none"
            facts = {"device": self.words[kind], "passed": done, "total": total}
            if run := self.runs.get(kind):
                facts |= self._facts_of(kind, run) | {"missing": total - done}
            sentences.append(self.words[form].format(**facts))
        return self.words["between"].join(sentences)

    def short(self, *names: str) -> str:
        """The same of some pages in a few words, by default of all; "" where nothing ran."""
        said = []
        for kind in KINDS:
            done = sum(self.passed[name][kind] for name in names or self.passed)
            if (run := self.runs.get(kind)) and done:
                total = sum(self.totals[name] for name in names or self.totals)
                facts = self._facts_of(kind, run) | {"passed": done, "total": total}
                said.append(self.words["short"].format(**facts))
        return " · ".join(said)

    def _facts_of(self, kind: str, run: Run) -> dict:
        device = self.words[kind] + (f" ({run.device.name})" if kind == "cuda" else "")
        return {
            "device": device,
            "date": run.time[:10],
            "torch": run.torch.partition("+")[0],
            "python": ".".join(run.python.split(".")[:2]),
        }

    def by_run(self) -> str:
        """One column a run: on a phone there is room for two or three, not for seven."""
        kinds = [*KINDS, *(kind for kind in self.runs if kind not in KINDS)]
        columns = [self.words["facts"], *(self._facts(self.runs.get(kind)) for kind in kinds)]
        head = [self.words["fact"], *(self.words[kind] for kind in kinds)]
        return _table(head, zip(*columns, strict=True))

    def _facts(self, run: Run | None) -> list[str]:
        if run is None:
            return [self.words["not_yet"], *[""] * (len(self.words["facts"]) - 1)]
        commit = f"`{run.commit[:10]}`" if run.commit else ""
        results = Counter(block.result for block in run.blocks)
        time = run.time.replace("T", " ").removesuffix("+00:00") + " UTC"
        return [
            f"[{time}]({run.workflow})" if run.workflow else time,
            run.torch,
            run.python,
            run.platform,
            run.device.name,
            run.device.driver or "",
            f"{commit} {self.words['dirty']}" if run.dirty else commit,
            f"{results['passed']} / {results.total()}",
        ]

    def by_page(self, titles: dict[str, str]) -> str:
        """One row a page; `titles` are those of the pages of the site, by file name."""
        rows = []
        for name, total in self.totals.items():
            counts = [f"{done} / {total}" for done in self.passed[name].values()]
            rows += [[f"[{titles[name]}]({name})", *counts]] if total else []
        return _table([self.words["page"], *(self.words[kind] for kind in KINDS)], rows)


def _table(head: list[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
