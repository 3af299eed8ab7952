"""Print a page of a built site as PDF, with Chromium, without a network or a server.

Playwright and pikepdf are imported inside: most builds print nothing.
"""

import re
import shutil
from contextlib import contextmanager
from mimetypes import guess_type
from pathlib import Path
from unicodedata import normalize
from urllib.parse import unquote, urldefrag

from cheatsheet.source import SourceError

FILES = {"A4": "cheatsheet.pdf", "Letter": "cheatsheet-letter.pdf"}
COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ("--disable-gpu", "--disable-quic")  # beside those that Playwright gives by itself
# Fonts draw 文 and the radical ⽂ (U+2F42) with one glyph, and Chromium takes the lower code: a
# search for 文 would find nothing. Unicode's `normalize` knows the characters of "Kangxi
# Radicals"; of the "CJK Radicals Supplement", here are those that are words by themselves.
SUPPLEMENT = str.maketrans(
    "⺟⺠⺩⺫⺬⻁⻄⻅⻆⻉⻋⻑⻓⻔⻗⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻪⻬⻮⻰⻳",
    "母民王目示虎西见角贝车長长门雨青韦页风飞食马骨鬼鱼鸟卤麦黄黾齐齿龙龟",
)
# A line of a font's table: the code in the page, and the sign that it means, in UTF-16.
MEANING = re.compile(rb"^(<\w+> )<(2[EF]\w\w)>$", re.M)


def find_chromium(playwright) -> str:
    """The machine's own Chromium or Chrome, or Playwright's; SourceError: there is neither."""
    own = next(filter(None, map(shutil.which, COMMANDS)), None)
    path = own or playwright.chromium.executable_path
    if not Path(path).exists():
        problem = "no Chromium found to print the PDF with; run `playwright install chromium` or "
        problem += "`apt-get install chromium`, or leave CHEATSHEET_PDF unset."
        raise SourceError("mkdocs.yml", 1, problem)
    return path


@contextmanager
def chromium():
    """A browser for a while; errors as `find_chromium`."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = find_chromium(playwright)
        browser = playwright.chromium.launch(executable_path=path, args=[*FLAGS])
        yield browser
        browser.close()


def print_pages(site: Path, address: str, page: str) -> None:
    """Print one page of the site in a folder, as each of `FILES`, at its address, so that its links
    lead to where the site will be; the folder answers for the network. Errors as `chromium`."""

    def answer(route) -> None:
        url = urldefrag(route.request.url)[0].partition("?")[0]
        file = site / unquote(url.removeprefix(address))
        file = file / "index.html" if url.endswith("/") else file
        if url.startswith(address) and file.is_file():
            route.fulfill(path=file, content_type=guess_type(file)[0])
        else:
            route.abort()

    with chromium() as browser:
        # Without scripts: the page is printed as it was built.
        tab = browser.new_context(java_script_enabled=False).new_page()
        tab.route("**/*", answer)
        tab.goto(address + page)
        for paper, file in FILES.items():
            # With tags and headings, for those who listen to it.
            kept = {"path": site / file, "format": paper, "tagged": True, "outline": True}
            tab.pdf(print_background=True, **kept)
            write_characters(site / file)


def write_characters(file: Path) -> None:
    """Write characters for radicals in the tables of a PDF's fonts, and pack it, in place."""
    import pikepdf

    with pikepdf.open(file, allow_overwriting_input=True) as pdf:
        for page in pdf.pages:
            for font in page.resources.Font.values():
                table = font.ToUnicode
                table.write(MEANING.sub(_character, table.read_bytes()))
        # Without the time: the same site gives the same bytes.
        for key in ("/CreationDate", "/ModDate"):
            del pdf.docinfo[key]
        pdf.Root.ViewerPreferences = pikepdf.Dictionary(DisplayDocTitle=True)
        # A tag for each piece of code: packed, they take a tenth of their room.
        packed = pikepdf.ObjectStreamMode.generate
        pdf.save(file, object_stream_mode=packed, deterministic_id=True)


def _character(line: re.Match) -> bytes:
    character = normalize("NFKC", chr(int(line[2], 16)).translate(SUPPLEMENT))
    return b"%s<%04X>" % (line[1], ord(character))
