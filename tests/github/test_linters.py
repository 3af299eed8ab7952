"""GitHub's schemas, zizmor and the links have nothing to say of .github."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.github.flows import ROOT

GITHUB = ROOT / ".github"
SCHEMAS = {
    "vendor.github-workflows": sorted(GITHUB.glob("workflows/*.yml")),
    "vendor.github-actions": sorted(GITHUB.glob("actions/*/action.yml")),
    "vendor.dependabot": [GITHUB / "dependabot.yml"],
}


def run(tool: str, *arguments) -> subprocess.CompletedProcess:
    """Run a tool that requirements.txt pins; where it is missing, the test fails."""
    return subprocess.run(
        [str(Path(sys.executable).with_name(tool)), *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )


def test_every_file_that_the_policies_link_to_exists():
    for file in GITHUB.glob("*.md"):
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", file.read_text("utf-8")):
            assert (GITHUB / target).exists(), f"{file}: {target}"


@pytest.mark.parametrize("schema", SCHEMAS)
def test_schema(schema):
    assert SCHEMAS[schema]
    done = run("check-jsonschema", "--builtin-schema", schema, *SCHEMAS[schema])
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_schema_finds_a_mistake(tmp_path):
    text = (GITHUB / "workflows" / "site.yml").read_text(encoding="utf-8")
    wrong = tmp_path / "site.yml"
    wrong.write_text(text.replace("timeout-minutes", "timeout"), encoding="utf-8")
    done = run("check-jsonschema", "--builtin-schema", "vendor.github-workflows", wrong)
    assert done.returncode == 1, done.stdout + done.stderr


def zizmor(folder: Path) -> subprocess.CompletedProcess:
    return run("zizmor", "--persona", "pedantic", "--offline", "--no-ignores", folder)


def test_zizmor_finds_nothing():
    done = zizmor(GITHUB)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "No findings to report" in done.stdout
    for file in ("site.yml", "weekly.yml", "action.yml", "dependabot.yml"):
        assert file in done.stderr, f"zizmor did not read {file}"


def test_zizmor_finds_a_mistake(tmp_path):
    text = (GITHUB / "workflows" / "site.yml").read_text(encoding="utf-8")
    (tmp_path / "site.yml").write_text(
        text.replace("  pull_request:\n", "  pull_request_target:\n"), encoding="utf-8"
    )
    done = zizmor(tmp_path / "site.yml")
    assert "dangerous-triggers" in done.stdout, done.stdout + done.stderr
