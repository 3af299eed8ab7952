"""`mkdocs serve`: both languages, and what is edited shows after a reload."""

import re
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from tests.site.project import change, copy_project, environment

WAIT_SECONDS = 90


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A project of few pages that is being served from another folder: its own folder, whose
    name is no plain one, address and log."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    folder = elsewhere.with_name("用户 的 served")
    names = ("index", "custom-module", "labs/custom-distribution")
    copy_project(folder, *names, program=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log, config = folder / "serve.log", f"../{folder.name}/mkdocs.yml"
    with log.open("w") as output:
        process = subprocess.Popen(
            [*f"{sys.executable} -m mkdocs serve -a 127.0.0.1:{port} -f".split(), config],
            cwd=elsewhere,
            env=environment(SITE_URL=None, REPO_URL=None),
            stdout=output,
            stderr=output,
        )
        try:
            yield folder, f"http://127.0.0.1:{port}/", log
        finally:
            process.terminate()
            process.wait(30)


def wait_for(url: str, words: str, log) -> str:
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
        time.sleep(0.1)
    raise AssertionError(f"{url} does not show {words!r}:\n{log.read_text()[-3000:]}")


def test_both_languages_are_served(served):
    _folder, url, log = served
    html = wait_for(f"{url}zh/custom-module/", "</html>", log)
    assert f"<link href={url}zh/custom-module/ rel=canonical>" in html  # the served address
    html = wait_for(f"{url}custom-module/", "</html>", log)
    assert re.search(rf"hreflang=zh-Hans|href={url}zh/custom-module/", html)
    # No address of a repository is known: no links to files of it, and a notebook to
    # download, and no Colab.
    assert "definition-file><code>snippets/custom_module.py</code></p>" in html
    html = wait_for(f"{url}labs/custom-distribution/", "page-facts", log)
    assert "custom-distribution.ipynb" in html
    assert "colab" not in html


MODULE, THEME = "snippets/custom_module.py", "cheatsheet/theme/material"
# What is edited, how, where it shows, and the words that were not there before.
EDITS = {
    "an English page": (
        ("docs/en/custom-module.md", "# Custom Module", "# Edited English"),
        ("custom-module/", "Edited English"),
    ),
    "a Chinese page": (
        ("docs/zh/custom-module.md", "# 自定义模块", "# 改过的中文"),
        ("zh/custom-module/", "改过的中文"),
    ),
    "a snippet": (
        (
            MODULE,
            "self.hidden = nn.Linear(20, 256)",
            "self.hidden = nn.Bilinear(20, 256)",
        ),
        ("zh/custom-module/", ">Bilinear</span>"),
    ),
    "the catalog": (
        ("snippets/locales/zh.po", "必须最先调用：", "改过的译文："),
        ("zh/custom-module/", "改过的译文"),
    ),
    "the words of the search": (
        ("mkdocs.zh.yml", "缓冲区: [buffer]", "缓冲区: [buffer, 改过的词]"),
        ("zh/search/sections.json", "改过的词"),
    ),
    "a style": (
        (
            f"{THEME}/assets/stylesheets/site.css",
            ".md-grid { max-width: 66rem",
            ".md-grid { max-width: 67rem",
        ),
        ("assets/stylesheets/site.css", "67rem"),
    ),
    "a template": (
        (f"{THEME}/partials/alternate.html", "language-switch", "edited-switch"),
        ("zh/custom-module/", "edited-switch"),
    ),
    "the Chinese config": (
        ("mkdocs.zh.yml", "复制本页 Markdown", "改过的标签"),
        ("zh/custom-module/", "改过的标签"),
    ),
}


@pytest.mark.parametrize("what", EDITS)
def test_an_edit_shows(served, what):
    folder, url, log = served
    (file, old, new), (page, words) = EDITS[what]
    assert words not in wait_for(url + page, "", log)
    change(folder / file, old, new)
    wait_for(url + page, words, log)


@pytest.mark.parametrize("file", ["cheatsheet/forms/site.py", "hooks.py"])
def test_an_edit_of_the_program_asks_for_a_restart(served, file):
    """MkDocs loads it once."""
    folder, url, log = served
    wait_for(url, "</html>", log)
    change(folder / file, "\n", "\n\n")
    end = time.monotonic() + WAIT_SECONDS
    words = f"{file} has changed: restart what has loaded it"
    while words not in log.read_text(encoding="utf-8"):
        assert time.monotonic() < end, log.read_text()[-3000:]
        time.sleep(0.1)
