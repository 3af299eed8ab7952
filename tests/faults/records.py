"""Records that cannot be trusted, made of the one of the repository."""

import json
import re
import shutil
from pathlib import Path

from cheatsheet.run.records import digest

ROOT = Path(__file__).parents[2]
# A file that cannot be trusted: the device that its name says, what was made of the
# record of the repository, and words of the error.

FILE = max((ROOT / "docs/runs").glob("torch-2.1*-cpu.json"))
NEWEST = json.loads(FILE.read_text(encoding="utf-8"))["torch"]
CPU, CUDA = (FILE.stem.replace("cpu", kind) for kind in ("cpu", "cuda"))


def rewritten(**changes) -> str:
    """A record of the right digest; what is "nothing" is left out."""
    record = json.loads(FILE.read_text(encoding="utf-8")) | changes
    record = {key: value for key, value in record.items() if value != "nothing"}
    return json.dumps(record | {"digest": digest(record)})


def _with(part: str, **changes) -> str:
    record = json.loads(FILE.read_text(encoding="utf-8"))
    if part == "device":
        return rewritten(device=record["device"] | changes)
    first, *rest = record["blocks"]
    return rewritten(blocks=[first | changes, *rest])


BAD = {
    "two of one release": (f"{CPU}-2", lambda text: text, f"it is a run for {FILE.name}"),
    "of no release's name": ("other", lambda text: text, f"it is a run for {FILE.name}"),
    "below the floor": (
        "torch-2.7-cpu",
        lambda text: rewritten(torch="2.7.1+cpu"),
        "torch: 2.7.1+cpu is no release from 2.8 on",
    ),
    "a release to come": (
        "torch-2.99-cpu",
        lambda text: rewritten(torch="2.99.0.dev20261120+cpu"),
        "torch: 2.99.0.dev20261120+cpu is no release from 2.8 on",
    ),
    "an unknown release": (
        "torch-2.99-cpu",
        lambda text: rewritten(torch="2.99.0"),
        f"torch: 2.99.0 is unknown here, for the one before is {NEWEST}",
    ),
    "cut off": ("cpu", lambda text: text[:-100], "this is no recorded run: "),
    "empty": ("cpu", lambda text: "", "this is no recorded run: "),
    "no record": ("cpu", lambda text: "[]", "it has the schema None, and 2 is needed"),
    "old schema": (
        "cpu",
        lambda text: text.replace('"schema": 2', '"schema": 0'),
        "it has the schema 0, and 2 is needed",
    ),
    "edited": (
        "cpu",
        lambda text: text.replace('"torch": "2.1', '"torch": "2.2', 1),
        "it was changed after the run that wrote it",
    ),
    "another result": (
        "cpu",
        lambda text: text.replace('"passed"', '"failed"', 1),
        "it was changed after the run that wrote it",
    ),
    "edited device": (
        "cuda",
        lambda text: text.replace('"kind": "cpu"', '"kind": "cuda"'),
        "it was changed after the run that wrote it",
    ),
    "another device": ("cuda", lambda text: text, f"it is a run for {FILE.name}"),
    "emulated as a GPU": (
        "cuda",
        lambda text: _with("device", kind="emulated"),
        f"it is a run for {CPU.replace('cpu', 'emulated')}.json",
    ),
    "a GPU without a driver": (
        "cuda",
        lambda text: _with("device", kind="cuda"),
        "device.driver: None on cuda",
    ),
    "a driver of a CPU": (
        "cpu",
        lambda text: _with("device", driver="580"),
        "device.driver: '580' on cpu",
    ),
    "of a day to come": (
        "cpu",
        lambda text: rewritten(time="2999-01-01T00:00:00+00:00"),
        "time: 2999-01-01T00:00:00+00:00 is before this project, or a day to come",
    ),
    "of 1970": (
        "cpu",
        lambda text: rewritten(time="1970-01-01T00:00:00+00:00"),
        "time: 1970-01-01T00:00:00+00:00 is before this project, or a day to come",
    ),
    "a key twice": (
        "cpu",
        lambda text: text.replace("{", '{"dirty": false,', 1),
        "it has the key 'dirty' 2 times",
    ),
    "a key of a block twice": (
        "cpu",
        lambda text: text.replace('"result":', '"result": "passed", "result":', 1),
        "it has the key 'result' 2 times",
    ),
    "a block twice": (
        "cpu",
        lambda text: rewritten(blocks=[json.loads(FILE.read_text("utf-8"))["blocks"][0]] * 2),
        "stands there 2 times",
    ),
    "a key too few": ("cpu", lambda text: rewritten(dirty="nothing"), "are needed"),
    "a key too many": ("cpu", lambda text: rewritten(more=1), "are needed"),
    "no blocks": ("cpu", lambda text: rewritten(blocks=[]), "blocks: nothing ran"),
    "a block that is none": ("cpu", lambda text: rewritten(blocks=[1]), "blocks[0]"),
    "a block's key": ("cpu", lambda text: _with("block", more=1), "blocks[0]: ["),
}
FLOOR = "; remove it; if the floor is too high, lower OLDEST in cheatsheet/run/records.py"
CURES = {  # where no run of that torch would help
    "below the floor": FLOOR,
    "a release to come": FLOOR,
    "an unknown release": "; remove it, or record those between: with each, pytest docs --record",
}
# Values that are not of their form.
BAD_VALUES = {
    "the run": {
        "time": "2026-11-24",
        "commit": "HEAD",
        "dirty": 0,
        "workflow": "by hand",
        "torch": "newest",
        "python": "2.7.18",
        "platform": "",
        "device": "cpu",
        "blocks": {},
    },
    "device": {"kind": "tpu", "name": "", "driver": "", "count": True},
    "block": {
        "page": "/docs/en/page.md",
        "line": 0,
        "id": None,
        "language": "text",
        "code": "f" * 33,
        "output": "",
        "result": "skipped",
        "seconds": -1.0,
    },
}
for part, values in BAD_VALUES.items():
    for key, value in values.items():
        text = rewritten(**{key: value}) if part == "the run" else _with(part, **{key: value})
        where = "blocks[0]" if part == "block" else part
        words = f"{where}: {key}: {value!r} is not of this form"
        BAD[f"{part}: {key}"] = ("cpu", lambda _, text=text: text, words)


def act_of(name: str):
    """What puts such a file into a project, and what is said of it, with its cure."""
    stem, make, words = BAD[name]
    stem = {"cpu": CPU, "cuda": CUDA}.get(stem, stem)
    text, file = make(FILE.read_text(encoding="utf-8")), f"docs/runs/{stem}.json"

    def act(project: Path) -> None:
        (project / "docs/runs").mkdir(parents=True)
        shutil.copy(FILE, project / "docs/runs")  # it may stand beside the good one
        (project / file).write_text(text, encoding="utf-8")

    line = len(text.split("\n")) if name == "cut off" else 1
    cure = "; remove it, and record it again with that torch: pytest docs --device "
    cure += f"{'cuda' if 'cuda' in stem else 'cpu'} --record"
    cure = CURES.get(name, cure)
    return act, f"{re.escape(f'{file}:{line}: ')}.*{re.escape(words)}.*{re.escape(cure)}$"


ACTS = {"a record that cannot be trusted": {name: act_of(name) for name in BAD}}
