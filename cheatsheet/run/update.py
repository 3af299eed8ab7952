"""Rewrite output fences in place, and no other byte of the page."""

import re
from pathlib import Path

from cheatsheet.blocks import PageError, read_page
from cheatsheet.run.journal import Rewrite


def rewrite_outputs(path: Path, rewrites: list[Rewrite]) -> None:
    """Put each new output between the marks of its fence, or into a new fence after it.

    Raises:
        PageError: the page has changed since it was read, or an output holds the marks
            that would close its fence. Nothing is written then.
    """
    text = read_page(path)
    # Lines with their ends, so that what is not rewritten stays as it is.
    lines = re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$", text)
    for rewrite in sorted(rewrites, key=lambda one: -one.line):
        opening = lines[rewrite.line - 1] if rewrite.line <= len(lines) else ""
        inside = "".join(
            line.rstrip("\r\n") + "\n" for line in lines[rewrite.line : rewrite.end - 1]
        )
        changed = not opening.rstrip().endswith("`" + rewrite.header)
        if changed or inside != rewrite.source:
            problem = "the page changed during the run; run --update-outputs again."
            raise PageError(path, rewrite.line, problem)
        marks = opening[: len(opening) - len(opening.lstrip("`"))]
        if any(line.startswith(marks) for line in rewrite.output.split("\n")):
            problem = f"the output holds {marks}; close its fence with more backticks."
            raise PageError(path, rewrite.line, problem)
        end = opening[len(opening.rstrip("\r\n")) :]
        new = [line.rstrip() + end for line in rewrite.output.rstrip().split("\n")]
        if rewrite.new_title is None:
            lines[rewrite.line : rewrite.end - 1] = new
        else:
            lines[rewrite.end - 1] = marks + end  # it may be the last, without an end
            header = f'{marks}text title="{rewrite.new_title}"'
            lines[rewrite.end : rewrite.end] = [end, header + end, *new, marks + end]
    path.write_bytes("".join(lines).encode("utf-8"))
