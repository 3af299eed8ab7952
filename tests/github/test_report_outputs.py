"""One issue for each torch release whose outputs are other than the pages'."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from tests.github.conftest import run, script
from tests.github.flows import ROOT

# `gh api` over the issues in a file. It takes exactly what the script may say: the list
# is asked for whole, the oldest first, and a text comes through standard input.
GH = """\
import json, os, sys
from pathlib import Path
file = Path(os.environ["ISSUES"])
issues = json.loads(file.read_text())
api, path, *rest = sys.argv[1:]
options, fields = {}, {}
for option, value in zip(rest[::2], rest[1::2]):
    if option == "-f":
        name, _, fields[name] = value.partition("=")
    elif option == "-F":
        assert value == "body=@-", value
        body = sys.stdin.read()
    else:
        options[option] = value
if fields:
    assert "body" not in fields
    fields["body"] = body
assert api == "api" and set(options) <= {"--jq", "--method"}, sys.argv
path, _, query = path.partition("?")
before, _, number = path.partition("/issues")
assert before == "repos/owner/cheatsheet", path
if not fields:
    query = dict(pair.split("=") for pair in query.split("&"))
    label = query.pop("labels")
    assert query == {"state": "all", "sort": "created", "direction": "asc"}
    assert options == {"--jq": ".[0].number // empty"}
    print(*[i["number"] for i in issues if label in i["labels"]][:1])
else:
    if number:
        assert options["--method"] == "PATCH"
        issue = issues[int(number[1:]) - 1]
        issue |= fields
    else:
        label = fields.pop("labels[]")
        issue = {"number": len(issues) + 1, "state": "open", "labels": [label]}
        issues.append(issue | {"title": fields["title"], "body": fields["body"]})
    file.write_text(json.dumps(issues))
    word, plus, _ = options["--jq"].partition(" + ")
    print(json.loads(word) + f"https://example.org/{issue['number']}")
