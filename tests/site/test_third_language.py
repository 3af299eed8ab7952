"""A third language is one more config, one more catalog and one more docs/ folder.

A throw-away one: a copy of the project with one page, and "French" that only marks the
English words.
"""

import re
import shutil

import pytest
from babel.messages import pofile
from bs4 import BeautifulSoup

from cheatsheet.source import write_text
from cheatsheet.words.catalog import updated
from cheatsheet.words.languages import read_languages
from tests.site.project import ROOT, build, copy_project

PAGE = "network-on-gpu"
CONFIG = """\
INHERIT: mkdocs.yml
docs_dir: docs/fr
extra:
  code: fr
theme:
  language: fr
plugins:
  search:
    lang: fr
nav:
  - Réseau sur GPU: index.md
"""
ENTRY = """\
    - {name: Français, lang: fr, link: fr/, code: fr, close: Fermer, offer: Aussi ici}
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = copy_project(tmp_path_factory.mktemp("third"), PAGE, program=True)
    # One page, so that the throw-away language is complete with one: it is index.md.
    for docs in ("docs/en", "docs/zh"):
        text = (folder / docs / f"{PAGE}.md").read_text(encoding="utf-8")
        shutil.rmtree(folder / docs)
        (folder / docs).mkdir()
        text = re.sub(r"\[([^]]+)\]\([a-z-]+\.md[^)]*\)", r"\1", text)
        (folder / docs / "index.md").write_text(text, encoding="utf-8")
    for config in ("mkdocs.yml", "mkdocs.zh.yml"):
        text = (folder / config).read_text(encoding="utf-8")
        head = text.partition("\nnav:\n")[0]
        text = f"{head}\nnav:\n  - Page: index.md\n"
        (folder / config).write_text(text, encoding="utf-8")
    config = folder / "mkdocs.yml"
    text = config.read_text(encoding="utf-8")
    assert text.count("  languages:\n") == 1
    text = re.sub(r"(?m)(^  languages:\n(?:    .*\n)+)", rf"\1{ENTRY}", text)
    config.write_text(text, encoding="utf-8")
    sheet = folder / "docs/cheatsheet.yml"
    sheet.write_text("index: [network-on-gpu]\n", encoding="utf-8")
    # The hand-over, all of it.
    (folder / "mkdocs.fr.yml").write_text(CONFIG, encoding="utf-8")
    shutil.copytree(folder / "docs/en", folder / "docs/fr")
    page = folder / "docs/fr/index.md"
    text = page.read_text(encoding="utf-8")
    page.write_text(re.sub(r"(?m)^# .*? \{", "# Réseau sur GPU {", text), "utf-8")
    french = read_languages(folder)[-1]
    write_text(folder, french.catalog, updated(folder, french))
    catalog_file = folder / "snippets/locales/fr.po"
    with catalog_file.open("rb") as file:
        catalog = pofile.read_po(file)
    for entry in catalog:
        if entry.id:
            lines = entry.id.split("\n")
            entry.string = "\n".join([f"FR {lines[0]}", *lines[1:]])
            if len(entry.string) < 30:
                entry.string += " …"
    with catalog_file.open("wb") as file:
        pofile.write_po(file, catalog)
    return folder


@pytest.fixture(scope="module")
def site(project, tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    done = build(project, folder, "http://127.0.0.1/sub/")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "WARNING" not in done.stderr, done.stderr
    return folder


def page_of(site, folder: str) -> BeautifulSoup:
    html = (site / folder / "index.html").read_text(encoding="utf-8")
    return BeautifulSoup(html, "html.parser")


def test_its_page_is_in_its_language(site):
    page = page_of(site, "fr")
    assert page.html["lang"] == "fr"
    assert page.h1.text.startswith("Réseau sur GPU")
    definition = page.select_one(".definition pre").text
    assert '"""FR Return the devices on which' in definition
    assert "# FR By number, not by str:" in definition
    assert "FR" not in page_of(site, "").select_one(".definition pre").text
    assert '"""返回' in page_of(site, "zh").select_one(".definition pre").text


@pytest.mark.parametrize("folder", ["", "zh", "fr"])
def test_every_language_links_to_every_other(site, folder):
    page = page_of(site, folder)
    own = {"": "en", "zh": "zh-Hans", "fr": "fr"}[folder]
    switch = {link["hreflang"]: link.text for link in page.select("nav a[hreflang]")}
    names = {"en": "English", "zh-Hans": "简体中文", "fr": "Français"}
    assert switch == {lang: name for lang, name in names.items() if lang != own}
    heads = {link["hreflang"]: link["href"] for link in page.select("head [hreflang]")}
    root = "http://127.0.0.1/sub/"
    assert heads.pop("x-default") == root
    assert heads == {"en": root, "zh-Hans": f"{root}zh/", "fr": f"{root}fr/"}


def test_its_search_index_is_its_own(site):
    file = site / "fr/search/sections.json"
    text = file.read_text(encoding="utf-8")
    assert "Réseau sur GPU" in text
    assert "FR Return the devices" in text
    english = (site / "search/sections.json").read_text(encoding="utf-8")
    assert "FR Return" not in english


# What is about Chinese as such: how it is set, its glossary, its words in the search.
CHINESE = {
    "cheatsheet/words/glossary.py": None,
    "cheatsheet/words/languages.py": None,
}


def test_nothing_else_names_the_languages():
    """No script, hook or template would have to learn of a third language."""
    paths = [
        path
        for path in [ROOT / "hooks.py", *(ROOT / "cheatsheet").rglob("*.*")]
        if path.suffix in (".py", ".js", ".html", ".jinja")
    ]
    named = re.compile(r"docs/zh\b|mkdocs\.zh\.yml|zh\.po|\"zh\"|\bzh/")
    found = {
        path.relative_to(ROOT).as_posix(): named.findall(path.read_text("utf-8")) for path in paths
    }
    assert len(paths) > 20
    found = {name: words for name, words in found.items() if words}
    assert found.keys() <= CHINESE.keys()
    assert all(CHINESE[name] in (None, words) for name, words in found.items()), found
