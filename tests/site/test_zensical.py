"""The staged pages mean the same to the next generator: nothing is MkDocs's alone."""

import os
import shutil
import subprocess
import sys

import pytest

from tests.site.conftest import ROOT

SCRIPT = ROOT / ".github/scripts/zensical.py"


@pytest.fixture
def compare(site, report):
    """Compare a folder's site with what Zensical makes, where it is installed."""
    zensical = os.environ.get("ZENSICAL") or shutil.which("zensical")
    if zensical is None:
        words = "Zensical is not installed (pip install zensical==0.0.73, in an environment "
        words += "of its own; ZENSICAL=<its command>): its pages were not compared"
        report(words)
        pytest.skip(words)

    def compare(folder) -> subprocess.CompletedProcess:
        command = [sys.executable, SCRIPT, folder, zensical]
        environment = os.environ | {"PYTHONPATH": str(ROOT), "SITE_URL": site.url}
        return subprocess.run(command, env=environment, capture_output=True, text=True)

    return compare


def test_zensical_makes_the_same_of_every_page(site, compare):
    done = compare(site.folder)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_difference_is_named(site, compare, tmp_path):
    folder = shutil.copytree(site.folder, tmp_path / "site")
    page = folder / "zh/gpu-device/index.html"
    html = page.read_text(encoding="utf-8")
    assert 'data-label="报错"' in html
    page.write_text(html.replace('data-label="报错"', 'data-label="错误"', 1), encoding="utf-8")
    done = compare(folder)
    assert done.returncode == 1
    assert "docs/zh/gpu-device.md: labels: " in done.stderr
