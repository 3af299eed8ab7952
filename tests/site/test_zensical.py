"""The staged pages mean the same to another generator: nothing is left to our hooks.

That is Zensical where it is installed, in an environment of its own, or ZENSICAL names its
command; each week CI compares with it. Elsewhere it is MkDocs, which knows no hook of ours.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.site.conftest import ROOT

MKDOCS = str(Path(sys.executable).with_name("mkdocs"))


def test_only_what_differs_is_named(site, tmp_path, report):
    folder = shutil.copytree(site.folder, tmp_path / "site")
    page = folder / "zh/gpu-device/index.html"
    html = page.read_text(encoding="utf-8")
    assert "data-label=报错" in html
    page.write_text(html.replace("data-label=报错", "data-label=错误", 1), encoding="utf-8")
    generator = os.environ.get("ZENSICAL") or shutil.which("zensical")
    if not generator:
        report("Zensical is not installed: MkDocs without our hooks stood in for it")
    done = subprocess.run(
        [sys.executable, ROOT / ".github/scripts/zensical.py", folder, generator or MKDOCS],
        env=os.environ | {"PYTHONPATH": str(ROOT), "SITE_URL": site.url},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    found = [line for line in done.stderr.splitlines() if line.startswith("docs/")]
    assert len(found) == 1 and found[0].startswith("docs/zh/gpu-device.md: labels: "), done.stderr
