"""The built site in Chromium, as readers use it."""

import re
from pathlib import Path

import axe_playwright_python
import pytest

from tests.site.conftest import (
    CODES,
    LANGUAGES,
    NAMES,
    PHONE,
    ROOT,
    open_page,
)
from tests.site.shared import Known

# A page of A4 between its margins, in pixels; see print.css.
PAPER = {"width": int((595 - 2 * 14 * 72 / 25.4) * 96 / 72), "height": 1122}
OPENED = [(language, name) for language in LANGUAGES for name in [*NAMES, "cheatsheet"]]


def settle(tab) -> None:
    """Wait until no colour fades any more."""
    tab.evaluate(
        """async () => {
          do await new Promise((done) => requestAnimationFrame(() => setTimeout(done, 30)))
          while (document.getAnimations().some((one) => one.playState === "running"))
        }"""
    )


# Each page, opened once for all that is to be seen of it


@pytest.fixture(scope="module", params=OPENED, ids="-".join)
def opened(request, profile, site):
    """A page on a laptop: its tab, language and name. Whoever makes it a phone or paper
    leaves it so; each test sets what it needs."""
    language, name = request.param
    tab = profile("opened")
    open_page(tab, site, language, name)
    return tab, language, name


def test_every_page_loads_whole_and_stays_at_home(opened, site):
    tab, language, name = opened
    formulas = (
        (ROOT / "docs" / language / f"{name}.md").read_text("utf-8").count("\n$$\n") // 2
        if (name in NAMES)
        else 0
    )
    assert tab.locator(".formula > svg").count() == formulas
    assert tab.locator(".formula mjx-assistive-mml math").count() == formulas
    assert tab.wrong == []
    assert tab.requests
    assert [url for url in tab.requests if not url.startswith(site.url)] == []
    assert not any("mathjax" in url.lower() for url in tab.requests)


def test_code_is_not_translated(opened):
    """Code in blocks and in sentences; words are, also those beside code."""
    tab, language, name = opened
    assert tab.evaluate("document.documentElement.lang") == CODES[language]
    code, blocks, translated, kept = tab.evaluate(
        """() => {
          const all = [...document.querySelectorAll("article code")]
          return [
            all.length,
            document.querySelectorAll("article pre").length,
            all.filter((e) => e.translate).map((e) => e.outerHTML.slice(0, 99)),
            [...document.querySelectorAll("article [translate=no]")]
              .filter((e) => e.tagName !== "CODE").map((e) => e.outerHTML.slice(0, 99)),
          ]
        }"""
    )
    assert code > blocks > 0 or name in ("verified", "errors", "names")
    assert translated == []
    assert kept == []


def test_tables_stay_where_they_are(opened):
    """Material would take them out and put them back in boxes, which lays the page out twice."""
    tab, _, name = opened
    assert tab.locator("article table.data").count() == tab.locator("article table").count()
    assert tab.locator(".md-typeset__table").count() == 0
    assert tab.locator("article table").count() or name != "names"


LABELS = {"en": {"Output", "Error"}, "zh": {"输出", "报错"}}


def test_outputs_show_their_labels(opened):
    tab, language, name = opened
    shown = tab.evaluate(
        """() => [...document.querySelectorAll("article .output")].map((e) =>
          [e.dataset.label, getComputedStyle(e, "::before").content])"""
    )
    for label, content in shown:
        assert content == f'"{label}"'
        assert label.partition(" · ")[0] in LABELS[language]
    assert shown or name in ("verified", "index", "errors", "names")


def test_the_button_of_a_block_comes_after_its_code(opened):
    tab, *_ = opened
    before = tab.evaluate(
        """() => [...document.querySelectorAll("article .md-code__button")]
          .filter((e) => e.closest(".highlight").querySelector("code").compareDocumentPosition(e)
            !== Node.DOCUMENT_POSITION_FOLLOWING)
          .map((e) => e.outerHTML)"""
    )
    assert before == []


