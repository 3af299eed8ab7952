"""Keep a browser's translator away from code: blocks, outputs and code in sentences.

Only the code itself: the labels of a block are words, and words may be translated.
"""

import re

# In the text of a page `<` is always `&lt;`, so this matches nothing but tags.
CODE = re.compile(r"<code(?=[\s>])")


def on_page_content(html, *, page, config, files):
    return CODE.sub('<code translate="no"', html)
