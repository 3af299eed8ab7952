"""What the fences of a run did, kept in a folder that all processes of the run share.

pytest-xdist runs pages in several worker processes. Each appends to a file of its own;
whoever wants to know reads them all.
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Rewrite:
    """An output fence that is to be rewritten, or to be put after the one at `line`."""

    line: int
    end: int
    header: str
    source: str
    output: str
    new_title: str | None = None  # not None: a new fence with this title, after it


@dataclass(frozen=True)
class Entry:
    """One block that ran."""

    page: str
    line: int
    id: str  # of the heading above it
    language: str  # python or bash
    code: str  # hashes: of the code, and of the output that it was compared with
    output: str | None
    result: str  # passed or failed
    seconds: float
    differs: bool = False  # its output is another one on the CPU than on a GPU
    rewrite: Rewrite | None = None


class Journal:
    def __init__(self, folder: Path):
        self.folder = folder

    def write(self, entry: Entry) -> None:
        with (self.folder / f"{os.getpid()}.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(entry)) + "\n")

    def read(self) -> list[Entry]:
        """All entries, by page and line; the last one of a block that ran again."""
        entries = {}
        for file in sorted(self.folder.glob("*.jsonl")):
            for line in file.read_text(encoding="utf-8").splitlines():
                values = json.loads(line)
                if values["rewrite"]:
                    values["rewrite"] = Rewrite(**values["rewrite"])
                entry = Entry(**values)
                entries[entry.page, entry.line] = entry
        return [entries[key] for key in sorted(entries)]
