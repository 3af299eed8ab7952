"""On paper: the sheet as page and as PDF, and every page of the site."""

import json
import os
import re
import runpy
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urljoin

import pypdf
import pytest
import yaml
from bs4 import BeautifulSoup
from mkdocs.exceptions import PluginError

from cheatsheet.forms.compact import compact
from cheatsheet.forms.narrow import COLUMNS, make_narrow
from cheatsheet.forms.sheet import SELECTION, SheetError, compose
from cheatsheet.page import read
from cheatsheet.run.judge import PageRun
from cheatsheet.words.languages import read_languages
from cheatsheet.words.text import CHINESE
from tests.site.conftest import CODE, LANGUAGES, ROOT, SECTIONS, build, open_page
from tests.site.test_bad_input import stop_of
from tests.site.test_serve import change, copy_project

ADDRESS = "https://cheatsheet.example/pytorch/"
PAPERS = {"A4": (595, 842), "Letter": (612, 792)}  # points
FILES = {"A4": "cheatsheet.pdf", "Letter": "cheatsheet-letter.pdf"}
PIXELS = 96 / 72  # of CSS, in a point
MARGIN = 14 * 72 / 25.4  # of a page, left and right, in points; see print.css
SHEET_MARGIN = 8 * 72 / 25.4
LINK = re.compile(r"\[(.+)\]\(([a-z-]+)\.md#[a-z-]+\)")


@pytest.fixture(scope="module")
def printed(browser, tmp_path_factory) -> Path:
    """The site as it is published, PDFs included."""
    folder = tmp_path_factory.mktemp("printed")
    done = build(ROOT, folder, ADDRESS, CHEATSHEET_PDF="1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "WARNING" not in done.stderr, done.stderr
    return folder


@pytest.fixture(scope="module", params=LANGUAGES)
def sheet(request) -> tuple[str, str]:
    """A language, and its sheet as Markdown, definitions in English."""
    return request.param, compose(ROOT, f"docs/{request.param}", ROOT, "# Sheet")


def soup(folder: Path, page: str) -> BeautifulSoup:
    html = (folder / page / "index.html").read_text(encoding="utf-8")
    return BeautifulSoup(html, "html.parser")


def test_the_sheet_has_every_page():
    chosen = yaml.safe_load((ROOT / SELECTION).read_text(encoding="utf-8"))
    assert sorted(chosen) == SECTIONS
    assert all(page in ids for page, ids in chosen.items() if page != "index")


def test_the_code_of_the_sheet_runs_from_top_to_bottom(sheet):
    """Short as it is: what it prints is what the sheet shows, or left out there."""
    language, text = sheet
    # Its title has no id: nothing links to the top of a sheet.
    text = re.sub(r"\A(# .+)", r"\1 { #sheet }", text)
    page = read(Path(f"{language}.md"), text)
    assert len(page.examples) > len(SECTIONS)
    outputs = 0
    with PageRun(page) as run:
        for example in page.examples:
            outcome = run.outcome(example)
            assert not outcome.raised, outcome.trace
            if example.output("CPU"):
                outputs += 1
                run.judge(example)
    assert outputs > len(SECTIONS)


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pdf(printed, language, paper):
    file = printed / LANGUAGES[language] / FILES[paper]
    assert file.stat().st_size < 500_000
    pdf = pypdf.PdfReader(file)
    assert len(pdf.pages) <= 2
    for page in pdf.pages:
        size = (float(page.mediabox.width), float(page.mediabox.height))
        assert size == pytest.approx(PAPERS[paper], abs=1)
    loose = [font for page in pdf.pages for font in fonts_not_embedded(page)]
    assert loose == []

    text = squeeze("\n".join(page.extract_text() for page in pdf.pages))
    html = soup(printed, LANGUAGES[language] + "cheatsheet")
    parts = html.select(".sheet :is(h1, h2, h3, p:not(.sheet-pdfs), pre)")
    assert len(parts) > 4 * len(SECTIONS)
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
        note.get_object()["/A"]["/URI"]
        for page in pdf.pages
        for note in page.get("/Annots", [])
    }
    base = f"{ADDRESS}{LANGUAGES[language]}cheatsheet/"
    expected = {
        urljoin(base, link["href"])
        for link in html.select(".sheet a:not(.headerlink, .sheet-pdfs a)")
    }
    assert links == expected
    assert len(links) > len(SECTIONS)
    assert all(link.startswith(ADDRESS + LANGUAGES[language]) for link in links)


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
def test_the_front_page_links_what_there_is(printed, site, language):
    own = LANGUAGES[language]
    with_pdfs, without = soup(printed, own), soup(site.folder, own)
    pdfs = [link["href"] for link in with_pdfs.select("article a[href$='.pdf']")]
    assert pdfs == list(FILES.values())
    assert all((printed / own / pdf).is_file() for pdf in pdfs)
    # A site that was built before (SITE_FOLDER) may have them; a plain build has none.
    made = [pdf for pdf in FILES.values() if (site.folder / own / pdf).is_file()]
    assert [a["href"] for a in without.select("article a[href$='.pdf']")] == made
    assert made == [] or "SITE_FOLDER" in os.environ
    for page in (with_pdfs, without):
        assert page.select_one("article a[href='cheatsheet/']")
    on_sheet = soup(printed, f"{own}cheatsheet").select(".sheet-pdfs a")
    assert [link["href"] for link in on_sheet] == [f"../{pdf}" for pdf in pdfs]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sheet_is_a_page_of_the_site(tab, site, language):
    """Search works there and finds the pages, not their copies on the sheet."""
    own = LANGUAGES[language]
    tab.goto(f"{site.url}{own}cheatsheet/")
    tab.wait_for_load_state("networkidle")
    assert tab.locator(".sheet pre").count() > len(SECTIONS)
    assert tab.locator(".sheet button").count() == 0
    tab.locator(".md-search__input").fill("Sequential")
    tab.locator(".md-search-result__link").first.wait_for()
    index = (site.folder / own / "search/search_index.json").read_text("utf-8")
    assert not [e for e in json.loads(index)["docs"] if "cheatsheet/" in e["location"]]
    tab.keyboard.press("Escape")
    tab.locator(".language-switch__link").click()
    other = LANGUAGES["en" if language == "zh" else "zh"]
    tab.wait_for_url(f"{site.url}{other}cheatsheet/")
    assert tab.wrong == []


