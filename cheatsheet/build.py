"""Stage the pages of a language for a generator, and finish the site that it makes.

`stage` reads each page once and says in Markdown what is known of it: what each fence is,
which page it is in other forms, on what it ran. It knows no generator. `finish` puts what
each block gives to the clipboard where our own marks stand, and writes the files beside
the pages. Between the two, any generator makes HTML of Markdown.
"""

import gc
import logging
import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urljoin

import yaml
from minify_html import minify
from nbformat.v4 import writes_json
from rcssmin import cssmin
from rjsmin import jsmin

from cheatsheet.forms import answers, formulas, names, search, sheet
from cheatsheet.forms.blocks import copies_by_mark, show_blocks
from cheatsheet.forms.lab import FOLDER as LABS
from cheatsheet.forms.lab import lab_notebook, run_labs
from cheatsheet.forms.notebook import notebook_text
from cheatsheet.forms.pdf import chromium, print_pages
from cheatsheet.forms.plain import Words, pieces_of, plain_page
from cheatsheet.forms.plots import Plots
from cheatsheet.forms.site import (
    ERRORS,
    SHEET,
    address_of,
    facts_line,
    linker,
    llms_of,
    notebook_of,
    places_of,
    titles_of,
)
from cheatsheet.forms.verified import Verified
from cheatsheet.page import Page, Shown, load
from cheatsheet.run.records import FOLDER as RUNS
from cheatsheet.source import SourceError, read_text
from cheatsheet.standalone.definitions import Definitions
from cheatsheet.standalone.program import Copy, make_standalone
from cheatsheet.words.catalog import localize_package
from cheatsheet.words.languages import Language, read_settings

# Our own ids in the generator's HTML, up to the end of their tag.
MARK = re.compile(r' id="(?P<id>block-\d+|copy-snippets-[\w-]+)"(?P<rest>[^>]*>)')
THEME = Path(__file__).parent / "theme"
TEMPLATES = (".html", ".jinja")
# What a reader loads says the same without spaces and remarks of ours.
SHORTER = {".js": jsmin, ".css": cssmin}
HTML = {"keep_closing_tags": True, "keep_html_and_head_opening_tags": True}
# Material's script takes a table without a class out of the page and puts it back in a box: the
# browser lays out each table twice, and then all below it. With a class, it stays where it is, in
# the style that Material has for those without.
TABLE = '<table class="data">'
log = logging.getLogger(__name__)
gc.set_threshold(50_000)  # not 700: a build makes many objects, and drops few
# A generator loads the program once, and then stages again and again.
CODE = [*THEME.parent.rglob("*.py"), *THEME.parents[1].glob("hooks.py")]
PROGRAM = {file: file.stat().st_mtime for file in CODE}


@dataclass(frozen=True)
class Staged:
    """One language of the site, ready for a generator."""

    pages: dict[str, str]  # the Markdown of each, by file name
    files: dict[str, str]  # what stands beside the pages, by its place in the site
    copies: dict[str, dict[str, Copy]]  # for each page, what our marks in it stand for, by id
    snippets: Path  # the folder that holds the package `snippets` in this language
    settings: dict  # what the language's config says
    site_url: str


