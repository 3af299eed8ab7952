"""Recorded runs: which blocks ran where, and what they were; one JSON file for each release
of torch and each device, such as `torch-2.13-cpu.json`.

The site says from such files alone what its code ran on, so each holds a digest of
itself: it cannot be edited by hand without being noticed.
"""

import ast
import hashlib
import json
import os
import platform
import re
import subprocess
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property, lru_cache
from itertools import pairwise
from pathlib import Path

from cheatsheet.page import Fence, Page, release_of
from cheatsheet.run.devices import TITLES
from cheatsheet.source import SourceError, write_text

FOLDER = "docs/runs"
SCHEMA = 2
OLDEST = (2, 8)  # release of torch that is supported, as the front page says
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)  # of the project
HASH = '"[0-9a-f]{32}"'
TEXT = '".+"'
COUNT = r"[1-9]\d*"


class Unsupported(ValueError):
    """No record can be of this torch, however often it is made."""


def of(form: str):
    """A value whose JSON text is of this form."""
    return field(metadata={"form": form})


@dataclass(frozen=True)
class Block:
    """One fence that ran."""

    page: str = of(r'"[^/\\].*\.md"')  # the file, from the root of the repository
    line: int = of(COUNT)  # where it stood then; the hashes say what it was
    id: str = of('".*"')  # of the heading above it
    language: str = of('"(python|bash)"')
    code: str = of(HASH)  # of its text and of the definitions it imports
    output: str | None = of(f"{HASH}|null")  # that it was compared with
    result: str = of('"(passed|failed)"')
    seconds: float = of(r"\d+(\.\d+)?(e-\d+)?")


@dataclass(frozen=True)
class Device:
    """The device of a run."""

    kind: str = of(f'"({"|".join(TITLES)})"')
    name: str = of(TEXT)
    driver: str | None = of(f"{TEXT}|null")  # of a GPU, and of nothing else
    count: int = of(COUNT)


@dataclass(frozen=True)
class Run:
    """A recorded run."""

    time: str = of(r'"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00"')  # when it ended
    commit: str | None = of('"[0-9a-f]{40}"|null')  # null: outside of git
    dirty: bool | None = of("true|false|null")  # did the files differ from the commit?
    workflow: str | None = of(r'"https?://\S+/actions/runs/\d+"|null')  # null: by hand
    torch: str = of(r'"\d+\.\d+.*"')
    python: str = of(r'"3\.\d+\.\d+.*"')
    platform: str = of(TEXT)
    device: Device = of(r"\{.*\}")  # noqa: RUF009 (it is `field`)
    blocks: tuple[Block, ...] = of(r"\[.*\]")

    @cached_property
    def release(self) -> tuple[int, ...]:
        """Of torch, without its patch."""
        return release_of(self.torch)

    @cached_property
    def gave(self) -> dict[str, dict[tuple, list[str]]]:
        """The results of its Python blocks, by page, then by what each was."""
        found = defaultdict(lambda: defaultdict(list))
        for block in self.blocks:
            if block.language == "python":
                found[block.page][block.code, block.output].append(block.result)
        return found

    @property
    def file(self) -> str:
        """The name of its file: a run of another release or device has another one."""
        return f"torch-{'.'.join(map(str, self.release))}-{self.device.kind}.json"


def describe_run(device: dict, root: Path, blocks: list[Block]) -> Run:
    """A run that ends now, on `device` (as of `devices.describe`)."""
    import torch  # here, as in devices.py

    return Run(
        time=datetime.now(UTC).isoformat(timespec="seconds"),
        commit=commit_of(root),
        dirty=is_dirty(root),
        workflow=workflow_run(),
        torch=str(torch.__version__),
        python=platform.python_version(),
        platform=f"{platform.system()} {platform.machine()}",
        device=Device(**device),
        blocks=tuple(blocks),
    )


def commit_of(root: Path) -> str | None:
    """The commit that is checked out; None outside of git."""
    return _git(root, "rev-parse", "HEAD")


def is_dirty(root: Path) -> bool | None:
    """Do the files differ from the commit? None outside of git."""
    changes = _git(root, "status", "--porcelain", "--", ".", ":(exclude)docs/runs")
    return None if changes is None else bool(changes)


