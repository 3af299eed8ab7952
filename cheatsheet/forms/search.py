"""The words of the search: what readers type, and in which script.

theme/search.js answers questions in the browser; finish puts it in the place of the
theme's own worker. It reads sections.json, made here: the sections of the site, words to
ignore, other words for the same thing, and traditional characters.
"""

import json
import re
from pathlib import Path

from cheatsheet.words.text import HAN

RUN = re.compile(f"[{HAN}]+")
# Of the markup, theme/search.js reads what parts code from prose, and sentences.
TAG = re.compile(r"(?<=<pre>)<code>|</code>(?=</pre>)|<(?!/?(?:pre|code)>|/p>|/li>)[^>]*>")


def teach(terms: list[str]) -> None:
    """Let jieba, which finds the words of the index, split none of these terms."""
    import jieba  # here: only Chinese needs it

    jieba.setLogLevel("WARNING")  # or it tells each build how it loads its dictionary
    for word in RUN.findall("\n".join(terms)):
        if len(word) > 1:
            jieba.add_word(word)  # frequent enough not to be split


def finish(site: Path, script: Path, words: dict) -> None:
    """Put our worker in the place of Material's, and write what it reads.

    `words` is a config's `extra.search`; its `lists`, which only lead to other sections, are
    left out, by id or by address. Each section is taken once: where several pages are
    generated anew under `mkdocs serve --dirty`, Material leaves those of before the edit in
    its index, too. That index is fetched with every page, so it is left without sections.
    """
    file = site / "search/search_index.json"
    workers = list(site.glob("assets/javascripts/workers/search.*.min.js"))
    if not workers or not file.exists():
        return
    index = json.loads(file.read_text(encoding="utf-8"))
    docs = {entry["location"]: entry for entry in index["docs"]}
    plain = [
        entry | {"text": TAG.sub("", entry["text"])}
        for location, entry in docs.items()
        if not {location, "#" + location.partition("#")[2]} & {*words["lists"]}
    ]
    ignored = [word for row in words["ignored"].values() for word in row]
    found = words | {"ignored": ignored, "simplified": simplified(plain), "docs": plain}
    file.with_name("sections.json").write_text(_json(found), encoding="utf-8")
    file.write_text(_json(index | {"docs": []}), encoding="utf-8")
    for worker in workers:
        worker.write_bytes(script.read_bytes())


def _json(value) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def simplified(entries: list[dict]) -> dict[str, dict[str, str]]:
    """What the words of an index are in traditional script and in Taiwan's terms.

    `signs` maps traditional characters to the simplified ones of the index, and `words`
    such words as 载入 (what those signs make of 載入) to the word used here, 加载.
    """
    texts = "\n".join(entry[key] for entry in entries for key in ("title", "text"))
    known = sorted(set(RUN.findall(texts)))
    if not known:
        return {"signs": {}, "words": {}}
    from opencc import OpenCC  # here: only Chinese needs it

    to_simplified = OpenCC("t2s")
    every = [chr(code) for code in range(0x4E00, 0xA000)]
    pairs = zip(every, _convert(to_simplified, every), strict=True)
    used = set("".join(known))
    signs = {old: new for old, new in pairs if old != new and new in used}
    taiwan = _convert(to_simplified, _convert(OpenCC("s2twp"), known))
    words = {
        other: word
        for word, other in zip(known, taiwan, strict=True)
        if other != word and len(word) > 1 and other not in known
    }
    return {"signs": signs, "words": words}


def _convert(converter, words: list[str]) -> list[str]:
    # Line by line, so that no word is read together with the next one.
    return converter.convert("\n".join(words)).split("\n")
