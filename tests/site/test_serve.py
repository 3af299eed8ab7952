"""`mkdocs serve`: both languages, and what is edited shows after a reload."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from tests.site.conftest import ROOT

PARTS = ("cheatsheet", "docs", "hooks", "snippets", "mkdocs.yml", "mkdocs.zh.yml")
WAIT_SECONDS = 90


def copy_project(folder: Path) -> Path:
    for part in PARTS:
        source = ROOT / part
        ignore = shutil.ignore_patterns("__pycache__")
        if source.is_dir():
            shutil.copytree(source, folder / part, ignore=ignore)
        else:
            shutil.copy(source, folder)
    return folder


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = copy_project(tmp_path_factory.mktemp("served"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    environment.pop("SITE_URL", None)
    log = folder / "serve.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "mkdocs", "serve", "-a", f"127.0.0.1:{port}"],
            cwd=folder,
            env=environment,
            stdout=output,
            stderr=output,
        )
        try:
            yield folder, f"http://127.0.0.1:{port}/", log
        finally:
            process.terminate()
            process.wait(30)


def wait_for(url: str, words: str, log: Path) -> str:
    end = time.monotonic() + WAIT_SECONDS
    html = ""
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(url, timeout=30) as answer:
                html = answer.read().decode("utf-8")
            if words in html:
                return html
        except OSError:
            pass
        time.sleep(0.2)
    raise AssertionError(f"{url} does not show {words!r}:\n{log.read_text()[-3000:]}")


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_both_languages_are_served(served):
    _folder, url, log = served
    html = wait_for(f"{url}zh/define-network/", "定义网络", log)
    assert f'href="{url}zh/define-network/"' in html  # canonical: the served address
    html = wait_for(f"{url}define-network/", "Define Network", log)
    assert re.search(rf'hreflang="zh-Hans"|href="{url}zh/define-network/"', html)
    # No address of a repository is known: a notebook to download, and no Colab.
    html = wait_for(f"{url}labs/custom-distribution/", "page-downloads", log)
    assert "custom-distribution.ipynb" in html
    assert "colab" not in html


def test_edits_show(served):
    folder, url, log = served
    wait_for(f"{url}custom-module/", "class", log)
    edits = [
        ("docs/en/custom-module.md", "# Custom Module", "# Edited English"),
        ("docs/zh/custom-module.md", "# 自定义模块", "# 改过的中文"),
        (
            "snippets/custom_module.py",
            "self.hidden = nn.Linear(20, 256)",
            "self.hidden = nn.LazyLinear(256)",
        ),
        (
            "cheatsheet/theme/material/partials/alternate.html",
            "language-switch",
            "edited language-switch",
        ),
    ]
    for file, old, new in edits:
        change(folder / file, old, new)
    wait_for(f"{url}custom-module/", "Edited English", log)
    wait_for(f"{url}zh/custom-module/", "改过的中文", log)
    for page in ("custom-module/", "zh/custom-module/"):
        html = wait_for(url + page, "edited language-switch", log)
        assert ">LazyLinear</span>" in html
