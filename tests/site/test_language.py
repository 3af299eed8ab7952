"""Two languages for one reader: the switch, the offer, and code that stays as it is."""

import re

import pytest

from cheatsheet.page import load
from tests.site.conftest import CODES, LANGUAGES, LAPTOP, PHONE, ROOT

OTHER = {"en": "zh", "zh": "en"}
# A reader of the one language on a page of the other.
STRANGER = {"en": "zh-CN", "zh": "en-US"}
OFFER = {"en": "This page is also in English", "zh": "本页有简体中文版"}
CLOSE = {"en": "Close", "zh": "关闭"}
SIZES = pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])
BOTH = pytest.mark.parametrize("language", LANGUAGES)
PAGE, NEXT = "safetensors", "custom-module-with-params-errors"  # short ones
HEADING = load(ROOT, f"docs/en/{PAGE}.md").sections[2].id


@pytest.fixture
def arrive(profile, site):
    """Open a page as a reader with the given languages does, in a fresh profile."""

    def arrive(language, name, locale, rest="", *, languages=None, init="", **more):
        if languages:
            init += f"Object.defineProperty(navigator, 'languages', {{value: {languages}}})"
        tab = profile(init=init, locale=locale, **more)
        tab.goto(site.url + site.address(language, name) + rest)
        return tab

    return arrive


def offer(tab):
    return tab.locator(".language-offer:visible")


def errors(tab) -> list[str]:
    """What went wrong; that leaving a page stops what it still loads did not."""
    return [error for error in tab.wrong if not error.startswith("failed: ")]


def follow(tab, name: str) -> None:
    """Go to a page of the navigation, and wait until it stands there whole."""
    # Before it has the list of pages, Material loads a page anew.
    tab.wait_for_function(
        """() => performance.getEntriesByType("resource")
          .some((one) => one.name.endsWith("/sitemap.xml") && one.responseEnd)"""
    )
    tab.evaluate("() => new Promise((read) => setTimeout(read, 50))")
    tab.evaluate(
        """() => {
          window.pages = 0
          document$.subscribe(() => window.pages++) // at once, for the present page
        }"""
    )
    tab.locator(f"a.md-nav__link[href$='/{name}/']:visible").first.click()
    tab.wait_for_function("() => window.pages === 2")  # a load would have lost it
    assert tab.url.endswith(f"/{name}/")


# Who is offered what: the language of the page, the reader's, and what is seen.
READERS = [
    ("en", ["zh-CN"], "zh"),
    ("en", ["zh-TW"], "zh"),
    ("en", ["fr-FR", "zh-Hant-HK", "en"], "zh"),
    ("en", ["fr-FR"], None),
    ("en", ["en-GB", "zh-CN"], None),
    ("zh", ["en-US"], "en"),
    ("zh", ["fr-FR", "en-GB", "zh-CN"], "en"),
    ("zh", ["zh-TW"], None),
    ("zh", ["zh-CN", "en-US"], None),
]


@pytest.mark.parametrize(("language", "wanted", "offered"), READERS)
def test_offer_in_the_readers_language_and_no_redirect(site, arrive, language, wanted, offered):
    tab = arrive(language, PAGE, wanted[0], languages=wanted)
    if offered:
        offer(tab).wait_for()
        assert offer(tab).count() == 1
        assert offer(tab).get_attribute("lang") == CODES[offered]
        assert offer(tab).text_content().strip() == OFFER[offered]
        tab.get_by_role("link", name=OFFER[offered]).wait_for()
        tab.get_by_role("button", name=CLOSE[offered], exact=True).wait_for()
        assert tab.evaluate("document.activeElement === document.body")
    else:
        assert offer(tab).count() == 0
    tab.wait_for_timeout(200)  # time enough for a redirect
    address = site.url + site.address(language, PAGE)
    assert tab.url == address
    documents = [url for url in tab.requests if url.endswith("/")]
    assert documents == [address]
    assert errors(tab) == []


@pytest.mark.parametrize(("language", "way"), [("en", "link"), ("zh", "close"), ("zh", "switch")])
def test_a_choice_is_remembered(site, arrive, language, way):
    tab = arrive(language, PAGE, STRANGER[language])
    offer(tab).wait_for()
    if way == "close":
        tab.locator(".language-offer__close:visible").click()
        offer(tab).wait_for(state="hidden")
    else:
        tab.locator(f".language-{'offer' if way == 'link' else way}__link:visible").click()
        tab.wait_for_url(site.url + site.address(OTHER[language], PAGE))
        tab.goto(site.url + site.address(language, PAGE))
    assert offer(tab).count() == 0
    assert tab.url == site.url + site.address(language, PAGE)
    follow(tab, NEXT)
    assert offer(tab).count() == 0
    tab.goto(site.url + site.address(language, "index"))
    assert offer(tab).count() == 0
    assert tab.context.cookies() == []
    assert tab.evaluate("document.cookie") == ""
    assert errors(tab) == []


