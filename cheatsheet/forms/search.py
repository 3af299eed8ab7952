"""The index of the search: what the pages say, cut down to what readers look for.

theme/search.js answers questions in the browser, in the place of the theme's own worker. It reads
sections.json, made here: the sections of each page, words to ignore, other words for the same
thing, and traditional characters.
"""

import builtins
import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable
from functools import lru_cache
from itertools import chain

from cheatsheet.forms.answers import failures_of
from cheatsheet.forms.site import address_of
from cheatsheet.page import Example, Page, Prose, Section, Shell, Shown
from cheatsheet.standalone.definitions import Definitions
from cheatsheet.words.text import CHINESE, HAN, page_blocks

FILE = "search/sections.json"
# What is kept of a section's prose and of a message, in bytes: its first sentences.
PROSE, MESSAGE = 510, 250
COMMON = 12  # a name that is in the code of more sections tells nothing
WORD = re.compile(r"\w+")
LINK = re.compile(r"\[(?P<words>[^\]]+)\]\((?P<page>[^)#]*)#?(?P<id>[^)]*)\)")
# Lists and tables of links, or nothing.
LEADS = re.compile(r"(?:(?:\|.*\n\| ---.*\n)?(?:(?:- |\| )\[.*\n?)+\n*)*")
DOCSTRING = re.compile(r'^ *r?"""(.+?)(?:\n\n.*?)?"""', re.M | re.S)
COMMENT = re.compile(r"\s*(?:#\s|from snippets).*")
# Of code, the names that may be looked for: of what is called, belongs to something, or is
# given to an argument, and what is written as only names are.
NAME = re.compile(r"(?<=\.)[^\W\d]\w+|[^\W\d]\w+(?=\(|=\S)|\w+_\w+|[A-Z]\w*[a-z]\w*")
# Lines that prepare an answer, or go on.
PREPARES = re.compile(
    r"#|import |from |class |def |@|\w+: |super\(|torch\.manual_seed|assert |try:|except |with "
    r"|[\w, .\[\]]+ = (?:nn\.|torch\.(?:rand|tensor|ones|zeros)|[A-Z])|.*[(\[{,:]$|\W*$"
)
PROBLEM = re.compile(r"(?:Error|Warning)\b")  # in what a block prints


def index_of(pages: dict[str, Page], definitions: Definitions, words: dict) -> str:
    """What theme/search.js reads of the pages of a language, by file name.

    `words` is a config's `extra.search`. Left out are sections that only lead to others,
    and those of a page without code.
    """
    asked = _asked(pages)
    own = {name: definitions.of(page.text) for name, page in pages.items()}
    found = [
        (name, section, _read(page, section, own[name]))
        for name, page in pages.items()
        for n, section in enumerate(section for section in page.sections if section.id)
        if not (n and (_leads(section) or not page.examples))
    ]
    spread = Counter(chain(*({*names} for *_, (*_, names) in found)))
    docs = defaultdict(list)
    for name, section, (text, line, names) in found:
        place = "" if section.id == _lead(pages[name]).id else section.id
        title = section.title.replace("`", "")
        known = _words_of(title, text, line) | {*dir(builtins)}
        names = [one for one in dict.fromkeys(names) if spread[one] <= COMMON]
        rest = " ".join(one for one in names if not {one, one.lower()} & known)
        docs[address_of(name)].append([place, title, asked[name, section.id], text, line, rest])
    ignored = [word for row in words["ignored"].values() for word in row]
    texts = "\n".join("\n".join(doc[1:4]) for page in docs.values() for doc in page)
    index = {"far": words["far"], "ignored": ignored, "synonyms": words["synonyms"]}
    index |= {"simplified": simplified(texts), "pages": docs}
    return json.dumps(index, ensure_ascii=False, separators=(",", ":"))


def _lead(page: Page) -> Section:
    return next(section for section in page.sections if section.id)


