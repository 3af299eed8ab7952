"""llms.txt and llms-full.txt: all pages in plain Markdown, listed for tools.

They follow https://llmstxt.org.
"""

from urllib.parse import urljoin


def of_site(settings: dict, site_url: str, links: list[str], texts: list[str]) -> dict[str, str]:
    """Both files, by name, of a site with these settings.

    `links` are what the list says of each page, its title, its address and what it is about;
    `texts` are the pages.
    """
    words = settings["extra"]["llms"]
    summary, about = settings["site_description"].strip(), words["about"].strip()
    head = f"# {settings['site_name']}\n\n> {summary}\n\n{about}\n"
    full = f"[llms-full.txt]({urljoin(site_url, 'llms-full.txt')}): {words['full']}"
    lines = [head, f"## {words['pages']}\n", *(f"- {link}" for link in links)]
    # The convention's own word for what may be left out.
    lines += ["\n## Optional\n", f"- {full}"]
    return {"llms.txt": "\n".join(lines) + "\n", "llms-full.txt": "\n".join([head, *texts])}