# Without what Material moves of its own: what search says, and the page's title that
# comes into the header when one scrolls.
BOXES = """() =>
  [...document.querySelectorAll("header, header *, main, main *, footer")]
    .filter((e) =>
      !e.closest(".language-offer, .md-search__output, .md-header__topic"))
    .map((e) => Object.values(e.getBoundingClientRect().toJSON()).join())"""
WATCH_SHIFTS = """
  window.shifts = []
  new PerformanceObserver((list) => {
    for (const { sources, value } of list.getEntries()) {
      const moved = sources.map(({ node }) => node?.parentElement)
      if (!moved.length || !moved.every((e) => e?.closest(".md-header__topic")))
        shifts.push([value, ...moved.map((e) => e?.outerHTML.slice(0, 200))])
    }
  }).observe({ type: "layout-shift", buffered: true })
"""


COVERED = """() => {
  const offer = document.querySelector(".language-offer:not([hidden])")
  const boxes = [...offer.querySelectorAll("a, button")].map((e) =>
    e.getBoundingClientRect())
  const meets = (box) => boxes.some((own) =>
    box.width && box.height && own.left < box.right && box.left < own.right &&
    own.top < box.bottom && box.top < own.bottom)
  const seen = { opacityProperty: true, visibilityProperty: true }
  const found = []
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (texts.nextNode()) {
    const range = document.createRange()
    range.selectNodeContents(texts.currentNode)
    const parent = texts.currentNode.parentElement
    if (offer.contains(parent) || !texts.currentNode.data.trim()) continue
    if (!parent.checkVisibility(seen)) continue
    // Of a text that is cut off, only what lies within its element can be seen.
    if (!meets(parent.getBoundingClientRect())) continue
    if ([...range.getClientRects()].some(meets)) found.push(texts.currentNode.data)
  }
  for (const e of document.querySelectorAll("header, h1, a, button, label, input"))
    if (!offer.contains(e) && e.checkVisibility(seen))
      if (meets(e.getBoundingClientRect())) found.push(e.outerHTML.slice(0, 120))
  for (const own of boxes) {
    const [x, y] = [(own.left + own.right) / 2, (own.top + own.bottom) / 2]
    if (!offer.contains(document.elementFromPoint(x, y))) found.push("itself")
    if (own.left < 0 || own.right > innerWidth || own.height < 24) found.push("size")
  }
  return found
}"""


@SIZES
@BOTH
def test_the_offer_moves_nothing_and_covers_nothing(arrive, language, size):
    own = {"en": "en-US", "zh": "zh-CN"}[language]
    tab = arrive(language, PAGE, own, size=size)
    assert offer(tab).count() == 0
    tab.wait_for_timeout(300)
    without = tab.evaluate(BOXES)
    tab = arrive(language, PAGE, STRANGER[language], size=size, init=WATCH_SHIFTS)
    offer(tab).wait_for()
    tab.wait_for_timeout(300)
    assert len(without) > 100
    assert tab.evaluate(BOXES) == without
    assert tab.evaluate(COVERED) == []
    assert tab.evaluate("document.documentElement.scrollWidth") <= size["width"]
    # It stays at the top of the page, and so never comes to lie on the text.
    tab.evaluate("scrollTo(0, 700)")
    box = offer(tab).bounding_box()
    assert box["y"] + box["height"] < 0
    tab.evaluate("scrollTo(0, 0)")
    tab.locator(".language-offer__close:visible").click()
    tab.wait_for_timeout(300)
    assert tab.evaluate(BOXES) == without
    assert tab.evaluate("window.shifts") == []


def test_the_offer_is_not_printed(arrive):
    tab = arrive("en", PAGE, "zh-CN")
    offer(tab).wait_for()
    tab.emulate_media(media="print")
    assert offer(tab).count() == 0


@SIZES
@BOTH
def test_all_is_within_reach_of_the_keyboard(site, arrive, language, size):
    tab = arrive(language, PAGE, STRANGER[language], size=size)
    offer(tab).wait_for()
    reached = []
    for _ in range(15):
        tab.keyboard.press("Tab")
        focus = tab.evaluate(
            """() => {
              const e = document.activeElement
              const { outlineStyle, outlineWidth } = getComputedStyle(e)
              return [String(e.className), outlineStyle, parseFloat(outlineWidth)]
            }"""
        )
        match = re.search(r"language-(switch|offer)__(link|close)", focus[0])
        if match:
            reached.append(match[2] if match[1] == "offer" else "switch")
            assert focus[1] != "none", focus
            assert focus[2] >= 2, focus
        if "close" in reached:
            break
    assert reached == ["switch", "link", "close"]
    tab.keyboard.press("Enter")
    offer(tab).wait_for(state="hidden")
    assert tab.url == site.url + site.address(language, PAGE)
    assert errors(tab) == []


