"""Which languages the site has: `extra.languages` of mkdocs.yml, one entry each.

    - {name: Français, lang: fr, link: fr/, code: fr, offer: Aussi ici, close: Fermer}

The first is the source language; its code is empty. A further one is built from mkdocs.<code>.yml,
which inherits mkdocs.yml and says `docs_dir: docs/<code>`. Its code names its other files, too.
"""

from dataclasses import dataclass
from pathlib import Path

from cheatsheet.page import Page, load, read
from cheatsheet.source import SourceError
from cheatsheet.words.settings import read_entries, read_settings

SOURCE = "mkdocs.yml"
NEEDED = ("name", "lang", "offer", "close")


@dataclass(frozen=True)
class Language:
    """One language of the site. Paths are relative to the project's root."""

    name: str  # in itself
    lang: str  # its tag in HTML, such as en or zh-Hans
    code: str  # "" for the source language

    @property
    def config(self) -> str:
        return f"mkdocs.{self.code}.yml" if self.code else SOURCE

    @property
    def docs(self) -> str:
        return f"docs/{self.code or 'en'}"

    @property
    def chinese(self) -> bool:
        """Is it Chinese, which is set and worded by rules, and told from English?"""
        return self.lang.startswith("zh")

    @property
    def catalog(self) -> str:
        """The .po file with the translations of the code's comments and docstrings."""
        return f"snippets/locales/{self.code}.po"

    @property
    def reviewed(self) -> str:
        """The record of what both sides of each section said when they were compared."""
        return f"docs/reviewed.{self.code}.json"

    def pages(self, root: Path) -> list[str]:
        """The names of its pages in its folder, such as labs/custom-distribution.md."""
        folder = root / self.docs
        return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.md"))

    def page(self, root: Path, name: str) -> Page:
        """Its page with a name; an empty one where there is none. Errors as `page.load`."""
        path = Path(self.docs, name)
        return load(root, path) if (root / path).exists() else read(path, "")


def read_languages(root: Path) -> list[Language]:
    """All languages of the project at `root`, the source language first.

    Raises:
        SourceError: an entry is not whole, or a config and an entry do not agree.
    """
    found: list[Language] = []
    optional = {"link": "", "code": ""}
    for line, entry in read_entries(root, SOURCE, "extra.languages", NEEDED, optional):
        code = entry["code"]
        language = Language(entry["name"], entry["lang"], code)
        if bool(code) != bool(found) or entry["link"] != (code and f"{code}/"):
            problem = "the first language has an empty code and link, each other one its own"
            raise SourceError(SOURCE, line, f"{problem}, and the link `<code>/`; mend it.")
        file = root / language.config
        # Inherited from mkdocs.yml, docs_dir would be that of another language.
        if not (file.exists() and read_settings(root, file.name).get("docs_dir") == language.docs):
            problem = f"this language needs a {file.name} that says `INHERIT: {SOURCE}` and "
            raise SourceError(SOURCE, line, f"{problem}`docs_dir: {language.docs}`; write it.")
        found.append(language)
    for file in sorted(root.glob("mkdocs.*.yml")):
        if file.name not in [language.config for language in found]:
            raise SourceError(SOURCE, 1, f"no entry of extra.languages is for {file.name}; add it.")
    return found