# What is read from top to bottom is no longer than ten screens of a laptop, and half a one for
# fonts that run wider. Indices and the sheet are not read so: one looks a thing up in them.
SCREENS, SCREEN = 10.5, {"width": 1440, "height": 900}
LOOKED_UP = ("names", "errors", "cheatsheet")


def test_no_page_is_longer_than_a_reader_scrolls(opened):
    tab, _, name = opened
    tab.set_viewport_size(SCREEN)
    screens = tab.evaluate("document.documentElement.scrollHeight") / SCREEN["height"]
    assert screens <= SCREENS or name in LOOKED_UP


AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text(encoding="utf-8")
# Colours take axe most of its time, and what it says of them follows from the styles of a text
# and of what is around it: it is asked for one text and one link of each kind that no page had
# before. The styles follow from what a style sheet can tell apart, so a page where that is known
# is not even shown in both schemes. All else follows from the width.
PLACES = """() => {
  const TOLD = ["class", "style", "role", "type", "open", "data-label", "aria-current"]
  const known = new Map([[null, ""]])
  const place = (e) => {
    if (!known.has(e)) {
      const told = TOLD.map((name) => e.getAttribute(name)).join()
      const link = e.href && [e.origin === origin, e.textContent === e.parentElement.textContent]
      const own = [place(e.parentElement), e.localName, told, link].join()
      let hash = 0
      for (let i = 0; i < own.length; i++) hash = (hash * 31 + own.charCodeAt(i)) % 2 ** 46
      known.set(e, hash)
    }
    return known.get(e)
  }
  const nodes = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  const places = new Set()
  for (let node; (node = nodes.nextNode()); )
    if (node.data.trim()[1] && node.parentElement.checkVisibility())
      places.add(place(node.parentElement))
  return [...places].map(String)
}"""
KINDS = """() => {
  const TEXT = ["color", "fontSize", "fontWeight"]
  const LINK = [...TEXT, "fontFamily", "fontStyle", "textDecoration", "border", "backgroundImage"]
  const style = (e, names) => names.map((name) => getComputedStyle(e)[name]).join()
  const known = new Map([[null, ""]])
  const grounds = (e) => {
    if (!known.has(e)) {
      const own = style(e, ["backgroundColor", "opacity"])
      const around = grounds(e.parentElement)
      known.set(e, around.includes(own) ? around : `${around} ${own}`)
    }
    return known.get(e)
  }
  const kinds = (window.kinds = {})
  const nodes = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let node; (node = nodes.nextNode()); ) {
    const e = node.parentElement
    // Of a single sign axe does not say whether it is text.
    if (!node.data.trim()[1] || !e.checkVisibility()) continue
    kinds[`text ${style(e, TEXT)} ${grounds(e)}`] = e
  }
  for (const link of document.links) {
    if (!link.checkVisibility()) continue
    const around = [style(link, LINK)]
    let e = link
    while (style(e, ["display"]).startsWith("inline")) {
      e = e.parentElement
      around.push(style(e, LINK))
    }
    const words = e.textContent.trim() !== link.textContent.trim()
    kinds[`link ${around.join(" in ")} ${words} ${grounds(link)}`] = link
  }
  return Object.keys(kinds)
}"""
COLOURS = ["color-contrast", "link-in-text-block"]
VIOLATIONS = """async ([wanted, options]) => {
  // By then, Material has seen the new size.
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)))
  const found = await axe.run(
    wanted ? { include: wanted.map((kind) => kinds[kind]) } : document,
    { resultTypes: ["violations"], preload: false, selectors: false, iframes: false, ...options })
  return found.violations.map((v) =>
    `${v.id}: ${v.help}: ${v.nodes.map((n) => n.html.slice(0, 99)).slice(0, 3).join(" ")}`)
}"""
# What axe can read: no colour on its way, and code without the shadow at its edges.
STILL = """
*, ::before, ::after { transition: none !important }
pre > code { background: var(--ground) !important }
"""


