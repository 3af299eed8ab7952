"""One issue for each torch release whose outputs are other than the pages'."""

import json
import os
import subprocess
import sys
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

ROOT = Path(__file__).parents[2]
# A gh that keeps the issues of the repository in a file, two to a page.
GH = """\
import json, os, sys
from pathlib import Path
file = Path(os.environ["ISSUES"])
issues = json.loads(file.read_text())
path = sys.argv[2]
assert path.startswith("repos/owner/cheatsheet/issues"), path
if "--input" in sys.argv:
    fields = json.load(sys.stdin)
    if sys.argv[sys.argv.index("--method") + 1] == "PATCH":
        issue = issues[int(path.rpartition("/")[2]) - 1]
        issue.update(fields)
    else:
        fields["labels"] = [{"name": name} for name in fields["labels"]]
        issue = {"number": len(issues) + 1, "state": "open", **fields}
        issue["html_url"] = f"https://example.org/{issue['number']}"
        issues.append(issue)
    file.write_text(json.dumps(issues))
    print(json.dumps(issue))
else:
    assert "state=all" in path and "labels=torch%20outputs" in path
    ours = [i for i in issues if {"name": "torch outputs"} in i["labels"]]
    print(json.dumps([ours[n : n + 2] for n in range(0, len(ours), 2)] or [[]]))
"""
DIFF = "docs/en/x.md:9: the page shows other output (-) than this code gave (+):\n  - 1"


class Repository:
    def __init__(self, folder: Path):
        self.folder, self.file = folder, folder / "issues.json"
        (folder / "bin").mkdir()
        gh = folder / "bin" / "gh"
        gh.write_text(f"#!{sys.executable}\n{GH}", encoding="utf-8")
        gh.chmod(0o755)
        self.issues = []

    @property
    def issues(self) -> list[dict]:
        return json.loads(self.file.read_text(encoding="utf-8"))

    @issues.setter
    def issues(self, issues: list[dict]) -> None:
        self.file.write_text(json.dumps(issues), encoding="utf-8")

    def report(self, **runs: tuple[str, list[str]]) -> subprocess.CompletedProcess:
        outputs = self.folder / "outputs"
        subprocess.run(["rm", "-rf", outputs], check=True)
        for name, (version, failures) in runs.items():
            run = outputs / f"outputs-{name}"
            run.mkdir(parents=True)
            (run / "torch.txt").write_text(version + "\n", encoding="utf-8")
            cases = "".join(
                f'<testcase name="fence"><failure message="x">{escape(f)}</failure>'
                "</testcase>"
                for f in failures
            )
            (run / "fences.xml").write_text(
                f"<testsuites><testsuite>{cases}<testcase/></testsuite></testsuites>",
                encoding="utf-8",
            )
        return self.run(outputs)

    def run(self, outputs: Path) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, ROOT / ".github/scripts" / "report_outputs.py", outputs],
            env=os.environ
            | {
                "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}",
                "ISSUES": str(self.file),
                "GITHUB_REPOSITORY": "owner/cheatsheet",
            },
            capture_output=True,
            text=True,
        )


@pytest.fixture
def repository(tmp_path):
    return Repository(tmp_path)


def test_no_difference_opens_no_issue(repository):
    assert repository.report(newest=("2.15.0+cpu", [])).returncode == 0
    assert repository.issues == []


def test_a_difference_opens_one_issue_and_the_next_week_no_second(repository):
    for _ in range(2):
        done = repository.report(newest=("2.15.0+cpu", [DIFF]))
        assert done.returncode == 0, done.stderr
    assert "up to date: https://example.org/1" in done.stdout
    [issue] = repository.issues
    assert issue["title"] == "Pages show other output than torch 2.15 prints"
    assert DIFF in issue["body"]


def test_the_issue_follows_the_difference(repository):
    repository.report(nightly=("2.16.0.dev20261113+cpu", [DIFF]))
    repository.report(nightly=("2.16.0.dev20261120+cpu", [DIFF + "\n  + 2"]))
    [issue] = repository.issues
    assert "+ 2" in issue["body"] and "dev20261113" not in issue["body"]


def test_the_nightly_and_the_release_are_one_cause_and_two_releases_are_two(repository):
    repository.report(
        newest=("2.15.0+cpu", [DIFF]), nightly=("2.16.0.dev20261120+cpu", [DIFF])
    )
    repository.report(newest=("2.16.0+cpu", [DIFF]), nightly=("2.17.0.dev2+cpu", []))
    titles = [issue["title"].split()[-2] for issue in repository.issues]
    assert titles == ["2.15", "2.16"]
    assert "torch 2.16.0+cpu: 1 fences" in repository.issues[1]["body"]


def test_a_closed_issue_is_opened_again(repository):
    repository.report(newest=("2.15.0+cpu", [DIFF]))
    repository.issues = [repository.issues[0] | {"state": "closed"}]
    repository.report(newest=("2.15.0+cpu", [DIFF]))
    [issue] = repository.issues
    assert issue["state"] == "open"


def test_the_issue_is_found_behind_others_and_theirs_are_left_alone(repository):
    mark = "<!-- torch outputs: 2.15 -->"
    label, url = [{"name": "torch outputs"}], "https://example.org/"
    others = [
        {"number": n, "state": "open", "labels": label, "body": None, "html_url": url}
        for n in range(1, 6)
    ]
    # Without the label it is not ours, whatever it says.
    others[0] |= {"labels": [], "body": mark}
    repository.issues = others
    repository.report(newest=("2.15.0+cpu", [DIFF]))
    repository.report(newest=("2.15.0+cpu", [DIFF, DIFF]))
    assert repository.issues[:5] == others
    assert len(repository.issues) == 6


def test_an_output_cannot_leave_its_block_or_become_a_command(repository):
    evil = "```\n@everyone $(touch evil) `touch evil` ````"
    done = repository.report(newest=("2.15.0+cpu", [evil]))
    assert done.returncode == 0, done.stderr
    body = repository.issues[0]["body"]
    assert f"\n`````diff\n{evil}\n`````" in body
    assert not list(repository.folder.rglob("evil"))


def test_a_long_report_is_cut_between_two_fences(repository):
    done = repository.report(newest=("2.15.0+cpu", [DIFF + "x" * 9_000] * 20))
    assert done.returncode == 0, done.stderr
    body = repository.issues[0]["body"]
    assert len(body) < 65_536
    assert body.count("```") % 2 == 0
    assert body.endswith("The rest is in the log of the job.")


@pytest.mark.parametrize(
    ("version", "report", "words"),
    [
        ("$(x)", "<testsuites/>", "is no version of torch"),
        ("2.15.0", "<testsuites>", "fences.xml: cannot be read"),
        ("2.15.0", None, "fences.xml: cannot be read"),
        (None, None, "no run left its outputs here"),
    ],
)
def test_a_broken_run_fails_with_its_file(repository, version, report, words):
    run = repository.folder / "outputs" / "outputs-newest"
    run.mkdir(parents=True)
    if version:
        (run / "torch.txt").write_text(version, encoding="utf-8")
    if report:
        (run / "fences.xml").write_text(report, encoding="utf-8")
    done = repository.run(run.parent)
    assert done.returncode == 1
    assert words in done.stderr
    assert repository.issues == []


def test_a_refusal_of_github_fails(repository):
    (repository.folder / "bin" / "gh").write_text(
        "#!/bin/sh\necho 'HTTP 403' >&2\nexit 1\n", encoding="utf-8"
    )
    done = repository.report(newest=("2.15.0+cpu", [DIFF]))
    assert done.returncode == 1
    assert "HTTP 403" in done.stderr
