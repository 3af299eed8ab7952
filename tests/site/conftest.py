"""The built site, served as GitHub Pages would, and a real browser to read it with."""

import contextlib
import functools
import http.server
import os
import shutil
import ssl
import threading
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup

from cheatsheet.forms.pdf import FLAGS, find_chromium
from cheatsheet.source import SourceError
from tests.site import artifact
from tests.site.kernels import Kernels
from tests.site.project import ROOT, build
from tests.site.shared import share

LANGUAGES = {"en": "", "zh": "zh/"}
CODES = {"en": "en", "zh": "zh-Hans"}
NAMES = sorted(
    path.relative_to(ROOT / "docs/en").with_suffix("").as_posix()
    for path in (ROOT / "docs/en").rglob("*.md")
)
# The pages that have any.
CODE = [name for name in NAMES if name not in ("verified", "errors", "names")]
SECTIONS = [name for name in CODE if not name.startswith("labs/")]
PAGES = [(language, name) for language in LANGUAGES for name in NAMES]
# Browsers know that no name below localhost leaves the machine, and trust it as https.
ADDRESS = "http://cheatsheet.localhost/pytorch/"
PHONE = {"width": 360, "height": 740}
LAPTOP = {"width": 1366, "height": 768}


@dataclass(frozen=True)
class Site:
    folder: Path
    url: str

    def address(self, language: str, name: str) -> str:
        """The path of a page below the site's address."""
        return LANGUAGES[language] + ("" if name == "index" else f"{name}/")

    def html(self, language: str, name: str) -> str:
        file = self.folder / self.address(language, name) / "index.html"
        return file.read_text(encoding="utf-8")

    @functools.cache  # noqa: B019 - one site lives as long as the tests
    def soup(self, language: str, name: str) -> BeautifulSoup:
        """The page, to be read and not to be changed."""
        return BeautifulSoup(self.html(language, name), "html.parser")


class GitHubPages(http.server.SimpleHTTPRequestHandler):
    """Serves a site below a sub-path, with its 404 page for what does not exist."""

    base = "/cheatsheet"
    protocol_version = "HTTP/1.1"  # a connection serves a whole page

    def translate_path(self, path: str) -> str:
        inside = path.startswith(f"{self.base}/")
        return super().translate_path(
            path.removeprefix(self.base) if inside else "/outside of the site"
        )

    def send_error(self, code, message=None, explain=None) -> None:
        page = Path(self.directory, "404.html")
        if code != 404 or not page.exists():
            return super().send_error(code, message, explain)
        body = page.read_bytes()
        self.send_response(404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments) -> None:
        pass


