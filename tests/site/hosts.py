"""The hosts that a built site names where a browser would ask them."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from bs4 import BeautifulSoup

# With a scheme, and any slashes, as browsers take them; or with two slashes alone.
ADDRESS = re.compile(
    r"""(?i)(?:(?<![\w.+-])(?:https?|wss?|ftp):(?:[/\\]+|(?=[\w[]))|(?<![^\s"'`(=,])//+(?=[\w[]))"""
    r"""([^\s/\\"'`<>(){}?#,;]*)[^\s"'`<>(),;]*"""
)
ESCAPE = re.compile(r"(?i)\\(?:x|u\{?)?([\da-f]{2,6})[} ]?")
# Names, which nobody asks: the documents that a vocabulary is called by.
NAMES = {
    *("http://www.w3.org/1998/Math/MathML", "http://www.w3.org/1999/xhtml"),
    *("http://www.w3.org/1999/xlink", "http://www.w3.org/2000/svg"),
    *("http://www.sitemaps.org/schemas/sitemap/0.9", "http://a9.com/-/spec/opensearch/1.1/"),
}
# From these files a browser loads nothing: what is kept or shown as text, and Material's own
# search, which ours replaces.
UNREAD = re.compile(
    r".*\.(gz|ipynb|map|md|pdf|png|txt)"
    r"|(zh/)?(search/sections\.json|assets/javascripts/lunr/.*)"
)
# What Material's own files name. Its script could ask for it if a feature were on that is off
# here: the stars of a repository, diagrams. The policy of the page would stop it. The style
# has the licence inside of a drawing.
OFF = {
    r"(zh/)?assets/javascripts/bundle\.[\da-f]{8}\.min\.js": {
        *("api.github.com", "$", "unpkg.com", "clipboardjs.com")
    },
    r"(zh/)?assets/stylesheets/main\.[\da-f]{8}\.min\.css": {"fontawesome.com"},
}
CURE = "serve that from this site, or leave it out"
# What is not loaded: a link that a reader clicks, and code as it is copied.
CLICKED = re.compile(r"a href=https?:.*|\w+ data-copy=.*", re.S)


def addresses(text: str) -> Iterator[tuple[str, str]]:
    """Each address in a text, as it stands there and as escapes mean it, and its host."""
    text = text.replace(r"\/", "/")
    meant = ESCAPE.sub(lambda one: chr(min(int(one[1], 16), 0x10FFFF)), unquote(text))
    for one in ADDRESS.finditer(text + "\n" + meant.replace(r"\\", "/")):
        yield one[0], one[1].lower()


def foreign(folder: Path, own: str) -> list[str]:
    """Each place of a site where something could be loaded from a host that is not its own."""
    found = {}
    for file in sorted(filter(Path.is_file, folder.rglob("*"))):
        name = file.relative_to(folder).as_posix()
        if UNREAD.fullmatch(name):
            continue
        text = file.read_text(encoding="utf-8", errors="replace")
        known = {own}.union(*(hosts for path, hosts in OFF.items() if re.fullmatch(path, name)))
        for where, said, line in said_in(text) if file.suffix == ".html" else [("", text, 0)]:
            for address, host in addresses(said):
                if address not in NAMES and host not in known:
                    at = line or text.partition(address)[0].count("\n") + 1
                    found[f"{name}:{at}: {where}{address} is another host; {CURE}"] = True
    return [*found]


def said_in(html: str) -> Iterator[tuple[str, str, int]]:
    """Where in a page a browser would load something, what stands there, and its line."""
    for tag in BeautifulSoup(html, "html.parser").find_all(True):
        for name, value in tag.attrs.items():
            if not CLICKED.fullmatch(f"{tag.name} {name}={value}"):
                said = str(value).replace("\\", "/")
                said += " " + re.sub(r"[\t\n\r]", "", said)  # as browsers read an address
                yield f"{tag.name} {name}=", said, tag.sourceline
        if tag.name in ("script", "style"):
            yield f"{tag.name} ", tag.string or "", tag.sourceline
