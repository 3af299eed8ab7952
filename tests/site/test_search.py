"""The search: its worker asked directly, and the real box of the built site.

Most questions go to the worker, which gives what the box would show; some are typed.
"""

import gzip
import json
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import pytest

from cheatsheet.words.compare import ENGLISH
from cheatsheet.words.text import CHINESE
from tests.site.conftest import LANGUAGES, LAPTOP, NAMES, PHONE, SECTIONS, open_page
from tests.site.questions import questions

NONE = {"en": "No matching documents", "zh": "没有找到符合条件的结果"}
FAR = {"en": "Nothing here matches closely; nearest:", "zh": "没有十分接近的内容，最接近的是："}
# Of all questions, those that one of the first three sections answers, and the first.
AMONG_THREE, FIRST = 0.95, 0.80
SHOWN = 10
SHORT = "verified"  # a page to ask from
MOST = 60_000  # bytes of an index, after gzip

# Notes what Material asks the worker and what was answered last: when the two are equal, the
# results that stand in the box are those of the query.
NOTE = """() => {
  window.asked = []
  window.answers = []
  const Real = Worker
  window.Worker = class extends Real {
    constructor(...rest) {
      super(...rest)
      this.addEventListener("message", ({ data: { type, data } }) => {
        if (type === 3) window.answers.push(data.query)
      })
    }
    postMessage(message) {
      if (message.type === 2) window.asked.push(message.data)
      super.postMessage(message)
    }
  }
}"""
SETTLED = "(query) => window.asked.at(-1) === query && window.answers.at(-1) === query"

# Asks the worker of a page as Material does, in a worker of our own.
ASK = """async ([root, queries]) => {
  const [SETUP, READY, QUERY, RESULT] = [0, 1, 2, 3]
  const { search } = JSON.parse(document.getElementById("__config").textContent)
  if (window.asking?.root !== root) {
    const worker = new Worker(new URL(search, location.href))
    const ask = (message, kind) => new Promise((done, failed) => {
      worker.onerror = failed
      worker.onmessage = ({ data }) => data.type === kind && done(data.data)
      worker.postMessage(message)
    })
    await ask({ type: SETUP }, READY)
    window.asking = { root, ask }
  }
  const found = []
  for (const data of queries) {
    const { items } = await asking.ask({ type: QUERY, data }, RESULT)
    found.push(items.flat().map(({ location }) => new URL(location, root).href))
  }
  return found
}"""


@pytest.fixture
def answers(profile, site):
    """The sections that the worker finds for each of some queries, in order."""

    def answers(language: str, *queries: str) -> list[list[str]]:
        tab, root = profile(f"search {language}"), site.url + LANGUAGES[language]
        open_page(tab, site, language, SHORT)
        found = tab.evaluate(ASK, [root, queries])
        assert tab.wrong == []
        return [[section_of(address, root) for address in each] for each in found]

    return answers


@pytest.fixture
def box(profile):
    return profile("search box", init=f"({NOTE})()")


@pytest.fixture
def search(box, site):
    """Type a query into the box; gives the sections found, as "page#id", in order."""

    def ask(language: str, query: str) -> list[str]:
        root = site.url + LANGUAGES[language]
        field = box.locator("input.md-search__input")
        if not box.url.startswith(root) or not field.count():
            open_page(box, site, language, SHORT)
        field.click()
        field.press("Control+a")
        field.press("Delete")
        box.keyboard.insert_text(query)  # as pasted, or from an input method
        box.wait_for_function(SETTLED, arg=query)
        links = box.locator(".md-search-result__link").evaluate_all(
            "(all) => all.map((link) => link.href)"
        )
        return [section_of(link, root) for link in links]

    return ask


def section_of(address: str, root: str) -> str:
    parts = urlsplit(address)
    assert urlunsplit(parts._replace(query="", fragment="")).startswith(root), address
    page = parts.path.removeprefix(urlsplit(root).path).strip("/") or "index"
    return f"{page}#{parts.fragment}" if parts.fragment else page


