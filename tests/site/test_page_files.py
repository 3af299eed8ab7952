"""Each page in other forms: plain Markdown, llms.txt, and the links to them."""

import re
from urllib.parse import unquote, urldefrag, urljoin

import pytest
import yaml
from markdown_it import MarkdownIt

from cheatsheet.build import stage
from cheatsheet.page import Shell, load
from cheatsheet.words.compare import left_in_chinese, left_in_english
from cheatsheet.words.languages import read_languages
from cheatsheet.words.text import CHINESE, Line, markdown, page_blocks, read_blocks
from tests.site.conftest import CODE, LANGUAGES, NAMES, ROOT, open_page
from tests.site.project import REPOSITORY, copy_project
from tests.site.test_notebooks import read as read_notebook

PAGES = [(language, name) for language in LANGUAGES for name in CODE]
# What only the site understands; in code it may stand.
SYNTAX = re.compile(r"^/{3}|^:::|\{:? ?[#.][\w-]|#only-(?:light|dark)|\]\((?!https?://)", re.M)
COLAB = REPOSITORY.replace("github.com", "colab.research.google.com/github")
COLAB += "/blob/gh-pages/"
LABELS = {
    "en": ["Notebook", "Colab", "Copy page as Markdown"],
    "zh": ["Notebook", "Colab", "复制本页 Markdown"],
}
# The line before the output on one of two devices.
DEVICE = re.compile(r"(?m)^(?:Output|Error|输出|报错) · (?:CPU|GPU|(?:torch|Python) .*)$")
# https://llmstxt.org: a link, then a colon and notes.
ENTRY = re.compile(r"- \[(?P<name>[^\]]+)\]\((?P<address>[^)\s]+)\): (?P<notes>\S.*)")


def file_of(site, language: str, name: str):
    return site.folder / LANGUAGES[language] / f"{name}.md"


def words_of(text: str) -> str:
    """The Markdown without its code: blocks, code in sentences and formulas."""
    text = re.sub(r"(?ms)^(`{3,})\w*\n.*?^\1$", "", text)
    return re.sub(r"(?s)(`+)(?!`).+?(?<!`)\1(?!`)|\$\$.+?\$\$", "", text)


def links_of(text: str) -> list[str]:
    return [
        child.attrs.get("href", child.attrs.get("src"))
        for token in MarkdownIt("commonmark").enable("table").parse(text)
        for child in token.children or []
        if child.type in ("link_open", "image")
    ]


@pytest.fixture(scope="session")
def ids(site):
    """The ids of each page of the site, by its address."""
    return {
        site.url + site.address(*page): {tag["id"] for tag in site.soup(*page).find_all(id=True)}
        for page in ((language, name) for language in LANGUAGES for name in NAMES)
    }


def fences_of(text: str, language: str) -> list[str]:
    """The code of a Markdown text, as any reader of Markdown finds it."""
    tokens = MarkdownIt("commonmark").parse(text)
    return [t.content for t in tokens if t.type == "fence" and t.info == language]


def broken(site, ids, links: list[str]) -> list[str]:
    """The links to the site that lead nowhere."""
    found = []
    for link in links:
        address, anchor = urldefrag(link)
        if address.startswith(site.url):
            file = site.folder / unquote(address.removeprefix(site.url))
            exists = file.is_file() or (file / "index.html").is_file()
            if not exists or (anchor and anchor not in ids.get(address, ())):
                found.append(link)
        elif not link.startswith("https://"):
            found.append(link)
    return found


@pytest.mark.parametrize(("language", "name"), PAGES)
def test_plain_markdown(site, ids, language, name):
    text = file_of(site, language, name).read_text(encoding="utf-8")
    source = load(ROOT, f"docs/{language}/{name}.md")

    # The code is that of the notebook, which the tests execute.
    code = [source.rstrip("\n") for source in fences_of(text, "python")]
    cells = read_notebook(site, language, name).cells
    cells = [cell for cell in cells if cell.cell_type == "code"]
    # A lab begins with what its plots need.
    cells = [cell for cell in cells if "setup" not in cell.metadata.get("tags", ())]
    assert code == [cell.source for cell in cells]

    # The other blocks are those of the page.
    outputs = [one.source for part in source.examples for one in part.outputs.values()]
    assert fences_of(text, "text") == outputs
    shell = [part.code.source for part in source.parts if isinstance(part, Shell)]
    assert fences_of(text, "bash") == shell

    assert text.startswith("# ")
    assert not SYNTAX.findall(words_of(text))
    headings = re.findall(r"(?m)^#+ ", re.sub(r"(?ms)^(`{3,}).*?^\1$", "", text))
    assert len(headings) == len([section for section in source.sections if section.id])
    links = links_of(text)
    assert len(links) == sum(len(block.marks.get("link", [])) for block in page_blocks(source))
    assert not broken(site, ids, links)


@pytest.mark.parametrize(("language", "name"), PAGES)
def test_notebook_has_the_same_words(site, language, name):
    text = words_of(file_of(site, language, name).read_text(encoding="utf-8"))
    cells = read_notebook(site, language, name).cells
    prose = "\n\n".join(c.source for c in cells if c.cell_type == "markdown")

    def lines(words: str) -> list[str]:
        return [line for line in words.split("\n") if line.strip()]

    wanted = [line for line in lines(text) if not DEVICE.fullmatch(line)]
    assert lines(words_of(prose)) == wanted
    assert not SYNTAX.findall(words_of(prose))


