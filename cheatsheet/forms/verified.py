"""What each page ran on, and the tables of all runs, from the recorded runs alone.

A block counts as run when a block of the same text, with the same output and the same
imported definitions, passed there.
"""

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cheatsheet.page import Page, SourceError
from cheatsheet.run.records import Run, count_passed, read_records

FOLDER = "docs/runs"
# An emulated accelerator is none: its run is listed, and no page speaks of it.
KINDS = ("cpu", "cuda")


@dataclass(frozen=True, eq=False)
class Verified:
    """The recorded runs, and what is said of them: `extra.verified` of a config."""

    root: Path
    runs: dict[str, Run]
    words: dict

    @classmethod
    def read(cls, root: Path, words: dict) -> "Verified":
        """Errors as `read_records`."""
        return cls(root, read_records(root / FOLDER, root), words)

    @lru_cache  # noqa: B019 - asked for by the page itself, and by the table
    def _count(self, page: Page) -> tuple[int, dict[str, int]]:
        """How many examples a page has, and how many passed, by kind of device."""
        counts = {k: count_passed(page, self.runs.get(k), self.root) for k in KINDS}
        return len(page.examples), {kind: passed for kind, (_, passed) in counts.items()}

    def line(self, page: Page) -> str:
        """What a page says it ran on; "" for a page without code."""
        total, passed = self._count(page)
        if not total:
            return ""
        sentences = []
        for kind in KINDS:
            done = passed[kind]
            form = "every" if done == total else "some" if done else "none"
            facts = {"device": self.words[kind]}
            if run := self.runs.get(kind):
                if kind == "cuda":
                    facts["device"] += f" ({run.device.name})"
                facts |= {
                    "date": run.time[:10],
                    "torch": run.torch.partition("+")[0],
                    "python": ".".join(run.python.split(".")[:2]),
                    "passed": done,
                    "total": total,
                    "missing": total - done,
                }
            sentences.append(self.words[form].format(**facts))
        return self.words["between"].join(sentences)

    def fill(self, page: Page, text: str, pages: list[tuple[str, str, Page]]) -> str:
        """The text of the page that lists all runs, with its two tables.

        `pages` are the title, the file name and the page of each page of the site.

        Raises:
            SourceError: a mark that a table takes the place of does not stand there once.
        """
        tables = {"{{ runs }}": self._runs(), "{{ pages }}": self._by_page(pages)}
        for mark, table in tables.items():
            if text.count(mark) != 1:
                problem = f"write {mark} once, where the table of them belongs."
                raise SourceError(page.path, 1, problem)
            text = text.replace(mark, table)
        return text

    def _runs(self) -> str:
        """One column a run: on a phone there is room for two or three, not for seven."""
        kinds = [*KINDS, *(kind for kind in self.runs if kind not in KINDS)]
        columns = [self._facts(self.runs.get(kind)) for kind in kinds]
        names = self.words["facts"]
        rows = [[names[i], *row] for i, row in enumerate(zip(*columns, strict=True))]
        return _table(["", *(self.words[kind] for kind in kinds)], rows)

    def _facts(self, run: Run | None) -> list[str]:
        if run is None:
            return [self.words["not_yet"], *[""] * (len(self.words["facts"]) - 1)]
        commit = f"`{run.commit[:10]}`" if run.commit else ""
        results = Counter(block.result for block in run.blocks)
        return [
            run.time.replace("T", " ").removesuffix("+00:00") + " UTC",
            run.torch,
            run.python,
            run.platform,
            run.device.name,
            run.device.driver or "",
            f"{commit} {self.words['dirty']}" if run.dirty else commit,
            f"{results['passed']} / {results.total()}",
        ]

    def _by_page(self, pages: list[tuple[str, str, Page]]) -> str:
        rows = []
        for title, name, page in pages:
            total, passed = self._count(page)
            if total:
                counts = [f"{passed[kind]} / {total}" for kind in KINDS]
                rows.append([f"[{title}]({name})", *counts])
        return _table([self.words["page"], *(self.words[kind] for kind in KINDS)], rows)


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
