"""The hosts that a built site names where a browser would ask them."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from bs4 import BeautifulSoup

# Attributes whose address a browser loads or sends something to, of any element but <a>.
LOADED = ("src", "href", "srcset", "action", "data", "poster", "style")
ADDRESS = re.compile(r"""(?:https?:)?//[\w.-]+\.[a-z]{2,}[^\s"'`)<>\\]*""")
# Names, which nobody asks: the documents that a vocabulary is called by.
NAMES = ("www.w3.org", "www.sitemaps.org", "a9.com")
# What Material's own script could ask for if a feature were on that is off here: the stars
# of a repository, diagrams, versions. The policy of the page would stop it.
OFF = {"bundle": {"api.github.com", "gitlab.com", "unpkg.com", "github.com", "codeberg.org"}}
OFF["main"] = {"fontawesome.com"}  # the licence inside of a drawing


def hosts(text: str, own: str) -> set[str]:
    found = {urlsplit(address).netloc for address in ADDRESS.findall(text)}
    return {host for host in found if host not in (*NAMES, own)}


def foreign(folder: Path, own: str) -> list[str]:
    """Each place of a site where something is loaded from a host that is not its own.

    But for comments, and for files of Material's own search, which ours replaces.
    """
    found = []
    for file in sorted(folder.rglob("*.*")):
        text = file.read_text(encoding="utf-8") if file.suffix in (".html", ".css", ".js") else ""
        name = file.relative_to(folder).as_posix()
        if file.suffix == ".html":
            loaded = [
                f"{where}: {one}" for where, text in said_in(text) for one in hosts(text, own)
            ]
        else:
            if file.suffix == ".js":  # a comment is in no quotes
                text = " ".join(re.findall(r"""["'`](?:https?:)?//[^"'`]*""", text))
            text = re.sub(r"(?s)/\*.*?\*/", "", text) if file.suffix == ".css" else text
            loaded = hosts(text, own) - OFF.get(file.name.partition(".")[0], set())
        if file.parent.name != "lunr":
            found += [f"{name}: {one}" for one in loaded]
    return found


def said_in(html: str) -> Iterator[tuple[str, str]]:
    """Where in a page a browser would load something, and what stands there."""
    for tag in BeautifulSoup(html, "html.parser").find_all(True):
        for name in LOADED:
            if (value := tag.get(name)) and not (tag.name == "a" and name == "href"):
                yield f"{tag.name} {name}", str(value)
        if tag.name in ("script", "style"):
            yield tag.name, tag.string or ""
