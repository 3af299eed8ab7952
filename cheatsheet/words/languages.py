"""Which languages the site has: one MkDocs config each.

mkdocs.yml is the source language. Every mkdocs.<code>.yml beside it is a translation.
It inherits mkdocs.yml and says of itself, in `extra.language`, its tag, its name, and
how it is offered to a reader who sees a page in another language:

    extra:
      language: {lang: zh-Hans, name: 简体中文, offer: 本页有简体中文版, close: 关闭}

Its code is the folder of the site it is built into and names its other files:
docs/<code>, snippets/locales/<code>.po and docs/reviewed.<code>.json.
"""

from dataclasses import dataclass
from pathlib import Path

from mkdocs.utils.yaml import yaml_load

SOURCE = "mkdocs.yml"
KEYS = ("lang", "name", "offer", "close")


@dataclass(frozen=True)
class Language:
    """One language of the site. Paths are relative to the project's root."""

    lang: str  # its tag in HTML, such as zh-Hans
    name: str  # its name, in itself
    offer: str  # "This page is also in English", in itself
    close: str  # the label of the button that closes the offer
    code: str  # "" for the source language
    config: str
    docs: str

    @property
    def catalog(self) -> str:
        """The .po file with the translations of the code's comments and docstrings."""
        return f"snippets/locales/{self.code}.po"

    @property
    def reviewed(self) -> str:
        """The record of which English text each section was written from."""
        return f"docs/reviewed.{self.code}.json"


def read_languages(root: Path) -> list[Language]:
    """All languages of the project at `root`, the source language first.

    Raises:
        ValueError: a config does not say which language it builds.
    """
    configs = [root / SOURCE, *sorted(root.glob("mkdocs.*.yml"))]
    return [_read_language(config) for config in configs]


def language_of(config: Path) -> Language:
    """The language that a config file builds; errors as `read_languages`."""
    languages = read_languages(config.parent)
    return next(one for one in languages if one.config == config.name)


def _read_language(config: Path) -> Language:
    with config.open("rb") as file:
        settings = yaml_load(file)  # follows INHERIT
    code = config.name.removeprefix("mkdocs.").removesuffix("yml").removesuffix(".")
    docs = f"docs/{code or 'en'}"
    own = settings.get("extra", {}).get("language", {})
    lacking = [key for key in KEYS if not own.get(key)]
    # Inherited from mkdocs.yml, the settings would be those of another language.
    if lacking or settings.get("docs_dir") != docs:
        keys = ", ".join(f"{key}: …" for key in KEYS)
        raise ValueError(
            f"{config.name}:1: this config does not say which language it builds; "
            f"it needs `docs_dir: {docs}` and `extra: {{language: {{{keys}}}}}`."
        )
    return Language(
        **{key: str(own[key]) for key in KEYS}, code=code, config=config.name, docs=docs
    )
