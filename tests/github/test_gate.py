"""Nothing is published before everything has passed; each way around is tried."""

import copy
import re

import pytest

from tests.github.flows import (
    ACTION,
    FOLDER,
    HASH,
    PROOFS,
    broken_gate,
    careless,
    read,
)

SITE = FOLDER / "site.yml"
WEEKLY = FOLDER / "weekly.yml"


def step(flow, job, name):
    return next(s for s in flow["jobs"][job]["steps"] if s["name"] == name)


def without_need(job, needed):
    return lambda flow: flow["jobs"][job]["needs"].remove(needed)


def job_with(job, **keys):
    keys = {key.strip("_").replace("_", "-"): value for key, value in keys.items()}
    return lambda flow: flow["jobs"][job].update(keys)


def step_with(job, name, **keys):
    keys = {key.strip("_").replace("_", "-"): value for key, value in keys.items()}
    return lambda flow: step(flow, job, name).update(keys)


def without(job, key):
    return lambda flow: flow["jobs"][job].pop(key)


def replaced(job, name, old, new):
    def change(flow):
        run = step(flow, job, name)["run"]
        assert old in run
        step(flow, job, name)["run"] = run.replace(old, new)

    return change


def without_job(name):
    def change(flow):
        del flow["jobs"][name]
        for job in flow["jobs"].values():
            if name in job.get("needs", []):
                job["needs"].remove(name)

    return change


BRANCH = "github.ref == 'refs/heads/main'"
CHECKOUT = "actions/checkout"
WAYS_AROUND = {
    **{f"publish without {job}": without_need("publish", job) for job in sorted(PROOFS)},
    **{f"no job {job}": without_job(job) for job in sorted(PROOFS)},
    "build before the CPU": without_need("build", "cpu"),
    "build before the GPU": without_need("build", "gpu"),
    "GPU without a runner": without_need("gpu", "gpu-runner"),
    "publish always": job_with("publish", if_="always()"),
    "publish what failed": job_with("publish", if_=f"!cancelled() && {BRANCH}"),
    "publish a pull request": job_with("publish", if_=BRANCH),
    "publish any branch": job_with("publish", if_="github.event_name != 'pull_request'"),
    "publish without condition": without("publish", "if"),
    "build always": job_with("build", if_="always()"),
    "browser left out": job_with("browser", if_="github.event_name == 'push'"),
    "CPU left out": job_with("cpu", if_="github.event_name == 'push'"),
    "GPU left out": job_with("gpu", if_="vars.GPU_RUNNER != ''"),
    "GPU for forks": without("gpu", "if"),
    "GPU elsewhere": job_with("gpu", runs_on="ubuntu-24.04"),
    "CPU on the GPU runner": job_with("cpu", runs_on="${{ vars.GPU_RUNNER }}"),
    "GPU unapproved": without("gpu", "environment"),
    "GPU may fail": job_with("gpu", continue_on_error=True),
    "fences may fail": step_with("gpu", "Test the fences", continue_on_error=True),
    "fences left out": step_with("gpu", "Test the fences", if_="github.ref == 'x'"),
    "tests left out": step_with("browser", "Test the site", if_="false"),
    "failure swallowed": replaced(
        "browser", "Test the site", "--device cpu", "--device cpu || true"
    ),
    "GPU run on the CPU": replaced("gpu", "Test the fences", "cuda", "cpu"),
    "runner not looked for": replaced(
        "gpu-runner", "Look for the repository variable GPU_RUNNER", "-z", "-n"
    ),
    "build not strict": replaced("build", "Build both languages", " --strict", ""),
    "built again": replaced("publish", "Publish", ".github/", "mkdocs build; .github/"),
    "another artifact": step_with(
        "publish", "Fetch the site", with_={"name": "site", "path": "site"}
    ),
    "browser on another": step_with(
        "browser", "Fetch the site", with_={"name": "site", "path": "site"}
    ),
    "publish in build": step_with("build", "Keep the site", run=".github/scripts/publish.sh ."),
    "pull_request_target": lambda flow: flow["on"].update(pull_request_target=None),
    "every branch": lambda flow: flow["on"].update(push=None),
    "rights for all": lambda flow: flow.update(permissions="write-all"),
    "rights for the GPU": job_with("gpu", permissions={"contents": "write"}),
    "rights unsaid": without("cpu", "permissions"),
    "more rights": job_with("publish", permissions={"issues": "write"}),
    "token for the GPU": step_with(
        "gpu", "Test the fences", env={"GH_TOKEN": "${{ github.token }}"}
    ),
    "a secret": step_with("gpu", "Test the fences", env={"X": "${{ secrets.X }}"}),
    "token kept": step_with("gpu", "Check out", with_={}),
    "a tag": step_with("gpu", "Check out", uses=f"{CHECKOUT}@v7"),
    "a short hash": step_with("gpu", "Check out", uses=f"{CHECKOUT}@3d3c42e"),
    "no oldest torch": lambda flow: flow["jobs"]["cpu"]["strategy"]["matrix"].update(
        include=[{"python": "3.11", "torch": "newest"}]
    ),
    "a Python less": lambda flow: flow["jobs"]["cpu"]["strategy"]["matrix"].update(
        python=["3.11", "3.12", "3.13"]
    ),
    "untrusted text": replaced(
        "build", "Build both languages", "$GITHUB_REPOSITORY", "${{ github.head_ref }}"
    ),
    "no timeout": without("gpu", "timeout-minutes"),
    "publishings cross": without("publish", "concurrency"),
    "one cancels another": job_with(
        "publish", concurrency={"group": "publish", "cancel-in-progress": True}
    ),
    "runs cross": lambda flow: flow.pop("concurrency"),
}


def test_the_gate_is_whole():
    assert broken_gate(read(SITE)) == []


@pytest.mark.parametrize("way", WAYS_AROUND)
def test_no_way_around(way):
    flow = read(SITE)
    before = copy.deepcopy(flow)
    WAYS_AROUND[way](flow)
    assert flow != before
    assert broken_gate(flow) != []


def test_the_weekly_run_is_careful():
    flow = read(WEEKLY)
    assert careless(flow) == []
    rights = {name: job["permissions"] for name, job in flow["jobs"].items()}
    assert rights == {
        "outputs": {"contents": "read"},
        "zensical": {"contents": "read"},
        "report": {"contents": "read", "issues": "write"},
    }


@pytest.mark.parametrize("file", [SITE, WEEKLY, ACTION], ids=lambda file: file.name)
def test_each_pin_says_its_version(file):
    lines = re.findall(r"uses: (\S+@.*)", file.read_text(encoding="utf-8"))
    assert lines
    for line in lines:
        pin, _, comment = line.partition(" # ")
        assert HASH.fullmatch(pin), line
        assert re.fullmatch(r"v\d+\.\d+\.\d+", comment), line


def test_one_hash_for_each_action():
    pins = {}
    for file in (SITE, WEEKLY, ACTION):
        for action, rest in re.findall(r"uses: ([\w/-]+)@(.*)", file.read_text()):
            pins.setdefault(action, set()).add(rest)
    assert len(pins) >= 4
    assert {action: rest for action, rest in pins.items() if len(rest) > 1} == {}
