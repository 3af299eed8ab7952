"""Nothing is published but what was proved: each fault of a site, of a record, of a run."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cheatsheet.build import seal
from cheatsheet.run.records import digest
from tests.github.flows import ROOT

TORCH = re.search(r"^torch==(\d+\.\d+)", (ROOT / "requirements.txt").read_text("utf-8"), re.M)[1]
RECORD = f"torch-{TORCH}"


def judge(proved, commit: str = "", **environment: str) -> subprocess.CompletedProcess:
    script = str(proved.root / ".github/scripts/evidence.py")
    command = [sys.executable, "-S", script, "site", commit or proved.commit, "evidence"]
    return proved.run(*command, **environment)


def test_a_proved_site_may_be_published(proved):
    done = judge(proved)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"Proved: 6 pages of {proved.commit}.\n"


# What is wrong, and what is said of it: of the site as it was built, and of what its tests left.


def recorded(kind: str, change):
    """The record in the site is another one, of the right digest."""

    def plant(proved):
        file = proved.site / f"runs/{RECORD}-{kind}.json"
        record = json.loads(file.read_text(encoding="utf-8"))
        change(record)
        record["digest"] = digest(record)
        file.write_text(json.dumps(record), encoding="utf-8")

    return plant


def says(kind: str, **values):
    return recorded(kind, lambda record: record.update(values))


def gone(name: str):
    def plant(proved):
        path = proved.root / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()

    return plant


def text(name: str, old: str, new: str):
    return lambda proved: proved.change(name, old, new)


def on_device(record, kind: str) -> None:
    record["device"]["kind"] = kind


BUILT = {
    "no second language": (gone("site/zh"), "site/zh/gpu-info/index.html: there is none"),
    "no page": (gone("site/gpu-info/index.html"), "site/gpu-info/index.html: there is none"),
    "no Chinese page": (gone("site/zh/gpu-info/index.html"), "site/zh/gpu-info/index.html: there"),
    "no front page": (gone("site/index.html"), "site/index.html: there is none; build the site"),
    "no search": (gone("site/search/sections.json"), "search/sections.json: cannot be read"),
    "a page not found": (
        text("site/zh/search/sections.json", '"location":"gpu-info/"', '"location":"info/"'),
        "site/zh/search/sections.json: the page gpu-info/ cannot be found",
    ),
    "no sitemap": (gone("site/sitemap.xml"), "site/sitemap.xml: there is none"),
    "a page not on the map": (
        text("site/sitemap.xml", "/zh/gpu-info/</loc>", "/zh/</loc>"),
        "site/sitemap.xml: it does not name https://owner.github.io/cheatsheet/zh/gpu-info",
    ),
    "no record of the CPU": (gone(f"site/runs/{RECORD}-cpu.json"), "-cpu.json: cannot be read"),
    "no record of a GPU": (gone(f"site/runs/{RECORD}-cuda.json"), "-cuda.json: cannot be read"),
    "no records": (gone("site/runs"), "-cpu.json: cannot be read"),
    "a record of another commit": (says("cuda", commit="0" * 40), "cuda.json: its commit is 000"),
    "a record of no commit": (says("cpu", commit=None), "cpu.json: its commit is None"),
    "a record of another run": (
        says("cuda", workflow="https://github.com/Owner/cheatsheet/actions/runs/76"),
        "cuda.json: its workflow is https://github.com/Owner/cheatsheet/actions/runs/76, not",
    ),
    "a record made by hand": (says("cpu", workflow=None), "cpu.json: its workflow is None, not"),
    "a record of changed files": (says("cpu", dirty=True), "cpu.json: its dirty is True"),
    "a record of another torch": (
        says("cpu", torch="2.8.0+cpu"),
        "cpu.json: its torch is 2.8.0, not",
    ),
    "an emulated GPU": (
        recorded("cuda", lambda record: on_device(record, "emulated")),
        "cuda.json: its kind is emulated, not cuda",
    ),
    "the CPU for a GPU": (
        lambda proved: shutil.copy(
            proved.site / f"runs/{RECORD}-cpu.json", proved.site / f"runs/{RECORD}-cuda.json"
        ),
        "cuda.json: its kind is cpu, not cuda",
    ),
    "a block failed": (
        recorded("cuda", lambda record: record["blocks"][3].update(result="failed")),
        r"cuda.json: docs/en/\S+.md:\d+ failed; mend that block",
    ),
    "a block did not run": (
        recorded("cpu", lambda record: record["blocks"].pop(3)),
        r"cpu.json: \d+ blocks ran, of \d+ of the pages; see docs/en/\S+.md:\d+",
    ),
    "a block ran twice": (
        recorded("cpu", lambda record: record["blocks"].append(record["blocks"][3])),
        r"cpu.json: \d+ blocks ran, of \d+ of the pages",
    ),
    "a block for another": (
        recorded("cpu", lambda record: record["blocks"][3].update(line=9999)),
        r"cpu.json: (\d+) blocks ran, of \1 of the pages; see docs/en/\S+.md:\d+",
    ),
    "no block of a language": (
        recorded(
            "cuda",
            lambda record: record.update(
                blocks=[b for b in record["blocks"] if b["page"].startswith("docs/en")]
            ),
        ),
        r"cuda.json: \d+ blocks ran, of \d+ of the pages; see docs/zh/\S+.md:\d+",
    ),
}
LEFT = {
    "an edit after the build": (
        text("site/index.html", "</title>", " </title>"),
        r"manifest.json: it says \w+ of index.html, which is \w+; the site was changed after",
    ),
    "a file more": (
        lambda proved: (proved.site / "more.html").write_text("more", encoding="utf-8"),
        r"manifest.json: it says nothing of more.html, which is \w+; the site was",
    ),
    "a hidden file more": (
        lambda proved: (proved.site / "zh/.more").write_text("more", encoding="utf-8"),
        r"manifest.json: it says nothing of zh/.more, which is \w+; the site was",
    ),
    "a file less": (
        gone("site/404.html"),
        r"manifest.json: it says \w+ of 404.html, which is not there",
    ),
    "a link for a file": (
        lambda proved: (
            (proved.site / "404.html").rename(proved.root / "404.html"),
            (proved.site / "404.html").symlink_to(proved.root / "404.html"),
        ),
        r"manifest.json: it says \w+ of 404.html, which is a link",
    ),
    "a folder that is a link": (
        lambda proved: (proved.site / "more").symlink_to(proved.root / "docs"),
        "manifest.json: it says nothing of more, which is a link",
    ),
    "no manifest": (gone("site/manifest.json"), "manifest.json: cannot be read"),
    "no evidence": (gone("evidence"), "evidence: nothing here says that tests/site/test_small.py"),
    "no evidence of the site's tests": (
        gone("evidence/site.json"),
        "evidence: nothing here says that tests/site/test_small.py::test_site passed",
    ),
    "no evidence of the other tests": (
        gone("evidence/tests.json"),
        "evidence: nothing here says that tests/test_small.py::test_sum passed",
    ),
    "one test less": (
        text("evidence/tests.json", "tests/test_small.py::test_word", "x"),
        "evidence: nothing here says that tests/test_small.py::test_word passed",
    ),
    "the site's tests without a site": (
        lambda proved: proved.test("evidence/site.json", "tests/site", SITE_FOLDER=""),
        "evidence: nothing here says that tests/site/test_small.py::test_site passed",
    ),
    "evidence of another commit": (
        text("evidence/tests.json", '"commit": "', '"commit": "0'),
        "tests.json: its commit is 0",
    ),
    "evidence of another run": (
        text("evidence/site.json", "runs/77", "runs/7"),
        "site.json: its workflow is https://github.com/Owner/cheatsheet/actions/runs/7, not",
    ),
    "evidence of another site": (
        lambda proved: (
            proved.change("site/index.html", "</title>", " </title>"),
            (proved.site / "manifest.json").unlink(),
            seal(proved.root, proved.site),
        ),
        "site.json: another site was tested",
    ),
    "evidence that is none": (text("evidence/site.json", "{", ""), "site.json: cannot be read"),
    "a checkout that was changed": (
        text("docs/en/index.md", "\n# ", "\n\n# "),
        "docs/en/index.md: is not as in the commit",
    ),
    "a page more in the checkout": (
        lambda proved: (
            (proved.root / "docs/fr").mkdir()
            or (proved.root / "docs/fr/index.md").write_text("# A { #a }\n", encoding="utf-8")
        ),
        "docs/fr/: is not as in the commit",
    ),
}


def refused(proved, said: str) -> None:
    done = judge(proved)
    assert done.returncode == 1, done.stdout
    assert re.match(rf"::error::\S*{said}.*\. Nothing is published\.\n$", done.stderr), done.stderr


@pytest.mark.parametrize("fault", BUILT)
def test_a_site_that_was_built_so_is_refused(proved, fault):
    plant, said = BUILT[fault]
    plant(proved)
    proved.seal()
    refused(proved, said)


@pytest.mark.parametrize("fault", LEFT)
def test_what_does_not_belong_together_is_refused(proved, fault):
    plant, said = LEFT[fault]
    plant(proved)
    refused(proved, said)


def test_a_site_of_another_commit_is_refused(proved):
    """As when a job checks out an old tag: the sources of the site are others."""
    proved.change("docs/zh/index.md", "\n# ", "\n\n# ")
    proved.seal()
    proved.run("git", "checkout", "docs")
    refused(proved, r"manifest.json: it says \w+ of docs/zh/index.md, which is \w+; build the very")


def test_another_checkout_is_refused(proved):
    done = judge(proved, commit="0" * 40)
    assert done.returncode == 1
    assert f"this is {proved.commit}, not 000" in done.stderr


def test_outside_of_a_workflow_nothing_is_published(proved):
    done = judge(proved, GITHUB_RUN_ID="")
    assert done.returncode == 1
    assert "cpu.json: its workflow is https://github.com/Owner/cheatsheet/act" in done.stderr


def test_a_part_of_a_site_has_no_manifest(proved):
    """With --dirty, pages of an earlier build may stand there."""
    command = [sys.executable, "-m", "mkdocs", "build", "--dirty", "-d", "part"]
    assert proved.run(*command).returncode == 0
    assert (proved.root / "part/zh/index.html").exists()
    assert not list((proved.root / "part").rglob("manifest.json"))


# What a job of tests leaves: evidence where all of it ran and passed, and none otherwise.

SUM = "tests/test_small.py::test_sum"
INCOMPLETE = {
    "-k": (["-k", "sum"], {}),
    "--deselect": (["--deselect", SUM], {}),
    "by the environment": ([], {"PYTEST_ADDOPTS": "-k sum"}),
    "--collect-only": (["--collect-only"], {}),
    "none chosen": (["-k", "nothing"], {}),
}


@pytest.mark.parametrize("way", INCOMPLETE)
def test_a_run_that_leaves_tests_out_gives_no_evidence(proved, way):
    arguments, environment = INCOMPLETE[way]
    said = proved.test("evidence/tests.json", "tests/test_small.py", *arguments, **environment)
    assert "no evidence in evidence/tests.json" in said, said
    assert not (proved.root / "evidence/tests.json").exists()


@pytest.mark.parametrize("line", ["assert False", "import pytest; pytest.skip('later')"])
def test_a_failure_or_a_skipped_test_gives_no_evidence(proved, line):
    proved.change("tests/test_small.py", "assert 1 + 1 == 2", line)
    said = proved.test("evidence/tests.json", "tests/test_small.py")
    assert f"some were left out, such as {SUM}" in said, said
    assert not (proved.root / "evidence/tests.json").exists()


def test_one_test_alone_is_not_enough(proved):
    said = proved.test("evidence/tests.json", SUM)
    assert "evidence: evidence/tests.json, 1 tests passed" in said, said
    refused(proved, "evidence: nothing here says that tests/test_small.py::test_word passed")


def test_workers_give_no_evidence(proved):
    done = proved.run(
        *[sys.executable, "-m", "pytest", "tests/test_small.py", "-n", "1"], TEST_EVIDENCE="x.json"
    )
    assert done.returncode
    assert "run without -n" in done.stdout + done.stderr
    assert not Path(proved.root, "x.json").exists()
