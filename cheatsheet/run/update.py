"""Rewrite output fences in place, and no other byte of the page."""

import io
from dataclasses import dataclass
from pathlib import Path

from cheatsheet.page import Fence, Page, SourceError, read_text, write_text


@dataclass(frozen=True)
class Rewrite:
    """New text for an output fence, or a fence with `new_title` to be put after it."""

    fence: Fence
    output: str
    new_title: str | None = None


def rewrite_outputs(root: Path, page: Page, rewrites: list[Rewrite]) -> None:
    """Put each new output between the marks of its fence, or into a new fence after it.

    Args:
        root: The folder that the path of the page is relative to.
        page: The page as it was read before its code ran.
        rewrites: What to write, each of another fence of this page.

    Raises:
        SourceError: the page has changed since it was read, or an output holds the
            marks that would close its fence; or as `write_text`. Nothing is written then.
    """
    if read_text(root, page.path) != page.text:
        problem = "the page changed during the run; run --update-outputs again."
        raise SourceError(page.path, 1, problem)
    # Lines with their ends, so that what is not rewritten stays as it is.
    lines = io.StringIO(page.text, newline="").readlines()
    for rewrite in sorted(rewrites, key=lambda one: -one.fence.line):
        first, end = rewrite.fence.line, rewrite.fence.end
        opening = lines[first - 1]
        marks = opening[: len(opening) - len(opening.lstrip("`"))]
        if any(line.startswith(marks) for line in rewrite.output.split("\n")):
            problem = f"the output holds {marks}; close its fence with more backticks."
            raise SourceError(page.path, first, problem)
        newline = opening[len(opening.rstrip("\r\n")) :]
        new = [line.rstrip() + newline for line in rewrite.output.removesuffix("\n").split("\n")]
        if rewrite.new_title is None:
            lines[first : end - 1] = new
        else:
            lines[end - 1] = marks + newline  # it may be the last, without an end
            head = f'{marks}text title="{rewrite.new_title}"{newline}'
            lines[end:end] = [newline, head, *new, marks + newline]
    write_text(root, page.path, "".join(lines))
