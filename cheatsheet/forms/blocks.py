"""How the blocks of a page are shown: what is known of each stands in the header of its fence, and
above it what its copy adds.
"""

from cheatsheet.forms import answers
from cheatsheet.forms.plain import Words, fence
from cheatsheet.page import Example, Page, Shown
from cheatsheet.standalone.program import Copy

FEW = 4  # lines that a copy adds are shown with the code if they are fewer


def show_blocks(
    page: Page, words: Words, copies: dict[int, Copy], ranges: dict[int, str], said: dict
) -> list[str]:
    """The lines of a page, with what is known written into the headers of its fences, and
    what a copy adds above them: a few lines as part of the code, more in a box to open."""
    lines = page.lines.copy()
    cures = {failure.block.line for failure in answers.failures_of(page) if failure.block}
    for part in page.parts:
        if isinstance(part, Example):
            code, copy = part.code, copies[part.line]
            outright = 0 < copy.more < FEW and "annotate" not in code.flags
            flags = "".join(f" .{flag}" for flag in sorted(code.flags))
            labels = [words.cure] if part.line in cures else []
            flags += " .cure" if labels else ""
            if labels := [*labels, *([ranges[part.number]] if part.number in ranges else [])]:
                flags += f' .labelled data-label="{" · ".join(labels)}"'
            if code.marked:
                # What is shown ends as the code does, but for empty lines.
                places = zip(_filled_lines(code.source), _filled_lines(copy.text), strict=False)
                places = dict(places) if outright else {n: n for n in code.marked}
                flags += f' hl_lines="{" ".join(str(places[n]) for n in code.marked)}"'
            headers = {code.line: f"python {{ #block-{part.number}{flags} }}"}
            headers |= {one.line: words.header(part, one) for one in part.outputs.values()}
            for line, header in headers.items():
                opening = lines[line - 1]
                lines[line - 1] = opening[: len(opening) - len(opening.lstrip("`"))] + header
            if outright:
                lines[code.line : code.end - 1] = [
                    copy.text.rstrip("\n"),
                    *[""] * (code.end - code.line - 2),
                ]
            elif copy.more:
                lines[code.line - 1] = f"{_box(copy, said)}\n\n{lines[code.line - 1]}"
        elif isinstance(part, Shown) and copies[part.line].more:
            lines[part.line - 1] = f"{_box(copies[part.line], said)}\n\n{lines[part.line - 1]}"
    return lines


def copies_by_mark(page: Page, copies: dict[int, Copy]) -> dict[str, Copy]:
    """What each block of a page gives to the clipboard, by the id that a generator gives it."""
    found = {}
    for part in page.parts:
        if isinstance(part, Example):
            found[f"block-{part.number}"] = copies[part.line]
        elif isinstance(part, Shown):
            name = f"{part.module}.{part.name}".replace(".", "-")
            found[f"copy-{name}"] = copies[part.line]
    return found


def _filled_lines(text: str) -> list[int]:
    """The numbers of the lines that are not empty, from the last one up."""
    return [n for n, line in enumerate(text.split("\n"), 1) if line.strip()][::-1]


def _box(copy: Copy, said: dict) -> str:
    """What a copy adds before the code that is shown, in a box that opens, and where pages
    show the definitions in it."""
    parts = [said["imports"]] if copy.imports else []
    parts += [*copy.added, *([said["earlier"]] if copy.earlier else [])]
    title = said["before"][copy.more > 1].format(lines=copy.more, parts=said["and"].join(parts))
    code = fence("python { .no-copy }", copy.before)
    links = [f"[`{one}`]({said['links'][one]})" for one in copy.added if one in said["links"]]
    where = f"\n{said['defined']}{said['and'].join(links)}\n" if links else ""
    form = f"    type: before\n    open: {copy.more < FEW}\n"
    return f"//// details | {title}\n{form}{where}\n{code}\n\n////"
