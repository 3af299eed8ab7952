"""The only file that knows MkDocs: pages are staged for it, and its site is finished.

At the root on purpose: MkDocs puts the folder of a hook on the path while it loads it.
Under `mkdocs serve --dirty` it generates the pages whose files are newer than its site;
staging writes those that an edit changes.
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
from mkdocs.structure.files import File, InclusionLevel

from cheatsheet.build import finish, stage, write_pages
from cheatsheet.page import SourceError
from cheatsheet.words.languages import read_languages

log = logging.getLogger("mkdocs.hooks")
HOUSE = Path(__file__).parent / "cheatsheet"
PROGRAM = {file: file.stat().st_mtime for file in HOUSE.rglob("*.py")}
ready, seen, options = {}, {}, {"dirty": False}  # the first two by config file


@contextmanager
def errors_of_mkdocs():
    """The one place where an error of the house becomes one of MkDocs."""
    try:
        yield
    except SourceError as error:
        raise PluginError(str(error)) from error


def on_startup(*, command, dirty):
    options["dirty"] = dirty


@event_priority(100)  # before mkdocstrings, which reads its path in its own on_config
@errors_of_mkdocs()
def on_config(config):
    for file in [f for f, t in PROGRAM.items() if f.exists() and f.stat().st_mtime != t]:
        log.warning(f"{file.relative_to(HOUSE.parent)} has changed: restart mkdocs.")
    file = Path(config.config_file_path).resolve()
    staged, *_ = ready.get(file) or prepare(file, config.site_url)
    python = config.plugins["mkdocstrings"].config.handlers["python"]
    python["paths"] = [str(staged.snippets)]
    config.watch += [str(other) for other in file.parent.glob("mkdocs.*.yml")]
    return config


def prepare(file: Path, site_url: str) -> tuple:
    """Stage a language: what is staged, the folder of its pages, and those that are new."""
    languages = {one.config: one for one in read_languages(file.parent)}
    staged = stage(file.parent, languages[file.name], site_url)
    ready[file] = staged, *write_pages(file.parent, languages[file.name], staged)
    return ready[file]


def on_files(files, *, config):
    staged, folder, _ = ready[Path(config.config_file_path).resolve()]
    for name in staged.pages:
        if written := files.get_file_from_path(name):
            files.remove(written)
        # The sheet is in no folder of docs, and not in the navigation.
        level = written.inclusion if written else InclusionLevel.NOT_IN_NAV
        own = {"abs_src_path": str(folder / name), "inclusion": level}
        files.append(File.generated(config, name, **own))
    for name in staged.later:  # so that pages can link it
        files.append(File.generated(config, name, content=""))


@errors_of_mkdocs()
def on_post_build(*, config):
    file, dirty = Path(config.config_file_path).resolve(), options["dirty"]
    staged, _, new = ready.pop(file)
    finish(Path(config.site_dir), staged, new if dirty else None)
    first, *others = read_languages(file.parent)
    for language in others if file.name == first.config else ():
        own = file.with_name(language.config)
        # Under `mkdocs serve` the address is not the one of the config.
        address = urljoin(config.site_url, f"{language.code}/")
        *_, new = prepare(own, address)
        theme = [(f, f.stat().st_mtime) for f in HOUSE.glob("theme/**/*.*")]
        if dirty and not new and seen.get(own) == theme:
            continue
        seen[own] = theme
        other = load_config(str(own), strict=config.strict, site_url=address)
        other.site_dir = posixpath.join(config.site_dir, language.code)
        other.plugins.on_startup(command="build", dirty=dirty)
        build(other, dirty=dirty)
