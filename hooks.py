"""The only file that knows MkDocs: pages are staged for it, and its site is finished.

At the root on purpose: MkDocs puts the folder of a hook on the path while it loads it. Under
`mkdocs serve --dirty` it generates the pages whose files are newer than its site; staging
writes those that an edit changes.
"""

import logging
import posixpath
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urljoin

from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.exceptions import PluginError
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File

from cheatsheet.build import finish, outdated, stage, write_pages
from cheatsheet.page import SourceError
from cheatsheet.words.languages import language_of, read_languages

log = logging.getLogger("mkdocs.hooks")
ready, options = {}, {"dirty": False}  # ready: what is staged, by config file


@contextmanager
def errors_of_mkdocs():
    """The one place where an error of the house becomes one of MkDocs."""
    try:
        yield
    except SourceError as error:
        raise PluginError(str(error)) from error


def on_startup(*, command, dirty):
    """Take note of `--dirty`."""
    options["dirty"] = dirty


@event_priority(100)  # before mkdocstrings, which reads its path in its own on_config
@errors_of_mkdocs()
def on_config(config):
    """Stage the language of this config."""
    for program in outdated():
        log.warning(f"{program.name} has changed: restart mkdocs.")
    file = Path(config.config_file_path).resolve()
    language = language_of(file)
    staged = stage(file.parent, language, config.site_url)
    ready[file] = staged, *write_pages(file.parent, language, staged)
    python = config.plugins["mkdocstrings"].config.handlers["python"]
    python["paths"] = [str(staged.snippets)]


def on_files(files, *, config):
    """Let the staged pages take the place of the written ones."""
    staged, folder, _ = ready[Path(config.config_file_path).resolve()]
    for name in staged.pages:
        if written := files.get_file_from_path(name):
            files.remove(written)
        files.append(File.generated(config, name, abs_src_path=str(folder / name)))


@errors_of_mkdocs()
def on_post_build(*, config):
    """Finish the site, and build the other languages below that of the first."""
    file, dirty = Path(config.config_file_path).resolve(), options["dirty"]
    staged, _, new = ready.pop(file)
    finish(Path(config.site_dir), staged, new if dirty else None)
    first, *others = read_languages(file.parent)
    for language in others if file.name == first.config else ():
        other = load_config(str(file.with_name(language.config)), strict=config.strict)
        # Under `mkdocs serve` the address is not the one of the config.
        other.site_url = urljoin(config.site_url, f"{language.code}/")
        other.site_dir = posixpath.join(config.site_dir, language.code)
        other.plugins.on_startup(command="build", dirty=dirty)
        build(other, dirty=dirty)
