"""The built site in Chromium, as readers use it."""

import re

import pytest

from tests.site.conftest import LANGUAGES, LAPTOP, NAMES, PHONE, ROOT, open_page

LABELS = {"en": ("Copy to clipboard", "Search"), "zh": ("复制", "搜索")}


def wait_for_formula(tab) -> None:
    tab.wait_for_function("() => window.MathJax?.typesetPromise")
    tab.evaluate("() => MathJax.startup.promise.then(() => MathJax.typesetPromise())")


def rejected_formulas(tab) -> list[str]:
    """The TeX of the formulas that MathJax could not set, or not even recognize."""
    return tab.evaluate(
        """() => [
          ...[...MathJax.startup.document.math]
            .filter((item) => item.typesetRoot.querySelector("[data-mml-node=merror]"))
            .map((item) => item.math),
          ...[...document.querySelectorAll(".arithmatex")]
            .filter((place) => !place.querySelector("mjx-container"))
            .map((place) => place.textContent.trim().slice(2, -2)), // \\[ and \\]
        ]"""
    )


def place_of_formula(language: str, name: str, formula: str, root=ROOT) -> str:
    path = root / "docs" / language / f"{name}.md"
    first = formula.strip().split("\n")[0]
    lines = path.read_text(encoding="utf-8").split("\n")
    number = next(n for n, line in enumerate(lines, 1) if first in line)
    return f"{path.relative_to(root)}:{number}: MathJax rejects {first!r}; mend the TeX"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_loads_whole_and_stays_at_home(tab, site, language, name):
    open_page(tab, site, language, name)
    has_formula = tab.locator(".arithmatex").count() > 0
    if has_formula:
        wait_for_formula(tab)
        places = [place_of_formula(language, name, f) for f in rejected_formulas(tab)]
        assert not places, "\n".join(places)
        spoken = tab.locator(".arithmatex mjx-assistive-mml math")
        assert spoken.count() == tab.locator(".arithmatex").count()
    assert tab.wrong == []
    assert [url for url in tab.requests if not url.startswith(site.url)] == []
    assert any("tex-svg.js" in url for url in tab.requests) == has_formula


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_on_a_phone_only_code_scrolls(tab, site, language, name):
    tab.set_viewport_size(PHONE)
    open_page(tab, site, language, name)
    if tab.locator(".arithmatex").count():
        wait_for_formula(tab)
        box = tab.locator(".arithmatex svg").first.bounding_box()
        assert box["width"] > 60
        assert box["height"] > 10
    wide = tab.evaluate(
        """() => [...document.querySelectorAll("article *")]
          .filter((e) => e.getBoundingClientRect().right > innerWidth + 1)
          .filter((e) => !e.closest("pre, .arithmatex"))
          .map((e) => e.outerHTML.slice(0, 120))"""
    )
    assert wide == []
    assert tab.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_laptop_shows_88_columns(tab, site, language):
    """The widest code that a page may hold fits without scrolling."""
    open_page(tab, site, language, "define-network")
    code = tab.locator("article pre > code").first
    code.evaluate("(e) => { e.textContent = 'x'.repeat(88) }")
    assert code.evaluate("(e) => e.scrollWidth <= e.clientWidth")


@pytest.mark.parametrize("language", LANGUAGES)
def test_formula_after_instant_navigation(tab, site, language):
    open_page(tab, site, language, "share-parameters")
    tab.evaluate("() => { window.samePage = true }")
    href = "a.md-nav__link[href$='/parameter-initialization/']:visible"
    tab.locator(href).first.click()
    tab.wait_for_url("**/parameter-initialization/")
    wait_for_formula(tab)
    assert rejected_formulas(tab) == []
    assert tab.evaluate("() => window.samePage"), "the page was loaded anew"
    assert "5" in tab.locator("mjx-assistive-mml").first.text_content()
    # And once more, away and back.
    tab.go_back()
    tab.wait_for_url("**/share-parameters/")
    tab.locator(href).first.click()
    wait_for_formula(tab)
    assert tab.wrong == []