# Material takes `q` out of the address when search closes, and an anchor closes it.
@pytest.mark.parametrize(
    ("link", "rest"), [("switch", "?q=xavier"), ("offer", f"?h=gradient#{HEADING}")]
)
@BOTH
def test_changing_the_language_keeps_the_place(site, arrive, language, link, rest):
    tab = arrive(language, PAGE, STRANGER[language], rest)
    changer = tab.locator(f".language-{link}__link:visible")
    changer.focus()
    tab.keyboard.press("Enter")
    _check_place(tab, site, OTHER[language], rest)
    assert errors(tab) == []


def _check_place(tab, site, language: str, rest: str) -> None:
    # The words that a result's link marks go from the address after landing.
    tab.wait_for_url(site.url + site.address(language, PAGE) + re.sub(r"\?h=\w+", "", rest))
    assert tab.evaluate("document.documentElement.lang") == CODES[language]
    if "#" in rest:
        assert tab.locator(f"#{HEADING}").evaluate(
            "(e) => Math.abs(e.getBoundingClientRect().top) < 300"
        )


@pytest.mark.parametrize(
    ("language", "link", "button"),
    [
        ("en", "switch", "left"),
        ("zh", "switch", "left"),
        ("zh", "offer", "left"),
        ("en", "offer", "middle"),
    ],
)
def test_and_after_instant_navigation(site, arrive, language, link, button):
    """Then the header is still the one of the first page."""
    tab = arrive(language, NEXT, STRANGER[language])
    offer(tab).wait_for()
    follow(tab, PAGE)
    offer(tab).wait_for()
    address = site.url + site.address(language, PAGE)
    assert tab.locator(".language-offer__link").evaluate("(a) => a.href") == (
        site.url + site.address(OTHER[language], PAGE)
    )
    # As the address bar does it: the page stays, only the address changes.
    tab.evaluate("(rest) => history.replaceState({}, '', rest)", f"?h=x#{HEADING}")
    assert tab.url == f"{address}?h=x#{HEADING}"
    changer = tab.locator(f".language-{link}__link:visible")
    if button == "middle":  # a new tab, and this one stays
        changer = tab.locator(f".language-{link}__link")
        with tab.context.expect_page():
            changer.click(button="middle", delay=150)  # as a hand does
        # What it opens, asked of the link: on a busy machine, Chromium's headless shell tells
        # of such a tab that it crashed, though none of ours has begun to load there.
        there = site.url + site.address(OTHER[language], PAGE)
        assert changer.evaluate("(a) => a.href") == f"{there}?h=x#{HEADING}"
        assert tab.url == f"{address}?h=x#{HEADING}"
        offer(tab).wait_for(state="hidden")
    else:
        changer.click()
        _check_place(tab, site, OTHER[language], f"?h=x#{HEADING}")
    assert errors(tab) == []


# What Chromium does when its user blocks site data: the very look at it is an error.
BLOCKED = """Object.defineProperty(window, "localStorage", {
  configurable: true,
  get() { throw new DOMException("Access is denied", "SecurityError") },
})"""


@BOTH
def test_blocked_storage_breaks_nothing(site, arrive, language):
    tab = arrive(language, PAGE, STRANGER[language], init=BLOCKED)
    offer(tab).wait_for()
    tab.locator(".language-offer__close:visible").click()
    offer(tab).wait_for(state="hidden")
    follow(tab, NEXT)
    assert offer(tab).count() == 0
    # Material's own scripts would have stopped.
    assert tab.locator("article .md-code__button").count() > 0
    # Anew: what arrives by instant navigation closes the search when it likes.
    tab.goto(site.url + site.address(language, PAGE))
    tab.locator("input.md-search__input").click()
    tab.locator("input.md-search__input").press_sequentially("xavier")
    tab.locator("input.md-search__input").press("End")
    tab.locator(".md-search-result__link").first.wait_for()
    assert errors(tab) == []


@BOTH
def test_no_offer_without_scripts_nor_on_the_404_page(site, arrive, language):
    tab = arrive(language, PAGE, STRANGER[language], java_script_enabled=False)
    assert offer(tab).count() == 0
    tab = arrive(language, PAGE, STRANGER[language])
    tab.goto(f"{site.url}{LANGUAGES[language]}no/such/page/")
    tab.wait_for_function("(c) => document.documentElement.lang === c", arg=CODES[language])
    assert tab.locator(".language-offer").count() == 0
    assert tab.evaluate("document.documentElement.lang") == CODES[language]


@BOTH
def test_the_switch_names_each_language_in_itself(arrive, language):
    tab = arrive(language, PAGE, "fr-FR")
    switch = tab.locator(".language-switch__link")
    name = {"en": "English", "zh": "简体中文"}[OTHER[language]]
    assert switch.all_inner_texts() == [name]
    assert switch.get_attribute("lang") == CODES[OTHER[language]]
    label = {"en": "Select language", "zh": "选择当前语言"}[language]
    tab.get_by_role("navigation", name=label).wait_for()
    made = {"en": "Made with Material for MkDocs", "zh": "由 Material for MkDocs 生成"}[language]
    assert tab.locator(".md-copyright").inner_text().split() == made.split()
