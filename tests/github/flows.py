"""What a workflow must be, so that nothing unproven is published."""

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".github" / "workflows"
ACTION = ROOT / ".github" / "actions" / "install" / "action.yml"

PUBLISH_IF = "github.event_name != 'pull_request' && github.ref == 'refs/heads/main'"
SAME_REPOSITORY = (
    "github.event_name != 'pull_request' || "
    "github.event.pull_request.head.repo.full_name == github.repository"
)
# Every other condition could let a job pass that did nothing.
JOB_CONDITIONS = {
    "gpu-runner": SAME_REPOSITORY,
    "gpu": SAME_REPOSITORY,
    "build": "${{ !cancelled() && !failure() }}",
    "browser": "${{ !cancelled() && needs.build.result == 'success' }}",
    "publish": PUBLISH_IF,
}
STEP_CONDITIONS = {
    "Replace torch": "matrix.torch != 'pinned'",
    "Test the fences on an emulated accelerator": "matrix.torch == 'pinned'",
    "Keep the record": "matrix.torch == 'pinned' && matrix.python == '3.11'",
}
PROOFS = {"cpu", "gpu-runner", "gpu", "build", "browser"}
# What a job does for the gate: a step of it must contain this.
DUTIES = {
    "cpu": "pytest docs tests --ignore=tests/site --device cpu",
    "gpu-runner": 'if [ -z "$GPU_RUNNER" ]; then',
    "gpu": "pytest docs --device cuda",
    "build": "mkdocs build --strict --site-dir site",
    "browser": "pytest docs tests/site",
    "publish": ".github/scripts/publish.sh site",
}
MATRIX = {("torch", version) for version in ("pinned", "oldest", "newest")} | {
    ("python", version) for version in ("3.11", "3.12", "3.13", "3.14")
}
HASH = re.compile(r"[\w-]+/[\w./-]+@[0-9a-f]{40}")
# Text that anyone can choose, and text from elsewhere: never in a shell line.
EXPRESSION = re.compile(r"\$\{\{")


class Loader(yaml.SafeLoader):
    """YAML as GitHub reads it: `on` is a word, not true."""


Loader.yaml_implicit_resolvers = {
    sign: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:bool"]
    for sign, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"true|false"), list("tf"))


def read(file: Path) -> dict:
    return yaml.load(file.read_text(encoding="utf-8"), Loader)


def steps(flow: dict):
    for name, job in flow["jobs"].items():
        for step in job.get("steps", []):
            yield name, step


def words(text: str | None) -> str:
    return " ".join((text or "").split())


def careless(flow: dict) -> list[str]:
    """What is wrong with a workflow, whatever it does."""
    found = []
    if flow.get("permissions") != {}:
        found.append("the workflow gives every job permissions; give each job its own")
    if "concurrency" not in flow:
        found.append("two runs can cross; set concurrency")
    for trigger in set(flow["on"]) & {"pull_request_target", "workflow_run"}:
        found.append(f"{trigger} runs with the rights of this repository")
    for name, job in flow["jobs"].items():
        if "timeout-minutes" not in job:
            found.append(f"{name} has no timeout-minutes")
        if "permissions" not in job:
            found.append(f"{name} does not say its permissions")
        if "continue-on-error" in job:
            found.append(f"{name} may fail and count as passed")
    for name, step in steps(flow):
        title = f"{name}, {step.get('name')}"
        if "continue-on-error" in step:
            found.append(f"{title}: may fail and count as passed")
        if EXPRESSION.search(step.get("run", "")):
            found.append(f"{title}: an expression in a shell line; pass it by env")
        if re.search(r"\|\|\s*(true|:)(\s|$)|set \+e", step.get("run", "")):
            found.append(f"{title}: a failure is swallowed")
        if "secrets." in str(step):
            found.append(f"{title}: uses a secret")
        uses = step.get("uses")
        if uses and not uses.startswith("$/") and not HASH.fullmatch(uses):
            found.append(f"{title}: {uses} is not pinned by a whole hash")
        kept = step.get("with", {}).get("persist-credentials") is not False
        if uses and uses.startswith("actions/checkout@") and kept:
            found.append(f"{title}: the token stays in the checkout")
    return found


def broken_gate(flow: dict) -> list[str]:
    """Every way in which something unproven could be published by site.yml."""
    jobs = flow["jobs"]
    found = careless(flow)
    if set(flow["on"]) != {"push", "pull_request", "schedule", "workflow_dispatch"}:
        found.append(f"runs on {', '.join(flow['on'])}")
    if flow["on"].get("push") != {"branches": ["main"]}:
        found.append("runs on a push elsewhere than to main")
    if set(jobs) != PROOFS | {"publish"}:
        return [*found, f"the jobs are {', '.join(jobs)}"]
    for missing in sorted(PROOFS - set(jobs["publish"].get("needs", []))):
        found.append(f"publish does not need {missing}")
    needs = {"gpu": {"gpu-runner"}, "build": {"cpu", "gpu"}, "browser": {"build"}}
    for name, needed in needs.items():
        for missing in sorted(needed - set(jobs[name].get("needs", []))):
            found.append(f"{name} does not need {missing}")
    for name, job in jobs.items():
        if words(job.get("if")) != JOB_CONDITIONS.get(name, ""):
            found.append(f"the condition of {name} is {job.get('if')}")
        writes = {k for k, v in job.get("permissions", {}).items() if v == "write"}
        if writes - ({"contents"} if name == "publish" else set()):
            found.append(f"{name} may write {', '.join(writes)}")
        if not any(DUTIES[name] in words(s.get("run")) for s in job["steps"]):
            found.append(f"{name} does not run {DUTIES[name]}")
    for name, step in steps(flow):
        wanted = STEP_CONDITIONS.get(step.get("name"), "") if name == "cpu" else ""
        if words(step.get("if")) != wanted:
            found.append(f"the condition of {name}, {step.get('name')} is {step['if']}")
        if "publish.sh" in step.get("run", "") and name != "publish":
            found.append(f"{name} publishes")
        if "github.token" in str(step) and name != "publish":
            found.append(f"{name} sees a token")
    matrix = jobs["cpu"]["strategy"]["matrix"]
    rows = {("torch", torch) for torch in matrix["torch"]}
    rows |= {("python", python) for python in matrix["python"]}
    rows |= {("torch", row["torch"]) for row in matrix["include"]}
    for kind, version in sorted(MATRIX - rows):
        found.append(f"the fences do not run on {kind} {version}")
    if jobs["gpu"]["runs-on"] != "${{ vars.GPU_RUNNER }}":
        found.append("gpu does not run on the GPU runner")
    for name, job in jobs.items():
        if "vars.GPU_RUNNER" in str(job["runs-on"]) and name != "gpu":
            found.append(f"{name} runs on the GPU runner")
    if jobs["gpu"].get("environment", {}).get("name") != "gpu":
        found.append("no reviewer can be asked before code runs on the GPU runner")
    if jobs["publish"].get("concurrency", {}).get("cancel-in-progress") is not False:
        found.append("two publishings can cross")
    built = "${{ needs.build.outputs.artifact }}"
    for name in ("browser", "publish"):
        fetched = [s["with"].get("artifact-ids") for s in jobs[name]["steps"]
                   if s.get("with", {}).get("path") == "site"]  # fmt: skip
        if fetched != [built]:
            found.append(f"{name} does not take the site that was built")
        if any("mkdocs" in s.get("run", "") for s in jobs[name]["steps"]):
            found.append(f"{name} builds a site of its own")
    return found
