"""llms.txt and llms-full.txt: all pages in plain Markdown, listed for tools.

They follow https://llmstxt.org.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """One page: its title, its address, what it is about, and its plain Markdown."""

    title: str
    address: str
    description: str
    text: str


def introduction(name: str, summary: str, about: str) -> str:
    """What both files begin with."""
    return f"# {name}\n\n> {summary.strip()}\n\n{about.strip()}\n"


def index(head: str, entries: list[Entry], full: str, words: dict[str, str]) -> str:
    """llms.txt. `full` is the address of llms-full.txt; `words` those of the config."""
    lines = [head, f"## {words['pages']}\n"]
    lines += [f"- [{e.title}]({e.address}): {e.description}" for e in entries]
    # The convention's own word for what may be left out.
    lines += ["\n## Optional\n", f"- [llms-full.txt]({full}): {words['full']}"]
    return "\n".join(lines) + "\n"


def whole(head: str, entries: list[Entry]) -> str:
    """llms-full.txt."""
    return "\n".join([head, *(entry.text for entry in entries)])