@pytest.mark.parametrize("language", LANGUAGES)
def test_answers_come_first(answers, language, report):
    table = questions(language)
    first, among_three, missed = 0, 0, []
    every = answers(language, *(row.types for row in table))
    for row, found in zip(table, every, strict=True):
        assert len(found) == len(set(found)), f"{row.types}: twice in {found}"
        first += bool({*found[:1]} & {*row.answers})
        if {*found[:3]} & {*row.answers}:
            among_three += 1
        elif row.answers:
            wanted = " or ".join(row.answers)
            missed.append(f"{row.types!r} is to find {wanted}, and finds {found[:3]}")
        else:
            missed.append(f"{row.types!r} is answered nowhere: {row.asks}")
    count = len(table)
    report(
        f"search ({language}): {count} questions, {first} have their section first "
        f"({first / count:.0%}), {among_three} among three ({among_three / count:.0%})"
    )
    assert among_three / count >= AMONG_THREE, "\n".join(missed)
    assert first / count >= FIRST, f"only {first} of {count} come first"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_box_shows_what_the_worker_answers(search, answers, box, language):
    asked = [row.types for row in questions(language)][::25]
    assert len(asked) > 4
    for query, found in zip(asked, answers(language, *asked), strict=True):
        assert search(language, query) == found, query
        assert len(found) <= SHOWN
    assert box.wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_nearly_every_page_is_asked_for(language):
    """Of a page that nobody asks for in public, the search is not tested."""
    asked = {answer.partition("#")[0] for row in questions(language) for answer in row.answers}
    assert len({*SECTIONS} - asked) <= 3


WAYS = {  # other ways to type one thing, and what they find first
    "en": [
        (["ModuleDict", "moduledict", "MODULEDICT", "nn.ModuleDict"], "implement-sequential"),
        (
            ["forward hook", "forward hooks", '"forward hooks"', "forward hooks?"],
            "module-hooks#hooks",
        ),
        (["map_location", "map location"], "save-load-network-params#map-location"),
        (["ｃｏｕｎｔ parameters", "Count the  parameters"], "access-all-params#count"),
    ],
    "zh": [
        (["梯度裁剪", "梯度 裁剪", "梯度，裁剪？"], "gradients-and-optimizer#clip"),
        (["释放显存", "釋放顯存", "怎么释放显存"], "gpu-speed-and-memory#release-memory"),
        (
            ["nn.ModuleDict", "ｎｎ．ＭｏｄｕｌｅＤｉｃｔ", "moduledict"],
            "implement-sequential",
        ),
        (["参数初始化", "參數初始化"], "parameter-initialization"),
    ],
}


@pytest.mark.parametrize(
    ("language", "ways", "page"),
    [(language, *row) for language, rows in WAYS.items() for row in rows],
)
def test_all_ways_to_type_it_find_the_same(answers, language, ways, page):
    every = answers(language, *ways)
    found = {way: each[0] for way, each in zip(ways, every, strict=True)}
    assert len(set(found.values())) == 1, found
    assert found[ways[0]].startswith(page)


@pytest.mark.parametrize(
    ("language", "query", "section"),
    [
        ("en", "values.detach()", "index#detach"),
        ("en", "clip_grad_norm_", "gradients-and-optimizer#clip"),
        ("zh", "clip_grad_norm_", "gradients-and-optimizer#clip"),
        ("zh", "empty_cache", "gpu-speed-and-memory#release-memory"),
    ],
)
def test_code_is_found(answers, language, query, section):
    assert section in answers(language, query)[0][:3]