@pytest.mark.parametrize(("language", "name"), PAGES)
def test_plain_markdown_is_in_one_language(site, language, name):
    text = file_of(site, language, name).read_text(encoding="utf-8")
    path = ROOT / "docs" / language / f"{name}.md"
    left = left_in_english(read_blocks(path, markdown(DEVICE.sub("", text))))
    if language == "en":
        rows = enumerate(text.split("\n"), 1)
        left = left_in_chinese(Line(path, number, row) for number, row in rows)
    assert not left


@pytest.mark.parametrize("language", LANGUAGES)
def test_llms_txt(site, ids, language):
    root = site.folder / LANGUAGES[language]
    text = (root / "llms.txt").read_text(encoding="utf-8")
    head, *sections = re.split(r"(?m)^## ", text)
    title, summary, details = head.strip().split("\n\n")
    assert re.fullmatch(r"# \S.*", title)
    assert re.fullmatch(r"> \S.*", summary)
    assert not details.startswith("#")
    entries = {}
    for section in sections:
        name, _, body = section.partition("\n\n")
        matches = [ENTRY.fullmatch(line) for line in body.strip().split("\n")]
        assert all(matches), body
        entries[name] = matches
    assert list(entries)[1:] == ["Optional"]
    pages, optional = entries.values()
    base = site.url + LANGUAGES[language]
    assert {m["address"] for m in pages} == {f"{base}{name}.md" for name in CODE}
    assert [m["address"] for m in optional] == [f"{base}llms-full.txt"]
    assert not broken(site, ids, [m["address"] for m in [*pages, *optional]])
    # In the order of the navigation, each with the description of its page.
    assert (pages[0]["address"], pages[-1]["address"]) == (
        f"{base}index.md",
        f"{base}labs/initialization-through-depth.md",
    )
    for match in pages:
        name = match["address"].removeprefix(base).removesuffix(".md")
        soup = site.soup(language, name)
        description = soup.find("meta", attrs={"name": "description"})["content"]
        assert match["notes"] == description
        assert match["name"] == soup.select_one("a.md-nav__link--active").text.strip()
        assert bool(CHINESE.search(match["name"] + description)) == (language == "zh")
    assert bool(CHINESE.search(head)) == (language == "zh")


@pytest.mark.parametrize("language", LANGUAGES)
def test_llms_full_txt(site, language):
    root = site.folder / LANGUAGES[language]
    full = (root / "llms-full.txt").read_text(encoding="utf-8")
    index = (root / "llms.txt").read_text(encoding="utf-8")
    assert full.startswith(index.partition("\n\n## ")[0])
    base = site.url + LANGUAGES[language]
    names = [m["address"].removeprefix(base) for m in ENTRY.finditer(index)][:-1]
    start = 0
    for name in names:
        page = (root / name).read_text(encoding="utf-8")
        assert full.count(page) == 1
        assert full.index(page) > start
        start = full.index(page)


@pytest.mark.parametrize(("language", "name"), PAGES)
def test_links_on_the_page(site, language, name):
    soup = site.soup(language, name)
    page = site.url + site.address(language, name)
    root = site.url + LANGUAGES[language]
    runs, *links = soup.select("article .page-facts a")
    assert urljoin(page, runs["href"]) == f"{root}verified/"
    assert "torch 2." in runs.text
    assert [link.text for link in links] == LABELS[language]
    notebook, colab, markdown = links
    own = site.address(language, name) + f"{name.rpartition('/')[2]}.ipynb"
    assert urljoin(page, notebook["href"]) == site.url + own
    assert notebook.has_attr("download")
    assert colab["href"] == COLAB + own
    assert urljoin(page, markdown["href"]) == f"{root}{name}.md"
    alternate = soup.find("link", type="text/markdown")
    assert urljoin(page, alternate["href"]) == f"{root}{name}.md"
    # Material takes a plain rel=alternate for the front page of a language.
    html = site.html(language, name)
    assert html.count("alternate") == html.count('rel="alternate "') > 2


def test_links_work_in_the_browser(site, tab):
    open_page(tab, site, "zh", "gpu-device")
    with tab.expect_download() as download:
        tab.locator(".page-notebook").click()
    assert download.value.suggested_filename == "gpu-device.ipynb"
    tab.emulate_media(media="print")
    assert not tab.locator(".page-facts").is_visible()
    tab.emulate_media(media="screen")
    assert tab.wrong == []
    tab.locator(".page-markdown").click()
    tab.locator(".md-dialog", has_text="已将本页复制为 Markdown").wait_for()
    copied = tab.evaluate("navigator.clipboard.readText()")
    assert copied == (site.folder / "zh/gpu-device.md").read_text(encoding="utf-8")
    assert tab.wrong == []


@pytest.mark.parametrize("repository", ["", "https://git.example.org/me/x", REPOSITORY + ".git"])
def test_colab_needs_a_repository_on_github(tmp_path, monkeypatch, repository):
    monkeypatch.setenv("REPO_URL", repository)
    project = copy_project(tmp_path, "index", "gpu-info")
    page = stage(project, read_languages(project)[1]).pages["gpu-info.md"]
    front = yaml.safe_load(page.split("---\n")[1])
    assert (f"[Colab]({COLAB}zh/gpu-info/gpu-info.ipynb)" in page) == ("github" in repository)
    assert ("[Colab]" in page) == ("github" in repository)
    assert front.get("edit", "").startswith(repository)
