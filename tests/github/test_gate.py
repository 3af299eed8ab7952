"""Only one job of all workflows can publish, and only what evidence.py finds proved.

What a job that is left out, or one that proves nothing, would publish: test_evidence.py.
Pins, tokens in checkouts, dangerous triggers and text from elsewhere: test_linters.py.
"""

import copy
import re

import pytest

from tests.github.flows import ACTION, FOLDER, read

FLOWS = {file.name: read(file) for file in sorted(FOLDER.iterdir())}
RIGHTS = {
    ("site.yml", "publish", "contents"),
    ("weekly.yml", "report", "issues"),
    ("weekly.yml", "propose", "contents"),
    ("weekly.yml", "propose", "pull-requests"),
}
PROPOSE = '.github/scripts/propose-outputs.sh outputs "$GITHUB_SERVER_URL/$GITHUB_REPOSITORY"'
PUBLISH = (
    '.github/scripts/publish.sh site "$GITHUB_SERVER_URL/$GITHUB_REPOSITORY" "$GITHUB_SHA" evidence'
)
OTHER_TORCH = "matrix.torch != 'pinned'"
ANY_TORCH = (
    ".venv/bin/python -m pytest docs tests/run tests/snippets tests/standalone "
    "--device cpu --record record"
)
PUBLISH_IF = "github.event_name != 'pull_request' && github.ref == 'refs/heads/main'"
SAME_REPOSITORY = (
    "github.event_name != 'pull_request' || "
    "github.event.pull_request.head.repo.full_name == github.repository"
)
# Of the first job, what leaves no evidence: that of the other legs.
LEGS = {("torch", version) for version in ("pinned", "oldest", "newest")} | {
    ("python", version) for version in ("3.11", "3.12", "3.13", "3.14")
}


def words(text: str | None) -> str:
    return " ".join((text or "").split())


def wrong(flows: dict[str, dict]) -> list[str]:
    """Every way in which these workflows could do more than they should, or pass for less."""
    found = []
    rights = set()
    for file, flow in flows.items():
        if flow.get("permissions") != {}:
            found.append(f"{file} gives every job permissions; give each job its own")
        for name, job in flow["jobs"].items():
            given = job.get("permissions", {})
            if not isinstance(given, dict):
                found.append(f"{file}: {name} has all rights; name them")
                continue
            rights |= {(file, name, right) for right, how in given.items() if how == "write"}
            if "timeout-minutes" not in job or "uses" in job:
                found.append(f"{file}: {name} has no timeout-minutes of its own")
            if "vars.GPU_RUNNER" in str(job["runs-on"]) and name != "gpu":
                found.append(f"{file}: {name} runs on the GPU runner")
            sees_token = (file, name) in {(file, job) for file, job, _ in RIGHTS}
            if "secrets" in str(job) or ("github.token" in str(job) and not sees_token):
                found.append(f"{file}: {name} sees a token")
            for part in (job, *job["steps"]):
                if "continue-on-error" in part or "shell" in part or "defaults" in part:
                    found.append(f"{file}: {name} may fail and count as passed")
                if "mkdocs build" in part.get("run", "") and not whole(job):
                    found.append(f"{file}: {name} builds without the history of the records")
                if re.search(r"\|\|\s*(true|:|exit 0|echo)\b|set \+e", part.get("run", "")):
                    found.append(f"{file}: {name} swallows a failure")
    if rights != RIGHTS:
        found.append(f"these may write: {sorted(rights)}")
    steps = flows["weekly.yml"]["jobs"]["propose"]["steps"]
    if [words(step["run"]) for step in steps if "run" in step] != [PROPOSE]:
        found.append("propose runs more than propose-outputs.sh")
    return found + wrong_site(flows["site.yml"]["jobs"])


def whole(job: dict) -> bool:
    """Does it check out the whole history, without which no record's commit is looked up?"""
    return all(s["with"].get("fetch-depth") == 0 for s in job["steps"] if "checkout" in str(s))


