"""llms.txt and llms-full.txt: all pages in plain Markdown, listed for tools.

They follow https://llmstxt.org.
"""

from urllib.parse import urljoin


def of_site(
    settings: dict, site_url: str, about: dict[str, tuple[str, str]], texts: dict[str, str]
) -> dict[str, str]:
    """Both files, by name, of a site with these settings.

    `about` holds the title and the description of each page, `texts` its Markdown.
    """
    words = settings["extra"]["llms"]
    summary = settings["site_description"].strip()
    head = f"# {settings['site_name']}\n\n> {summary}\n\n{words['about'].strip()}\n"
    lines = [head, f"## {words['pages']}\n"]
    for name, (title, description) in about.items():
        lines.append(f"- [{title}]({urljoin(site_url, name)}): {description}")
    # The convention's own word for what may be left out.
    lines.append("\n## Optional\n")
    lines.append(f"- [llms-full.txt]({urljoin(site_url, 'llms-full.txt')}): {words['full']}\n")
    return {"llms.txt": "\n".join(lines), "llms-full.txt": "\n".join([head, *texts.values()])}
