"""YAML of ours, with its lines for messages: MkDocs configs, and lists of entries."""

import posixpath
from functools import lru_cache
from pathlib import Path

import yaml
from yaml_env_tag import construct_env_tag

from cheatsheet.page import SourceError, read_text


class _Loader(yaml.SafeLoader):
    """YAML as MkDocs reads it, as far as our configs go."""


_Loader.add_constructor("!ENV", construct_env_tag)


@lru_cache(maxsize=16)
def compose(path: Path, text: str) -> yaml.Node | None:
    """The nodes of a YAML file, which know their lines.

    Raises:
        SourceError: it is not YAML.
    """
    try:
        return yaml.compose(text, _Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)  # an odd character has none
        problem = getattr(error, "problem", None) or error.reason
        line = mark.line + 1 if mark else 1
        raise SourceError(path, line, f"not YAML: {problem}; mend it.") from None


def read_settings(root: Path, config: str) -> dict:
    """What a MkDocs config says, `INHERIT` and `!ENV` followed as MkDocs does.

    Raises:
        SourceError: it cannot be read, or is no YAML mapping.
    """
    node = compose(Path(config), read_text(root, config))
    if not isinstance(node, yaml.MappingNode):
        raise SourceError(config, 1, "this is no mapping; write `key: value` lines.")
    settings = _Loader("").construct_document(node)
    if parent := settings.pop("INHERIT", None):
        inherited = posixpath.join(posixpath.dirname(config), parent)
        settings = _merge(read_settings(root, inherited), settings)
    return settings


def _merge(below: dict, above: dict) -> dict:
    merged = below | above
    for key in below.keys() & above.keys():
        if isinstance(below[key], dict) and isinstance(above[key], dict):
            merged[key] = _merge(below[key], above[key])
    return merged


def read_entries(
    root: Path, name: str, keys: tuple[str, ...], required, optional=(), lists=()
) -> list[tuple[int, dict]]:
    """The entries of the list at `keys` in a YAML file, each with its line.

    An entry has a text, which is not empty, for each of `required`; it may have one for
    each of `optional`, and a list of texts, here a tuple, for each of `lists`.

    Raises:
        SourceError: the file cannot be read, or an entry is not so.
    """
    path = Path(name)
    node = compose(path, read_text(root, name))
    for key in keys:
        pairs = node.value if isinstance(node, yaml.MappingNode) else ()
        node = next((value for one, value in pairs if one.value == key), None)

    def line(one: yaml.Node | None) -> int:
        return one.start_mark.line + 1 if one else 1

    def items(one: yaml.Node | None, called: str) -> list[yaml.Node]:
        if not isinstance(one, yaml.SequenceNode):
            problem = f"{called} is no list; write [] or `- ` entries."
            raise SourceError(path, line(one), problem)
        return one.value

    def text(one: yaml.Node, needed: bool = True) -> str:
        empty = needed and not (isinstance(one.value, str) and one.value.strip())
        if empty or not isinstance(one, yaml.ScalarNode):
            raise SourceError(path, line(one), "this is no text; write a word here.")
        return one.value

    known, found = (*required, *optional, *lists), []
    names = ", ".join(known)
    for entry in items(node, ".".join(keys)):
        values: dict[str, str | tuple] = {}
        if not isinstance(entry, yaml.MappingNode):
            problem = f"this is no mapping; it takes the keys {names}."
            raise SourceError(path, line(entry), problem)
        for key, value in entry.value:
            if key.value not in known or key.value in values:
                what = "twice here" if key.value in values else f"not known; use {names}"
                raise SourceError(path, line(key), f"the key {key.value!r} is {what}.")
            if key.value in lists:
                values[key.value] = tuple(map(text, items(value, key.value)))
            else:
                values[key.value] = text(value, key.value in required)
        for key in required:
            if key not in values:
                problem = f"the key {key!r} is missing; add it."
                raise SourceError(path, line(entry), problem)
        found.append((line(entry), values))
    return found
