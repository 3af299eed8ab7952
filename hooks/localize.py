"""Show the definitions of a translated site with their comments in its language.

mkdocstrings reads a localized copy of `snippets`, made here from the catalog.
"""

import sys
import tempfile
from pathlib import Path

from mkdocs.exceptions import PluginError
from mkdocs.plugins import event_priority

# The `mkdocs` command does not put the project's folder on the path.
sys.path.insert(0, str(Path(__file__).parents[1]))

from cheatsheet.page import SourceError
from cheatsheet.words.catalog import localize_package
from cheatsheet.words.languages import language_of

COPIES: dict[str, tempfile.TemporaryDirectory] = {}  # by config file


@event_priority(100)  # before mkdocstrings, which reads `paths` in its own on_config
def on_config(config):
    file = Path(config.config_file_path)
    try:
        language = language_of(file)
        if language.code:
            copy = tempfile.TemporaryDirectory(prefix="snippets-")
            COPIES[config.config_file_path] = copy
            localize_package(file.parent, language, Path(copy.name))
            handlers = config.plugins["mkdocstrings"].config.handlers
            handlers["python"]["paths"] = [copy.name]
    except SourceError as error:
        raise PluginError(str(error)) from error
    return config


def on_post_build(*, config):
    # A build that fails does not come here; its copy goes when the process ends.
    if copy := COPIES.pop(config.config_file_path, None):
        copy.cleanup()
