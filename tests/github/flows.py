"""The workflows, read as data; `on`, which YAML takes for true, nobody asks for here."""

from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".github" / "workflows"
ACTION = ROOT / ".github" / "actions" / "install" / "action.yml"


def read(file: Path) -> dict:
    return yaml.safe_load(file.read_text(encoding="utf-8"))