def wrong_site(jobs: dict[str, dict]) -> list[str]:
    found = []
    publish, gpu, matrix = jobs["publish"], jobs["gpu"], jobs["cpu"]["strategy"]["matrix"]
    if [words(step["run"]) for step in publish["steps"] if "run" in step] != [PUBLISH]:
        found.append("publish runs more than publish.sh")
    if words(publish.get("if")) != PUBLISH_IF:
        found.append(f"the condition of publish is {publish.get('if')}")
    if {*publish["needs"]} != jobs.keys() - {"publish"}:
        found.append("publish does not wait for all jobs")
    if publish.get("concurrency", {}).get("cancel-in-progress") is not False:
        found.append("two publishings can cross")
    if words(gpu.get("if")) != SAME_REPOSITORY:
        found.append("code of a fork reaches the GPU runner")
    if gpu.get("environment", {}).get("name") != "gpu":
        found.append("no reviewer can be asked before code runs on the GPU runner")
    others = [one for one in jobs["cpu"]["steps"] if words(one.get("if")) == OTHER_TORCH]
    if [words(one["run"]) for one in others if "pytest" in one["run"]] != [ANY_TORCH]:
        found.append("what runs on any torch is not tested on the oldest and the newest")
    rows = [("torch", one["torch"]) for one in matrix["include"]]
    rows += [(kind, one) for kind in ("torch", "python") for one in matrix[kind]]
    return found + [f"the fences do not run on {leg}" for leg in sorted(LEGS - {*rows})]


def step(flows, job, name):
    return next(s for s in flows["site.yml"]["jobs"][job]["steps"] if s["name"] == name)


def without_need(job, needed):
    return lambda flows: flows["site.yml"]["jobs"][job]["needs"].remove(needed)


def job_with(job, **keys):
    keys = {key.strip("_").replace("_", "-"): value for key, value in keys.items()}
    return lambda flows: flows["site.yml"]["jobs"][job].update(keys)


def step_with(job, name, **keys):
    keys = {key.strip("_").replace("_", "-"): value for key, value in keys.items()}
    return lambda flows: step(flows, job, name).update(keys)


def run_with(job, name, before="", after=""):
    def change(flows):
        one = step(flows, job, name)
        one["run"] = before + one["run"].rstrip() + after

    return change


def without(job, key):
    return lambda flows: flows["site.yml"]["jobs"][job].pop(key)


def leg(**keys):
    return lambda flows: flows["site.yml"]["jobs"]["cpu"]["strategy"]["matrix"].update(keys)


def another(**keys):
    """A second workflow, which would publish what nobody tested."""
    job = {"runs-on": "ubuntu-24.04", "timeout-minutes": 5, "steps": []} | keys
    return lambda flows: flows.update({"more.yml": {"permissions": {}, "jobs": {"more": job}}})