@pytest.fixture(scope="session")
def readable(tmp_path_factory):
    """Kinds of texts and links whose colours were looked at, whichever worker did."""
    return Known(tmp_path_factory, "kinds")


@pytest.fixture(scope="session")
def places(tmp_path_factory):
    """The places that a style sheet can tell apart, by the width at which they were seen."""
    return {width: Known(tmp_path_factory, f"places {width}") for width in (1280, 390)}


# A change of the scheme takes as long as all rules: the phone begins with the last one.
@pytest.mark.parametrize(
    ("width", "schemes"), [(1280, ["light", "dark"]), (390, ["dark", "light"])]
)
def test_axe_finds_colours_that_can_be_read(opened, readable, places, width, schemes):
    tab, *_ = opened
    tab.set_viewport_size({"width": width, "height": 900})
    tab.evaluate(OPEN)
    found = tab.evaluate(PLACES)
    assert len(found) > 9
    if not (new_places := places[width].new(found)):
        return
    prepare(tab)
    for scheme in schemes:
        tab.emulate_media(media="screen", color_scheme=scheme)
        name = {"light": "default", "dark": "slate"}[scheme]
        tab.locator(f"body[data-md-color-scheme={name}]").wait_for(state="attached")
        kinds = tab.evaluate(KINDS)
        assert len(kinds) > 9
        if new := readable.new(kinds):
            assert tab.evaluate(VIOLATIONS, [new, {"runOnly": COLOURS}]) == [], scheme
            readable.add(new)
    places[width].add(new_places)


OPEN = "document.querySelectorAll('details').forEach((one) => (one.open = true))"


def prepare(tab) -> None:
    """Bring axe into a page, once, and open what is closed."""
    if not tab.evaluate("window.axe !== undefined"):
        tab.evaluate(AXE)
        tab.add_style_tag(content=STILL)
        tab.evaluate(OPEN)


COVERED = """() => {
  const meet = (a, b) =>
    a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom
  const lines = (e) => {
    const words = document.createRange()
    words.selectNodeContents(e)
    return [...words.getClientRects()]
  }
  const buttons = [...document.querySelectorAll("article .md-code__button")]
    .map((e) => e.getBoundingClientRect())
  return [...document.querySelectorAll("article :is(.definition-file, summary, .before code)")]
    .filter((e) => lines(e).some((line) => buttons.some((button) => meet(line, button))))
    .map((e) => e.textContent)
}"""


# Words that do not stand on one line.
BROKEN = """() => {
  const found = []
  const nodes = document.createTreeWalker(document.querySelector("article"), NodeFilter.SHOW_TEXT)
  const range = document.createRange()
  for (let node; (node = nodes.nextNode()); ) {
    const e = node.parentElement
    if (e.closest("pre, svg, .formula, script, style") || !e.checkVisibility()) continue
    for (const { index, 0: word } of node.data.matchAll(/[A-Za-z]{2,}/g)) {
      range.setStart(node, index)
      range.setEnd(node, index + word.length)
      if (range.getClientRects().length > 1) found.push(`${word}: ${e.textContent.slice(0, 99)}`)
    }
  }
  return found
}"""


def test_on_a_phone_only_code_scrolls(opened):
    tab, *_ = opened
    tab.emulate_media(media="screen")
    tab.set_viewport_size(PHONE)
    if tab.locator(".formula").count():
        box = tab.locator(".formula svg").first.bounding_box()
        assert box["width"] > 60
        assert box["height"] > 10
    assert tab.evaluate(BROKEN) == []
    wide = tab.evaluate(
        """() => [...document.querySelectorAll("article *")]
          .filter((e) => e.getBoundingClientRect().right > innerWidth + 1)
          .filter((e) => !e.closest("pre, .formula"))
          .map((e) => e.outerHTML.slice(0, 120))"""
    )
    assert wide == []
    assert tab.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    tab.evaluate(OPEN)
    assert tab.evaluate(COVERED) == []
    # A laptop at 400 %; a table may scroll there.
    tab.set_viewport_size({"width": 320, "height": 256})
    assert tab.evaluate("document.documentElement.scrollWidth") <= 320


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


