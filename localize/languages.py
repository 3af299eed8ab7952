"""Which languages the site has: one MkDocs config each.

mkdocs.yml is the source language. Every mkdocs.<code>.yml beside it is a translation; it
inherits mkdocs.yml and says of itself, in `extra.language`, its tag and its name:

    extra:
      language: {lang: zh-Hans, name: 简体中文}

Its code is the folder of the site it is built into and names its other files:
docs/<code>, snippets/locales/<code>.po and docs/reviewed.<code>.json.
"""

from dataclasses import dataclass
from pathlib import Path

from mkdocs.utils.yaml import yaml_load

SOURCE = "mkdocs.yml"


@dataclass(frozen=True)
class Language:
    """One language of the site. Paths are relative to the project's root."""

    lang: str  # its tag in HTML, such as zh-Hans
    name: str  # its name, in itself
    code: str  # "" for the source language
    config: str
    docs: str

    @property
    def catalog(self) -> str:
        """The .po file with the translations of the code's comments and docstrings."""
        return f"snippets/locales/{self.code}.po"


def read_languages(root: Path) -> list[Language]:
    """All languages of the project at `root`, the source language first.

    Raises:
        ValueError: a config does not say what language it is.
    """
    configs = [root / SOURCE, *sorted(root.glob("mkdocs.*.yml"))]
    return [_read_language(config) for config in configs]


def _read_language(config: Path) -> Language:
    with config.open("rb") as file:
        settings = yaml_load(file)  # follows INHERIT
    code = config.name.removeprefix("mkdocs.").removesuffix("yml").removesuffix(".")
    docs = settings["docs_dir"]
    own = settings.get("extra", {}).get("language", {})
    if not {"lang", "name"} <= own.keys() or (code and docs == "docs/en"):
        raise ValueError(
            f"{config.name}:1: this config does not say what language it is; add\n"
            "extra:\n  language: {lang: <tag>, name: <its own name>}\n"
            f"docs_dir: docs/{code}"
        )
    return Language(own["lang"], own["name"], code, config.name, docs)
