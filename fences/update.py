"""Rewrite output fences in place, and no other byte of the page."""

import re
from pathlib import Path

from fences.blocks import Block, PageError, read_page


def rewrite_outputs(path: Path, outputs: list[tuple[Block, str]]) -> None:
    """Put each new output between the marks of its fence.

    Raises:
        PageError: the page has changed since it was read, or an output holds the marks
            that would close its fence. Nothing is written then.
    """
    text = read_page(path)
    # Lines with their ends, so that what is not rewritten stays as it is.
    lines = re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$", text)
    for block, output in sorted(outputs, key=lambda pair: -pair[0].line):
        opening = lines[block.line - 1] if block.line <= len(lines) else ""
        inside = "".join(
            line.rstrip("\r\n") + "\n" for line in lines[block.line : block.end - 1]
        )
        if not opening.rstrip().endswith("`" + block.header) or inside != block.source:
            problem = "the page changed during the run; run --update-outputs again."
            raise PageError(path, block.line, problem)
        marks = opening[: len(opening) - len(opening.lstrip("`"))]
        if any(line.startswith(marks) for line in output.split("\n")):
            problem = f"the output holds {marks}; close its fence with more backticks."
            raise PageError(path, block.line, problem)
        end = opening[len(opening.rstrip("\r\n")) :]
        new = [line.rstrip() + end for line in output.rstrip().split("\n")]
        lines[block.line : block.end - 1] = new
    path.write_bytes("".join(lines).encode("utf-8"))