MAIN = "github.ref == 'refs/heads/main'"
TEST = "Test the fences, the snippets and the tools"
ANY = "Test what runs on any torch"
WAYS_AROUND = {
    **{
        f"publish without {job}": without_need("publish", job)
        for job in sorted(FLOWS["site.yml"]["jobs"].keys() - {"publish"})
    },
    "publish always": job_with("publish", if_="always()"),
    "publish what failed": job_with("publish", if_=f"!cancelled() && {MAIN}"),
    "publish a pull request": job_with("publish", if_=MAIN),
    "publish any branch": job_with("publish", if_="github.event_name != 'pull_request'"),
    "publish without condition": without("publish", "if"),
    "publish by another line": run_with("publish", "Publish", before="git push; "),
    "publish by another step": lambda flows: flows["site.yml"]["jobs"]["publish"]["steps"].append(
        {"run": "git push"}
    ),
    "publish whatever is said": run_with("publish", "Publish", after=" || gh api x"),
    "publishings cross": without("publish", "concurrency"),
    "one cancels another": job_with(
        "publish", concurrency={"group": "publish", "cancel-in-progress": True}
    ),
    "a second workflow publishes": another(permissions={"contents": "write"}),
    "a second workflow deploys": another(permissions={"pages": "write", "id-token": "write"}),
    "a second workflow may do all": another(permissions="write-all"),
    "a second workflow calls another": another(uses="owner/x/.github/workflows/x.yml@main"),
    "a second workflow has a secret": another(env={"X": "${{ secrets.X }}"}),
    "a second workflow has a token": another(env={"X": "${{ github.token }}"}),
    "a second workflow on the GPU": another(**{"runs-on": "${{ vars.GPU_RUNNER }}"}),
    "rights for all": lambda flows: flows["site.yml"].update(permissions="write-all"),
    "rights for the GPU": job_with("gpu", permissions={"contents": "write"}),
    "more rights": job_with("publish", permissions={"contents": "write", "issues": "write"}),
    "token for the GPU": step_with(
        "gpu", "Test the fences", env={"GH_TOKEN": "${{ github.token }}"}
    ),
    "a secret": step_with("gpu", "Test the fences", env={"X": "${{ secrets.X }}"}),
    "GPU for forks": without("gpu", "if"),
    "GPU unapproved": without("gpu", "environment"),
    "CPU on the GPU runner": job_with("cpu", runs_on="${{ vars.GPU_RUNNER }}"),
    "CPU may fail": job_with("cpu", continue_on_error=True),
    "tests may fail": step_with("cpu", TEST, continue_on_error=True),
    "failure swallowed": run_with("cpu", TEST, after=" || true"),
    "failure only said": run_with("cpu", TEST, after=" || echo failed"),
    "a shell of its own": step_with("cpu", TEST, shell="true {0}"),
    "a shell for all": job_with("cpu", defaults={"run": {"shell": "true {0}"}}),
    "no oldest torch": leg(include=[{"python": "3.11", "torch": "newest"}]),
    "less on another torch": run_with("cpu", ANY, after=" -k gpu"),
    "nothing on another torch": step_with("cpu", ANY, if_="false"),
    "a build without the history": lambda flows: step(flows, "build", "Check out")["with"].pop(
        "fetch-depth"
    ),
    "no pinned torch": leg(torch=[]),
    "a Python less": leg(python=["3.11", "3.12", "3.13"]),
    "a proposal that does more": lambda flows: flows["weekly.yml"]["jobs"]["propose"][
        "steps"
    ].append({"run": "git push"}),
    "no timeout": without("gpu", "timeout-minutes"),
}


def test_the_gate_is_whole():
    assert wrong(FLOWS) == []


@pytest.mark.parametrize("way", WAYS_AROUND)
def test_no_way_around(way):
    flows = copy.deepcopy(FLOWS)
    WAYS_AROUND[way](flows)
    assert wrong(flows) != []


def test_nothing_else_pushes():
    """No other script, and no step, knows how to write to the repository."""
    files = [*FOLDER.parent.rglob("*.sh"), *FOLDER.parent.rglob("*.py"), *FOLDER.iterdir(), ACTION]
    texts = {file.name: file.read_text(encoding="utf-8") for file in files}
    push = re.compile(r"\bgit (?:-.*\n *)*push\b|^ *push --", re.M)
    assert sorted(name for name, text in texts.items() if push.search(text)) == [
        "propose-outputs.sh",
        "publish.sh",
    ]
    assert "gh-pages" not in texts["propose-outputs.sh"]


def test_each_pin_says_its_version_and_each_action_has_one():
    pins: dict[str, set[str]] = {}
    for file in (*FOLDER.iterdir(), ACTION):
        for action, pin in re.findall(r"uses: ([\w/-]+)@(.*)", file.read_text(encoding="utf-8")):
            assert re.fullmatch(r"[0-9a-f]{40} # v\d+\.\d+\.\d+", pin), f"{action}@{pin}"
            pins.setdefault(action, set()).add(pin)
    assert len(pins) >= 4
    assert {action: found for action, found in pins.items() if len(found) > 1} == {}