def test_every_page_prints_well(opened, site):
    """Nothing to press, nothing cut, and addresses of links that leave the site."""
    tab, _, name = opened
    tab.set_viewport_size(PAPER)
    tab.emulate_media(media="print")
    assert tab.evaluate(NOT_ON_PAPER) == []
    assert tab.evaluate(CUT) == []
    tab.evaluate("dispatchEvent(new Event('beforeprint'))")
    external = 0
    for href, after in tab.evaluate(ADDRESSES):
        shown = not href.startswith(site.url)
        external += shown
        assert (href in after) == shown, (href, after)
    assert external > 0 or name != "index"


# Code whose colours were looked at says the rest as one text: a page of a third of the elements.
FLATTEN = """() => {
  for (const code of document.querySelectorAll("pre > code"))
    if (!code.querySelector("a, button, input, [id], [tabindex], [role], [aria-label]"))
      [code.kept, code.textContent] = [[...code.childNodes], code.textContent]
}"""
RESTORE = """() => {
  for (const code of document.querySelectorAll("pre > code"))
    if (code.kept) code.replaceChildren(...code.kept)
}"""
OTHERS = {rule: {"enabled": False} for rule in COLOURS}
# 24 px, or room around it; axe asks for that only when told to. A page of each kind.
SIZES = {"target-size": {"enabled": True}}
SIZED = ("index", "custom-module", "errors")


def test_axe_finds_nothing_else(opened):
    tab, _, name = opened
    tab.emulate_media(media="screen")
    prepare(tab)
    tab.evaluate(FLATTEN)
    rules = OTHERS | (SIZES if name in SIZED else {})
    for width in (1280, 390):
        tab.set_viewport_size({"width": width, "height": 900})
        assert tab.evaluate(VIOLATIONS, [None, {"rules": rules}]) == [], width
    tab.evaluate(RESTORE)


# Elsewhere


@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_in_what_opens(profile, site, language):
    """On the page of what is not there: itself, the search with results, the menu of a phone."""
    tab = profile(reduced_motion="reduce")
    tab.goto(f"{site.url}{LANGUAGES[language]}404.html")
    prepare(tab)
    assert tab.evaluate(VIOLATIONS, [None, {"rules": SIZES}]) == []

    def violations(part: str) -> list[str]:
        tab.evaluate("(part) => (window.kinds = { part: document.querySelector(part) })", part)
        return tab.evaluate(VIOLATIONS, [["part"], {"rules": SIZES}])

    tab.keyboard.press("/")
    tab.keyboard.insert_text("dropout")
    tab.locator(".md-search-result__link").first.wait_for()
    assert violations(".md-search") == []
    tab.set_viewport_size(PHONE)
    assert violations(".md-search") == []
    tab.keyboard.press("Escape")
    tab.locator("button[for=__drawer]").click()
    settle(tab)
    assert violations(".md-sidebar--primary") == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_laptop_shows_88_columns(tab, site, language):
    """The widest code that a page may hold fits without scrolling; a line of words is shorter."""
    open_page(tab, site, language, "define-network")
    code = tab.locator("article pre > code").first
    code.evaluate("(e) => { e.textContent = 'x'.repeat(88) }")
    assert code.evaluate("(e) => e.scrollWidth <= e.clientWidth")
    words = tab.locator("article > p:not([class])").first
    few, many, sign = {"en": (75, 95, "words "), "zh": (36, 42, "字")}[language]
    for count, lines in ((few, 1), (many, 2)):
        words.evaluate("(e, text) => (e.textContent = text)", (sign * many)[:count])
        assert words.evaluate(LINES) == lines, count


LINES = """(e) => {
  const range = document.createRange()
  range.selectNodeContents(e)
  return range.getClientRects().length
}"""