def test_a_heading_weighs_above_a_mention(answers):
    """Many sections mention the optimizer's learning rate; one is about it."""
    for language, query in (("en", "learning rate"), ("zh", "学习率")):
        first = answers(language, query)[0][0]
        assert first == "gradients-and-optimizer#learning-rates"


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_found_says_so(search, box, language):
    assert search(language, "qqqqxyzzy") == []
    box.locator(".md-search-result__meta").get_by_text(NONE[language]).wait_for()
    # What a search library would read as its own language, or JavaScript as a name of its
    # own, finds nothing, or all.
    for signs in ("***", "+-", "a:b^~", "(((", "？？", "constructor", "__proto__ without"):
        search(language, signs)
    assert box.wrong == []


@pytest.mark.parametrize(
    ("language", "query", "section"),
    [("en", "gradient clipping", "clip"), ("zh", "梯度裁剪", "clip")],
)
def test_enter_opens_the_first_result(search, box, site, language, query, section):
    search(language, query)
    box.keyboard.press("Enter")
    page = site.url + LANGUAGES[language] + f"gradients-and-optimizer/#{section}"
    box.locator(".md-content mark").first.wait_for()
    box.wait_for_url(page)  # what was to be marked has gone from it
    marked = box.locator(".md-content mark").all_text_contents()
    assert min(len(text.strip()) for text in marked) > 1
    assert box.wrong == []


@pytest.mark.parametrize(
    ("language", "query", "page"),
    [("en", "xavier", "choose-initializer"), ("zh", "共享参数", "share-param")],
)
def test_a_link_to_a_query(tab, site, language, query, page):
    tab.goto(f"{site.url}{LANGUAGES[language]}?q={quote(query)}")
    link = tab.locator(".md-search-result__link").first
    link.wait_for()
    assert page in link.get_attribute("href")
    share = tab.locator("a.md-search__icon[data-md-component=search-share]")
    assert f"q={quote(query)}" in share.get_attribute("href")
    assert tab.locator("input.md-search__input").input_value() == query


@pytest.mark.parametrize(
    ("language", "typed", "whole"),
    [
        ("en", "initializ", "initialization"),
        ("en", "shared param", "shared parameter"),
        ("en", "ModuleL", "ModuleList"),
        ("zh", "参数初", "参数初始化"),
        ("zh", "缓冲", "缓冲区"),
        ("zh", "nn.Para", "nn.Parameter"),
    ],
)
def test_the_suggestion_completes(search, box, language, typed, whole):
    search(language, typed)
    suggestion = box.locator("[data-md-component=search-suggest]")
    text = suggestion.text_content()
    assert text.startswith(whole) and not text.endswith(".")
    box.keyboard.press("ArrowRight")
    assert box.locator("input.md-search__input").input_value() == text


@pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_result_shows_page_section_and_text(profile, site, language, size):
    tab = profile(size=size)
    query = {"en": "count", "zh": "统计"}[language]
    tab.goto(f"{site.url}{LANGUAGES[language]}?q={quote(query)}")
    link = tab.locator(".md-search-result__link").first
    link.wait_for()
    tab.wait_for_function(  # the box slides in
        "() => document.querySelector('.md-search__inner')"
        ".getBoundingClientRect().right <= innerWidth + 1"
    )
    for part in ("page", "title", "text", "code"):
        assert link.locator(f".result-{part}").is_visible(), part
    sentence, line = (link.locator(f".result-{part}").text_content() for part in ("text", "code"))
    address = urlsplit(link.evaluate("(link) => link.href"))
    place = f"{address.path.split('/')[-2]}/#{address.fragment}"
    assert index_of(site, language)[place][3].startswith(line.removesuffix(" …"))
    assert line not in sentence
    marked = link.locator("mark").first.text_content().lower()
    assert marked == query
    wide = tab.evaluate(
        "() => [...document.querySelectorAll('.md-search-result *')]"
        ".filter((e) => e.getBoundingClientRect().right > innerWidth + 1)"
        ".map((e) => e.outerHTML.slice(0, 99))"
    )
    assert wide == []
    assert tab.wrong == []