def stage(root: Path, language: Language, site_url: str | None = None) -> Staged:
    """The pages of one language as a generator shall see them, and all beside them; `site_url`,
    with a slash at its end, is by default that of the language's config.

    Raises:
        SourceError: something is wrong in a source, with file, line and cure.
    """
    for file, time in PROGRAM.items():
        if file.exists() and file.stat().st_mtime != time:
            log.warning("%s has changed: restart what has loaded it.", file.relative_to(root))
    settings = read_settings(root, language.config)
    site_url = site_url or settings["site_url"]
    extra = settings["extra"]
    if extra["cheatsheet"]["pdf"]:
        with chromium():  # is it there? now, not after the build
            pass
    titles = titles_of(root, language, settings["nav"])
    pages = {name: load(root, f"{language.docs}/{name}") for name in titles}
    snippets = _localized(root, language)
    definitions = Definitions.read(snippets)
    words = Words(**{key: extra["labels"][key] for key in Words.__annotations__})
    made = dict(zip(pages, make_standalone(list(pages.values()), definitions), strict=True))
    copies = {name: one.copies for name, one in made.items()}
    verified = Verified(root, pages, extra["verified"])
    ranges = {name: verified.marks(name) for name in pages}
    pieces = {
        name: pieces_of(page, made[name].cells, ranges[name], linker(name, titles, site_url), words)
        for name, page in pages.items()
        if page.examples
    }
    labs = {
        name: lab_notebook(own, language.lang, titles[name])
        for name, own in pieces.items()
        if name.startswith(LABS)
    }
    run_labs(root, {pages[name]: book for name, book in labs.items()})
    plots = Plots({name: (pages[name], book) for name, book in labs.items()})
    drawn = formulas.read_kept(root)
    records = urljoin(site_url, "../runs/" if language.code else "runs/")
    tables = {
        ERRORS: {"errors": answers.list_failures(pages)},
        "verified.md": {"runs": verified.by_run(records), "pages": verified.by_page(titles)},
    }
    if "names.md" in pages:
        tables["names.md"] = names.tables(root, pages, extra["names"], language.code)
    shown = {
        part.name: f"{name}#{section.id}"
        for name, page in pages.items()
        for section in page.sections
        for part in section.parts
        if isinstance(part, Shown)
    }
    staged = {}
    for name, page in pages.items():
        places = places_of(name, page, language, settings, titles)
        links = {one: posixpath.relpath(at, posixpath.dirname(name)) for one, at in shown.items()}
        said = extra["copy"] | {"links": links}
        lines = show_blocks(page, words, copies[name], ranges[name], said)
        formulas.draw(drawn, page, lines)
        plots.draw(name, page, lines)
        if page.examples:
            ran = verified.short(*[name] if name != "index.md" else [])
            line = facts_line(name, places, ran, extra["labels"], site_url)
            lines[page.sections[0].line - 1] += f"\n\n{line}"
        if name == "index.md":
            answers.group(page, lines, extra["labels"]["search_box"])
        elif len(page.sections) > 1:
            lines[page.sections[1].line - 2] += answers.table_of(page, extra["labels"]["answers"])
        text = _filled(page, "\n".join(lines), tables.get(name, {}))
        text = text.partition("\n---\n")[2] if page.description else text
        front = {"description": page.description, "search": {"exclude": True}}
        front |= {"hide": ["toc"]} if name == "index.md" else {}  # it is a table of contents
        front |= {kind: places[kind] for kind in ("edit", "markdown") if kind in places}
        if name == "index.md":
            text = sheet.link_pdfs(page, text, settings, site_url)
        staged[name] = _with_front(front, text)
    staged[SHEET] = _with_front(*sheet.page_of(root, pages, copies, words, settings, site_url))
    marks = {name: copies_by_mark(page, copies[name]) for name, page in pages.items()}
    files = {notebook_of(name): f"{writes_json(book)}\n" for name, book in labs.items()}
    for name in pieces.keys() - labs:
        files[notebook_of(name)] = notebook_text(pieces[name], language.lang, titles[name])
    texts = {name: plain_page(own, words) for name, own in pieces.items()}
    about = {name: (titles[name], pages[name].description) for name in texts}
    files[search.FILE] = search.index_of(pages, definitions, extra["search"])
    files |= texts | llms_of(settings, site_url, about, texts)
    if not language.code:  # the records are the same in all languages
        files |= {f"runs/{name}": read_text(root, f"{RUNS}/{name}") for name in verified.files}
    return Staged(staged, files, marks, snippets, settings, site_url)


def _filled(page: Page, text: str, tables: dict[str, str]) -> str:
    """The text of a page, with what is known of the site where the page has marks for it.

    Raises:
        SourceError: such a mark does not stand there once.
    """
    for name, table in tables.items():
        mark = f"{{{{ {name} }}}}"
        if text.count(mark) != 1:
            raise SourceError(page.path, 1, f"write {mark} once, where that belongs.")
        text = text.replace(mark, table)
    return text


