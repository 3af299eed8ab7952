"""The files of the built site: two whole languages, tied together, none foreign."""

import json
import re
from hashlib import sha256
from urllib.parse import unquote, urldefrag, urljoin, urlsplit
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup

from cheatsheet.page import load
from cheatsheet.run.judge import PageRun
from cheatsheet.run.plugin import RAN
from cheatsheet.words.catalog import CODE
from cheatsheet.words.text import CHINESE
from tests.site.census import census
from tests.site.conftest import CODES, LANGUAGES, NAMES, PAGES
from tests.site.project import REPOSITORY, ROOT


@pytest.mark.parametrize(("language", "name"), PAGES)
def test_every_block_of_the_page_was_run(site, ran, language, name):
    """The census: what readers see, text by text, is what ran and what that was held against."""
    content = site.soup(language, name).select_one("article")
    page = load(ROOT, f"docs/{language}/{name}.md")
    assert not list(census(content, page))
    here = page.path.as_posix()
    done = {one.line for one in page.examples if (here, one.line) in RAN}
    done |= {one.line for one in page.examples if f"{here}:{one.line}" in ran}
    if len(done) < len(page.examples):  # this file alone was chosen, so run the page here
        with PageRun(page) as run:
            done = {one.line for one in page.examples if run.outcome(one)}
    assert len(done) == len(page.examples), f"{page.path}: {len(done)} were run"


@pytest.mark.parametrize(("language", "name"), PAGES)
def test_outputs_are_labelled_and_not_copied(site, language, name):
    labels = {"en": {"Output", "Error"}, "zh": {"输出", "报错"}}[language]
    page = site.soup(language, name)
    for block in page.select("div.language-text"):
        assert "no-copy" in block["class"]
        assert "output" in block["class"]
        assert block["data-label"].partition(" · ")[0] in labels
        code = block.find_previous_sibling("div")
        while "language-text" in code["class"]:
            code = code.find_previous_sibling("div")
        assert ("error" in block["class"]) == ("raises" in code["class"])


def test_definitions_are_open_and_whole(site):
    page = site.soup("en", "custom-module")
    definition = page.find(id="snippets-custom_module-MLP")
    assert definition.find_parent("details") is None
    assert not definition.select("details")
    assert definition.select_one("pre").text.startswith("class MLP(nn.Module):")
    assert definition.text.count('"""') >= 2
    assert "snippets/custom_module.py" in definition.text


@pytest.mark.parametrize(("language", "name"), PAGES)
def test_definitions_speak_the_language_of_the_page(site, language, name):
    """Each has a docstring, and that is in the page's language, as its comments are."""
    for definition in site.soup(language, name).select(".definition pre"):
        docstrings = definition.select(".sd")
        sections = " ".join(part.text for part in docstrings).split("\n\n")
        assert docstrings, definition.text
        for words in [*sections, *(part.text for part in definition.select(".c1"))]:
            chinese = bool(CHINESE.search(words))
            code = CODE.match(words.removeprefix("# "))
            assert chinese == (language == "zh") or code, words


@pytest.mark.parametrize(("language", "name"), PAGES)
def test_head(site, language, name):
    page = site.soup(language, name)
    address = site.url + site.address(language, name)
    assert page.html["lang"] == CODES[language]
    assert page.find("link", rel="canonical")["href"] == address
    alternates = {link["hreflang"]: link["href"] for link in page.head.select("link[hreflang]")}
    expected = {CODES[other]: site.url + site.address(other, name) for other in LANGUAGES}
    expected["x-default"] = expected["en"]
    assert alternates == expected
    shared = {m["property"]: m["content"] for m in page.select("meta[property^=og]")}
    assert shared["og:url"] == address
    assert shared["og:description"] == page.find("meta", attrs={"name": "description"})["content"]
    assert bool(CHINESE.search(shared["og:site_name"])) == (language == "zh")
    assert (site.folder / shared["og:image"].removeprefix(site.url)).is_file()
    search = page.find("link", type="application/opensearchdescription+xml")["href"]
    description = (site.folder / search.removeprefix(site.url)).read_text(encoding="utf-8")
    assert f"{site.url}{LANGUAGES[language]}?q={{searchTerms}}" in description
    for link in page.head.select("link[hreflang]"):
        assert link["rel"] == ["alternate"] or link["rel"] == ["alternate", ""]
    description = page.find("meta", attrs={"name": "description"})["content"]
    assert bool(CHINESE.search(description)) == (language == "zh")
    assert bool(CHINESE.search(page.title.text)) == (language == "zh")
    switch = page.select_one(".language-switch__link")
    other = "zh" if language == "en" else "en"
    assert switch["hreflang"] == switch["lang"] == CODES[other]
    assert urljoin(address, switch["href"]) == alternates[CODES[other]]


