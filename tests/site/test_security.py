"""What a page may load and run: nothing of others, and nothing that comes in as text."""

from urllib.parse import quote, urlsplit

import pytest

from tests.site.conftest import LANGUAGES, open_page, serve
from tests.site.hosts import ADDRESS, foreign
from tests.site.project import append, build, copy_project


def test_nothing_is_loaded_from_elsewhere(site):
    """No page, style or script names another host; tests/faults plants some."""
    assert foreign(site.folder, urlsplit(site.url).netloc) == []


POLICY = "() => document.querySelector('meta[http-equiv=Content-Security-Policy]').content"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_policy_stops_what_is_foreign(tab, site, language):
    open_page(tab, site, language, "custom-module")
    policy = tab.evaluate(POLICY)
    assert "unsafe-eval" not in policy
    assert ADDRESS.findall(policy) == []
    # A script sets it: the page itself with such a meta would be loaded file by file.
    assert '<meta content="default-src' not in site.html(language, "custom-module")
    blocked = tab.evaluate(
        """() => new Promise((done) => {
          addEventListener("securitypolicyviolation", (event) => done(event.blockedURI))
          fetch("https://example.com/there").catch(() => {})
        })"""
    )
    assert blocked.startswith("https://example.com/")
    # A moment later: what a test itself evaluates is above the policy.
    tab.evaluate(
        "() => setTimeout(() => { try { Function('') } catch (e) { window.stopped = e.name } })"
    )
    tab.wait_for_function("window.stopped === 'EvalError'")
    assert tab.context.cookies() == []


PAYLOADS = [
    "<script>window.hit = 1</script>",
    "<img src=x onerror=window.hit=1>",
    "<svg/onload=window.hit=1>",
    '"><script>window.hit = 1</script>',
    "' onmouseover='window.hit=1",
    "</title><script>window.hit = 1</script>",
    "javascript:window.hit=1",
    "<iframe srcdoc='<script>parent.hit=1</script>'>",
    "<a href=javascript:window.hit=1>parameter</a>",
    "{{constructor.constructor('window.hit=1')()}}",
    "<math><mtext></mtext><mglyph><style><img src onerror=window.hit=1>",
    "parameter<b onclick=window.hit=1>",
]


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_address_cannot_inject_a_script(tab, site, language):
    address = site.url + site.address(language, "safetensors")
    for payload in map(quote, PAYLOADS):
        tab.goto(f"{address}?q={payload}&h={payload}")
        tab.wait_for_load_state("load")
        tab.locator(".md-search-result__meta").wait_for()
        tab.wait_for_timeout(150)
        assert tab.evaluate("window.hit") is None, payload


def test_the_text_of_a_page_cannot_inject_a_script(tmp_path, browser):
    """As code, where every sign may stand; anywhere else, HTML stops the build."""
    project = copy_project(tmp_path, "index", "define-network", program=True)
    page = project / "docs/en/define-network.md"
    for number, payload in enumerate(PAYLOADS):
        marks = "``" if "`" in payload else "`"
        append(
            page, f"## {marks}{payload}{marks} {{ #payload-{number} }}\n\n{marks}{payload}{marks}\n"
        )
    done = build(project, project / "site", "http://127.0.0.1/")
    assert done.returncode == 0, done.stderr
    server, url = serve(project / "site")
    tab = browser.new_page()
    tab.goto(f"{url}define-network/?q=hit")
    tab.locator(".md-search-result__item").first.wait_for()
    assert tab.evaluate("window.hit") is None
    tab.close()
    server.shutdown()
    server.server_close()
