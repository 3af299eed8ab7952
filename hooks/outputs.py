"""Mark the output fences of a page: a label in its language, and no copy button."""

import re

BLOCK = re.compile(
    r'<div class="(?P<classes>language-(?P<language>\w+)[^"]*)">'
    r'(?:<span class="filename">(?P<title>[^<]*)</span>)?'
)


def on_page_content(html, *, page, config, files):
    labels = config.extra["labels"]
    code = ""  # the classes of the code that the next output belongs to

    def mark(match: re.Match) -> str:
        nonlocal code
        if match["language"] != "text":
            code = match["classes"]
            return match[0]
        kind = "error" if "raises" in code.split() else "output"
        label = labels[kind] + (f" · {match['title']}" if match["title"] else "")
        return (
            f'<div class="{match["classes"]} output {kind} no-copy">'
            # The search reads text, and a label is none.
            f'<span class="output-label" data-search-exclude>{label}</span>'
        )

    return BLOCK.sub(mark, html)
