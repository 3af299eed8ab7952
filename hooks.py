"""The only file that knows MkDocs: pages are staged for it, and its site is finished.

At the root on purpose: MkDocs puts the folder of a hook on the path while it loads it.
"""

import logging
import posixpath
from pathlib import Path
from urllib.parse import urljoin

from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.exceptions import PluginError
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File, InclusionLevel

from cheatsheet.build import Staged, finish, stage
from cheatsheet.page import SourceError
from cheatsheet.words.languages import language_of, read_languages

log = logging.getLogger("mkdocs.hooks")
STAGED: dict[str, Staged] = {}  # by config file
ROOT = Path(__file__).parent
PROGRAM = {file: file.stat().st_mtime for file in ROOT.glob("cheatsheet/**/*.py")}


@event_priority(100)  # before mkdocstrings, which reads its path in its own on_config
def on_config(config):
    """Stage the language of this config."""
    for file, loaded in PROGRAM.items():
        if file.exists() and file.stat().st_mtime != loaded:
            shown = file.relative_to(ROOT)
            log.warning(f"{shown} has changed: restart mkdocs, which loads it once.")
    file = Path(config.config_file_path).resolve()
    try:
        staged = stage(file.parent, language_of(file), config.site_url)
    except SourceError as error:
        raise PluginError(str(error)) from error
    STAGED[config.config_file_path] = staged
    python = config.plugins["mkdocstrings"].config.handlers["python"]
    python["paths"] = [str(staged.snippets)]
    config.watch += [str(other) for other in file.parent.glob("mkdocs.*.yml")]
    return config


def on_files(files, *, config):
    """Add what no file of the docs folder holds: the sheet, and the places of its PDFs."""
    staged = STAGED[config.config_file_path]
    for name in sorted(staged.pages.keys() - files.src_uris.keys()):
        own = {"content": staged.pages[name], "inclusion": InclusionLevel.NOT_IN_NAV}
        files.append(File.generated(config, name, **own))
    for name in staged.later:
        files.append(File.generated(config, name, content=""))
    return files


def on_page_read_source(*, page, config):
    """The staged text of a page."""
    return STAGED[config.config_file_path].pages.get(page.file.src_uri)


def on_post_build(*, config):
    """Finish the site, and build the other languages below that of the first."""
    try:
        finish(Path(config.site_dir), STAGED.pop(config.config_file_path))
    except SourceError as error:
        raise PluginError(str(error)) from error
    file = Path(config.config_file_path).resolve()
    languages = read_languages(file.parent)
    for language in languages[1:] if file.name == languages[0].config else ():
        other = load_config(str(file.parent / language.config), strict=config.strict)
        other.site_dir = posixpath.join(config.site_dir, language.code)
        # Under `mkdocs serve` the address is not the one of the config.
        other.site_url = urljoin(config.site_url, f"{language.code}/")
        other.plugins.on_startup(command="build", dirty=False)
        try:
            build(other)
        finally:
            other.plugins.on_shutdown()