CONTRAST = """(selectors) => {
  const channel = (c) =>
    (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
  const rgb = (text) => text.match(/[\\d.]+/g).map(Number)
  const light = ([r, g, b]) =>
    0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b)
  const ground = (e) => {
    for (; e; e = e.parentElement) {
      const color = rgb(getComputedStyle(e).backgroundColor)
      if (color.length < 4 || color[3] > 0.99) return color
    }
    return [255, 255, 255]
  }
  const found = {}
  for (const selector of selectors)
    for (const e of document.querySelectorAll(selector)) {
      if (!e.textContent.trim() || !e.offsetParent) continue
      const [a, b] = [light(rgb(getComputedStyle(e).color)), light(ground(e))]
      const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
      found[selector] = Math.min(found[selector] ?? 99, ratio)
    }
  return found
}"""
READ = ["article p", "article a", "article pre code", "article pre span", "h1", "h2"]
READ += [
    ".output-label",
    ".md-nav__link",
    ".md-header__title",
    ".language-switch__link",
    ".language-offer__link",
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_colours_follow_the_system_and_can_be_read(browser, site, language, scheme):
    context = browser.new_context(viewport=LAPTOP, color_scheme=scheme)
    tab = context.new_page()
    grounds = []
    for name in ("index", "define-network", "custom-module"):
        open_page(tab, site, language, name)
        tab.wait_for_timeout(400)  # colours fade in
        ratios = tab.evaluate(CONTRAST, READ)
        assert {"article p", "h1", "article pre code"} <= set(ratios)
        assert {key: r for key, r in ratios.items() if r < 4.5} == {}
        grounds.append(tab.evaluate("getComputedStyle(document.body).backgroundColor"))
    dark = sum(map(int, re.findall(r"\d+", grounds[0])[:3])) < 200
    assert dark == (scheme == "dark")
    context.close()


def test_the_reader_can_choose_the_colours(tab, site):
    open_page(tab, site, "en", "index")
    for label, scheme in (
        ("Switch to light mode", "default"),
        ("Switch to dark mode", "slate"),
    ):
        tab.locator(f"label[title='{label}']:visible").click()
        tab.wait_for_function(
            "(s) => document.body.dataset.mdColorScheme === s", arg=scheme
        )
    tab.locator("label[title='Switch to system preference']:visible").wait_for()


@pytest.mark.parametrize("language", LANGUAGES)
def test_not_found_speaks_the_language_of_the_address(tab, site, language):
    tab.goto(f"{site.url}{LANGUAGES[language]}no/such/page/")
    words = {"en": "This page does not exist", "zh": "找不到这个页面"}[language]
    tab.get_by_role("heading", name=words).wait_for()
    code = {"en": "en", "zh": "zh-Hans"}[language]
    assert tab.evaluate("document.documentElement.lang") == code
    tab.wait_for_load_state("networkidle")
    assert tab.url == f"{site.url}{LANGUAGES[language]}no/such/page/"
    links = tab.locator(".md-content li a")
    assert links.count() == len(NAMES)
    links.nth(1).click()
    tab.wait_for_url(site.url + site.address(language, "define-network"))
    # The address itself answers 404, once, and nothing else is wrong; that the English
    # page stops loading on the way to the Chinese one is not.
    wrong = [error for error in tab.wrong if not error.startswith("failed: ")]
    assert len(wrong) == 2, wrong
    assert f"404: {site.url}{LANGUAGES[language]}no/such/page/" in wrong
    assert [url for url in tab.requests if not url.startswith(site.url)] == []


def test_the_page_works_without_scripts(browser, site):
    context = browser.new_context(java_script_enabled=False, viewport=LAPTOP)
    tab = context.new_page()
    tab.goto(site.url + "zh/access-parameter/")
    tab.locator(".language-switch__link").click()
    tab.wait_for_url(site.url + "access-parameter/")
    assert tab.locator("article pre").count() > 0
    context.close()