NOT_ON_PAPER = """() => {
  const pressed = ".md-header, .md-sidebar, .md-footer, .md-search, .md-skip, button, "
    + "nav, .md-content__button, .headerlink, .language-offer, .language-switch, "
    + ".sheet-pdfs"
  return [...document.querySelectorAll(pressed)]
    .filter((e) => e.checkVisibility() && e.getClientRects().length)
    .map((e) => e.outerHTML.slice(0, 120))
}"""
CUT = """() => [...document.querySelectorAll("article :is(pre, pre > code, table)")]
  .filter((e) => e.scrollWidth > e.clientWidth
    || e.getBoundingClientRect().right > innerWidth + 1)
  .map((e) => e.textContent.slice(0, 120))"""
ADDRESSES = """() => [...document.querySelectorAll("article a[href]")]
  .filter((e) => e.checkVisibility())
  .map((e) => [e.href, getComputedStyle(e, "::after").content])"""


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_prints_well(tab, site, language):
    width, height = PAPERS["A4"]
    size = {"width": int((width - 2 * MARGIN) * PIXELS), "height": int(height * PIXELS)}
    tab.set_viewport_size(size)
    tab.emulate_media(media="print")
    external = 0
    for name in [*CODE, "cheatsheet"]:
        tab.goto(site.url + site.address(language, name))
        tab.wait_for_selector(
            ".md-header[data-md-state], .md-content", state="attached"
        )
        assert tab.evaluate(NOT_ON_PAPER) == [], name
        assert tab.evaluate(CUT) == [], name
        for href, after in tab.evaluate(ADDRESSES):
            shown = not href.startswith(site.url) and "/edit/" not in href
            external += shown
            assert (href in after) == shown, (name, href, after)
    assert external > 0


def test_a_dark_page_prints_dark_on_white(browser, site):
    context = browser.new_context(color_scheme="dark")
    tab = context.new_page()
    open_page(tab, site, "en", "parameter-initialization")
    assert tab.evaluate("document.body.dataset.mdColorScheme") == "slate"
    tab.emulate_media(media="print", color_scheme="dark")
    tab.wait_for_timeout(400)  # colours fade on the screen
    colours = tab.evaluate(
        """() => [...document.querySelectorAll("article :is(h1, p, pre *)")]
          .filter((e) => e.checkVisibility()).map(
          (e) => getComputedStyle(e).color.match(/\\d+/g).slice(0, 3).map(Number))"""
    )
    light = [colour for colour in colours if sum(colour) > 3 * 128]
    assert light == [], "light words on white paper"
    shown = tab.locator("article img").evaluate_all(
        "(all) => all.filter((e) => e.checkVisibility()).map((e) => e.src)"
    )
    assert shown
    assert all(src.endswith("#only-light") for src in shown)
    context.close()


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
    assert len(codes) > len(SECTIONS)
    assert all(size >= 7 * PIXELS - 0.01 for size, *_ in codes)
    # A Chinese glyph from another font may make its line a little higher.
    assert [text for _, more, text in codes if more > 0.9] == []


