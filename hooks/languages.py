"""One build gives every language: this hook builds the others into the English one.

cheatsheet/words/languages.py finds them. Each has its own config, search index, navigation
and labels; here they are tied together: the same pages in each, and links from every
page to itself in the other languages.
"""

import posixpath
import sys
from functools import cache
from pathlib import Path
from urllib.parse import urljoin

from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.exceptions import PluginError

# The `mkdocs` command does not put the project's folder on the path.
sys.path.insert(0, str(Path(__file__).parents[1]))

from cheatsheet.page import SourceError
from cheatsheet.words.languages import Language, read_languages


def on_config(config):
    _read.cache_clear()  # under `mkdocs serve` the configs change
    if not _own(config).code:
        root = _root(config)
        for language in _languages(config):
            config.watch += [str(root / language.docs), str(root / language.config)]
    return config


def on_files(files, *, config):
    """A page that a language lacks stops the build."""
    root = _root(config)
    pages = {
        language.docs: {
            path.relative_to(root / language.docs).as_posix()
            for path in (root / language.docs).rglob("*.md")
        }
        for language in _languages(config)
    }
    every = set().union(*pages.values())
    missing = [
        f"{docs}/{page} is missing, and {other}/{page} exists; write it"
        for docs, own in pages.items()
        for page in sorted(every - own)
        for other in pages
        if page in pages[other]
    ]
    if missing:
        raise PluginError("; ".join(missing) + ", or remove the other page.")
    return files


def on_page_context(context, *, page, config, nav):
    # Relative links, so that the switch works wherever the site is served.
    up = "../" * page.url.count("/")
    config.extra["alternate"] = _alternates(config, page.url, up)
    return context


def on_template_context(context, *, template_name, config):
    # 404.html is shown at any address: absolute links, to each front page.
    alternates = _alternates(config, "", "")
    config.extra["alternate"] = [one | {"href": one["link"]} for one in alternates]
    return context


def on_post_page(output, *, page, config):
    return _mend_html(output, config)


def on_post_template(output_content, *, template_name, config):
    return _mend_html(output_content, config)


def on_post_build(*, config):
    """Build the other languages below the site of this one."""
    if _own(config).code:
        return
    for language in _languages(config):
        if not language.code:
            continue
        other = load_config(str(_root(config) / language.config), strict=config.strict)
        other.site_dir = posixpath.join(config.site_dir, language.code)
        # Under `mkdocs serve` the address is not the one of the config.
        other.site_url = urljoin(config.site_url, language.code + "/")
        other.plugins.on_startup(command="build", dirty=False)
        try:
            build(other)
        finally:
            other.plugins.on_shutdown()


def _root(config) -> Path:
    return Path(config.config_file_path).parent


@cache
def _read(root: Path) -> list[Language]:
    try:
        return read_languages(root)
    except SourceError as error:
        raise PluginError(str(error)) from error


def _languages(config) -> list[Language]:
    return _read(_root(config))


def _own(config) -> Language:
    """The language that this config builds."""
    name = Path(config.config_file_path).name
    return next(one for one in _languages(config) if one.config == name)


def _alternates(config, url: str, up: str) -> list[dict]:
    """The page `url` in each language; `up` leads to the root of this language.

    `link` is the absolute address, for the head, and `href` the link of the switch.
    """
    own = _own(config)
    to_site = "../" if own.code else "./"
    return [
        {
            "name": language.name,
            "lang": language.lang,
            "code": language.code,
            "offer": language.offer,
            "close": language.close,
            "link": urljoin(config.site_url, to_site + _path(language, url)),
            "href": up + to_site + _path(language, url),
            "current": language == own,
        }
        for language in _languages(config)
    ]


def _path(language: Language, url: str) -> str:
    return posixpath.join(language.code, url.removeprefix("./"))


def _mend_html(html: str, config) -> str:
    # Material's name of the language does not say which script.
    tag = f'<html lang="{config.theme["language"]}"'
    html = html.replace(tag, f'<html lang="{_own(config).lang}"', 1)
    # Material takes each `link[rel=alternate]` for the front page of a language, asks
    # for a sitemap.xml beside it and sends the reader to it. rel is a list of words:
    # with a space after it, it means the same to browsers and search engines, and
    # Material's exact match passes it by.
    return html.replace('<link rel="alternate" ', '<link rel="alternate " ')
