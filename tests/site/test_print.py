"""On paper: the sheet as page and as PDF."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urljoin

import pypdf
import pytest
import yaml

from cheatsheet.build import stage
from cheatsheet.forms.plain import Words
from cheatsheet.forms.sheet import SELECTION, compose
from cheatsheet.page import Page, load, read
from cheatsheet.run.judge import PageRun
from cheatsheet.standalone.definitions import Definitions
from cheatsheet.standalone.program import make_standalone
from cheatsheet.words.languages import read_languages
from cheatsheet.words.text import CHINESE
from tests.site.conftest import (
    ADDRESS,
    CODES,
    LANGUAGES,
    SECTIONS,
    Site,
    built_here,
    chromium,
    open_page,
)
from tests.site.project import ROOT, copy_project, environment
from tests.site.test_browser import settle

PAPERS = {"A4": (595, 842), "Letter": (612, 792)}  # points
FILES = {"A4": "cheatsheet.pdf", "Letter": "cheatsheet-letter.pdf"}
PIXELS = 96 / 72  # of CSS, in a point
SHEET_MARGIN = 8 * 72 / 25.4
CHOSEN = yaml.safe_load((ROOT / SELECTION).read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def printed(site, tmp_path_factory) -> Site:
    """The site as it is published, PDFs included."""
    if chromium() is None:
        reason = "no Chromium found; run: playwright install chromium"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    if (site.folder / FILES["A4"]).is_file():
        return site
    return Site(built_here(tmp_path_factory), ADDRESS)  # SITE_FOLDER has none


@pytest.fixture(scope="module", params=LANGUAGES)
def sheet(request) -> tuple[str, Page]:
    """A language, and its sheet as a page like others, definitions in English."""
    folder = f"docs/{request.param}"
    pages = {f"{name}.md": load(ROOT, f"{folder}/{name}.md") for name in SECTIONS}
    made = make_standalone(list(pages.values()), Definitions.read(ROOT))
    copies = {name: one.copies for name, one in zip(pages, made, strict=True)}
    text = compose(ROOT, pages, copies, Words({}, "", "Output", "Error", "Fix"))
    text = text.replace("/// html | section", "/// note")  # as a page may say it
    text = re.sub(r'(?m)^```text \{ .*data-label="\w+(?: · (\w+))?" \}$', _title, text)
    text = re.sub(r"(?m)^```(python|bash) \{ \.no-copy \}$", r"```\1", text)
    return request.param, read(Path(f"{request.param}.md"), text)


def _title(label: re.Match) -> str:
    return f'```text title="{label[1]}"' if label[1] else "```text"


def test_the_sheet_has_every_section():
    """The fifteen that `snippets` has modules for; and tasks that have pages of their own."""
    modules = {path.stem.replace("_", "-") for path in (ROOT / "snippets").glob("[a-z]*.py")}
    spine = modules & {*SECTIONS}
    assert len(spine) == 12  # and the preface, and two that define nothing of their own
    assert {*SECTIONS} > {*CHOSEN} > spine
    assert all(page in CHOSEN[page] for page in spine)


def test_the_code_of_the_sheet_runs_from_top_to_bottom(sheet):
    """Short as it is: what it prints is what the sheet shows, or left out there."""
    _, page = sheet
    assert len(page.examples) > len(CHOSEN)
    outputs = 0
    with PageRun(page) as run:
        for example in page.examples:
            outcome = run.outcome(example)
            assert not outcome.raised, outcome.trace
            if example.output("CPU"):
                outputs += 1
                run.judge(example)
    assert outputs > len(CHOSEN)


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pdf(printed, language, paper):
    file = printed.folder / LANGUAGES[language] / FILES[paper]
    assert file.stat().st_size < 500_000
    pdf = pypdf.PdfReader(file)
    assert len(pdf.pages) <= 3
    root = pdf.root_object
    assert root["/Lang"] == CODES[language]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/StructTreeRoot"]["/K"]
    assert pdf.outline
    for page in pdf.pages:
        size = (float(page.mediabox.width), float(page.mediabox.height))
        assert size == pytest.approx(PAPERS[paper], abs=1)
    loose = [font for page in pdf.pages for font in fonts_not_embedded(page)]
    assert loose == []

    text = squeeze("\n".join(page.extract_text() for page in pdf.pages))
    html = printed.soup(language, "cheatsheet")
    assert pdf.metadata.title == html.title.text
    messages = {link["href"] for link in html.select(".sheet li > a:first-child")}
    known = {link["href"] for link in printed.soup(language, "errors").select("li > a")}
    assert len(messages & known) > 60
    parts = html.select(".sheet :is(h1, h2, h3, p:not(.sheet-pdfs), pre, li > *)")
    assert len(parts) > 4 * len(CHOSEN)
    missing = [
        line
        for part in parts
        for line in part.get_text().replace("¶", "").split("\n")
        if squeeze(line) not in text
    ]
    assert missing == []
    assert bool(CHINESE.search(text)) == (language == "zh")
    assert not re.search("[\u2e80-\u2fdf]", text), "radicals instead of characters"

    links = {
        note.get_object()["/A"]["/URI"] for page in pdf.pages for note in page.get("/Annots", [])
    }
    base = f"{printed.url}{LANGUAGES[language]}cheatsheet/"
    expected = {
        urljoin(base, link["href"])
        for link in html.select(".sheet a:not(.headerlink, .sheet-pdfs a)")
    }
    assert links == expected
    assert len(links) > len(CHOSEN)
    assert all(link.startswith(printed.url + LANGUAGES[language]) for link in links)


def squeeze(text: str) -> str:
    return re.sub(r"\s+", "", text)


def fonts_not_embedded(page) -> list[str]:
    found = []
    for font in page["/Resources"]["/Font"].values():
        font = font.get_object()
        if font["/Subtype"] == "/Type3":
            # Its glyphs stand in the file by nature: Chromium's form of OpenType fonts
            # with PostScript outlines, as Noto's Chinese ones are.
            embedded = bool(font["/CharProcs"])
        else:
            inner = font.get("/DescendantFonts", [font])[0].get_object()
            embedded = {"/FontFile", "/FontFile2", "/FontFile3"} & set(
                inner["/FontDescriptor"].get_object()
            )
        if not embedded:
            found.append(str(font.get("/BaseFont")))
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_front_page_links_what_there_is(printed, language):
    own = printed.folder / LANGUAGES[language]
    page = printed.soup(language, "index")
    pdfs = [link["href"] for link in page.select("article a[href$='.pdf']")]
    # By their addresses: they are no pages, whose links a generator would know.
    assert pdfs == [printed.url + LANGUAGES[language] + name for name in FILES.values()]
    assert all((own / name).is_file() for name in FILES.values())
    assert page.select_one("article a[href='cheatsheet/']")
    on_sheet = printed.soup(language, "cheatsheet").select(".sheet-pdfs a")
    assert [link["href"] for link in on_sheet] == pdfs


@pytest.mark.parametrize("number", [0, 1], ids=LANGUAGES)
def test_without_pdfs_none_are_linked(tmp_path, monkeypatch, number):
    monkeypatch.setenv("CHEATSHEET_PDF", "")
    project = copy_project(tmp_path, "index")
    staged = stage(project, read_languages(project)[number])
    assert "](cheatsheet.md)" in staged.pages["index.md"]
    assert ".pdf" not in staged.pages["index.md"] + staged.pages["cheatsheet.md"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sheet_is_a_page_of_the_site(tab, site, language):
    """Search works there and finds the pages, not their copies on the sheet."""
    own = LANGUAGES[language]
    open_page(tab, site, language, "cheatsheet")
    assert tab.locator(".sheet pre").count() > len(CHOSEN)
    assert tab.locator(".sheet button").count() == 0
    tab.locator(".md-search__input").fill("Sequential")
    tab.locator(".md-search-result__link").first.wait_for()
    index = (site.folder / own / "search/sections.json").read_text("utf-8")
    assert "cheatsheet/" not in json.loads(index)["pages"]
    tab.keyboard.press("Escape")
    tab.locator(".language-switch__link").click()
    other = LANGUAGES["en" if language == "zh" else "zh"]
    tab.wait_for_url(f"{site.url}{other}cheatsheet/")
    assert tab.wrong == []


# The least contrast with white of words, and of what a plot draws.
ON_WHITE = """() => {
  const channel = (c) =>
    (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
  const least = (selector, property) => {
    const colours = [...document.querySelectorAll(selector)]
      .filter((e) => e.checkVisibility() && !e.closest("defs"))
      .map((e) => getComputedStyle(e)[property])
      .filter((colour) => colour.startsWith("rgb"))
    return Math.min(...colours.map((colour) => {
      const [r, g, b] = colour.match(/[\\d.]+/g).map(Number).map(channel)
      return 1.05 / (0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05)
    }))
  }
  return {
    words: least("article :is(h1, p, pre, pre *)", "color"),
    "words of plots": least(".plot text", "fill"),
    lines: least('.plot [style*="stroke: "]', "stroke"),
    areas: least('.plot [style*="fill: var"]', "fill"),
  }
}"""


def test_a_dark_page_prints_dark_on_white(profile, site):
    tab = profile(color_scheme="dark")
    open_page(tab, site, "en", "parameter-initialization")
    assert tab.evaluate("document.body.dataset.mdColorScheme") == "slate"
    tab.emulate_media(media="print", color_scheme="dark")
    settle(tab)
    least = tab.evaluate(ON_WHITE)
    assert {key: c for key, c in least.items() if c < (3 if key == "areas" else 4)} == {}


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sheet_is_read_without_a_lens(tab, site, language, paper):
    """7 points, and every line of code on a line of its own in its column."""
    width, height = PAPERS[paper]
    width = int((width - 2 * SHEET_MARGIN) * PIXELS)
    tab.set_viewport_size({"width": width, "height": int(height * PIXELS)})
    tab.emulate_media(media="print")
    tab.goto(f"{site.url}{LANGUAGES[language]}cheatsheet/")
    codes = tab.locator(".sheet pre > code").evaluate_all(
        """(all) => all.map((e) => {
          const style = getComputedStyle(e)
          const lines = e.textContent.trimEnd().split("\\n").length
          const rows = e.getBoundingClientRect().height / parseFloat(style.lineHeight)
          return [parseFloat(style.fontSize), rows - lines, e.textContent]
        })"""
    )
    assert len(codes) > len(CHOSEN)
    assert all(size >= 7 * PIXELS - 0.01 for size, *_ in codes)
    # A Chinese glyph from another font may make its line a little higher.
    assert [text for _, more, text in codes if more > 0.9] == []


def test_without_chromium_the_cure_is_named(tmp_path):
    """Before anything is built."""
    nowhere = str(tmp_path)
    command = [sys.executable, "-m", "mkdocs", "build", "-d", str(tmp_path / "site")]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=environment(CHEATSHEET_PDF="1", PLAYWRIGHT_BROWSERS_PATH=nowhere, PATH=nowhere),
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0
    assert "apt-get install chromium" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "site").exists()


def test_each_language_has_its_words(printed):
    for language in read_languages(ROOT):
        page = printed.soup(language.code or "en", "cheatsheet")
        assert page.html["lang"] == language.lang
        assert page.select_one(".sheet h1 ~ p").text
