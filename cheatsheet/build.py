"""Stage the pages of a language for a generator, and finish the site that it makes.

`stage` reads each page once and says in Markdown what is known of it: what each fence is,
which page it is in other forms, on what it ran. It knows no generator. `finish` puts what
each block gives to the clipboard where our own marks stand, and writes the files beside
the pages. Between the two, any generator makes HTML of Markdown.
"""

import logging
import posixpath
import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from importlib.resources import files as files_of
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urljoin

import yaml
from nbformat.v4 import writes_json

from cheatsheet.forms import llms, search, sheet
from cheatsheet.forms.lab import FOLDER as LABS
from cheatsheet.forms.lab import lab_notebook, run_labs, seconds
from cheatsheet.forms.notebook import make_notebook
from cheatsheet.forms.pdf import FILES as PDFS
from cheatsheet.forms.pdf import check_chromium, print_pages
from cheatsheet.forms.plain import Words, pieces_of, plain_page
from cheatsheet.forms.plots import figure, plot_in_section, plots_of
from cheatsheet.forms.site import SHEET, address_of, linker, notebook_of, titles_of
from cheatsheet.forms.verified import Verified
from cheatsheet.page import (
    Example,
    Fence,
    Page,
    Plot,
    Shown,
    SourceError,
    load,
    read_text,
)
from cheatsheet.standalone.definitions import Definitions
from cheatsheet.standalone.program import Copy, make_standalone
from cheatsheet.words import glossary
from cheatsheet.words.catalog import localize_package
from cheatsheet.words.languages import Language, read_settings

VERIFIED = "verified.md"
GITHUB = re.compile(r"https://github\.com/(?P<repository>[\w.-]+/[\w.-]+?)(?:\.git)?/?")
COLAB = "https://colab.research.google.com/github"
# Our own ids in the generator's HTML, up to the end of their tag.
MARK = re.compile(r' id="(?P<id>block-\d+|copy-snippets-[\w-]+)"(?P<rest>[^>]*>)')
MATHJAX = "assets/mathjax/tex-svg.js"
THEME = Path(__file__).parent / "theme"
TEMPLATES = (".html", ".jinja")
log = logging.getLogger(__name__)
# A generator loads the program once, and then stages again and again.
PROGRAM = {file: file.stat().st_mtime for file in THEME.parent.rglob("*.py")}


@dataclass(frozen=True)
class Staged:
    """One language of the site, ready for a generator.

    Attributes:
        pages: the Markdown of each page, by file name.
        files: what stands beside the pages, by its place in the site.
        copies: for each page, what our marks in it stand for, by id.
        snippets: the folder that holds the package `snippets` in this language.
        settings: what the language's config says.
        site_url: the address that the site is for.
    """

    pages: dict[str, str]
    files: dict[str, str | Path]
    copies: dict[str, dict[str, Copy]]
    snippets: Path
    settings: dict
    site_url: str


def stage(root: Path, language: Language, site_url: str | None = None) -> Staged:
    """The pages of one language as a generator shall see them, and all beside them.

    Args:
        root: the project.
        language: one of `read_languages(root)`.
        site_url: the address of this language's site, with a slash at its end; by
            default that of its config.

    Raises:
        SourceError: something is wrong in a source, with file, line and cure.
    """
    for file, time in PROGRAM.items():
        if file.exists() and file.stat().st_mtime != time:
            log.warning("%s has changed: restart what has loaded it.", file.relative_to(root))
    settings = read_settings(root, language.config)
    return _Stage(root, language, settings, site_url or settings["site_url"]).staged()


