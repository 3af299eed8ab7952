"""Build the staged pages with Zensical, and compare its site with the one of MkDocs.

    PYTHONPATH=. python .github/scripts/zensical.py SITE ZENSICAL

SITE is a site that `mkdocs build` made of this checkout; ZENSICAL is the command (it has its
own environment). Fails where a copy, a label, the id of a heading or the number of blocks of
a page differs: then the pages say something that MkDocs alone understands.
"""

import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml
from lxml import html

from cheatsheet.build import Staged, finish, stage
from cheatsheet.forms.site import address_of
from cheatsheet.words.languages import read_languages

ROOT = Path(__file__).parents[2]


def generate(staged: Staged, folder: Path, zensical: str) -> list[str]:
    """The command that makes `folder`/site of the staged pages, which are written there."""
    for name, text in staged.pages.items():
        file = folder / "docs" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    shutil.copytree(ROOT / "cheatsheet/theme", folder / "cheatsheet/theme")
    settings = staged.settings | {"docs_dir": "docs", "site_dir": "site", "hooks": []}
    python = settings["plugins"]["mkdocstrings"]["handlers"]["python"]
    python["paths"] = [str(staged.snippets)]
    text = yaml.safe_dump(settings | {"watch": []}, allow_unicode=True)
    (folder / "mkdocs.yml").write_text(text, encoding="utf-8")
    return [zensical, "build", "-f", str(folder / "mkdocs.yml")]


def facts(page: Path) -> dict[str, list[str]]:
    """What the two generators must agree on."""
    page = html.document_fromstring(page.read_text(encoding="utf-8"))
    return {
        "copies": page.xpath("//article//@data-copy"),
        "labels": page.xpath("//article//@data-label"),
        "headings": page.xpath("//article//*[self::h1 or self::h2 or self::h3 or self::h4]/@id"),
        "blocks": [one.text_content() for one in page.xpath("//article//pre/code")],
    }


def main(site: Path, zensical: str) -> None:
    """Build each language, and compare each of its pages."""
    found = []
    for language in read_languages(ROOT):
        staged = stage(ROOT, language)
        with TemporaryDirectory() as folder:
            subprocess.run(generate(staged, Path(folder), zensical), check=True)
            finish(Path(folder, "site"), staged)
            for name in staged.pages:
                page = Path(address_of(name), "index.html")
                ours, theirs = facts(site / language.code / page), facts(Path(folder, "site", page))
                found += [
                    f"{language.docs}/{name}: {kind}: {len(ours[kind])} of MkDocs and "
                    f"{len(theirs[kind])} of Zensical are not the same"
                    for kind in ours
                    if ours[kind] != theirs[kind]
                ]
    sys.exit("\n".join(found) or 0)  # an empty text would count as a failure


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), sys.argv[2])