def serve(
    folder: Path, base: str = GitHubPages.base, tls: ssl.SSLContext | None = None
) -> tuple[http.server.ThreadingHTTPServer, str]:
    kind = type("GitHubPages", (GitHubPages,), {"base": base})
    handler = functools.partial(kind, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    if tls:
        server.socket = tls.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, f"http://127.0.0.1:{server.server_port}{base}/"


def make_site(folder: Path) -> None:
    """Build the site as it is published, PDFs included where there is a Chromium."""
    done = build(ROOT, folder, ADDRESS, CHEATSHEET_PDF="1" if chromium() else "")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "WARNING" not in done.stderr, done.stderr


@functools.cache
def chromium() -> str | None:
    """The machine's own, or the one that `playwright install` brought."""
    from playwright.sync_api import sync_playwright

    found = []

    def find() -> None:  # in a thread: this one may have the browser's event loop
        with sync_playwright() as playwright:
            try:
                found.append(find_chromium(playwright))
            except SourceError:
                found.append(None)

    thread = threading.Thread(target=find)
    thread.start()
    thread.join()
    return found[0]


def pytest_collection_finish(session) -> None:
    """Build the site beside the first tests, for all workers."""
    first = os.environ.get("PYTEST_XDIST_WORKER", "gw0") == "gw0"
    wanted = any("built" in getattr(i, "fixturenames", ()) for i in session.items)
    given = os.environ.get("SITE_FOLDER") or session.config.option.collectonly
    if wanted and first and not given:
        factory = session.config._tmp_path_factory
        factory.getbasetemp()  # once, before two threads would each make one

        def early() -> None:  # what goes wrong, the tests say
            with contextlib.suppress(pytest.fail.Exception):
                built_here(factory)

        threading.Thread(target=early, daemon=True).start()


@pytest.fixture(scope="session")
def built(tmp_path_factory) -> artifact.Artifact:
    """The site: the one that SITE_FOLDER names, else one built here."""
    found = artifact.find()
    return found or artifact.Artifact(built_here(tmp_path_factory), ADDRESS)


def built_here(tmp_path_factory) -> Path:
    return share(tmp_path_factory, "site", make_site)


@pytest.fixture(scope="session")
def browser_flags() -> list[str]:
    """More flags of the browser; filled before it starts."""
    return []


@pytest.fixture(scope="session")
def site(built) -> Site:
    return Site(built.folder, built.url)


@pytest.fixture(scope="session")
def served(built, tmp_path_factory, browser_flags):
    """The site, answering in the browser at the address that it was built for."""
    tls = built.certificate(tmp_path_factory.mktemp("certificate"))
    server, _ = serve(built.folder, built.path, tls)
    browser_flags += built.flags(server.server_port)
    yield
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def browser(served, browser_flags):
    from playwright.sync_api import sync_playwright

    # The one without a window takes half the time; it prints no good PDF.
    path = shutil.which("chromium-headless-shell") or chromium()
    if path is None:
        reason = "no Chromium found; run: playwright install chromium"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*FLAGS, *browser_flags])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def profile(browser, site):
    """A tab in the profile of a reader who was never here.

    A new renderer takes longer than a page, so who wants the same gets the same tab,
    emptied; a test that needs two tabs of a kind gives them names.
    """
    parts = urlsplit(site.url)
    origin = f"{parts.scheme}://{parts.netloc}"
    tabs = {}

    def profile(name="", init="", size=LAPTOP, **options):
        key = name, init, str(sorted(options.items()))
        if key not in tabs:
            context = browser.new_context(**{"locale": "en-US"} | options)
            context.set_default_timeout(30_000)
            rights = ["clipboard-read", "clipboard-write"]
            context.grant_permissions(rights, origin=origin)
            if init:
                context.add_init_script(init)
            tabs[key] = watch(context.new_page())
        tab = tabs[key]
        if tab.url.startswith(origin):
            tab.evaluate(FORGET)
        tab.goto("about:blank")
        tab.set_viewport_size(size)
        tab.emulate_media(media="screen")
        tab.wrong.clear()
        tab.requests.clear()
        return tab

    yield profile
    for tab in tabs.values():
        tab.context.close()


FORGET = """() => {
  try { localStorage.clear(); sessionStorage.clear() } catch {}
}"""


@pytest.fixture
def tab(profile):
    return profile()


def watch(tab):
    """Make a page of the browser remember what it asked for and what went wrong."""
    tab.wrong = []
    tab.requests = []
    tab.on("console", lambda m: m.type == "error" and tab.wrong.append(m.text))
    tab.on("pageerror", lambda error: tab.wrong.append(str(error)))
    tab.on("request", lambda request: tab.requests.append(request.url))
    tab.on("requestfailed", lambda request: tab.wrong.append(f"failed: {request.url}"))
    tab.on(
        "response",
        lambda answer: answer.status >= 400 and tab.wrong.append(f"{answer.status}: {answer.url}"),
    )
    return tab


def open_page(tab, site, language: str, name: str, anchor: str = "") -> None:
    """Open a page; then its scripts have run, and its copy buttons are there."""
    tab.goto(site.url + site.address(language, name) + anchor)


@pytest.fixture(scope="session")
def kernels(tmp_path_factory):
    with Kernels(tmp_path_factory.mktemp("kernels")) as kernels:
        yield kernels
