"""The words of the search: what readers type, and in which script.

theme/search.js answers questions in the browser; finish puts it in the place of the
theme's own worker. It asks words.js, made here: words to ignore, other words for the same
thing, and traditional characters.
"""

import json
import re
from pathlib import Path

from cheatsheet.words.text import HAN

RUN = re.compile(f"[{HAN}]+")


def teach(terms: list[str]) -> None:
    """Let jieba, which finds the words of the index, split none of these terms."""
    import jieba  # here: only Chinese needs it

    jieba.setLogLevel("WARNING")  # or it tells each build how it loads its dictionary
    for word in RUN.findall("\n".join(terms)):
        if len(word) > 1:
            jieba.add_word(word)  # frequent enough not to be split


def finish(site: Path, script: Path, words: dict) -> None:
    """Put our worker in the place of Material's, and its words beside it.

    `words` are the lists `ignored` and `synonyms` of a config's `extra.search`. The index
    keeps one entry a section: where several pages are generated anew under `mkdocs serve
    --dirty`, Material leaves those of before the edit in it, too.
    """
    file = site / "search/search_index.json"
    if not file.exists():
        return
    index = json.loads(file.read_text(encoding="utf-8"))
    index["docs"] = list({entry["location"]: entry for entry in index["docs"]}.values())
    file.write_text(_json(index), encoding="utf-8")
    lines = [
        f"const IGNORED = {_json(words['ignored'])}",
        f"const SYNONYMS = {_json(words['synonyms'])}",
        f"const SIMPLIFIED = {_json(simplified(index['docs']))}",
    ]
    for worker in site.glob("assets/javascripts/workers/search.*.min.js"):
        worker.write_bytes(script.read_bytes())
        worker.with_name("words.js").write_text("\n".join(lines) + "\n", encoding="utf-8")


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
