"""Write Chinese as characters into a PDF, where Chromium wrote the radicals.

Fonts draw 文 and the radical ⽂ (U+2F42) with one glyph. To say what a glyph means,
Chromium takes the lower code: the page looks right, and a search in it for 文 finds
nothing.
"""

import re
from pathlib import Path
from unicodedata import normalize

import pypdf

# "Kangxi Radicals" are compatible with their characters, says Unicode, and `normalize`
# knows. "CJK Radicals Supplement" are not: here are those that are words by themselves.
SUPPLEMENT = str.maketrans(
    "⺟⺠⺩⺫⺬⻁⻄⻅⻆⻉⻋⻑⻓⻔⻗⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻪⻬⻮⻰⻳",
    "母民王目示虎西见角贝车長长门雨青韦页风飞食马骨鬼鱼鸟卤麦黄黾齐齿龙龟",
)
# A line of a font's table: the code in the page, and the sign that it means, in UTF-16.
MEANING = re.compile(rb"^(<\w+> )<(2[EF]\w\w)>$", re.M)


def write_characters(file: Path) -> None:
    """Mend the tables of all fonts in a PDF, in place."""
    pdf = pypdf.PdfWriter(clone_from=file)
    for page in pdf.pages:
        for font in page["/Resources"]["/Font"].values():
            table = font.get_object()["/ToUnicode"].get_object()
            mended = MEANING.sub(_character, table.get_data())
            if mended != table.get_data():
                table.set_data(mended)
    # Without the time: the same site gives the same bytes.
    pdf.metadata = {k: v for k, v in pdf.metadata.items() if not k.endswith("Date")}
    pdf.write(file)


def _character(line: re.Match) -> bytes:
    character = normalize("NFKC", chr(int(line[2], 16)).translate(SUPPLEMENT))
    return b"%s<%04X>" % (line[1], ord(character))
