"""Publish each page also as a notebook and as plain Markdown, and list them in llms.txt.

The notebook stands beside the page, `access-parameter/access-parameter.ipynb`; the
Markdown bears the name of its source, `access-parameter.md`. llms.txt and llms-full.txt
follow https://llmstxt.org.
"""

import os
import posixpath
import re
import sys
from pathlib import Path
from urllib.parse import urldefrag, urljoin, urlsplit

import nbformat
from mkdocs.exceptions import PluginError
from mkdocs.utils import get_relative_url

# The `mkdocs` command does not put the project's folder on the path.
sys.path.insert(0, str(Path(__file__).parents[1]))

from fences.blocks import PageError
from localize.languages import language_of
from standalone.definitions import Definitions, StandaloneError
from standalone.inline import inline_pages
from standalone.notebook import make_notebook
from standalone.plain import Words, plain_page, plain_parts

GITHUB = re.compile(r"https://github\.com/(?P<repository>[\w.-]+/[\w.-]+?)(?:\.git)?/?")
COLAB = "https://colab.research.google.com/github"


def on_page_context(context, *, page, config, nav):
    if _is_page(page.file):
        context["downloads"] = _downloads(page.file, config)
        context["markdown"] = get_relative_url(page.file.src_uri, page.url)
    return context


def on_env(env, *, config, files):
    """Write the files; only now do all pages have their titles and descriptions."""
    pages = [file.page for file in _in_order(files, config)]
    # As mkdocstrings reads them: for a translated site, localized.
    folder = config.plugins["mkdocstrings"].config.handlers["python"]["paths"][0]
    root = Path(config.config_file_path).parent
    paths = [Path(os.path.relpath(page.file.abs_src_path)) for page in pages]
    try:
        inlined = inline_pages(paths, Definitions(root / folder))
    except (PageError, StandaloneError) as error:
        raise PluginError(str(error)) from error
    words = _words(config)
    lang = config.extra["language"]["lang"]
    texts = []
    for page, parts in zip(pages, inlined, strict=True):
        parts = plain_parts(parts, _linker(page.file, files, config), words)
        texts.append(plain_page(parts, words))
        _write(config, page.file.src_uri, texts[-1])
        notebook = make_notebook(parts, lang, page.title)
        _write(config, _notebook(page.file), nbformat.writes(notebook) + "\n")
    _write(config, "llms.txt", _index(pages, config))
    _write(config, "llms-full.txt", "\n".join([_introduction(config), *texts]))
    return env


def _is_page(file) -> bool:
    return file.is_documentation_page() and file.src_uri.endswith(".md")


def _in_order(files, config) -> list:
    """The pages as the navigation lists them."""
    listed = [next(iter(entry.values())) for entry in config.nav]
    pages = {file.src_uri: file for file in files if _is_page(file)}
    return [pages[uri] for uri in listed if uri in pages]


def _notebook(file) -> str:
    name = Path(file.src_uri).stem + ".ipynb"
    return posixpath.join(posixpath.dirname(file.dest_uri), name)


def _downloads(file, config) -> list[dict]:
    """The links of partials/page-downloads.html."""
    labels = config.extra["labels"]
    notebook = _notebook(file)
    code = language_of(Path(config.config_file_path)).code
    links = [
        {
            "label": labels["download_notebook"],
            "href": get_relative_url(notebook, file.url),
            "download": True,
        },
        {
            "label": labels["plain_markdown"],
            "href": get_relative_url(file.src_uri, file.url),
        },
    ]
    if match := GITHUB.fullmatch(config.repo_url or ""):
        branch = f"{match['repository']}/blob/{config.remote_branch}"
        colab = "/".join([COLAB, branch, posixpath.join(code, notebook)])
        links.insert(1, {"label": labels["open_in_colab"], "href": colab})
    return links


def _linker(file, files, config):
    """From the target of a link on a page to its address on the published site."""

    def link(target: str) -> str:
        parts = urlsplit(target)
        if parts.scheme or parts.netloc:
            return target
        path, anchor = urldefrag(target)
        folder = posixpath.dirname(file.src_uri)
        uri = posixpath.normpath(posixpath.join(folder, path))
        linked = files.get_file_from_path(uri) if path else file
        # What is not there, MkDocs has warned of.
        address = _address(config, linked.url if linked else uri)
        return f"{address}#{anchor}" if anchor else address

    return link


def _address(config, uri: str) -> str:
    return urljoin(config.site_url or "", uri)


def _words(config) -> Words:
    labels = config.extra["labels"]
    keys = ("blocks", "defined_above", "output", "error")
    return Words(**{key: labels[key] for key in keys})


def _introduction(config) -> str:
    about = config.extra["llms"]["about"].strip()
    summary = config.site_description.strip()
    return f"# {config.site_name}\n\n> {summary}\n\n{about}\n"


def _index(pages, config) -> str:
    words = config.extra["llms"]
    lines = [_introduction(config), f"## {words['pages']}\n"]
    for page in pages:
        address = _address(config, page.file.src_uri)
        lines.append(f"- [{page.title}]({address}): {page.meta['description']}")
    full = _address(config, "llms-full.txt")
    # The convention's own word for what may be left out.
    lines += ["\n## Optional\n", f"- [llms-full.txt]({full}): {words['full']}"]
    return "\n".join(lines) + "\n"


def _write(config, uri: str, text: str) -> None:
    path = Path(config.site_dir, uri)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
