"""`--record`: what a run writes, and what of it holds when a page changes."""

import json
from collections import Counter
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from cheatsheet.blocks import read_examples
from cheatsheet.run.records import (
    SCHEMA_FILE,
    RecordError,
    digest,
    page_keys,
    read_record,
)
from tests.run.test_planted_pages import ROOT, fence, run_pytest

SCHEMA = Draft202012Validator(json.loads(SCHEMA_FILE.read_text(encoding="utf-8")))
PAGE = (
    "# Page { #page }\n\n"
    + fence("from snippets.gpu_device import try_gpu")
    + "## Numbers { #numbers }\n\n"
    + fence("1 + 1", "2")
    + fence("1 + 1", "3")
)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory) -> tuple[Path, dict]:
    """A project with one page, and the record of a run over it, of both devices."""
    import shutil

    root = tmp_path_factory.mktemp("project")
    for name in ("fences", "snippets"):
        shutil.copytree(ROOT / name, root / name)
    for name in ("conftest.py", "pyproject.toml"):
        shutil.copy(ROOT / name, root)
    page = root / "docs/en/page.md"
    page.parent.mkdir(parents=True)
    page.write_text(PAGE)
    done = run_pytest(root, "docs", "--record", "docs/runs/cpu.json")
    assert done.returncode == 1  # the last fence is wrong
    assert "recorded in docs/runs/cpu.json" in done.stdout
    return root, read_record(root / "docs/runs/cpu.json")


def test_what_is_recorded(recorded):
    _, record = recorded
    SCHEMA.validate(record)
    assert record["device"]["kind"] == "cpu"
    assert record["commit"] is record["dirty"] is None  # no git there
    blocks = [
        (b["page"], b["line"], b["id"], b["result"], b["output"] is None)
        for b in record["blocks"]
    ]
    assert blocks == [
        ("docs/en/page.md", 3, "page", "passed", True),
        ("docs/en/page.md", 9, "numbers", "passed", False),
        ("docs/en/page.md", 17, "numbers", "failed", False),
    ]


CHANGES = {  # what changes, and how many of three blocks are still those that ran
    "nothing": (lambda page: page, 3),
    "lines": (lambda page: "More.\n\n" + page, 3),
    "order": (lambda page: page.replace("## Numbers { #numbers }\n\n", ""), 3),
    "code": (
        lambda page: page.replace("1 + 1\n```\n\n```text\n2", "2\n```\n\n```text\n2"),
        2,
    ),
    "comment": (lambda page: page.replace("try_gpu", "try_gpu  # a comment"), 2),
    "output": (lambda page: page.replace("\n2\n", "\n2.0\n"), 2),
    "a block more": (lambda page: page + fence("1 + 1", "2"), 3),
    "a block less": (lambda page: page.partition("## ")[0], 1),
}


@pytest.mark.parametrize("change", CHANGES)
def test_which_blocks_still_are_the_ones_that_ran(recorded, tmp_path, change):
    root, record = recorded
    make, count = CHANGES[change]
    page = tmp_path / "page.md"
    page.write_text(make(PAGE))
    ran = Counter((block["code"], block["output"]) for block in record["blocks"])
    assert (page_keys(page, root, "cpu") & ran).total() == count


def test_a_changed_definition_has_not_run(recorded):
    root, record = recorded
    file = root / "snippets/gpu_device.py"
    text = file.read_text(encoding="utf-8")
    file.write_text(text + "\n# changed\n", encoding="utf-8")
    keys = page_keys(root / "docs/en/page.md", root, "cpu")
    file.write_text(text, encoding="utf-8")
    ran = Counter((block["code"], block["output"]) for block in record["blocks"])
    assert (keys & ran).total() == 2


def test_a_gpu_output_does_not_touch_the_record_of_the_cpu(tmp_path):
    page = tmp_path / "page.md"
    page.write_text('```python\n1\n```\n\n```text title="CPU"\n1\n```\n')
    before = [page_keys(page, ROOT, kind) for kind in ("cpu", "cuda")]
    with page.open("a") as file:
        file.write('\n```text title="GPU"\n2\n```\n')
    after = [page_keys(page, ROOT, kind) for kind in ("cpu", "cuda")]
    assert before[0] == after[0]
    assert before[1] != after[1]


FORGED = {
    "cut off": (lambda text: text[: len(text) // 2], "the file is cut off or damaged"),
    "empty": (lambda text: "", "the file is cut off or damaged"),
    "old schema": (
        lambda text: text.replace('"schema": 1', '"schema": 0'),
        "it has the schema 0, and 1 is needed",
    ),
    "no record": (lambda text: "[]", "it has the schema None, and 1 is needed"),
    "result": (
        lambda text: text.replace('"failed"', '"passed"'),
        "it was changed after the run that wrote it",
    ),
    "kind": (
        lambda text: text.replace('"kind": "cpu"', '"kind": "cuda"'),
        "it was changed after the run that wrote it",
    ),
}


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_record_is_named_with_the_cure(recorded, tmp_path, name):
    root, _ = recorded
    make, words = FORGED[name]
    file = tmp_path / "cpu.json"
    file.write_text(make((root / "docs/runs/cpu.json").read_text(encoding="utf-8")))
    with pytest.raises(RecordError) as error:
        read_record(file)
    assert str(error.value).startswith(f"{file}: ")
    assert words in str(error.value)
    cure = f"record it again: pytest docs --device cpu --record {file}"
    assert str(error.value).endswith(cure)


def test_recording_and_updating_exclude_each_other(recorded):
    root, _ = recorded
    done = run_pytest(root, "docs", "--update-outputs", "--record", "x.json")
    assert done.returncode == 4
    assert "update first, then record" in done.stderr
    assert not (root / "x.json").exists()


def test_a_run_of_nothing_records_nothing(recorded):
    root, _ = recorded
    done = run_pytest(root, "docs", "-k", "nothing", "--record", "x.json")
    assert done.returncode != 0
    assert "--record x.json: nothing ran, and nothing was written" in done.stderr
    assert not (root / "x.json").exists()


def test_an_emulated_run_says_so_in_its_record(recorded):
    root, _ = recorded
    done = run_pytest(
        root, "docs", "--device", "emulated", "--record", "docs/runs/emulated.json"
    )
    record = read_record(root / "docs/runs/emulated.json")
    (root / "docs/runs/emulated.json").unlink()
    SCHEMA.validate(record)
    assert record["device"]["kind"] == "emulated"
    assert "no GPU" in record["device"]["name"]
    assert "fences run on an emulated accelerator, no GPU: 3" in done.stdout


RECORDS = sorted((ROOT / "runs").glob("*.json"))


@pytest.mark.parametrize("file", RECORDS, ids=lambda file: file.stem)
def test_the_records_of_the_repository_are_well_formed(file):
    """They may be older than a page, which then says so; they are of real runs."""
    record = read_record(file)
    SCHEMA.validate(record)
    assert record["device"]["kind"] == file.stem
    assert record["digest"] == digest(record)
    pages = {block["page"] for block in record["blocks"]}
    shown = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "docs").rglob("*.md")
        if read_examples(path)
    }
    assert len(pages & shown) >= 30


def test_there_is_a_record_of_the_cpu():
    assert ROOT / "docs/runs/cpu.json" in RECORDS
