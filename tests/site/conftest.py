"""The built site, served as GitHub Pages would, and a real browser to read it with."""

import functools
import http.server
import os
import shutil
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LANGUAGES = {"en": "", "zh": "zh/"}
NAMES = sorted(path.stem for path in (ROOT / "docs" / "en").glob("*.md"))
REPOSITORY = "https://github.com/example/cheatsheet"


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


def build(root: Path, folder: Path, url: str) -> subprocess.CompletedProcess:
    """Run `mkdocs build --strict` as a reader or a publishing job would."""
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "-d", str(folder)],
        cwd=root,
        env=os.environ
        | {"SITE_URL": url, "REPO_URL": REPOSITORY, "NO_MKDOCS_2_WARNING": "1"},
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


def serve(folder: Path) -> tuple[http.server.ThreadingHTTPServer, str]:
    handler = functools.partial(GitHubPages, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, f"http://127.0.0.1:{server.server_port}{GitHubPages.base}/"


@pytest.fixture(scope="session")
def site(tmp_path_factory) -> Site:
    folder = tmp_path_factory.mktemp("site")
    server, url = serve(folder)
    done = build(ROOT, folder, url)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "WARNING" not in done.stderr, done.stderr
    yield Site(folder, url)
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def browser():
    """Chromium: the machine's own, or the one that `playwright install` brought."""
    from playwright.sync_api import sync_playwright

    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    path = next(filter(None, map(shutil.which, names)), None)
    with sync_playwright() as playwright:
        path = path or playwright.chromium.executable_path
        if not Path(path).exists():
            reason = "no Chromium found; run: playwright install chromium"
            (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
        flags = "--no-sandbox --disable-gpu --disable-quic --no-first-run "
        flags += "--disable-background-networking --disable-component-update "
        flags += "--disable-sync"
        browser = playwright.chromium.launch(executable_path=path, args=flags.split())
        yield browser
        browser.close()
