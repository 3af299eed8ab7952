"""Rewrite output fences in place, and no other byte of the page."""

from pathlib import Path

from cheatsheet.page import Fence, Page
from cheatsheet.source import SourceError, read_text, write_text


class OtherOutput(SourceError):
    """The code gave other output than a fence shows; with `new_title`, it is put after that."""

    def __init__(self, fence: Fence, problem: str, output: str, new_title: str | None = None):
        super().__init__(fence.path, fence.line, problem)
        self.fence, self.output, self.new_title = fence, output, new_title


def rewrite_outputs(root: Path, page: Page, rewrites: list[OtherOutput]) -> None:
    """Put each new output between the marks of its fence, or into a new fence after it.

    Raises:
        SourceError: the page below `root` is not what it was when it was read, or an output
            holds the marks that would close its fence; or as `write_text`. Nothing is written.
    """
    if read_text(root, page.path) != page.text:
        problem = "the page changed during the run; run --update-outputs again."
        raise SourceError(page.path, 1, problem)
    lines = page.text.split("\n")
    for rewrite in sorted(rewrites, key=lambda one: -one.fence.line):
        first, end = rewrite.fence.line, rewrite.fence.end
        opening = lines[first - 1]
        marks = opening[: len(opening) - len(opening.lstrip("`"))]
        if any(line.startswith(marks) for line in rewrite.output.split("\n")):
            problem = f"the output holds {marks}; close its fence with more backticks."
            raise SourceError(page.path, first, problem)
        new = [line.rstrip() for line in rewrite.output.removesuffix("\n").split("\n")]
        if rewrite.new_title is None:
            lines[first : end - 1] = new
        else:
            lines[end:end] = ["", f'{marks}text title="{rewrite.new_title}"', *new, marks]
    write_text(root, page.path, "\n".join(lines))
