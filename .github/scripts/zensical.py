"""Build the staged pages with Zensical, and compare its site with that of `mkdocs build`.

    PYTHONPATH=. python .github/scripts/zensical.py SITE ZENSICAL

SITE is the folder of the latter, of this checkout; ZENSICAL is the command. Fails where a page
has other copies, labels, ids of headings or blocks: it says what MkDocs alone understands.
"""

import subprocess
import sys
from pathlib import Path

import yaml
from lxml import html

from cheatsheet.build import THEME, Staged, finish, stage, write_pages
from cheatsheet.forms.site import address_of
from cheatsheet.words.languages import Language, read_languages


def prepare(root: Path, language: Language) -> tuple[Staged, Path]:
    """The staged pages of a language, and the folder where they stand with a config."""
    staged = stage(root, language)
    folder = write_pages(root, language, staged)[0].parent
    if not (folder / "cheatsheet").exists():
        (folder / "cheatsheet").symlink_to(THEME.parent)
    settings = staged.settings | {"docs_dir": "pages", "site_dir": "site", "hooks": [], "watch": []}
    settings["plugins"]["mkdocstrings"]["handlers"]["python"]["paths"] = [str(staged.snippets)]
    (folder / "mkdocs.yml").write_text(yaml.safe_dump(settings, allow_unicode=True), "utf-8")
    return staged, folder


def facts(site: Path, name: str) -> dict[str, list[str]]:
    """What the two generators must agree on, of a page."""
    find = html.parse(str(site / address_of(name) / "index.html")).xpath
    return {
        "copies": find("//article//@data-copy"),
        "labels": find("//article//@data-label"),
        "headings": find("//article//*[self::h1 or self::h2 or self::h3 or self::h4]/@id"),
        "blocks": [one.text_content() for one in find("//article//pre/code")],
    }


def main(site: Path, zensical: str) -> None:
    found = []
    for language in read_languages(root := Path().resolve()):
        staged, folder = prepare(root, language)
        subprocess.run([zensical, "build", "-f", folder / "mkdocs.yml"], check=True)
        finish(other := folder / "site", staged)
        for name in staged.pages:
            ours, theirs = facts(site / language.code, name), facts(other, name)
            for kind in [kind for kind in ours if ours[kind] != theirs[kind]]:
                both = f"{len(ours[kind])} of MkDocs and {len(theirs[kind])} of Zensical"
                found.append(f"{language.docs}/{name}: {kind}: {both} are not the same")
    sys.exit("\n".join(found) or 0)  # an empty text would count as a failure


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
