"""Print a page of a built site as PDF, with Chromium, without a network or a server.

Playwright and pikepdf are imported inside: most builds print nothing.
"""

import shutil
from contextlib import contextmanager
from mimetypes import guess_type
from pathlib import Path
from urllib.parse import unquote, urldefrag

from cheatsheet.page import SourceError

FILES = {"A4": "cheatsheet.pdf", "Letter": "cheatsheet-letter.pdf"}
COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ("--disable-gpu", "--disable-quic")  # beside those that Playwright gives by itself


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
    from cheatsheet.forms.radicals import write_characters

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
