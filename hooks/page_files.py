"""Publish each page as a notebook and as plain Markdown too, and list them in llms.txt.

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

# The `mkdocs` command does not put the project's folder on the path.
sys.path.insert(0, str(Path(__file__).parents[1]))

from cheatsheet.blocks import PageError
from cheatsheet.words.languages import language_of
from cheatsheet.standalone.definitions import Definitions, StandaloneError
from cheatsheet.standalone.inline import inline_pages
from cheatsheet.forms.notebook import make_notebook
from cheatsheet.forms.plain import Words, plain_page, plain_parts

GITHUB = re.compile(r"https://github\.com/(?P<repository>[\w.-]+/[\w.-]+?)(?:\.git)?/?")
COLAB = "https://colab.research.google.com/github"


def on_env(env, *, config, files):
    """Write the files; only now do all pages have their titles and descriptions."""
    pages = _in_order(files, config)
    # As mkdocstrings reads them: for a translated site, localized.
    folder = config.plugins["mkdocstrings"].config.handlers["python"]["paths"][0]
    root = Path(config.config_file_path).parent
    paths = [Path(os.path.relpath(page.file.abs_src_path)) for page in pages]
    try:
        inlined = inline_pages(paths, Definitions(root / folder))
    except (PageError, StandaloneError) as error:
        raise PluginError(str(error)) from error
    words = plain_words(config)
    lang = config.extra["language"]["lang"]
    listed, texts = [], []
    for page, parts in zip(pages, inlined, strict=True):
        if not any(part.kind == "code" for part in parts):
            continue  # nothing to run or to take along
        listed.append(page)
        parts = plain_parts(parts, linker(page.file, files, config), words)
        texts.append(plain_page(parts, words))
        _write(config, page.file.src_uri, texts[-1])
        downloads = page.meta.setdefault("downloads", {})
        downloads["markdown"] = page.file.src_uri
        downloads["notebook"] = _notebook(page.file)
        downloads["colab"] = colab_address(page.file, config)
        # A lab has run its own, plots and all (labs.py).
        notebook = getattr(page, "notebook", None)
        notebook = notebook or make_notebook(parts, lang, page.title)
        _write(config, _notebook(page.file), nbformat.writes(notebook) + "\n")
    _write(config, "llms.txt", _index(listed, config))
    _write(config, "llms-full.txt", "\n".join([_introduction(config), *texts]))
    return env


def _in_order(files, config) -> list:
    """The pages as the navigation lists them."""
    written = [file for file in files.documentation_pages() if not file.generated_by]
    pages = {file.src_uri: file.page for file in written}
    return [pages[uri] for uri in _listed(config.nav) if uri in pages]


def _listed(navigation):
    for entry in navigation:
        for target in entry.values():
            if isinstance(target, list):
                yield from _listed(target)
            else:
                yield target


def _notebook(file) -> str:
    name = Path(file.src_uri).stem + ".ipynb"
    return posixpath.join(posixpath.dirname(file.dest_uri), name)


def colab_address(file, config) -> str | None:
    """Where Colab opens the notebook: from the branch that is published."""
    match = GITHUB.fullmatch(config.repo_url or "")
    if not match:
        return None
    code = language_of(Path(config.config_file_path)).code
    place = posixpath.join(code, _notebook(file))
    return f"{COLAB}/{match['repository']}/blob/{config.remote_branch}/{place}"


def linker(file, files, config):
    """From the target of a link to its address on the published site, "" for none."""

    def link(target: str) -> str:
        parts = urlsplit(target)
        if parts.scheme or parts.netloc:
            return target
        path, anchor = urldefrag(target)
        folder = posixpath.dirname(file.src_uri)
        uri = posixpath.normpath(posixpath.join(folder, path))
        linked = files.get_file_from_path(uri) if path else file
        address = _address(config, linked.url) if linked else ""
        return f"{address}#{anchor}" if anchor else address

    return link


def _address(config, uri: str) -> str:
    return urljoin(config.site_url or "", uri)


def plain_words(config) -> Words:
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