"""
DIFF = "docs/en/x.md:9: the page shows other output (-) than this code gave (+):\n  - 1"
LABEL = "outputs-of-torch-2.15"


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
            said = "...F [100%]\n"
            if failures:
                said += "\n".join(["=== FAILURES ===", *failures]) + "\n"
            (run / "fences.txt").write_text(said, encoding="utf-8", newline="")
        return self.run(outputs)

    def run(self, outputs: Path) -> subprocess.CompletedProcess:
        return subprocess.run(
            [ROOT / ".github/scripts/report-outputs.sh", outputs],
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


def code(body: str) -> list[str]:
    """The blocks of code that GitHub shows for the text of an issue."""
    return [t.content for t in MarkdownIt().parse(body) if t.type == "code_block"]


def test_no_difference_opens_no_issue(repository):
    assert repository.report(newest=("2.15.0+cpu", [])).returncode == 0
    assert repository.issues == []


def test_a_difference_opens_one_issue_and_the_next_week_no_second(repository):
    for said in ("opened", "updated"):
        done = repository.report(newest=("2.15.0+cpu", [DIFF]))
        assert done.returncode == 0, done.stderr
        assert done.stdout == f"{said} https://example.org/1\n"
    [issue] = repository.issues
    assert issue["title"] == "Pages show other output than torch 2.15 prints"
    assert issue["labels"] == [LABEL]
    [block] = code(issue["body"])
    assert block == f"=== FAILURES ===\n{DIFF}\n"


def test_the_issue_follows_the_difference(repository):
    repository.report(nightly=("2.16.0.dev20261113+cpu", [DIFF]))
    repository.report(nightly=("2.16.0.dev20261120+cpu", [DIFF + "\n  + 2"]))
    [issue] = repository.issues
    assert "+ 2" in issue["body"] and "dev20261113" not in issue["body"]


def test_the_nightly_and_the_release_are_one_cause_and_two_releases_are_two(repository):
    repository.report(newest=("2.15.0+cpu", [DIFF]), nightly=("2.16.0.dev20261120+cpu", [DIFF]))
    repository.report(newest=("2.16.0+cpu", [DIFF]), nightly=("2.17.0.dev2+cpu", []))
    issues = {issue["title"].split()[-2]: issue["body"] for issue in repository.issues}
    assert len(repository.issues) == 2
    assert set(issues) == {"2.15", "2.16"}
    assert "### torch 2.16.0+cpu\n" in issues["2.16"]
    # Both in one week: one text holds both.
    repository.report(newest=("2.16.0+cpu", [DIFF]), nightly=("2.16.1.dev1", [DIFF]))
    assert len(repository.issues) == 2
    [body] = [i["body"] for i in repository.issues if "2.16" in i["title"]]
    assert body.count("### torch 2.16.") == len(code(body)) == 2


def test_a_closed_issue_is_opened_again(repository):
    repository.report(newest=("2.15.0+cpu", [DIFF]))
    repository.issues = [repository.issues[0] | {"state": "closed"}]
    repository.report(newest=("2.15.0+cpu", [DIFF]))
    [issue] = repository.issues
    assert issue["state"] == "open"


def test_the_issue_is_found_behind_others_and_theirs_are_left_alone(repository):
    others = [
        {"number": n, "state": "open", "labels": ["torch 2.15"], "title": "x"} for n in range(1, 6)
    ]
    # Without the label it is not ours, whatever it says.
    others[0] |= {"title": "Pages show other output than torch 2.15 prints"}
    repository.issues = others
    repository.report(newest=("2.15.0+cpu", [DIFF]))
    repository.report(newest=("2.15.0+cpu", [DIFF, DIFF]))
    assert repository.issues[:5] == others
    assert len(repository.issues) == 6


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_an_output_cannot_leave_its_block_or_become_a_command(repository, end):
    evil = f"```{end}@everyone $(touch evil) `touch evil` ````{end}{end}~~~{end}# x"
    done = repository.report(newest=("2.15.0+cpu", [evil]))
    assert done.returncode == 0, done.stderr
    [block] = code(repository.issues[0]["body"])
    assert block.split() == ["===", "FAILURES", "===", *evil.split()]
    assert not list(repository.folder.rglob("evil"))


def test_a_long_report_is_cut_and_says_so(repository):
    done = repository.report(newest=("2.15.0+cpu", [DIFF + "é" * 9_000] * 20))
    assert done.returncode == 0, done.stderr
    body = repository.issues[0]["body"]
    assert len(body) < 65_536
    assert body.endswith("\n\nThe rest is in the log of the job.\n")
    assert len(code(body)) == 1


@pytest.mark.parametrize(
    ("version", "said", "words"),
    [
        ("$(x)", "...", "torch.txt does not hold a version of torch"),
        ("", "...", "torch.txt does not hold a version of torch"),
        ("2.15.0", "", "fences.txt is missing or empty"),
        ("2.15.0", None, "fences.txt is missing or empty"),
        (None, None, "no run left its outputs here"),
    ],
)
def test_a_broken_run_fails_with_its_file(repository, version, said, words):
    run = repository.folder / "outputs" / "outputs-newest"
    run.mkdir(parents=True)
    if version is not None:
        (run / "torch.txt").write_text(version, encoding="utf-8")
    if said is not None:
        (run / "fences.txt").write_text(said, encoding="utf-8")
    done = repository.run(run.parent)
    assert done.returncode == 1
    assert words in done.stdout
    assert repository.issues == []


def test_a_refusal_of_github_fails(repository):
    (repository.folder / "bin" / "gh").write_text(
        "#!/bin/sh\necho 'HTTP 403' >&2\nexit 1\n", encoding="utf-8"
    )
    done = repository.report(newest=("2.15.0+cpu", [DIFF]))
    assert done.returncode == 1
    assert "HTTP 403" in done.stderr


def test_what_the_weekly_run_writes_is_what_the_issue_shows(repository, checkout, environment):
    """Pytest and the script have to agree on where the failures begin."""
    shutil.rmtree(checkout / "docs")
    page = checkout / "docs" / "en" / "x.md"
    page.parent.mkdir(parents=True)
    page.write_text("```python\nprint(2)\n```\n\n```text\n1\n```\n", encoding="utf-8")
    step = script("outputs", "Run the fences", "weekly.yml")
    done = run(step, checkout, environment)
    assert done.returncode == 0, done.stdout + done.stderr
    runs = checkout / "runs"
    runs.mkdir()
    (checkout / "outputs").rename(runs / "outputs-newest")
    done = repository.run(runs)
    assert done.returncode == 0, done.stdout + done.stderr
    [issue] = repository.issues
    [block] = code(issue["body"])
    assert block.lstrip("=").startswith(" FAILURES ")
    assert all(said in block for said in ("docs/en/x.md:", "- 1\n", "+ 2\n"))