def test_the_sitemap_lists_every_page_in_every_language(site):
    sitemap = ElementTree.parse(site.folder / "sitemap.xml").getroot()
    listed = {one[0].text: [link.attrib for link in one[2:]] for one in sitemap}
    names = [*NAMES, "cheatsheet"]
    assert listed.keys() == {site.url + site.address(lang, n) for lang in LANGUAGES for n in names}
    links = {link["hreflang"]: link["href"] for link in listed[f"{site.url}zh/"]}
    assert links == {"en": site.url, "zh-Hans": f"{site.url}zh/", "x-default": site.url}


def test_titles_are_unique(site):
    for language in LANGUAGES:
        titles = [site.soup(language, name).title.text for name in NAMES]
        heads = [site.soup(language, name).head for name in NAMES]
        descriptions = {h.select_one("meta[name=description]")["content"] for h in heads}
        assert len(set(titles)) == len(descriptions) == len(NAMES)


@pytest.mark.parametrize(("language", "name"), PAGES)
def test_frame(site, language, name):
    """What stands around the text, in the page's language."""
    page = site.soup(language, name)
    edit = page.select_one("article a[rel=edit]")
    assert edit["href"] == f"{REPOSITORY}/edit/main/docs/{language}/{name}.md"
    footer = page.select_one("footer").text
    links = page.select("footer a.md-footer__link")
    assert len(links) == (1 if name in ("index", "verified") else 2)
    words = ("上一页", "下一页") if language == "zh" else ("Previous", "Next")
    assert any(word in footer for word in words)
    assert page.select("article h1 a.headerlink")
    links = page.select(".md-nav--primary a.md-nav__link")
    pages = [link for link in links if not link.find_parent(class_="md-nav--secondary")]
    assert len(pages) == len(NAMES)
    contents = page.select(".md-sidebar--secondary nav li")
    assert contents or name == "errors", "a page without a table of contents"
    assert REPOSITORY in page.select_one(".report a")["href"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_links_and_anchors_resolve(site, language):
    pages = {site.url + site.address(*page): site.soup(*page) for page in PAGES}
    ids = {
        address: {tag["id"] for tag in soup.find_all(id=True)} for address, soup in pages.items()
    }
    broken = []
    for name in NAMES:
        base = site.url + site.address(language, name)
        for tag in site.soup(language, name).find_all(["a", "link", "script", "img"]):
            target = tag.get("href", tag.get("src"))
            if target is None or "data-md-component" in tag.attrs:  # Material's buttons
                continue
            address, anchor = urldefrag(urljoin(base, target))
            if not address.startswith(site.url):
                parts = urlsplit(address)
                # Foreign links are for readers to follow, never for the page to load.
                if tag.name != "a" or parts.scheme != "https" or "." not in parts.netloc:
                    broken.append(f"{language}/{name}: {target}")
                continue
            file = site.folder / unquote(address.removeprefix(site.url))
            exists = file.is_file() or (file / "index.html").is_file()
            # On a picture, #only-light and #only-dark say for which colours it is.
            known = not anchor or tag.name == "img" or unquote(anchor) in ids.get(address, ())
            if not exists or not known:
                broken.append(f"{language}/{name}: {target}")
    assert not broken, "\n".join(broken)


def test_not_found_page(site):
    for language, folder in LANGUAGES.items():
        html = (site.folder / folder / "404.html").read_text(encoding="utf-8")
        page = BeautifulSoup(html, "html.parser")
        assert page.html["lang"] == CODES[language]
        assert bool(CHINESE.search(page.select_one("article h1").text)) == (language == "zh")
        links = [urljoin(site.url + "a/b/c", link["href"]) for link in page.select("article li a")]
        assert links == [site.url + site.address(language, name) for name in _navigation()]


def _navigation() -> list[str]:
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    return re.findall(r"^ +- .+: ([a-z/-]+)\.md$", text, re.M)


def test_the_manifest_is_of_this_very_site(site):
    """Who publishes takes what it says for what was tested here."""
    file = site.folder / "manifest.json"
    manifest = json.loads(file.read_text(encoding="utf-8"))
    found = {
        path.relative_to(site.folder).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in site.folder.rglob("*")
        if path.is_file() and path != file
    }
    assert manifest["files"] == found
    for name in ("hooks.py", "docs/zh/index.md", "cheatsheet/theme/search.js", "mkdocs.zh.yml"):
        assert manifest["sources"][name] == sha256((ROOT / name).read_bytes()).hexdigest()
    assert not [name for name in manifest["sources"] if "cache" in name or "docs/runs" in name]


def test_the_records_are_in_the_site(site):
    for record in (ROOT / "docs/runs").glob("*.json"):
        assert (site.folder / "runs" / record.name).read_bytes() == record.read_bytes()


def test_nothing_is_built_twice(site):
    """The Chinese site holds no third language, and no page of the English one."""
    assert not (site.folder / "zh" / "zh").exists()
    assert not (site.folder / "en").exists()
