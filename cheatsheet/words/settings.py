"""YAML of ours, with its lines for messages: MkDocs configs, and lists of entries."""

import posixpath
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import yaml
from yaml_env_tag import construct_env_tag

from cheatsheet.source import SourceError, read_text


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
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1
        raise SourceError(path, line, f"not YAML: {error.problem}; mend it.") from None


def scalars(node: yaml.Node) -> Iterator[yaml.ScalarNode]:
    """The strings of a config, in order: the menu, and what the theme says; but not what
    readers may type into the search."""
    children = node.value
    if isinstance(node, yaml.ScalarNode):
        yield node
        children = []
    elif isinstance(node, yaml.MappingNode):
        children = [one for pair in node.value if pair[0].value != "search" for one in pair]
    for child in children:
        yield from scalars(child)


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


def _merge(below: object, above: object) -> object:
    if not (isinstance(below, dict) and isinstance(above, dict)):
        return above
    return below | {key: _merge(below.get(key), value) for key, value in above.items()}


def read_entries(
    root: Path, name: str, key: str, needed: tuple[str, ...], optional: dict[str, str | list[str]]
) -> list[tuple[int, dict]]:
    """The entries of the list at a key such as "extra.languages" in a YAML file, with their lines.

    Each has a text for each of `needed`, and may have what is in `optional`, a text or a list of
    texts, where its default stands. SourceError: the file cannot be read, or an entry is not so.
    """
    path = Path(name)
    node = compose(path, read_text(root, name))
    for part in key.split("."):
        pairs = node.value if isinstance(node, yaml.MappingNode) else ()
        node = next((value for one, value in pairs if one.value == part), None)
    if not isinstance(node, yaml.SequenceNode):
        line = node.start_mark.line + 1 if node else 1
        raise SourceError(path, line, f"{key} is no list; write `- ` entries.")
    kinds = {one: type(value) for one, value in (dict.fromkeys(needed, "") | optional).items()}
    found = []
    for entry in node.value:
        line = entry.start_mark.line + 1
        values = yaml.BaseLoader("").construct_document(entry)  # all scalars are texts
        if not isinstance(values, dict) or len(values) < len(entry.value):
            raise SourceError(path, line, "this is no mapping, or has a key twice; mend it.")
        for one in (*needed, *values):
            value = values.get(one)
            texts = value if isinstance(value, list) else [value]
            right = type(value) is kinds.get(one) and all(isinstance(text, str) for text in texts)
            if not right or (one in needed and not value):
                rule = f"an entry has {', '.join(needed)}, and may have {', '.join(optional)}"
                problem = f"the key {one!r} is missing, empty or not known here; {rule}."
                raise SourceError(path, line, problem)
        found.append((line, optional | values))
    return found
