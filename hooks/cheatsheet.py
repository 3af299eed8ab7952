"""The printable sheet: a page made of the others, and its PDFs where asked for.

`extra.cheatsheet.pdf` asks for them: `CHEATSHEET_PDF=1` in the publishing job. It takes
Chromium, so that a plain `mkdocs build` makes the page alone and links no PDF.
"""

import re
import sys
from pathlib import Path

import yaml
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, InclusionLevel

# The `mkdocs` command does not put the project's folder on the path.
sys.path.insert(0, str(Path(__file__).parents[1]))

from cheatsheet.forms.sheet import SheetError, compose
from cheatsheet.forms.pdf import NoChromiumError, check_chromium, print_pages
from cheatsheet.blocks import PageError

PAGE = "cheatsheet.md"
FILES = {"A4": "cheatsheet.pdf", "Letter": "cheatsheet-letter.pdf"}
HEADING = re.compile(r"(?=<h[23] )")
HEAD = """\
---
{meta}---

# {title} {{ #cheatsheet }}

{intro} [{address}](index.md)"""


def on_config(config):
    if config.extra["cheatsheet"]["pdf"]:
        try:
            check_chromium()  # now, not after the build
        except NoChromiumError as error:
            raise PluginError(str(error)) from error
    return config


def on_files(files, *, config):
    # Behind check_pages, which checks what is written by hand.
    root = Path(config.config_file_path).parent
    docs = Path(config.docs_dir).relative_to(root).as_posix()
    # The copy in the language of the site (see localize.py), or the source itself.
    (snippets,) = config.plugins["mkdocstrings"].config.handlers["python"]["paths"]
    words = config.extra["cheatsheet"]
    meta = {
        "description": words["description"],
        "template": "cheatsheet.html",
        "hide": ["navigation", "toc"],
        "search": {"exclude": True},  # every block of it is on another page
    }
    head = HEAD.format(
        meta=yaml.safe_dump(meta, allow_unicode=True),
        title=config.site_name,
        intro=words["intro"],
        address=config.site_url,
    )
    try:
        content = compose(root, docs, root / snippets, head)
    except (SheetError, PageError) as error:
        raise PluginError(str(error)) from error
    file = File.generated(
        config, PAGE, content=content, inclusion=InclusionLevel.NOT_IN_NAV
    )
    files.append(file)
    return files


def on_page_content(html, *, page, config, files):
    sheet = page.file.src_uri == PAGE
    if sheet:
        # What is pasted must run; the blocks that do stand on the pages themselves.
        html = html.replace(' highlight">', ' highlight no-copy">')
        html = f"<section>{HEADING.sub('</section><section>', html)}</section>"
    if config.extra["cheatsheet"]["pdf"] and (sheet or page.is_homepage):
        html = _link_pdfs(html, page, config, files)
    return html


def _link_pdfs(html: str, page, config, files) -> str:
    """Put links to the PDFs behind the link to the sheet; on the sheet, on top."""
    up = "../" if page.file.src_uri == PAGE else ""
    links = {
        paper: f'<a href="{up}{file}">{paper}</a>' for paper, file in FILES.items()
    }
    words = config.extra["cheatsheet"]["pdfs"].format(**links)
    if page.file.src_uri == PAGE:
        return html.replace("</h1>", f'</h1>\n<p class="sheet-pdfs">{words}</p>', 1)
    address = files.get_file_from_path(PAGE).url
    sheet = re.compile(rf'<a href="{re.escape(address)}">.*?</a>')
    html, count = sheet.subn(lambda match: f"{match[0]} · {words}", html, count=1)
    if not count:
        problem = f"the front page, {page.file.src_uri}, does not link {PAGE}, so that "
        raise PluginError(problem + "nobody finds the PDFs; link it in a sentence.")
    return html


def on_post_build(*, config):
    if not config.extra["cheatsheet"]["pdf"]:
        return
    site = Path(config.site_dir)
    papers = {paper: site / file for paper, file in FILES.items()}
    print_pages(site, config.site_url, "cheatsheet/", papers)