def test_code_that_goes_on_has_a_shadow(profile, site):
    """At the edge that it goes on beyond, and at no other."""
    tab = profile(size=PHONE)
    open_page(tab, site, "en", "define-network")
    code = tab.locator("article pre > code").first
    code.scroll_into_view_if_needed()

    def edges() -> list[bytes]:
        box = code.bounding_box()
        strip = {"y": box["y"] + 2, "width": 4, "height": 9}
        places = (box["x"], box["x"] + box["width"] - 4)
        return [tab.screenshot(clip=strip | {"x": x}) for x in places]

    def shadows() -> list[bool]:
        return [edge != plain for edge, plain in zip(edges(), plains, strict=True)]

    code.evaluate("(e) => (e.textContent = ' ')")
    plains = edges()
    assert shadows() == [False, False]
    code.evaluate("(e) => (e.textContent = ' '.repeat(400))")
    assert shadows() == [False, True]
    code.evaluate("(e) => e.scrollTo(99, 0)")
    assert shadows() == [True, True]
    code.evaluate("(e) => e.scrollTo(9999, 0)")
    assert shadows() == [True, False]


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_tasks_are_on_a_laptop_s_first_screen(profile, site, language):
    tab = profile(size={"width": 1440, "height": 900})
    open_page(tab, site, language, "index")
    rows = tab.locator(".groups tr:has(a)")
    assert rows.count() > 30
    ends = rows.evaluate_all("(all) => all.map((row) => row.getBoundingClientRect().bottom)")
    assert max(ends) < 900


# What a key has led to, if it is not seen there; the button of a colour is seen as its label.
UNSEEN = """() => {
  const e = document.activeElement
  const { x, y, width, height } = e.getClientRects()[0] ?? e.getBoundingClientRect()
  const seen = document.elementFromPoint(x + Math.min(9, width / 2), y + height / 2)
  return e.contains(seen) || e.matches(".md-option") ? "" : e.outerHTML.slice(0, 99)
}"""


@pytest.mark.parametrize(
    ("language", "name", "width"),
    [("en", "define-network", 390), ("zh", "save-load-network-params", 1000)],
)
def test_each_stop_of_the_keyboard_is_seen(profile, site, language, name, width):
    """Also in the menu, which a key opens and closes, and nothing moves on the way."""
    tab = profile(reduced_motion="reduce", size={"width": width, "height": 800})
    open_page(tab, site, language, name)

    def walk(stops: int) -> list[str]:
        found = []
        for _ in range(stops):
            tab.keyboard.press("Tab")
            found.append(tab.evaluate(UNSEEN))
        return [*filter(None, found)]

    assert walk(30) == []
    # From the search back to where the reader was.
    was = tab.evaluate_handle("document.activeElement")
    tab.keyboard.press("/")
    assert tab.evaluate("document.activeElement.matches('.md-search__input')")
    assert tab.evaluate(MOVING) == []
    tab.keyboard.press("Escape")
    tab.wait_for_function("(e) => e === document.activeElement", arg=was)
    menu = tab.locator("button[for=__drawer]")
    menu.press("Enter")
    assert tab.evaluate(MOVING) == []
    settle(tab)
    tab.locator("nav.md-nav--primary .md-logo").focus()
    assert walk(30) == []
    tab.keyboard.press("Escape")
    assert menu.evaluate("(e) => e === document.activeElement")
    assert not tab.locator("#__drawer").is_checked()


MOVING = """() => document.getAnimations()
  .filter((one) => one.effect.getComputedTiming().duration > 1)
  .map((one) => one.effect.target.outerHTML.slice(0, 99))"""