def workflow_run() -> str | None:
    """The address of the workflow run that this is a part of; None where it is of none."""
    names = ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")
    server, repository, number = map(os.environ.get, names)
    return f"{server}/{repository}/actions/runs/{number}" if number else None


def _git(root: Path, *arguments: str) -> str | None:
    if not (root / ".git").exists():  # a repository around it is another one
        return None
    try:
        done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True)
    except FileNotFoundError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def write_record(folder: Path, run: Run) -> Path:
    """Write a run into its file in a folder, which is made where there is none.

    Raises:
        Unsupported: torch is none that a record may be of.
        SourceError: as of `write_text`.
    """
    _check_torch(run)
    record = {"schema": SCHEMA} | asdict(run)
    record["digest"] = digest(record)
    # One block a line, so that the difference of two records can be read.
    head = json.dumps(record | {"blocks": []}, ensure_ascii=False, indent=1)
    lines = ",\n".join("  " + json.dumps(b, ensure_ascii=False) for b in record["blocks"])
    text = head.replace('"blocks": []', f'"blocks": [\n{lines}\n ]')
    path = folder / run.file
    write_text(Path(), path, text + "\n")
    return path


def digest(record: dict) -> str:
    """Of all that a record says but the digest itself."""
    content = {key: value for key, value in record.items() if key != "digest"}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def read_records(folder: Path, root: Path) -> dict[str, Run]:
    """The recorded runs in a folder below `root` by file, the oldest torch first.

    Raises:
        SourceError: a file is not what `pytest --record` wrote, or could not be: all that
            tests/faults/records.py plants. It names the file, and the cure.
    """
    found = {}
    server = os.environ.get("GITHUB_SERVER_URL", "https://github.com")
    own = f"{server}/{here}/" if (here := os.environ.get("GITHUB_REPOSITORY")) else ""
    for path in sorted(folder.glob("*.json")):
        name = path.relative_to(root)
        try:
            run = found[path.name] = _read(path.read_text(encoding="utf-8"))
            if path.name != run.file:
                raise ValueError(f"it is a run for {run.file}")
            if run.workflow and not run.workflow.startswith(own):
                raise ValueError(f"workflow: {run.workflow} is not of {own}")
            _check_commit(run.commit, run.time, root)
        except (OSError, ValueError) as error:  # of a decoder too
            kind = next((kind for kind in TITLES if path.stem.endswith(kind)), "cpu")
            cure = f", and record it again with that torch: pytest docs --device {kind} --record"
            if isinstance(error, Unsupported):
                cure = "; if the floor is too high, lower OLDEST in cheatsheet/run/records.py"
            problem = f"this is no recorded run: {error}; remove it{cure}"
            raise SourceError(name, getattr(error, "lineno", 1), problem) from error
    found = dict(sorted(found.items(), key=lambda item: (item[1].release, item[0])))
    for old, new in pairwise(found.values()):
        major, minor = old.release
        if new.release not in (old.release, (major, minor + 1), (major + 1, 0)):
            problem = f"torch: {new.torch} is unknown here, for the one before is {old.torch}; "
            problem += "remove it, or record those between: with each, pytest docs --record"
            raise SourceError((folder / new.file).relative_to(root), 1, problem)
    return found


@lru_cache  # each staging of each language reads the records
def _read(text: str) -> Run:
    record = json.loads(text, object_pairs_hook=_without_twins)
    schema = record.pop("schema", None) if isinstance(record, dict) else None
    if schema != SCHEMA:
        raise ValueError(f"it has the schema {schema}, and {SCHEMA} is needed")
    if record.pop("digest", None) != digest({"schema": SCHEMA} | record):
        raise ValueError("it was changed after the run that wrote it")
    run = _strictly(Run, record, "the run")
    device = _strictly(Device, run.device, "device")
    blocks = [_strictly(Block, block, f"blocks[{i}]") for i, block in enumerate(run.blocks)]
    if not blocks:
        raise ValueError("blocks: nothing ran")
    if (device.kind == "cuda") != (device.driver is not None):
        raise ValueError(f"device.driver: {device.driver!r} on {device.kind}")
    (place, times), *_ = Counter((block.page, block.line) for block in blocks).most_common(1)
    if times > 1:
        raise ValueError(f"blocks: {place[0]}:{place[1]} stands there {times} times")
    if not BEGIN < datetime.fromisoformat(run.time) < datetime.now(UTC) + timedelta(days=1):
        raise ValueError(f"time: {run.time} is before this project, or a day to come")
    _check_torch(run)
    return replace(run, device=device, blocks=tuple(blocks))


