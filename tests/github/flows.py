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
    "action.yml": "0e00c2b07273",
    "site.yml": "fd3f412d5dd3",
    "site.yml: cpu": "7b894fb2000d",
    "site.yml: gpu-runner": "892f58af549a",
    "site.yml: gpu": "7c7d117d5262",
    "site.yml: build": "a0fa37e93c34",
    "site.yml: browser": "fad432c576a1",
    "site.yml: publish": "20eda7c9ea3a",
    "weekly.yml": "209d7e898807",
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


def place(file: str, name: str) -> str:
    return f"{file}: {name}" if name else file


def digest(part: dict) -> str:
    """Of all that it says, whichever commits its actions are pinned to."""
    text = re.sub(r"@[\da-f]{40}\b", "@", json.dumps(part))
    return sha256(text.encode()).hexdigest()[:12]


def writes(part: dict, otherwise: str | dict) -> list[str]:
    given = part.get("permissions", otherwise)
    return [given] if isinstance(given, str) else [key for key in given if given[key] == "write"]


def wrong(flows: dict[str, dict]) -> list[str]:
    """Every way in which these workflows could do more than they should, or pass for less."""
    now = {place(file, name): digest(part) for file, name, part in parts(flows)}
    found = [
        f"{name}: {now.get(name, 'nothing')} stands there, and {READ.get(name, 'nothing')} was "
        "read; read it whole, then say so in READ of tests/github/flows.py"
        for name in sorted(now.keys() | READ.keys())
        if now.get(name) != READ.get(name)
    ]
    rights = set()
    for file, name, part in parts(flows):
        otherwise = {} if name or file == ACTION.name else "what the repository allows"
        rights |= {(file, name, right) for right in writes(part, otherwise)}
        sees_token = any(one[:2] == (file, name) for one in RIGHTS)
        text = str(part).lower().replace("secrets and variables", "")  # a menu
        if re.search("secret" if sees_token else "secret|token", text):
            found.append(f"{place(file, name)}: sees a token")
        if "gpu_runner" in str(part.get("runs-on")).lower() and name != "gpu":
            found.append(f"{file}: {name}: runs on the GPU runner")
    if rights != RIGHTS:
        found.append(f"these may write: {sorted(rights)}")
    jobs = flows["site.yml"]["jobs"]
    publish, gpu = jobs["publish"], jobs["gpu"]
    if " ".join(publish.get("if", "").split()) != PUBLISH_IF:
        found.append(f"site.yml: publish: its condition is {publish.get('if')}")
    if {*publish["needs"]} != jobs.keys() - {"publish"}:
        found.append("site.yml: publish does not wait for all jobs")
    if " ".join(gpu.get("if", "").split()) != SAME_REPOSITORY:
        found.append("site.yml: gpu: code of a fork reaches the GPU runner")
    if gpu.get("environment", {}).get("name") != "gpu":
        found.append("site.yml: gpu: no reviewer can be asked before code runs there")
    return found
