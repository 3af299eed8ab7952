"""The staged pages mean the same to another generator: nothing is left to our hooks.

That is Zensical where it is installed, in an environment of its own, or ZENSICAL names its
command; each week CI compares with it. Elsewhere it is MkDocs, which knows no hook of ours.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.site.project import ROOT, build, change, copy_project, environment

MKDOCS = str(Path(sys.executable).with_name("mkdocs"))


def test_only_what_differs_is_named(tmp_path, report):
    """Of few pages; each week, of all."""
    project = copy_project(tmp_path, "index", "gpu-device", program=True)
    scripts = shutil.copytree(ROOT / ".github/scripts", project / ".github/scripts")
    done = build(project, project / "site", "https://example.org/")
    assert done.returncode == 0, done.stderr
    page = project / "site/zh/gpu-device/index.html"
    change(page, "data-label=报错", "data-label=错误")
    generator = os.environ.get("ZENSICAL") or shutil.which("zensical")
    if not generator:
        report("Zensical is not installed: MkDocs without our hooks stood in for it")
    done = subprocess.run(
        [sys.executable, scripts / "zensical.py", page.parents[2], generator or MKDOCS],
        env=environment(PYTHONPATH=str(project), SITE_URL="https://example.org/"),
        cwd=project,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    found = [line for line in done.stderr.splitlines() if line.startswith("docs/")]
    assert len(found) == 1 and found[0].startswith("docs/zh/gpu-device.md: labels: "), done.stderr
