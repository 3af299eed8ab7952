"""The labs of the built site: their plots, their weight, and their notebooks."""

import json
import re

import nbformat
import pytest

from cheatsheet.page import load
from cheatsheet.run.compare import difference
from cheatsheet.words.text import CHINESE, read_words
from tests.site.conftest import LANGUAGES, NAMES, open_page
from tests.site.project import REPOSITORY, ROOT
from tests.site.test_browser import settle
from tests.site.test_copies import click_and_read

LABS = [name for name in NAMES if name.startswith("labs/")]
ALL = [(language, name) for language in LANGUAGES for name in LABS]
PLOTS = {"labs/custom-distribution": 1, "labs/how-it-fits": 1}
PLOTS["labs/initialization-through-depth"] = 3
each = pytest.mark.parametrize(("language", "name"), ALL)


def examples(language: str, name: str):
    return load(ROOT, f"docs/{language}/{name}.md").examples


def notebook_of(site, language: str, name: str) -> nbformat.NotebookNode:
    stem = name.rpartition("/")[2]
    file = site.folder / site.address(language, name) / f"{stem}.ipynb"
    notebook = nbformat.read(file, nbformat.NO_CONVERT)
    nbformat.validate(notebook)
    return notebook


def test_the_labs_are_there():
    assert sorted(PLOTS) == LABS


@each
def test_plots_speak_the_language_of_the_page(site, language, name):
    page = site.soup(language, name)
    plots = page.select("article figure.plot > svg[role=img]")
    assert len(plots) == PLOTS[name]
    assert not page.select("article style")
    for plot in plots:
        assert len(plot["aria-label"]) > 40
        assert bool(CHINESE.search(plot["aria-label"])) == (language == "zh")
        assert plot.select("path")
    drawn = {text.text.strip() for plot in plots for text in plot.select("text")}
    words = {
        word.value
        for example in examples(language, name)
        for _, word in read_words(example.code.source) or ()
    }
    assert words
    rows = {row for word in words for row in word.split("\n")}
    assert rows <= drawn, "a word that no plot shows"
    assert any(map(CHINESE.search, drawn)) == (language == "zh")
    assert {word for word in drawn if CHINESE.search(word)} <= rows


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_shows_what_a_lab_draws(site, language):
    """The plot of another page is the lab's own, with words of its own."""
    (shown,) = site.soup(language, "parameter-initialization").select("figure.plot svg")
    lab = site.soup(language, "labs/initialization-through-depth")
    drawn = [*lab.select("figure.plot svg")]
    drawn += site.soup(language, "labs/custom-distribution").select("figure.plot svg")
    # Ids say on which line of a page the plot stands.
    plain = [re.sub(r"([mp][0-9a-f]{10})-\d+", r"\1", one.decode_contents()) for one in drawn]
    same = plain.count(re.sub(r"([mp][0-9a-f]{10})-\d+", r"\1", shown.decode_contents()))
    assert same == 1
    assert bool(CHINESE.search(shown["aria-label"])) == (language == "zh")


@each
def test_downloads(site, language, name):
    """The notebook that ran, not one made of the page's Markdown."""
    links = site.soup(language, name).select("article .page-facts a")
    stem = name.rpartition("/")[2]
    assert links[1]["href"].endswith(f"/{name}/{stem}.ipynb")
    place = f"blob/gh-pages/{LANGUAGES[language]}{name}/{stem}.ipynb"
    repository = REPOSITORY.removeprefix("https://github.com/")
    colab = f"https://colab.research.google.com/github/{repository}/{place}"
    assert links[2]["href"] == colab


@each
def test_the_notebook_runs_alone(site, kernels, language, name):
    """Downloaded, in an empty folder, in a kernel that knows nothing of `snippets`."""
    notebook = notebook_of(site, language, name)
    wanted = [cell.outputs for cell in notebook.cells if cell.cell_type == "code"]
    alone = "import importlib.util as u\nassert u.find_spec('snippets') is None"
    notebook.cells.insert(0, nbformat.v4.new_code_cell(alone))
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    executed = kernels.execute(notebook).result()
    got = [cell.outputs for cell in executed.cells if cell.cell_type == "code"]
    assert got.pop(0) == []
    for ours, theirs in zip(wanted, got, strict=True):
        assert difference(printed(ours), printed(theirs)) is None
        assert len(plots(ours)) == len(plots(theirs))
    assert sum(len(plots(outputs)) for outputs in got) == PLOTS[name]