def _check_torch(run: Run) -> None:
    if not re.fullmatch(r"\d+\.\d+\.\d+(\+\w+)?", run.torch) or run.release < OLDEST:
        raise Unsupported(f"torch: {run.torch} is no release from {OLDEST[0]}.{OLDEST[1]} on")


def _without_twins(pairs: list[tuple[str, object]]) -> dict:
    (key, times), *_ = [*Counter(key for key, _ in pairs).most_common(1), ("", 0)]
    if times > 1:
        raise ValueError(f"it has the key {key!r} {times} times")
    return dict(pairs)


@lru_cache  # each staging of each language reads the records
def _check_commit(commit: str | None, time: str, root: Path) -> None:
    """The commit is of the history, and older than the run; outside of git nobody can say so."""
    shallow = _git(root, "rev-parse", "--is-shallow-repository")
    if shallow == "true" and os.environ.get("GITHUB_ACTIONS"):
        problem = "the history that holds the commits of these records is not here; fetch it: "
        raise SourceError(FOLDER, 1, problem + "fetch-depth: 0, or git fetch --unshallow")
    if shallow is None or (commit and shallow == "true"):
        return
    if not commit or _git(root, "merge-base", "--is-ancestor", commit, "HEAD") is None:
        raise ValueError(f"commit: {commit} is not in the history")
    committed = datetime.fromtimestamp(int(_git(root, "log", "-1", "--format=%ct", commit)), UTC)
    if datetime.fromisoformat(time) < committed:
        raise ValueError(f"time: {time} is before its commit, {committed.isoformat()}")


def _strictly(kind, values: object, where: str):
    """A dataclass of exactly these values."""
    names = sorted(one.name for one in fields(kind))
    if not isinstance(values, dict) or sorted(values) != names:
        raise ValueError(f"{where}: {names} are needed, and no more")
    for one in fields(kind):
        value = values[one.name]
        if not re.fullmatch(one.metadata["form"], json.dumps(value)):
            raise ValueError(f"{where}: {one.name}: {value!r} is not of this form")
    return kind(**values)


def code_hash(fence: Fence, root: Path) -> str:
    """Of a fence's text, and of the files of `snippets` that it imports from."""
    files = _imported_files(fence.source, root) if fence.language == "python" else ()
    return _hash(
        fence.source.encode(), *(path.read_text("utf-8").encode() for path in sorted(files))
    )


def output_hash(fence: Fence | None) -> str | None:
    """Of the output fence that a run compared with, None where the page shows none."""
    return fence and _hash(fence.source.encode())


def _hash(*parts: bytes) -> str:
    return hashlib.sha256(b"".join(parts)).hexdigest()[:32]


def _imported_files(source: str, root: Path) -> set[Path]:
    found, sources = set(), [source]
    while sources:
        for module in _imported_modules(sources.pop()):
            path = root.joinpath(*module.split(".")).with_suffix(".py")
            if path not in found and path.is_file():
                found.add(path)
                sources.append(path.read_text(encoding="utf-8"))
    return found


@lru_cache(maxsize=4096)  # of a page in each language, and again under `mkdocs serve`
def _imported_modules(source: str) -> frozenset[str]:
    nodes = ast.walk(ast.parse(source)) if "import" in source else ()
    imports = [n for n in nodes if isinstance(n, ast.ImportFrom) and not n.level]
    return frozenset(node.module for node in imports)


def results(page: Page, runs: Iterable[Run], root: Path) -> Iterator[list[str]]:
    """For each run, what each example of a page, as it is now, gave: "passed", "failed", or ""
    where no block of the same text, output and definitions ran."""
    codes = [code_hash(example.code, root) for example in page.examples]
    for run in runs:
        ran = run.gave.get(page.path.as_posix(), {})
        gave = defaultdict(list, {key: [*results] for key, results in ran.items()})
        title = TITLES[run.device.kind]
        on = {"torch": run.release, "Python": release_of(run.python)}
        outputs = [output_hash(one.output(title, on)) for one in page.examples]
        keys = zip(codes, outputs, strict=True)
        yield [gave[key].pop(0) if gave[key] else "" for key in keys]
