"""Mark the links that leave the site: on paper their addresses are written out.

By their addresses alone they could not be told: with instant navigation, Material makes
those of the site absolute too.
"""

import re

EXTERNAL = re.compile(r'<a (?=href="https?://)')


def on_page_content(html, *, page, config, files):
    return EXTERNAL.sub('<a class="external" ', html)