def printed(outputs) -> str:
    return "".join(one.text for one in outputs if one.output_type == "stream")


def plots(outputs) -> list[str]:
    return [one.data["image/svg+xml"] for one in outputs if one.output_type != "stream"]


@each
def test_the_page_shows_what_the_notebook_printed(site, language, name):
    outputs = [pre.text.rstrip() for pre in site.soup(language, name).select("article .output pre")]
    cells = notebook_of(site, language, name).cells
    got = [printed(cell.outputs) for cell in cells if cell.cell_type == "code"]
    assert [text.rstrip() for text in got if text] == outputs


def test_definitions_are_in_the_language_of_the_notebook(site):
    name = "labs/initialization-through-depth"
    for language in LANGUAGES:
        cells = notebook_of(site, language, name).cells
        (cell,) = (cell for cell in cells if "def std_through_depth" in cell.source)
        docstring = cell.source.split('"""')[1]
        assert bool(CHINESE.search(docstring)) == (language == "zh")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_search_finds_a_lab_and_no_numbers_of_its_axes(site, language):
    file = site.folder / LANGUAGES[language] / "search/sections.json"
    sections = json.loads(file.read_text(encoding="utf-8"))["pages"]
    texts = {id: " ".join(rest) for id, *rest in sections["labs/initialization-through-depth/"]}
    assert "plot_by_layer" in texts["gradients"]
    assert "10" not in texts["gradients"]
    assert "reset_parameters" not in texts["gradients"]


# The least contrast of what a plot draws with its ground: of words, and of lines.
CONTRASTS = """() => {
  const channel = (c) =>
    (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
  const light = (color) => {
    const [r, g, b] = color.match(/[\\d.]+/g).map(Number)
    return 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b)
  }
  const ground = light(getComputedStyle(document.body).backgroundColor)
  const least = (selector, property) => {
    const colors = [...document.querySelectorAll(selector)]
      .filter((e) => !e.closest("defs"))
      .map((e) => getComputedStyle(e)[property])
      .filter((color) => color.startsWith("rgb"))
      .map(light)
    return Math.min(...colors.map(
      (c) => (Math.max(c, ground) + 0.05) / (Math.min(c, ground) + 0.05)))
  }
  return {
    text: least(".plot text", "fill"),
    lines: least('.plot [style*="stroke: "]', "stroke"),
    areas: least('.plot [style*="fill: var"]', "fill"),
  }
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@each
def test_plots_can_be_read(profile, site, language, name, scheme):
    tab = profile(color_scheme=scheme)
    open_page(tab, site, language, name)
    settle(tab)
    least = tab.evaluate(CONTRASTS)
    assert least["text"] >= 4.5
    assert least["lines"] >= 3
    assert least["areas"] >= 3
    box = tab.locator(".plot svg").first.bounding_box()
    assert box["width"] > 300
    assert box["height"] > 150


@pytest.mark.parametrize("language", LANGUAGES)
def test_copy_gives_the_code_of_a_cell(tab, site, language):
    name = "labs/custom-distribution"
    open_page(tab, site, language, name)
    buttons = tab.locator("article .highlight:not(.no-copy) [data-md-type=copy]")
    copied = [click_and_read(tab, button) for button in buttons.all()]
    wanted = [example.code.source for example in examples(language, name)]
    assert len(copied) == len(wanted)
    for code, text in zip(wanted, copied, strict=True):
        last = code.rstrip().rpartition("\n\n")[2]
        assert without_blank_lines(text).endswith(without_blank_lines(last))


def without_blank_lines(code: str) -> str:
    """An interactive prompt needs them after a block; the page does not show them."""
    return "\n".join(line for line in code.split("\n") if line.strip())