def test_without_chromium_the_cure_is_named(tmp_path):
    """Before anything is built."""
    command = [sys.executable, "-m", "mkdocs", "build", "-d", str(tmp_path / "site")]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ
        | {"CHEATSHEET_PDF": "1", "PLAYWRIGHT_BROWSERS_PATH": str(tmp_path)}
        | {"PATH": str(tmp_path), "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0
    assert "apt-get install chromium" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "site").exists()


def test_a_front_page_without_the_link_is_named():
    hook = runpy.run_path(str(ROOT / "hooks/cheatsheet.py"))
    words = {"cheatsheet": {"pdf": True, "pdfs": "{A4} {Letter}"}}
    arguments = {
        "page": SimpleNamespace(
            is_homepage=True, file=SimpleNamespace(src_uri="index.md")
        ),
        "config": SimpleNamespace(extra=words),
        "files": SimpleNamespace(
            get_file_from_path=lambda _path: SimpleNamespace(url="cheatsheet/")
        ),
    }
    html = hook["on_page_content"]('<p><a href="cheatsheet/">x</a></p>', **arguments)
    assert 'x</a> · <a href="cheatsheet.pdf">A4</a>' in html
    with pytest.raises(PluginError, match=r"index\.md, does not link cheatsheet\.md"):
        hook["on_page_content"]("<p>No link.</p>", **arguments)


def test_an_unknown_section_stops_the_build(tmp_path):
    project = copy_project(tmp_path)
    change(project / SELECTION, "[gpu-device]", "[gpu-devices]")
    text = (project / SELECTION).read_text(encoding="utf-8")
    line = text[: text.index("[gpu-devices]")].count("\n") + 1
    message = stop_of(project)
    assert (
        f"{SELECTION}:{line}: docs/en/gpu-device.md has no section gpu-devic" in message
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "index: [seed]\nnone: [none]\n",
            ":2: there is no docs/en/none.md; mend 'none'",
        ),
        ("index: [none]\n", ":1: docs/en/index.md has no section none; mend 'none'"),
        ("index: [thanks]\n", ":1: the section thanks of index has no code"),
        ("index: seed\n", ":1: each line is a page and the ids of its sections"),
        ("[index]\n", ":1: each line is a page and the ids of its sections"),
        ("a: [b]\nindex: [seed\n", ":3: this is not YAML"),
    ],
)
def test_a_mistake_in_the_selection_is_named_with_its_line(tmp_path, text, words):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/en").symlink_to(ROOT / "docs/en")
    (tmp_path / SELECTION).write_text(text, encoding="utf-8")
    with pytest.raises(SheetError) as error:
        compose(tmp_path, "docs/en", ROOT, "")
    assert str(error.value).startswith(SELECTION + words)


LONG = '''\
class Half(nn.Module):
    """Halve."""

    size: int

    def __init__(self, size: int, 大: str | None = None) -> None:
        super().__init__()
        # Only for the check.
        odd = size % 2
        half = size // 2
        # What is said of the check goes too.
        if odd:
            raise ValueError(f"{odd}")

        # This stays.
        self.half = half
        if size > 8:
            self.half = 4
'''
SHORT = """\
class Half(nn.Module):
    size: int
    def __init__(self, size, 大 = None):
        super().__init__()
        half = size // 2
        # This stays.
        self.half = half
        if size > 8:
            self.half = 4"""


def test_a_definition_is_made_compact():
    assert compact(LONG) == SHORT


def test_code_is_made_narrow():
    word, sign = "word " * 20, "字" * 40
    source = f"# {word}\nx = 1  # {word}\nif x:\n    # {sign}，{sign}。\n    "
    source += f"y = [{'1, ' * 40}]"
    (text,) = make_narrow([source])
    lines = text.split("\n")
    assert max(
        len(line) + len(re.findall(r"[^\x00-\x7f]", line)) for line in lines
    ) <= (COLUMNS)
    assert text.count("word") == 40
    assert text.count("字") == 80
    assert not [line for line in lines if line.lstrip("# ").startswith(("，", "。"))]
    assert "x = 1" in lines


def test_each_language_has_its_words(printed):
    for language in read_languages(ROOT):
        page = soup(printed / language.code, "cheatsheet")
        assert page.html["lang"] == language.lang
        assert page.select_one(".sheet h1 ~ p").text
