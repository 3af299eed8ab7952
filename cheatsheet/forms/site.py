"""Which pages the site has, what they are called, and where they stand."""

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from urllib.parse import urldefrag, urljoin, urlsplit

from cheatsheet.page import HTML, Page
from cheatsheet.source import SourceError, read_text
from cheatsheet.words.languages import Language, read_languages

SHEET = "cheatsheet.md"  # the page that is made of the others
ERRORS = "errors.md"  # that of all messages
GITHUB = re.compile(r"https://github\.com/(?P<repository>[\w.-]+/[\w.-]+?)(?:\.git)?/?")
COLAB = "https://colab.research.google.com/github"


def titles_of(root: Path, language: Language, nav: list) -> dict[str, str]:
    """The titles of a language's pages, by file name, in the order of the navigation.

    Raises:
        SourceError: the languages, or pages and navigation, do not have the same ones.
    """
    pages = _same_pages(root, language)
    titles = dict(_entries(nav))
    lines = read_text(root, language.config).split("\n")
    html = {name for name, title in titles.items() if "<" in str(title)}
    for page in sorted(titles.keys() - pages | html):
        line = next((n for n, text in enumerate(lines, 1) if text.split()[-1:] == [page]), 1)
        if page in pages:
            raise SourceError(language.config, line, HTML)
        problem = f"nav names {page}, and there is no {language.docs}/{page}; write the page, "
        raise SourceError(language.config, line, problem + "or remove the entry.")
    for page in sorted(pages - titles.keys()):
        line = next((n for n, text in enumerate(lines, 1) if text == "nav:"), 1)
        problem = f"the page {page} is not in nav; add a line for it."
        raise SourceError(language.config, line, problem)
    return titles


def _same_pages(root: Path, language: Language) -> set[str]:
    """The pages of a language, which are those of every language."""
    pages = {one.docs: set(one.pages(root)) for one in read_languages(root)}
    every = set().union(*pages.values())
    problems = [
        f"{docs}/{page}:1: {docs}/{page} is missing, and {other}/{page} exists; write "
        "it, or remove the other page."
        for docs, own in pages.items()
        for page in sorted(every - own)
        for other in pages
        if page in pages[other]
    ]
    if problems:
        raise SourceError.of(problems)
    return pages[language.docs]


def _entries(nav: list) -> Iterator[tuple[str, str]]:
    """File and title of each page of a navigation, those of its sections too."""
    for entry in nav:
        for title, target in entry.items():
            if isinstance(target, str):
                yield target, title
            else:
                yield from _entries(target)


def address_of(name: str) -> str:
    """Where a page stands below the site's address, such as `labs/custom-distribution/`."""
    stem = name.removesuffix(".md")
    return "" if stem == "index" else f"{stem}/"


def notebook_of(name: str) -> str:
    """Where the notebook of a page stands: beside the page."""
    stem = posixpath.basename(name).removesuffix(".md")
    return f"{address_of(name)}{stem}.ipynb"


def places_of(
    name: str, page: Page, language: Language, settings: dict, titles: Iterable[str]
) -> dict[str, str]:
    """Where a page stands in other forms: its source, its Markdown, notebook, and in Colab.

    `titles` are the names of all pages, the one of the runs among them or not.
    """
    places = {"verified": "verified.md"} if "verified.md" in titles else {}
    repository = settings.get("repo_url") or ""
    if repository:
        places["edit"] = f"{repository.rstrip('/')}/edit/main/{page.path}"
    if page.examples:
        places |= {"markdown": name, "notebook": notebook_of(name)}
        if match := GITHUB.fullmatch(repository):
            branch = settings.get("remote_branch", "gh-pages")
            book = posixpath.join(language.code, notebook_of(name))
            places["colab"] = f"{COLAB}/{match['repository']}/blob/{branch}/{book}"
    return places


def facts_line(name: str, places: dict[str, str], ran: str, labels: dict, site_url: str) -> str:
    """What stands below the title of a page: on what it `ran`, and where it is in other forms."""
    words = labels["facts"]
    runs = posixpath.relpath("verified.md", posixpath.dirname(name))
    links = [f"[{ran or words['verified']}]({runs})"] if "verified" in places else []
    for kind in ("notebook", "colab", "markdown"):
        if kind in places:
            address = urljoin(site_url, places[kind])
            said = {"markdown": f' data-copied="{labels["page_copied"]}"', "notebook": " download"}
            links.append(f"[{words[kind]}]({address}){{ .page-{kind}{said.get(kind, '')} }}")
    # A line ends after a dot, and not within a range.
    text = " · ".join(links).replace(" · ", "\u00a0· ").replace("–", "\u2060–\u2060")
    return f"{text}\n{{ .page-facts }}"


def llms_of(
    settings: dict, site_url: str, about: dict[str, tuple[str, str]], texts: dict[str, str]
) -> dict[str, str]:
    """llms.txt and llms-full.txt, as https://llmstxt.org has them; `about` holds the title and
    the description of each page, `texts` its Markdown."""
    words = settings["extra"]["llms"]
    summary = settings["site_description"].strip()
    head = f"# {settings['site_name']}\n\n> {summary}\n\n{words['about'].strip()}\n"
    lines = [head, f"## {words['pages']}\n"]
    for name, (title, description) in about.items():
        lines.append(f"- [{title}]({urljoin(site_url, name)}): {description}")
    # The convention's own word for what may be left out.
    lines.append("\n## Optional\n")
    lines.append(f"- [llms-full.txt]({urljoin(site_url, 'llms-full.txt')}): {words['full']}\n")
    return {"llms.txt": "\n".join(lines), "llms-full.txt": "\n".join([head, *texts.values()])}


def from_elsewhere(text: str, name: str) -> str:
    """Markdown of the page `name`, with its links to sections of its own, for another page."""
    return text.replace("](#", f"]({name}#")


def linker(name: str, pages: Iterable[str], site_url: str) -> Callable[[str], str]:
    """For a page: from the target of a link to its address on the published site.

    The function gives "" for what is no page; `pages` are the names of all.
    """

    def link(target: str) -> str:
        parts = urlsplit(target)
        if parts.scheme or parts.netloc:
            return target
        path, anchor = urldefrag(target)
        linked = posixpath.normpath(posixpath.join(posixpath.dirname(name), path))
        linked = linked if path else name
        known = linked in pages or linked == SHEET
        address = urljoin(site_url, address_of(linked)) if known else ""
        return f"{address}#{anchor}" if anchor else address

    return link
