"""Where PyTorch's documentation has the names that pages use and link to: docs/inventory.json is
what they need of Sphinx's inventory of it, `objects.inv`, of the pinned release.
"""

import json
import re
import zlib
from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from urllib.request import urlopen

from cheatsheet.forms.names import DOCS, INVENTORY, find, names_in, read_kept
from cheatsheet.page import Page
from cheatsheet.source import SourceError
from cheatsheet.words.text import page_blocks

COMMAND = "python -m cheatsheet inventory"
LINK = re.compile(r"https://docs\.pytorch\.org/docs/[^#]+#(?P<name>[\w.]+)")
ENTRY = re.compile(r"(?P<name>torch[\w.]*) py:\w+ -?\d+ (?P<place>\S+) ")


def planned(root: Path, pages: Iterable[Page]) -> dict[Path, str]:
    """The new text of docs/inventory.json by its path, from the network, for these pages.

    Raises:
        SourceError: it cannot be reached.
    """
    kept = read_kept(root)
    url = DOCS.format(release=kept["release"]) + "objects.inv"
    try:
        with urlopen(url, timeout=60) as answer:
            known = entries(answer.read())
    except OSError as error:
        problem = f"{url}: {error}; run {COMMAND} where it can be reached."
        raise SourceError(INVENTORY, 1, problem) from error
    marks = [block.marks.get("link", ()) for page in pages for block in page_blocks(page)]
    linked = {found["name"] for line in chain(*marks) if (found := LINK.match(line.text))}
    found = {"release": kept["release"], "source": url}
    found["places"] = reduced({*names_in(kept), *linked}, known)
    return {Path(INVENTORY): json.dumps(found, indent=1, sort_keys=True) + "\n"}


def entries(inventory: bytes) -> dict[str, str]:
    """The places of an `objects.inv` by name, such as `nn.init.html#torch.nn.init.zeros_`."""
    lines = zlib.decompress(inventory.split(b"\n", 4)[4]).decode().splitlines()
    found = filter(None, map(ENTRY.match, lines))
    return {one["name"]: re.sub(r"\$$", one["name"], one["place"]) for one in found}


def reduced(names: Iterable[str], known: dict[str, str]) -> dict[str, str]:
    """The places of names: of the name itself, else of the same thing under another name, else
    of the class that it belongs to, or is one of. Names without any are left out.
    """
    by_last = {}
    for entry in known:
        by_last.setdefault(entry.rpartition(".")[2], []).append(entry)
    found = {}
    for name in names:
        owner, _, last = name.rpartition(".")
        same = [one for one in by_last.get(last, ()) if find(one) is find(name) is not None]
        classes = [owner] if isinstance(find(owner), type) else []
        classes.append("{0.__module__}.{0.__name__}".format(type(find(name))))
        if place := next((known[one] for one in [name, *same, *classes] if one in known), None):
            found[name] = place
    return found