def test_markup_in_the_text_is_shown_and_not_run(search, box):
    """Outputs hold tags, such as <class 'str'>; they are text."""
    assert "save-load-network-params-errors#dict-like" in search("en", "<class 'str'>")[:3]
    text = box.locator(".md-search-result__link", has_text="<class 'str'>")
    assert text.count() > 0
    assert box.locator(".md-search-result class").count() == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_matches_nothing_closely_says_so(search, box, language):
    for query, is_far in ((f"{'bake a sourdough bread'} tensor", True), ("Sequential", False)):
        assert search(language, query), query
        note = box.locator(".md-search-result__item").first.locator(".result-far")
        assert note.all_text_contents() == ([FAR[language]] if is_far else []), query


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_the_newest_question_is_answered(search, box, language):
    search(language, "dropout")
    waiting = [f"dropout {n}" for n in range(50)]
    asked, answered = box.evaluate(
        """async (queries) => {
          const worker = new Worker(new URL(
            JSON.parse(document.getElementById("__config").textContent).search, location.href))
          const answered = []
          const done = new Promise((done) => {
            worker.onmessage = ({ data: { type, data } }) => {
              if (type === 3) answered.push(data.query)
              if (data?.query === queries.at(-1)) done()
            }
          })
          for (const data of queries) worker.postMessage({ type: 2, data })
          await done
          return [queries.length, answered]
        }""",
        waiting,
    )
    assert answered[-1] == waiting[-1]
    assert len(answered) < asked / 10


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reach", ["hover", "key"])
def test_sections_are_fetched_when_the_box_is_reached_for(tab, site, language, reach):
    tab.goto(site.url + LANGUAGES[language] + "access-parameter/")
    sections = site.url + LANGUAGES[language] + "search/sections.json"
    tab.wait_for_load_state("networkidle")
    assert sections not in tab.requests
    with tab.expect_request(sections):
        if reach == "hover":
            tab.locator(".md-search__form").hover()
        else:
            tab.keyboard.press("/")
    tab.locator("input.md-search__input").fill("dropout")
    tab.locator(".md-search-result__link").first.wait_for()
    assert tab.wrong == []


def index_of(site, language: str) -> dict[str, list[str]]:
    """Title, links, text, line and names of each section, by its location."""
    pages = json.loads(file_of(site, language).read_text(encoding="utf-8"))["pages"]
    return {
        f"{page}#{id}" if id else page: own for page, rows in pages.items() for id, *own in rows
    }


def file_of(site, language: str) -> Path:
    return site.folder / LANGUAGES[language] / "search/sections.json"


@pytest.mark.parametrize("language", LANGUAGES)
def test_other_words_are_words(site, language):
    """YAML reads a bare `no` as false."""
    words = json.loads(file_of(site, language).read_text(encoding="utf-8"))
    others = [other for row in words["synonyms"].values() for other in row]
    assert {type(word) for word in [*words["ignored"], *words["synonyms"], *others]} == {str}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_question_is_answered_by_a_word_of_its_own(site, language):
    """What the search is told of words is said of the field, not of one question."""
    words = json.loads(file_of(site, language).read_text(encoding="utf-8"))
    told = {*words["synonyms"], *(one for row in words["synonyms"].values() for one in row)}
    assert not told & {row.types.lower() for row in questions(language) if len(row.types) > 4}


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_index_holds_its_language_only_and_is_small(site, language, report):
    data, sections = file_of(site, language).read_bytes(), index_of(site, language)
    size = len(gzip.compress(data))
    report(f"search index ({language}): {len(sections)} sections, {size / 1000:.1f} kB zipped")
    assert size <= MOST
    assert {place.partition("#")[0].rstrip("/") for place in sections} >= {*NAMES} - {"index"}
    for place, (title, links, text, line, names) in sections.items():
        if language == "en":
            assert not CHINESE.search(title + links + text + line + names), place
            continue
        prose = [row for row in text.split("\n") if "Error" not in row and row not in title]
        rows = [row for row in ENGLISH.findall("\n".join(prose)) if row.count(" ") >= 12]
        assert not rows, f"{place}: {rows}"
