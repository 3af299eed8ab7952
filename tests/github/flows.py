"""The workflows, read as data, and how they could do more than they should, or prove less."""

import json
import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".github" / "workflows"
ACTION = ROOT / ".github" / "actions" / "install" / "action.yml"
# Each job, and what else a file says, as it was when somebody last read it, and asked of each
# step whether it could pass and prove nothing. No list of such ways is ever whole.
READ = {
    "action.yml: ": "0e00c2b07273",
    "site.yml: ": "fd3f412d5dd3",
    "site.yml: cpu": "7b894fb2000d",
    "site.yml: gpu-runner": "892f58af549a",
    "site.yml: gpu": "7c7d117d5262",
    "site.yml: build": "a0fa37e93c34",
    "site.yml: browser": "fad432c576a1",
    "site.yml: publish": "20eda7c9ea3a",
    "weekly.yml: ": "209d7e898807",
    "weekly.yml: outputs": "71df309f4c7f",
    "weekly.yml: zensical": "67456ce0a309",
    "weekly.yml: faults": "5c9814c9e48e",
    "weekly.yml: mutation": "5688e972adee",
    "weekly.yml: report": "5f72ded43d74",
    "weekly.yml: propose": "761691663cc7",
}
RIGHTS = {
    ("site.yml", "publish", "contents"),
    ("weekly.yml", "report", "issues"),
    ("weekly.yml", "propose", "contents"),
    ("weekly.yml", "propose", "pull-requests"),
}
PUBLISH_IF = "github.event_name != 'pull_request' && github.ref == 'refs/heads/main'"
SAME_REPOSITORY = (
    "github.event_name != 'pull_request' || "
    "github.event.pull_request.head.repo.full_name == github.repository"
)


def read(file: Path) -> dict:
    """`on`, which YAML takes for true, is the key True."""
    return yaml.load(file.read_text(encoding="utf-8"), yaml.CSafeLoader)


def read_all(root: Path) -> dict[str, dict]:
    """Each workflow and the action, by the name of its file."""
    files = [*(root / FOLDER.relative_to(ROOT)).iterdir(), root / ACTION.relative_to(ROOT)]
    return {file.name: read(file) for file in sorted(files)}


def parts(flows: dict[str, dict]) -> Iterator[tuple[str, str, dict]]:
    """The file and the name of each job, and what it says; without a name, what else is there."""
    for file, flow in flows.items():
        yield file, "", {key: value for key, value in flow.items() if key != "jobs"}
        yield from ((file, name, job) for name, job in flow.get("jobs", {}).items())


def digest(part: dict) -> str:
    """Of all that it says, whichever commits its actions are pinned to."""
    text = re.sub(r"@[\da-f]{40}\b", "@", json.dumps(part))
    return sha256(text.encode()).hexdigest()[:12]


def writes(part: dict, otherwise: str | dict) -> list[str]:
    given = part.get("permissions", otherwise)
    return [given] if isinstance(given, str) else [key for key in given if given[key] == "write"]


def wrong(root: Path) -> list[str]:
    """Every way in which the workflows could do more than they should, or pass for less."""
    flows, found = read_all(root), []

    def say(file: str, name: str, problem: str) -> None:
        path = (ACTION if file == ACTION.name else FOLDER / file).relative_to(ROOT)
        text = (root / path).read_text(encoding="utf-8") if file in flows else ""
        before = re.split(rf"^  {name}:", text, maxsplit=1, flags=re.M)
        line = before[0].count("\n") + 1 if name and len(before) > 1 else 1
        found.append(f"{path}:{line}: {name or 'what holds for all of it'}: {problem}")

    now = {(file, name): digest(part) for file, name, part in parts(flows)}
    for file, name in sorted(now.keys() | {tuple(key.split(": ")) for key in READ}):
        known = READ.get(": ".join((file, name)), "nothing")
        here = now.get((file, name), "nothing")
        if here != known:
            problem = f"nobody has read this: it is {here}, and {known} was read; read it whole, "
            say(file, name, problem + "then say so in READ of tests/github/flows.py")
    rights = set()
    for file, name, part in parts(flows):
        otherwise = {} if name or file == ACTION.name else "what the repository allows"
        rights |= {(file, name, right) for right in writes(part, otherwise)}
        sees_token = any(one[:2] == (file, name) for one in RIGHTS)
        text = str(part).lower().replace("secrets and variables", "")  # a menu
        if re.search("secret" if sees_token else "secret|token", text):
            say(file, name, "sees a token; leave tokens to the jobs that may write")
        if "gpu_runner" in str(part.get("runs-on")).lower() and name != "gpu":
            say(file, name, "runs on the GPU runner; let it run on another")
    for file, name, right in sorted(rights ^ RIGHTS):
        problem = f"may write {right}, or no longer; make it as RIGHTS of tests/github/flows.py say"
        say(file, name, problem)
    jobs = flows["site.yml"]["jobs"]
    publish, gpu = jobs["publish"], jobs["gpu"]
    if " ".join(publish.get("if", "").split()) != PUBLISH_IF:
        problem = f"its condition is {publish.get('if')}; write {PUBLISH_IF}"
        say("site.yml", "publish", problem)
    if left := jobs.keys() - {"publish", *publish["needs"]}:
        say("site.yml", "publish", f"does not wait for {sorted(left)}; name them in its needs")
    if " ".join(gpu.get("if", "").split()) != SAME_REPOSITORY:
        problem = f"code of a fork reaches the GPU runner; write if: {SAME_REPOSITORY}"
        say("site.yml", "gpu", problem)
    if gpu.get("environment", {}).get("name") != "gpu":
        problem = "no reviewer can be asked before code runs there; name the environment gpu"
        say("site.yml", "gpu", problem)
    return found