class _Stage:
    def __init__(self, root: Path, language: Language, settings: dict, site_url: str):
        self.root, self.language = root, language
        self.settings, self.extra = settings, settings["extra"]
        self.site_url = site_url
        if self.extra["cheatsheet"]["pdf"]:
            check_chromium()  # now, not after the build
        self.titles = titles_of(root, language, settings["nav"])
        self.pages = {n: load(root, f"{language.docs}/{n}") for n in self.titles}
        self.snippets = _localized(root, language)
        self.definitions = Definitions.read(self.snippets)
        self.verified = Verified(root, self.pages, self.extra["verified"])
        labels = self.extra["labels"]
        keys = ("blocks", "defined_above", "output", "error")
        self.words = Words(**{key: labels[key] for key in keys})
        if "zh" in settings["plugins"]["search"]["lang"]:
            search.teach([term.zh for term in glossary.read(root)])

    def staged(self) -> Staged:
        pages = list(self.pages.values())
        made = dict(zip(self.pages, make_standalone(pages, self.definitions), strict=True))
        pieces = {
            name: pieces_of(
                page, made[name].cells, linker(name, self.titles, self.site_url), self.words
            )
            for name, page in self.pages.items()
        }
        notebooks = {
            name: (lab_notebook if name.startswith(LABS) else make_notebook)(
                pieces[name], self.language.lang, self.titles[name]
            )
            for name, page in self.pages.items()
            if page.examples
        }
        labs = {n: book for n, book in notebooks.items() if n.startswith(LABS)}
        run_labs(self.root, {self.pages[name]: book for name, book in labs.items()})
        plots = {name: plots_of(self.pages[name], book) for name, book in labs.items()}
        texts = {name: plain_page(pieces[name], self.words) for name in notebooks}
        files = self._files(notebooks, texts)
        staged = {}
        copies = {}
        for name, page in self.pages.items():
            front = self._front(name, page)
            if name in labs:
                front["seconds"] = f"{seconds(labs[name]):.1f}"
            staged[name] = self._markdown(name, page, front, plots)
            copies[name] = _marks(page, made[name].copies)
        staged[SHEET] = self._sheet()
        return Staged(staged, files, copies, self.snippets, self.settings, self.site_url)

    # Pages

    def _front(self, name: str, page: Page) -> dict:
        """What is known of a page, for the templates."""
        front: dict = {"description": page.description}
        repository = self.settings.get("repo_url")
        if repository:
            front["edit"] = f"{repository.rstrip('/')}/edit/main/{page.path}"
        if line := self.verified.line(name):
            front["verified"] = line
        if page.examples:
            front["markdown"], front["notebook"] = name, notebook_of(name)
            match = GITHUB.fullmatch(repository or "")
            if match:
                place = posixpath.join(self.language.code, notebook_of(name))
                branch = self.settings.get("remote_branch", "gh-pages")
                front["colab"] = f"{COLAB}/{match['repository']}/blob/{branch}/{place}"
        return front

    def _markdown(self, name: str, page: Page, front: dict, plots: dict) -> str:
        """The page with what is known written into its fences."""
        lines = page.lines.copy()
        for part in page.parts:
            if isinstance(part, Example):
                flags = "".join(f" .{flag}" for flag in sorted(part.code.flags))
                header = f"python {{ #block-{part.number}{flags} }}"
                _set_header(lines, part.code, header)
                for output in part.outputs.values():
                    _set_header(lines, output, self._output(part, output))
            elif isinstance(part, Plot):
                svg = self._drawing(name, page, part, plots)
                lines[part.line - 1] = figure(svg, part.words)
        text = "\n".join(lines)
        text = text.partition("\n---\n")[2] if page.description else text
        if name == VERIFIED:
            text = self.verified.fill(page, text, self.titles)
        if self.extra["cheatsheet"]["pdf"] and name == "index.md":
            text = text.replace(f"]({SHEET})", f"]({SHEET}) · {self._pdfs()}", 1)
            if self._pdfs() not in text:
                problem = f"the front page does not link {SHEET}, so that nobody finds "
                raise SourceError(page.path, 1, problem + "the PDFs; link it.")
        return _with_front(front, text)

    def _output(self, example: Example, output: Fence) -> str:
        """The header of an output fence: what it is, and its label."""
        label = self.words.label(example, output.title)
        error = " .error" if example.raises else ""
        return f'text {{ .output{error} .no-copy data-label="{label}" }}'

    def _drawing(self, name: str, page: Page, part: Plot, plots: dict) -> str:
        if part.target == "plot" and name in plots:
            return plots[name][part.line]
        target, _, section = part.target.partition("#")
        lab = posixpath.normpath(posixpath.join(posixpath.dirname(name), target))
        drawn = lab in plots and plot_in_section(self.pages[lab], plots[lab], section)
        if not drawn:
            problem = f"there is no lab that draws {part.target}; name its file and the "
            raise SourceError(page.path, part.line, problem + "section of the plot.")
        return drawn

    def _sheet(self) -> str:
        words = self.extra["cheatsheet"]
        front = {
            "description": words["description"],
            "template": "cheatsheet.html",
            "hide": ["navigation", "toc"],
            "search": {"exclude": True},  # every block of it is on another page
        }
        head = f"\n# {self.settings['site_name']} {{ #cheatsheet }}\n\n"
        head += f"{self._pdfs()}\n{{ .sheet-pdfs }}\n\n" if words["pdf"] else ""
        head += f"{words['intro']} [{self.site_url}](index.md)\n\n"
        body = sheet.compose(self.root, self.pages, self.definitions, self._output)
        return _with_front(front, head + body)

    def _pdfs(self) -> str:
        """Links to what `finish` makes: by their addresses, for there is no such page."""
        links = {p: f"[{p}]({urljoin(self.site_url, file)})" for p, file in PDFS.items()}
        return self.extra["cheatsheet"]["pdfs"].format(**links)

    # Beside the pages

    def _files(self, notebooks: dict, texts: dict[str, str]) -> dict[str, str | Path]:
        files: dict[str, str | Path] = {MATHJAX: Path(str(files_of("mathjax")))}
        # One file with all of TeX input and SVG output in it: no fonts to publish.
        files[MATHJAX] /= "static/mathjax/es5/tex-svg.js"
        for name, notebook in notebooks.items():
            files[notebook_of(name)] = writes_json(notebook) + "\n"
        files |= texts
        entries = [
            f"[{self.titles[name]}]({urljoin(self.site_url, name)}): {self.pages[name].description}"
            for name in texts
        ]
        return files | llms.of_site(self.settings, self.site_url, entries, list(texts.values()))