def _leads(section: Section) -> bool:
    texts = [part.text for part in section.parts if isinstance(part, Prose)]
    return len(texts) == len(section.parts) and bool(LEADS.fullmatch("\n".join(texts)))


def _asked(pages: dict[str, Page]) -> dict[tuple[str, str], str]:
    """The words by which the lists of the front page lead to a section of a page."""
    found = defaultdict(str)
    for section in pages["index.md"].sections:
        for part in section.parts if _leads(section) else ():
            for link in LINK.finditer(part.text):
                page = link["page"] or "index.md"
                found[page, link["id"]] += link["words"].replace("`", "") + "\n"
    return found


@lru_cache(1000)  # an edit changes one page
def _read(page: Page, section: Section, definitions: Definitions) -> tuple[str, str, list[str]]:
    """Of a section: what it says, a line each paragraph; its answer; the names in its code."""
    text = page.description if section is _lead(page) else ""
    codes, answers, printed = [], [], []
    for part in section.parts:
        if isinstance(part, Prose):
            end = part.line + part.text.count("\n")
            blocks = [one for one in _blocks(page) if part.line <= one.first.number <= end]
            text += "".join(f"\n{one.text}" for one in blocks if not one.text.startswith("{{"))
        elif isinstance(part, Shown):
            codes.append(definitions.modules[part.module][part.name].source)
        elif isinstance(part, Example | Shell):
            codes.append(part.code.source)
        if isinstance(part, Example):
            lines = part.code.source.split("\n")
            answers += [lines[number - 1] for number in part.code.marked]
            outputs = [one.source for one in part.outputs.values()]
            printed += [one for one in outputs if part.raises or PROBLEM.search(one)]
    said = [_cut(text.strip().replace("`", ""), PROSE)]
    for row in [*chain(*map(DOCSTRING.findall, codes)), *printed]:
        row = _cut(" ".join(row.split()), MESSAGE)
        said += [row] if _words_of(row) - _words_of(section.title, *said) else []
    cure = next((one.block for one in failures_of(page) if one.section is section), None)
    code = COMMENT.sub("", DOCSTRING.sub("", "\n".join(codes)))
    lines = (cure.code.source if cure else code).split("\n")
    answers += [line for line in lines if not PREPARES.match(line.strip())] + [""]
    return "\n".join(said).strip(), COMMENT.sub("", answers[0]).strip(), NAME.findall(code)


_blocks = lru_cache(page_blocks)


def _words_of(*texts: str) -> set[str]:
    return {word for text in texts for word in WORD.findall(text.lower())}


def _cut(text: str, most: int) -> str:
    """The first sentences of a text that are not longer than so many bytes."""
    short = text.encode()[:most].decode(errors="ignore")
    return text if short == text else re.sub(r"(?<=[.。:：!！?？\n])[^.。:：!！?？\n]*$", "", short)


def simplified(text: str) -> dict[str, dict[str, str]]:
    """What the words of an index are in traditional script and in Taiwan's terms.

    `signs` maps traditional characters to the simplified ones of the index, and `words`
    such words as 载入 (what those signs make of 載入) to the word used here, 加载.
    """
    used = {*CHINESE.findall(text)}
    if not used:
        return {"signs": {}, "words": {}}
    simple, taiwan = _converter("t2s"), _converter("s2twp")
    every = map(chr, range(0x4E00, 0xA000))
    signs = {old: new for old in every if (new := simple(old)) != old and new in used}
    known = sorted({*re.findall(f"(?=([{HAN}]{{2}}))", text)})
    pairs = [(simple(taiwan(word)), word) for word in known]
    return {"signs": signs, "words": {o: w for o, w in pairs if o != w and o not in text}}


@lru_cache(None)  # its dictionaries take longer to load than all words to convert
def _converter(kind: str) -> Callable[[str], str]:
    from opencc import OpenCC  # here: only Chinese needs it

    return OpenCC(kind).convert
