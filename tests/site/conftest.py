"""The built site, served as GitHub Pages would, and a real browser to read it with."""

import functools
import http.server
import os
import ssl
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from cheatsheet.forms.pdf import FLAGS, NoChromiumError, find_chromium
from tests.site import artifact

ROOT = Path(__file__).parents[2]
# Every build of the tests runs a lab once, and then knows what its code gave.
RUNS = tempfile.TemporaryDirectory(prefix="labs-")
os.environ.setdefault("LABS_CACHE", RUNS.name)
LANGUAGES = {"en": "", "zh": "zh/"}
NAMES = sorted(
    path.relative_to(ROOT / "docs/en").with_suffix("").as_posix()
    for path in (ROOT / "docs/en").rglob("*.md")
)
CODE = [name for name in NAMES if name != "verified"]  # the pages that have any
SECTIONS = [name for name in CODE if not name.startswith("labs/")]
REPOSITORY = os.environ.get("REPO_URL", "https://github.com/example/cheatsheet")
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


def build(
    root: Path, folder: Path, url: str, **settings: str
) -> subprocess.CompletedProcess:
    """Run `mkdocs build --strict` as a reader or a publishing job would."""
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "-d", str(folder)],
        cwd=root,
        env=os.environ
        | {"SITE_URL": url, "REPO_URL": REPOSITORY, "NO_MKDOCS_2_WARNING": "1"}
        | settings,
        capture_output=True,
        text=True,
        timeout=300,
    )


class GitHubPages(http.server.SimpleHTTPRequestHandler):
    """Serves a site below a sub-path, with its 404 page for what does not exist."""

    base = "/cheatsheet"

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


@pytest.fixture(scope="session")
def browser_flags() -> list[str]:
    """More flags of the browser; filled before it starts."""
    return []


@pytest.fixture(scope="session")
def site(tmp_path_factory, browser_flags) -> Site:
    """The site: the one that SITE_FOLDER names, else one built here."""
    if built := artifact.find():
        tls = built.certificate(tmp_path_factory.mktemp("certificate"))
        server, _ = serve(built.folder, built.path, tls)
        browser_flags += built.flags(server.server_port)
        yield Site(built.folder, built.url)
        server.shutdown()
        server.server_close()
        return
    folder = tmp_path_factory.mktemp("site")
    server, url = serve(folder)
    done = build(ROOT, folder, url)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "WARNING" not in done.stderr, done.stderr
    yield Site(folder, url)
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def browser(site, browser_flags):
    """Chromium: the machine's own, or the one that `playwright install` brought."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        try:
            path = find_chromium(playwright)
        except NoChromiumError:
            reason = "no Chromium found; run: playwright install chromium"
            (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
        browser = playwright.chromium.launch(
            executable_path=path, args=[*FLAGS, *browser_flags]
        )
        yield browser
        browser.close()


@pytest.fixture
def context(browser, site):
    context = browser.new_context(viewport=LAPTOP, locale="en-US")
    context.set_default_timeout(30_000)
    parts = urlsplit(site.url)
    origin = f"{parts.scheme}://{parts.netloc}"
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=origin)
    yield context
    context.close()


@pytest.fixture
def tab(context):
    return watch(context.new_page())


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
        lambda answer: (
            answer.status >= 400 and tab.wrong.append(f"{answer.status}: {answer.url}")
        ),
    )
    return tab


def open_page(tab, site, language: str, name: str, anchor: str = "") -> None:
    tab.goto(site.url + site.address(language, name) + anchor)
    tab.wait_for_load_state("networkidle")
