"""The hosts that a built site names where a browser would ask them."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

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
    tags = Tags()
    tags.feed(html)
    tags.close()
    for name, said, line in tags.found:
        if not CLICKED.fullmatch(name + said):
            said = said.replace("\\", "/")
            said += " " + re.sub(r"[\t\n\r]", "", said)  # as browsers read an address
            yield name, said, line


class Tags(HTMLParser):
    """The attributes of a page, and its scripts and styles, each by a name and with its line."""

    def __init__(self):
        super().__init__()
        self.found: list[tuple[str, str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        line, _ = self.getpos()
        self.found += [(f"{tag} {name}=", value or "", line) for name, value in attrs]

    def handle_data(self, data: str) -> None:
        if self.cdata_elem:  # it may come in parts
            name, line = f"{self.cdata_elem} ", self.getpos()[0]
            if self.found and self.found[-1][0] == name:
                _, before, line = self.found.pop()
                data = before + data
            self.found.append((name, data, line))
