"""Search: its words, and the worker that answers.

The worker is cheatsheet/theme/material/assets/javascripts/workers/sections.js. Here it takes the
place of Material's, jieba learns the terms of the glossary, and words.js is written
beside it: words to ignore, other words for the same thing, and traditional characters.
"""

import json
import re
import sys
from pathlib import Path

import jieba
from mkdocs.exceptions import PluginError
from mkdocs.plugins import event_priority
from opencc import OpenCC

# The `mkdocs` command does not put the project's folder on the path.
sys.path.insert(0, str(Path(__file__).parents[1]))

from cheatsheet.page import SourceError
from cheatsheet.words import glossary

WORKER = re.compile(
    r'("search": "[^"]*assets/javascripts/workers/)search\.\w+\.min\.js"'
)
HAN = re.compile(r"[\u4e00-\u9fff]+")


def on_config(config):
    if "zh" in config.plugins["material/search"].config.lang:
        try:
            terms = glossary.read(Path(config.config_file_path).parent)
        except SourceError as error:
            raise PluginError(str(error)) from error
        for term in terms:
            for word in HAN.findall(term.zh):
                if len(word) > 1:
                    jieba.add_word(word)  # frequent enough not to be split
    return config


def on_post_page(output, *, page, config):
    return _point_to_worker(output)


def on_post_template(output_content, *, template_name, config):
    if template_name.endswith(".html"):
        return _point_to_worker(output_content)
    return output_content


def _point_to_worker(html: str) -> str:
    html, count = WORKER.subn(r'\1sections.js"', html)
    if count != 1:
        raise PluginError("Material's search worker has another name; mend WORKER.")
    return html


@event_priority(-100)  # after the search plugin has written its index
def on_post_build(*, config):
    site = Path(config.site_dir)
    index = (site / "search/search_index.json").read_text(encoding="utf-8")
    words = config.extra["search"]
    lines = [
        f"const IGNORED = {_json(words['ignored'])}",
        f"const SYNONYMS = {_json(words['synonyms'])}",
        f"const SIMPLIFIED = {_json(simplified(json.loads(index)['docs']))}",
    ]
    file = site / "assets/javascripts/workers/words.js"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _json(value) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def simplified(entries: list[dict]) -> dict[str, dict[str, str]]:
    """What the words of an index are in traditional script and in Taiwan's terms.

    `signs` maps traditional characters to the simplified ones of the index, and `words`
    such words as 载入 (what those signs make of 載入) to the word used here, 加载.
    """
    text = "\u200b".join(entry["title"] + "\u200b" + entry["text"] for entry in entries)
    known = sorted({word for run in text.split("\u200b") for word in HAN.findall(run)})
    if not known:
        return {"signs": {}, "words": {}}
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


def _convert(converter: OpenCC, words: list[str]) -> list[str]:
    # Line by line, so that no word is read together with the next one.
    return converter.convert("\n".join(words)).split("\n")