def _with_front(front: dict, text: str) -> str:
    head = yaml.safe_dump(front, allow_unicode=True, sort_keys=False, width=10**6)
    return f"---\n{head}---\n{text}"


def _set_header(lines: list[str], fence: Fence, header: str) -> None:
    opening = lines[fence.line - 1]
    lines[fence.line - 1] = opening[: len(opening) - len(opening.lstrip("`"))] + header


def _marks(page: Page, copies: dict[int, Copy]) -> dict[str, Copy]:
    found = {}
    for part in page.parts:
        if isinstance(part, Example):
            found[f"block-{part.number}"] = copies[part.line]
        elif isinstance(part, Shown):
            name = f"{part.module}.{part.name}".replace(".", "-")
            found[f"copy-{name}"] = copies[part.line]
    return found


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
    """Write the staged pages of a language into a folder for its generator.

    A page that is what it was keeps its file, and so the time of it: where its text, the
    copies of its blocks and the definitions that it shows are the same, and what decides
    how all pages look.

    Returns:
        the folder, and the names of the pages that are new.
    """
    templates = [f.stat().st_mtime for f in THEME.rglob("*.*") if f.suffix in TEMPLATES]
    # The front page too: Material's search takes what an edit of it leaves for the whole.
    look = (repr(staged.settings), staged.pages["index.md"], *templates)
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
    """Fill in our marks in a built site, and write what stands beside its pages.

    `pages` are the names of those that were generated, by default all of them.

    Raises:
        SourceError: a page does not hold a mark: the generator lost a block.
    """
    for name in staged.copies if pages is None else staged.copies.keys() & set(pages):
        copies = staged.copies[name]
        file = site / address_of(name) / "index.html"
        _fill_marks(file, copies, staged.settings["extra"]["copy"])
    for place, content in staged.files.items():
        path = site / place
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, Path):
            shutil.copyfile(content, path)
        else:
            path.write_text(content, encoding="utf-8")
    search.finish(site, THEME / "search.js", staged.settings["extra"]["search"])
    if staged.settings["extra"]["cheatsheet"]["pdf"]:
        papers = {paper: site / file for paper, file in PDFS.items()}
        print_pages(site, staged.site_url, address_of(SHEET), papers)


def _fill_marks(file: Path, copies: dict[str, Copy], words: dict[str, str]) -> None:
    html = file.read_text(encoding="utf-8")
    left = dict.fromkeys(copies)

    def fill(match: re.Match) -> str:
        if match["id"] not in copies:
            return match[0]
        left.pop(match["id"], None)  # a definition may be shown twice
        return _attributes(copies[match["id"]], words, match["rest"])

    html = MARK.sub(fill, html)
    if left:
        problem = f"the generator shows no block {', '.join(left)}; look at its HTML."
        raise SourceError(file, 1, problem)
    file.write_text(html, encoding="utf-8")


def _attributes(copy: Copy, words: dict[str, str], rest: str) -> str:
    """In the place of a mark: what is copied, and where that is more than is shown, how
    much more, with a button that copies the lines shown (copy.js)."""
    attribute = f' data-copy="{escape(copy.text)}"'
    more = copy.lines - copy.shown.count("\n")
    if more <= 0:
        return f"{attribute}{rest}"
    parts = [words["imports"]] if copy.imports else []
    parts += copy.added
    parts += [words["earlier"]] if copy.earlier else []
    label = words["whole"].format(lines=copy.lines, parts=words["and"].join(parts))
    return (
        f'{attribute} data-copy-label="{escape(label)}"{rest}'
        '<span class="copy-more">'
        f'<span title="{escape(label)}">+{more}</span>'
        f'<button type="button" class="copy-shown" title="{escape(words["shown"])}" '
        f'aria-label="{escape(words["shown"])}" data-clipboard-text=""></button></span>'
    )
