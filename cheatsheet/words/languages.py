"""Which languages the site has: `extra.languages` of mkdocs.yml, one entry each.

    - {name: Français, lang: fr, link: fr/, code: fr, offer: Aussi ici, close: Fermer}

`offer` is what a reader of another language is told, and `close` takes that away. The
first is the source language; its code is empty. A further one is built from
mkdocs.<code>.yml, which inherits mkdocs.yml and says `docs_dir: docs/<code>`, into the
folder <code> of the site. Its code names its other files, too.
"""

from dataclasses import dataclass
from pathlib import Path

from cheatsheet.page import SourceError
from cheatsheet.words.settings import read_entries, read_settings

SOURCE = "mkdocs.yml"
NEEDED = ("name", "lang", "offer", "close")


@dataclass(frozen=True)
class Language:
    """One language of the site. Paths are relative to the project's root."""

    name: str  # in itself
    lang: str  # its tag in HTML, such as en or zh-Hans
    code: str  # "" for the source language
    offer: str = ""  # "This page is also in English", in itself
    close: str = ""  # the label of the button that closes the offer

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
        files = sorted(path.relative_to(folder) for path in folder.rglob("*.md"))
        return [file.as_posix() for file in files]


def read_languages(root: Path) -> list[Language]:
    """All languages of the project at `root`, the source language first.

    Raises:
        SourceError: an entry is not whole, or a config and an entry do not agree.
    """
    found = []
    keys = ("extra", "languages")
    for line, words in read_entries(root, SOURCE, keys, NEEDED, ("link", "code")):
        language = Language(**{key: words.get(key, "") for key in (*NEEDED, "code")})
        if words.get("link") != (f"{language.code}/" if language.code else ""):
            problem = "the link must be `<code>/`, and empty without a code; mend it."
            raise SourceError(SOURCE, line, problem)
        if bool(language.code) != bool(found):
            problem = "the first language, and no other, has the code ''; mend it."
            raise SourceError(SOURCE, line, problem)
        if not (root / language.config).is_file():
            problem = f"there is no {language.config} for this language; write it, with "
            problem += f"`INHERIT: {SOURCE}` and `docs_dir: {language.docs}`."
            raise SourceError(SOURCE, line, problem)
        if read_settings(root, language.config).get("docs_dir") != language.docs:
            # Inherited from mkdocs.yml, it would be that of another language.
            problem = f"this config needs `docs_dir: {language.docs}`; write it."
            raise SourceError(language.config, 1, problem)
        found.append(language)
    known = [language.config for language in found]
    for file in sorted(root.glob("mkdocs.*.yml")):
        if file.name not in known:
            problem = f"no entry of extra.languages is for {file.name}; add it."
            raise SourceError(SOURCE, 1, problem)
    return found


def language_of(config: Path) -> Language:
    """The language that a config file builds; errors as `read_languages`."""
    languages = read_languages(config.parent)
    return next(one for one in languages if one.config == config.name)