def test_contrast_themes_show_what_is_pressed(profile, site):
    """The picture of a button is a mask over a colour, which such a theme paints over."""
    tab = profile(forced_colors="active")
    open_page(tab, site, "en", "network-on-gpu")
    ground = tab.evaluate("getComputedStyle(document.body).backgroundColor")
    shown = tab.evaluate(
        """() => [...document.querySelectorAll("article :is(.md-code__button, summary)")].map((e) =>
          getComputedStyle(e, "::after")).map((one) => [one.backgroundColor, one.maskImage])"""
    )
    assert len(shown) > 20
    for colour, mask in shown:
        assert mask.startswith("url(")
        assert colour != ground


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
    for (const e of document.querySelectorAll(selector.split("::")[0])) {
      if (!e.textContent.trim() || !e.offsetParent) continue
      const style = getComputedStyle(e, selector.match(/::.*/)?.[0])
      const [a, b] = [light(rgb(style.color)), light(ground(e))]
      const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
      found[selector] = Math.min(found[selector] ?? 99, ratio)
    }
  return found
}"""
READ = ["article p", "article a", "article pre code", "article pre span", "h1", "h2"]
READ += [
    ".output::before",
    ".md-nav__link",
    ".md-header__title",
    ".language-switch__link",
    ".language-offer__link",
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_colours_follow_the_system_and_can_be_read(profile, site, language, scheme):
    tab = profile(color_scheme=scheme)
    grounds = []
    for name in ("index", "define-network", "save-load-network-params"):
        open_page(tab, site, language, name)
        settle(tab)
        ratios = tab.evaluate(CONTRAST, READ)
        seen = {"article p", "h1", "article pre code", ".output::before"}
        assert seen <= set(ratios)
        assert {key: r for key, r in ratios.items() if r < 4.5} == {}
        grounds.append(tab.evaluate("getComputedStyle(document.body).backgroundColor"))
    dark = sum(map(int, re.findall(r"\d+", grounds[0])[:3])) < 200
    assert dark == (scheme == "dark")


def test_the_reader_can_choose_the_colours(tab, site):
    open_page(tab, site, "en", "index")
    for label, scheme in (
        ("Switch to light mode", "default"),
        ("Switch to dark mode", "slate"),
    ):
        tab.locator(f"label[title='{label}']:visible").click()
        tab.wait_for_function("(s) => document.body.dataset.mdColorScheme === s", arg=scheme)
        frame = tab.locator("meta[name=theme-color]").get_attribute("content")
        assert frame.strip() == {"default": "#ffffff", "slate": "#161b1b"}[scheme]
    tab.locator("label[title='Switch to system preference']:visible").wait_for()


@pytest.mark.parametrize("language", LANGUAGES)
def test_not_found_speaks_the_language_of_the_address(tab, site, language):
    tab.goto(f"{site.url}{LANGUAGES[language]}no/such/page/")
    words = {"en": "This page does not exist", "zh": "找不到这个页面"}[language]
    tab.get_by_role("heading", name=words).wait_for()
    assert tab.evaluate("document.documentElement.lang") == CODES[language]
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


@pytest.mark.parametrize("box", [".search-box", ".md-header__button[for=__search]"])
def test_the_box_of_a_phone_leads_to_the_section(profile, site, box):
    tab = profile(has_touch=True, is_mobile=True, size=PHONE)
    open_page(tab, site, "zh", "freeze-and-fine-tune")  # is there at once when it comes again
    open_page(tab, site, "zh", "index")
    tab.locator(box).tap()
    tab.wait_for_selector("[data-md-scrolllock]")
    tab.keyboard.insert_text("只训练最后一层")
    tab.locator(".md-search-result__link").first.tap()
    tab.locator(".md-content mark").first.wait_for()
    top = tab.locator("#train-only-head").evaluate("(e) => e.getBoundingClientRect().top")
    assert 0 < top < PHONE["height"] / 2
    # What Material fetches ahead stops when a page that has no list of pages yet is left.
    assert [error for error in tab.wrong if not error.startswith("failed: ")] == []


def test_the_page_works_without_scripts(profile, site):
    tab = profile(java_script_enabled=False)
    tab.goto(site.url + "zh/access-parameter/")
    tab.locator(".language-switch__link").click()
    tab.wait_for_url(site.url + "access-parameter/")
    assert tab.locator("article pre").count() > 0