def _with_front(front: dict, text: str) -> str:
    head = yaml.safe_dump(front, allow_unicode=True, sort_keys=False, width=10**6)
    return f"---\n{head}---\n{text}"


@lru_cache
def _folder(root: Path, code: str) -> TemporaryDirectory:
    """Of this process, which under `mkdocs serve` stages a language again and again."""
    return TemporaryDirectory(prefix="staged-")


_made_of: dict[Path, tuple] = {}  # what files and folders there were made from


def _localized(root: Path, language: Language) -> Path:
    """The folder that holds `snippets` with comments and docstrings in a language."""
    if not language.code:
        return root
    folder = Path(_folder(root, language.code).name)
    sources = [root / language.catalog, *sorted((root / "snippets").glob("*.py"))]
    texts = tuple(read_text(root, file.relative_to(root)) for file in sources if file.exists())
    if _made_of.get(folder) != texts:
        localize_package(root, language, folder)
        _made_of[folder] = texts
    return folder


def write_pages(root: Path, language: Language, staged: Staged) -> tuple[Path, set[str]]:
    """Write the staged pages of a language into a folder; that, and the names of the new ones.

    A page of the same text and copies, where what decides how all pages look is the same, too,
    keeps its file, and so the time of it.
    """
    templates = [f.stat().st_mtime for f in THEME.rglob("*.*") if f.suffix in TEMPLATES]
    look = (repr(staged.settings), *templates)
    folder = Path(_folder(root, language.code).name, "pages")
    new = set()
    for name, text in staged.pages.items():
        copies = staged.copies.get(name, {}).values()
        content = (text, tuple(copy.text for copy in copies), look)
        if _made_of.get(folder / name) != content:
            new.add(name)
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
            _made_of[folder / name] = content
    return folder, new


def finish(site: Path, staged: Staged, pages: Iterable[str] | None = None) -> None:
    """Fill in our marks in a built site, in `pages`, by default all, and write what stands beside.

    Raises:
        SourceError: a page does not hold a mark: the generator lost a block.
    """
    extra = staged.settings["extra"]
    for name in staged.pages if pages is None else pages:
        file = site / address_of(name) / "index.html"
        html = _fill_marks(file, staged.copies.get(name, {}), extra["copy"])
        html = html.replace("<table>", TABLE)
        file.write_text(minify(html, **HTML), encoding="utf-8")
    for place, content in staged.files.items():
        path = site / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    for worker in site.glob("assets/javascripts/workers/search.*.min.js"):
        worker.write_bytes((THEME / "search.js").read_bytes())
    for style in site.glob("assets/stylesheets/main.*.min.css"):
        text = style.read_text(encoding="utf-8")
        style.write_text(text.replace("table:not([class])", "table.data"), encoding="utf-8")
    for file in (site / "assets").rglob("*"):
        shorter = SHORTER.get(file.suffix)
        # Material has made its own small, all but the search, in whose place stands ours.
        if shorter and (".min." not in file.name or file.parent.name == "workers"):
            file.write_text(shorter(file.read_text(encoding="utf-8")), encoding="utf-8")
    if extra["cheatsheet"]["pdf"]:
        print_pages(site, staged.site_url, address_of(SHEET))


def _fill_marks(file: Path, copies: dict[str, Copy], words: dict[str, str]) -> str:
    html = file.read_text(encoding="utf-8")
    left = dict.fromkeys(copies)

    def fill(match: re.Match) -> str:
        if match["id"] not in copies:
            return match[0]
        left.pop(match["id"], None)  # a definition may be shown twice
        copy = copies[match["id"]]
        label = words["whole"][copy.lines > 1].format(lines=copy.lines)
        return f' data-copy="{escape(copy.text)}" data-copy-label="{label}"{match["rest"]}'

    html = MARK.sub(fill, html)
    if left:
        problem = f"the generator shows no block {', '.join(left)}; look at its HTML."
        raise SourceError(file, 1, problem)
    return html
