"""Recorded runs: one JSON file that says which blocks ran where, and what they were.

run.schema.json describes the file. The site shows from such files alone what its code
ran on (hooks/verified.py), so each holds a digest of itself: it cannot be edited by
hand without being noticed.
"""

import ast
import hashlib
import json
import platform
import subprocess
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from cheatsheet.blocks import Block, read_examples
from cheatsheet.run.devices import TITLES
from cheatsheet.run.journal import Entry

SCHEMA = 1
SCHEMA_FILE = Path(__file__).with_name("run.schema.json")


class RecordError(Exception):
    """A recorded run cannot be trusted; it names the file and the cure."""

    def __init__(self, path: Path, problem: str):
        kind = path.stem if path.stem in TITLES else "cpu"
        cure = f"record it again: pytest docs --device {kind} --record {path}"
        super().__init__(f"{path}: {problem}; {cure}")


def code_hash(block: Block, root: Path) -> str:
    """Of a block's text, and of the files of `snippets` that it imports from."""
    digest = hashlib.sha256(block.source.encode())
    if block.language == "python":
        for path in sorted(_imported_files(block.source, root)):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:32]


def output_hash(block: Block | None) -> str | None:
    """Of the output fence that a run compared with, None where the page shows none."""
    if block is None:
        return None
    return hashlib.sha256(block.source.encode()).hexdigest()[:32]


def _imported_files(source: str, root: Path) -> set[Path]:
    found, sources = set(), [source]
    while sources:
        for node in ast.walk(ast.parse(sources.pop())):
            if not isinstance(node, ast.ImportFrom) or node.level or not node.module:
                continue
            path = root.joinpath(*node.module.split(".")).with_suffix(".py")
            if path not in found and path.is_file():
                found.add(path)
                sources.append(path.read_text(encoding="utf-8"))
    return found


def page_keys(path: Path, root: Path, kind: str) -> Counter:
    """The hashes (of code, of output) of each Python block of a page, as it is now."""
    return Counter(
        (code_hash(example.code, root), output_hash(example.output(TITLES[kind])))
        for example in read_examples(path)
    )


def describe_run(device: dict, root: Path) -> dict:
    """What holds for a whole run on `device` (as of `devices.describe`)."""
    import torch  # here, as in devices.py

    commit = _git(root, "rev-parse", "HEAD")
    changes = _git(root, "status", "--porcelain", "--", ".", ":(exclude)docs/runs")
    return {
        "schema": SCHEMA,
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit,
        "dirty": None if commit is None else bool(changes),
        "torch": str(torch.__version__),
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "device": device,
    }


def _git(root: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=root, capture_output=True, text=True
        )
    except FileNotFoundError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def write_record(path: Path, run: dict, entries: list[Entry]) -> None:
    """Write the recorded run `run` (as of `describe_run`) with its blocks."""
    blocks = [
        {
            "page": entry.page,
            "line": entry.line,
            "id": entry.id,
            "language": entry.language,
            "code": entry.code,
            "output": entry.output,
            "result": entry.result,
            "seconds": round(entry.seconds, 4),
        }
        for entry in entries
    ]
    record = run | {"blocks": blocks}
    record["digest"] = digest(record)
    # One block a line, so that the difference of two records can be read.
    head = json.dumps(record | {"blocks": []}, ensure_ascii=False, indent=1)
    lines = ",\n".join("  " + json.dumps(b, ensure_ascii=False) for b in blocks)
    text = head.replace('"blocks": []', f'"blocks": [\n{lines}\n ]')
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text + "\n", encoding="utf-8")


def digest(record: dict) -> str:
    """Of all that a record says but the digest itself."""
    content = {key: value for key, value in record.items() if key != "digest"}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def read_record(path: Path, name: Path | None = None) -> dict:
    """A recorded run, checked against itself; its schema is checked by who shows it.

    `name` is what an error calls the file.

    Raises:
        RecordError: it is cut off, of another schema, was edited, or its name says
            another device than it does.
    """
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise RecordError(name or path, f"cannot be read: {error}") from error
    except json.JSONDecodeError as error:
        problem = f"line {error.lineno} is no JSON, the file is cut off or damaged"
        raise RecordError(name or path, problem) from error
    if not isinstance(record, dict) or record.get("schema") != SCHEMA:
        found = record.get("schema") if isinstance(record, dict) else None
        raise RecordError(
            name or path, f"it has the schema {found}, and {SCHEMA} is needed"
        )
    if record.get("digest") != digest(record):
        raise RecordError(name or path, "it was changed after the run that wrote it")
    return record
