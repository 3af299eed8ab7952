"""The only file that knows MkDocs; at the root, for MkDocs puts a hook's folder on the path."""

import shutil
from errno import ENOENT
from pathlib import Path
from tempfile import gettempdir
from urllib.parse import urljoin

from mkdocs.commands.build import build, log
from mkdocs.config import load_config
from mkdocs.exceptions import Abort, PluginError
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File

from cheatsheet.beside import Beside
from cheatsheet.build import finish, stage, write_pages
from cheatsheet.folder import hold, seal
from cheatsheet.source import SourceError
from cheatsheet.words.languages import read_languages

now, beside = {"dirty": False}, {}  # what is staged (--dirty: if new), the other languages


def on_build_error(*, error):
    """The one place where an error of the house, or of the machine, becomes one of MkDocs."""
    full = getattr(error, "errno", ENOENT) != ENOENT
    if full or isinstance(error, SourceError):
        log.error(f"{error}" + full * f": see whether it and {gettempdir()} can be written to.")
        raise Abort("The build stopped; the site is not whole.")


def build_other(site_dir: Path, file: Path, site_url: str, strict: bool, dirty: bool):
    """Build another language than the first, beside it."""
    config = load_config(str(file), strict=strict, site_dir=str(site_dir), site_url=site_url)
    config.plugins.on_startup(command="build", dirty=dirty)
    build(config, dirty=dirty)


def on_startup(*, command, dirty):
    """Take note of `--dirty`."""
    now["dirty"] = dirty


@event_priority(100)  # before mkdocstrings, which reads its path in its own on_config
def on_config(config):
    """Begin to build the other languages, and stage the one of this config."""
    file = Path(config.config_file_path).resolve()
    languages = {one.config: one for one in read_languages(file.parent)}
    language = languages[file.name]
    now["others"] = [one.code for one in languages.values() if one.code and not language.code]
    for code in now["others"]:
        other = beside.setdefault(code, Beside(build_other))
        url = urljoin(config.site_url, f"{code}/")  # under `mkdocs serve` not the config's
        other.start(file.with_name(f"mkdocs.{code}.yml"), url, config.strict, now["dirty"])
    staged = stage(file.parent, language, config.site_url)
    now["staged"] = staged, *write_pages(file.parent, language, staged)
    config.plugins["mkdocstrings"].config.handlers["python"]["paths"] = [str(staged.snippets)]
    hold(Path(config.site_dir))


def on_files(files, *, config):
    """Let the staged pages take the place of the written ones."""
    staged, pages, _ = now["staged"]
    config.extra_css.remove("assets/_mkdocstrings.css")  # what our templates show needs none
    for name in staged.pages:
        if name in files.src_uris:
            files.remove(files.src_uris[name])
        files.append(File.generated(config, name, abs_src_path=str(pages / name)))


def on_post_build(*, config):
    """Finish the site, and take the other languages into it."""
    staged, _, new = now["staged"]
    finish(Path(config.site_dir), staged, new if now["dirty"] else None)
    for code in now["others"]:
        if problem := beside[code].wait():
            raise PluginError(f"mkdocs.{code}.yml: {problem}")
        shutil.copytree(beside[code].folder, Path(config.site_dir, code), dirs_exist_ok=True)
    if not (staged.settings["extra"]["code"] or now["dirty"]):
        seal(Path(config.config_file_path).resolve().parent, Path(config.site_dir))
