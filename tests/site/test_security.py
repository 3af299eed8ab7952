"""What a page may load and run: nothing of others, and nothing that comes in as text."""

import re
from urllib.parse import quote, urlsplit

import pytest
from bs4 import BeautifulSoup

from tests.site.conftest import LANGUAGES, Site, open_page, serve
from tests.site.project import append, build, copy_project

# Attributes whose address a browser loads or sends something to, of any element but <a>.
LOADED = ("src", "href", "srcset", "action", "data", "poster", "style")
ADDRESS = re.compile(r"""(?:https?:)?//[\w.-]+\.[a-z]{2,}[^\s"'`)<>\\]*""")
# Names, which nobody asks: the documents that a vocabulary is called by.
NAMES = ("www.w3.org", "www.sitemaps.org", "a9.com")
# What Material's own script could ask for if a feature were on that is off here: the stars
# of a repository, diagrams, versions. The policy of the page would stop it.
OFF = {"bundle": {"api.github.com", "gitlab.com", "unpkg.com", "github.com", "codeberg.org"}}
OFF["main"] = {"fontawesome.com"}  # the licence inside of a drawing


def hosts(text: str, own: str) -> set[str]:
    found = {urlsplit(address).netloc for address in ADDRESS.findall(text)}
    return {host for host in found if host not in (*NAMES, own)}


def test_no_page_loads_from_elsewhere(site):
    own = urlsplit(site.url).netloc
    found = []
    for file in sorted(site.folder.rglob("*.html")):
        soup = BeautifulSoup(file.read_text(encoding="utf-8"), "html.parser")
        for tag in soup.find_all(True):
            for name in LOADED:
                value = tag.get(name)
                if value and not (tag.name == "a" and name == "href"):
                    found += [f"{file}: {tag.name} {name}: {one}" for one in hosts(str(value), own)]
            if tag.name in ("script", "style"):
                found += [f"{file}: {tag.name}: {one}" for one in hosts(tag.string or "", own)]
    assert found == []


def test_no_style_and_no_script_names_another_host(site):
    """But for comments, and for files of Material's own search, which ours replaces."""
    own = urlsplit(site.url).netloc
    found = {}
    for file in [*site.folder.rglob("*.css"), *site.folder.rglob("*.js")]:
        if file.parent.name == "lunr":
            continue
        text = file.read_text(encoding="utf-8")
        if file.suffix == ".js":  # a comment is in no quotes
            text = " ".join(re.findall(r"""["'`](?:https?:)?//[^"'`]*""", text))
        else:
            text = re.sub(r"(?s)/\*.*?\*/", "", text)
        if named := hosts(text, own) - OFF.get(file.name.partition(".")[0], set()):
            found[file.relative_to(site.folder).as_posix()] = named
    assert found == {}


@pytest.mark.parametrize(
    ("file", "planted"),
    [
        ("page/index.html", '<p style="background: url(https://a.example.com/x.png)">x</p>'),
        ("page/index.html", '<img src="//a.example.com/x.png">'),
        ("page/index.html", '<script>setTimeout(() => fetch("https://a.example.com/"))</script>'),
        ("page/index.html", '<iframe src="https://a.example.com/"></iframe>'),
        ("own.css", "a:hover { background: url(//a.example.com/x.png) }"),
        (
            "own.css",
            "@font-face { src: url(https://a.example.com/f.woff); unicode-range: U+1F600 }",
        ),
        ("own.js", 'setTimeout(() => fetch("https://a.example.com/"), 9000)'),
    ],
)
def test_another_host_is_found(tmp_path, file, planted):
    """Also where one visit does not ask it."""
    path = tmp_path / file
    path.parent.mkdir(exist_ok=True)
    path.write_text(planted, encoding="utf-8")
    site = Site(tmp_path, "https://example.org/")
    with pytest.raises(AssertionError, match=r"a\.example\.com"):
        test_no_page_loads_from_elsewhere(site)
        test_no_style_and_no_script_names_another_host(site)


POLICY = "() => document.querySelector('meta[http-equiv=Content-Security-Policy]').content"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_policy_stops_what_is_foreign(tab, site, language):
    open_page(tab, site, language, "custom-module")
    policy = tab.evaluate(POLICY)
    assert "unsafe-eval" not in policy
    assert ADDRESS.findall(policy) == []
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
    address = site.url + site.address(language, "access-parameter")
    for payload in PAYLOADS:
        for key in ("q", "h"):
            tab.goto(f"{address}?{key}={quote(payload)}")
            tab.wait_for_load_state("load")
            if key == "q":
                tab.locator(".md-search-result__meta").wait_for()
                tab.wait_for_timeout(150)
            assert tab.evaluate("window.hit") is None, f"?{key}={payload}"


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
