"""Write Chinese as characters into a PDF, where Chromium wrote the radicals.

Fonts draw 文 and the radical ⽂ (U+2F42) with one glyph. To say what a glyph means,
Chromium takes the lower code: the page looks right, and a search in it for 文 finds
nothing.
"""

import re
from pathlib import Path
from unicodedata import normalize

import pikepdf

# "Kangxi Radicals" are compatible with their characters, says Unicode, and `normalize`
# knows. "CJK Radicals Supplement" are not: here are those that are words by themselves.
SUPPLEMENT = str.maketrans(
    "⺟⺠⺩⺫⺬⻁⻄⻅⻆⻉⻋⻑⻓⻔⻗⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻪⻬⻮⻰⻳",
    "母民王目示虎西见角贝车長长门雨青韦页风飞食马骨鬼鱼鸟卤麦黄黾齐齿龙龟",
)
# A line of a font's table: the code in the page, and the sign that it means, in UTF-16.
MEANING = re.compile(rb"^(<\w+> )<(2[EF]\w\w)>$", re.M)


def write_characters(file: Path) -> None:
    """Mend the tables of all fonts in a PDF, and pack it, in place."""
    with pikepdf.open(file, allow_overwriting_input=True) as pdf:
        for page in pdf.pages:
            for font in page.resources.Font.values():
                table = font.ToUnicode
                table.write(MEANING.sub(_character, table.read_bytes()))
        # Without the time: the same site gives the same bytes.
        for key in ("/CreationDate", "/ModDate"):
            del pdf.docinfo[key]
        pdf.Root.ViewerPreferences = pikepdf.Dictionary(DisplayDocTitle=True)
        # A tag for each piece of code: packed, they take a tenth of their room.
        packed = pikepdf.ObjectStreamMode.generate
        pdf.save(file, object_stream_mode=packed, deterministic_id=True)


def _character(line: re.Match) -> bytes:
    character = normalize("NFKC", chr(int(line[2], 16)).translate(SUPPLEMENT))
    return b"%s<%04X>" % (line[1], ord(character))
